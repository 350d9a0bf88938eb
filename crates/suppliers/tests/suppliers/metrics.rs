//! What is counted, and that no label names a phone.

use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use model::{Evidence, Supplier};
use suppliers::{Layered, Limits};

use crate::{
    layers::{Manner, Scripted},
    world::World,
};

/// Remembers what was asked for.
#[derive(Default)]
struct Keys(Mutex<Vec<String>>);

impl Keys {
    fn note(&self, key: &Key) {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {}", key.name(), labels.join(" ")));
    }
}

impl Recorder for Keys {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.note(key);
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}

#[test]
fn calls_are_counted_by_supplier_call_and_outcome() {
    let keys = Arc::new(Keys::default());
    let world = World::new();
    let layered = Layered::new(Scripted::new("calm", Manner::Answers), Limits::default());
    let faulty = Layered::new(Scripted::new("faulty", Manner::Panics), Limits::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    metrics::with_local_recorder(&*keys, || {
        runtime.block_on(async {
            let topup = world.topup("5678");
            layered.submit(&topup, &Evidence::new()).await;
            layered.find(&world.refer(&topup), &Evidence::new()).await;
            layered.lookup(topup.recipient).await.unwrap();
            faulty.float().await.unwrap_err();
        });
    });
    let expected = [
        "recarga_supplier_calls_total supplier=calm call=submit outcome=delivered",
        "recarga_supplier_call_seconds supplier=calm call=submit",
        "recarga_supplier_calls_total supplier=calm call=find outcome=delivered",
        "recarga_supplier_call_seconds supplier=calm call=find",
        "recarga_supplier_calls_total supplier=calm call=lookup outcome=answered",
        "recarga_supplier_call_seconds supplier=calm call=lookup",
        "recarga_supplier_calls_total supplier=faulty call=float outcome=unusable",
        "recarga_supplier_call_seconds supplier=faulty call=float",
    ];
    assert_eq!(*keys.0.lock().unwrap(), expected);
}
