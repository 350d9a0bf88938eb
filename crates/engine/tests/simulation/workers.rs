//! Two workers, each with its own view of how suppliers do, which dies with it.

use std::sync::Arc;

use engine::{
    accounts::Directory,
    health::{Grade, Health, recent},
    orders::{self, Attempt, Begin, Begun, Call, OrderKey, Resolve, Resolved},
    routing::{self, Conditions},
};
use model::{Clock, Exchange, OperatorId, Outcome, SupplierName, Timestamp};
use rand::RngExt;
use tokio::task::JoinSet;

use crate::history::History;

/// A worker: what it knows, and what it has heard and not written yet.
#[derive(Default)]
pub(crate) struct Worker {
    health: Health,
    pub(crate) answers: Vec<Answer>,
}

/// An answer on its way.
#[derive(Clone)]
pub(crate) struct Answer {
    key: OrderKey,
    attempt: u32,
    call: Call,
    supplier: SupplierName,
    outcome: Outcome,
    called_at: Timestamp,
}

impl Answer {
    pub(crate) fn to_question(key: OrderKey, attempt: &Attempt, outcome: Outcome, called_at: Timestamp) -> Self {
        Self {
            key,
            attempt: attempt.id.number,
            call: Call::Find,
            supplier: attempt.supplier.clone(),
            outcome,
            called_at,
        }
    }
}

fn operator() -> OperatorId {
    "at-t-usa".parse().expect("a slug")
}

impl History {
    /// Both workers take what is due at once; one call in ten dies before anything is heard of it.
    pub(crate) async fn work(&mut self) {
        let now = self.world.clock.now();
        let due = self
            .world
            .db
            .read(move |tx| orders::due(tx, now, 200))
            .await
            .expect("the database works");
        let directory = Arc::new(self.world.db.read(Directory::load).await.expect("the database works"));
        let paced = self
            .world
            .db
            .read(move |tx| routing::paced(tx, now))
            .await
            .expect("the database works");
        let paced = Arc::new(paced);
        let mut running = JoinSet::new();
        for number in 0..self.workers.len() {
            let conditions = Arc::new(Conditions {
                standings: Arc::new(self.workers[number].health.standings(now)),
                paced: Arc::clone(&paced),
                ..self.market.conditions(&self.rules)
            });
            for key in due.iter().copied() {
                let begin = Begin {
                    key,
                    now,
                    catalog: Arc::clone(&self.world.catalog),
                    directory: Arc::clone(&directory),
                    conditions: Arc::clone(&conditions),
                    context: Arc::clone(&self.world.context),
                };
                let db = self.world.db.clone();
                running.spawn(async move { (number, db.write(begin).await.expect("the database works")) });
            }
        }
        let mut begun = running.join_all().await;
        begun.sort_by_cached_key(|begun| format!("{begun:?}"));
        for (number, begun) in begun {
            self.call(number, begun, now);
        }
    }

    /// A worker calls a supplier.
    fn call(&mut self, number: usize, begun: Begun, now: Timestamp) {
        let worker = &mut self.workers[number];
        let (key, attempt, call, supplier, outcome, grade) = match begun {
            Begun::Submit(submission) => {
                if self.rng.random_ratio(1, 20) {
                    return;
                }
                let name = submission.supplier;
                worker.health.begun(&name, &operator(), now);
                let outcome = self.market.supplier(&name).submit(&submission.topup, now);
                let grade = Grade::of_submission(&outcome, std::time::Duration::from_secs(1));
                (
                    submission.key,
                    submission.topup.attempt,
                    Call::Submit,
                    name,
                    outcome,
                    grade,
                )
            }
            Begun::Ask(question) => {
                let attempt = question.attempt.attempt;
                let outcome = self.market.supplier(&question.supplier).find(attempt, now);
                let grade = Grade::of_question(&outcome, now.since(question.attempt.submitted_at));
                (question.key, attempt, Call::Find, question.supplier, outcome, grade)
            }
            Begun::Waits { .. } | Begun::Ended | Begun::Nothing => return,
        };
        if self.rng.random_ratio(1, 10) {
            return;
        }
        worker.health.heard(&supplier, &operator(), grade, now);
        worker.answers.push(Answer {
            key,
            attempt: attempt.number,
            call,
            supplier,
            outcome,
            called_at: now,
        });
    }

    /// Some of the answers arrive, in any order, a few of them twice.
    pub(crate) async fn answer(&mut self) {
        let mut arrived = Vec::new();
        for worker in &mut self.workers {
            for index in (0..worker.answers.len()).rev() {
                if self.rng.random_ratio(3, 4) {
                    let answer = worker.answers.swap_remove(index);
                    if self.rng.random_ratio(1, 10) {
                        arrived.push(answer.clone());
                    }
                    arrived.push(answer);
                }
            }
        }
        self.resolve(arrived).await;
    }

    pub(crate) async fn resolve(&mut self, answers: Vec<Answer>) {
        let mut running = JoinSet::new();
        for answer in answers {
            let absence = self.market.supplier(&answer.supplier).habits.absence;
            let resolve = Resolve {
                key: answer.key,
                attempt: answer.attempt,
                outcome: answer.outcome,
                call: answer.call,
                recipe: self.rules.recipe(&answer.supplier, absence),
                exchanges: vec![exchange(answer.called_at)],
                called_at: answer.called_at,
                now: self.world.clock.now(),
                context: Arc::clone(&self.world.context),
            };
            let db = self.world.db.clone();
            running.spawn(async move { db.write(resolve).await.expect("the database works") });
        }
        for resolved in running.join_all().await {
            assert_ne!(resolved, Resolved::DeliveredLate, "a refund was made without proof");
        }
    }

    /// A worker dies with all that it has heard; the next one knows what the database says of lately.
    pub(crate) async fn kill_a_worker(&mut self) {
        let since = self.world.clock.now().minus(Health::SEED_SPAN);
        let recent = self
            .world
            .db
            .read(move |tx| recent(tx, since))
            .await
            .expect("the database works");
        let number = self.rng.random_range(0..self.workers.len());
        let mut health = Health::new(self.rules.breaker.clone());
        health.hear_recent(&self.world.catalog, &recent);
        self.workers[number] = Worker {
            health,
            answers: Vec::new(),
        };
    }
}

fn exchange(at: Timestamp) -> Exchange {
    Exchange {
        sent_at_us: at.as_micros(),
        request: "POST /topups".to_owned(),
        answer: None,
        duration_ms: None,
        rule: None,
    }
}
