//! Every fault that a phone's last digits choose, at every supplier.

use model::Outcome;
use simulators::{Fault, suffixes_of};

use crate::{
    ding, dtone,
    shop::Shop,
    stage::{Ending, IMPATIENT, PATIENT, Stage, Story, word},
};

/// Plays every ending, each on a stage of its own, and writes down what was said.
async fn play<F: Future<Output = Stage>>(
    supplier: simulators::Supplier,
    open: impl Fn(std::time::Duration) -> F,
) -> String {
    let mut told = Vec::new();
    for suffix in suffixes_of(supplier) {
        let patience = if suffix.fault == Fault::LateAnswer {
            IMPATIENT
        } else {
            PATIENT
        };
        let stage = open(patience).await;
        let shop = Shop::of(&stage).await;
        if suffix.fault == Fault::Velocity {
            stage.play(&shop.any(900, suffix.digits)).await;
        }
        let story = stage.play(&shop.any(1, suffix.digits)).await;
        agree(&stage, &story);
        let last = match &story.last {
            Ending::Said(outcome) => word(outcome),
            Ending::Absent => "absent".into(),
        };
        let (digits, fault) = (suffix.digits, format!("{:?}", suffix.fault));
        told.push(format!("{digits} {fault:<21} {} -> {last}", word(&story.first)));
    }
    told.join("\n")
}

/// What the connector says agrees with what the simulator did.
pub(crate) fn agree(stage: &Stage, story: &Story) {
    let attempt = story.reference.attempt;
    let (kept, all) = stage.deliveries(attempt);
    assert!(all <= 1, "{attempt} was delivered {all} times");
    let calls = stage.running.calls();
    let submits = calls
        .iter()
        .filter(|call| call.endpoint == simulators::Endpoint::Submit && call.reference == Some(attempt.to_string()));
    // A refused token was looked at before anything else: with a new one the same submission goes on.
    let refused = |call: &&simulators::CallRecord| call.fault == Some(Fault::Unauthorized);
    let most = if submits.clone().any(|call| refused(&call)) {
        2
    } else {
        1
    };
    assert!((1..=most).contains(&submits.count()), "it is sent once");
    let wallet = stage.running.wallet();
    assert!(wallet.is_whole());
    match &story.last {
        Ending::Said(Outcome::Delivered(receipt)) => {
            assert_eq!(kept, 1, "{story:?}");
            let transactions = stage.running.transactions();
            let told = transactions
                .iter()
                .find(|one| one.reference == attempt.to_string())
                .unwrap();
            // Reloadly's report doesn't tell what an order in the operator's currency cost.
            let cost = receipt.cost.map(model::Money::major);
            assert!(cost.is_none_or(|cost| cost == told.cost.normalize()), "{story:?}");
            assert_eq!(receipt.delivered.unwrap().major(), told.delivered.normalize());
            assert_eq!(receipt.supplier_reference, Some(told.id.to_string()));
        }
        Ending::Said(Outcome::Rejected(_)) | Ending::Absent => {
            assert_eq!(kept, 0, "{story:?}");
            assert!(wallet.holding.is_zero(), "nothing is owed: {story:?}");
        }
        Ending::Said(Outcome::Reversed { .. }) => assert_eq!((kept, all), (0, 1), "{story:?}"),
        Ending::Said(Outcome::Pending { .. } | Outcome::Unknown(_)) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dtone_agrees_with_its_books_whatever_goes_wrong() {
    let told = play(simulators::Supplier::DtOne, dtone::stage).await;
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn ding_agrees_with_its_books_whatever_goes_wrong() {
    let told = play(simulators::Supplier::Ding, ding::stage).await;
    insta::assert_snapshot!(told);
}
