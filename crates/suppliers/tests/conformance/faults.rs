//! Every fault that a phone's last digits choose, at every supplier.

use simulators::{Fault, suffixes_of};

use crate::{
    ding, dtone, reloadly,
    shop::Shop,
    stage::{IMPATIENT, PATIENT, Stage},
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
        let story = stage.player().tell(&shop.any(1, suffix.digits)).await;
        let (digits, fault) = (suffix.digits, format!("{:?}", suffix.fault));
        told.push(format!("{digits} {fault:<21} {story}"));
    }
    told.join("\n")
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

#[tokio::test(flavor = "multi_thread")]
async fn reloadly_agrees_with_its_books_whatever_goes_wrong() {
    let told = play(simulators::Supplier::Reloadly, reloadly::stage).await;
    insta::assert_snapshot!(told);
}
