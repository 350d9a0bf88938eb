//! Asking suppliers whose a number is, behind an answer: what they say is there for the next one.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use engine::lookup::{Recognition, Source};
use model::{PhoneNumber, Supplier};
use tokio::{sync::Semaphore, time::timeout};

use crate::App;

/// So many numbers are asked about at once; a flood of others is passed over, not queued.
const AT_ONCE_MAX: usize = 16;
/// A supplier that takes longer has not said anything.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Asks suppliers about numbers.
pub(super) struct Asker {
    app: Arc<App>,
    suppliers: Arc<[Arc<dyn Supplier>]>,
    slots: Arc<Semaphore>,
    under_way: Arc<Mutex<HashSet<PhoneNumber>>>,
}

impl Asker {
    pub(super) fn new(app: &Arc<App>) -> Self {
        let suppliers = app.suppliers.iter().map(|(_, supplier)| Arc::clone(supplier));
        Self {
            app: Arc::clone(app),
            suppliers: suppliers.filter(|supplier| supplier.capabilities().lookup).collect(),
            slots: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            under_way: Arc::default(),
        }
    }

    /// Has suppliers asked about a number of which they could say more, unless they were lately.
    pub(super) fn ask_behind(&self, known: &Recognition) {
        let settled = known
            .operators
            .first()
            .is_some_and(|first| first.source == Source::Override);
        let (number, now) = (known.number, self.app.clock.now());
        if self.suppliers.is_empty() || settled || self.app.lookup.has_guesses(number, now) {
            return;
        }
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            return;
        };
        if !self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number)
        {
            return;
        }
        let (app, suppliers, under_way) = (
            Arc::clone(&self.app),
            Arc::clone(&self.suppliers),
            Arc::clone(&self.under_way),
        );
        tokio::spawn(async move {
            ask(&app, &suppliers, number).await;
            under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            drop(slot);
        });
    }
}

/// Asks one supplier after the other and keeps what they say; if none says anything, they are asked again.
async fn ask(app: &App, suppliers: &[Arc<dyn Supplier>], number: PhoneNumber) {
    let (mut guesses, mut answered) = (Vec::new(), false);
    for supplier in suppliers {
        if let Ok(Ok(said)) = timeout(ANSWERS_WITHIN, supplier.lookup(number)).await {
            guesses.extend(said);
            answered = true;
        }
    }
    if answered {
        app.lookup.remember_guesses(number, guesses, app.clock.now());
    }
}
