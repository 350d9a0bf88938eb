//! People: they change the rules, and end what nobody knows, two of them each time, by what they see
//! in the supplier's own books.

use std::sync::Arc;

use engine::{
    Error,
    orders::{self, Attempt, Consent, DecideError, OrderKey, Proposed, Verdict, Word},
};
use model::{Clock, Timestamp};
use rand::{RngExt, rngs::StdRng};

use crate::{history::History, market::Market};

const RULES: [&str; 4] = [
    r#"{"supplier": [{"name": "forgetful", "stuck_after_s": 1800}]}"#,
    r#"{"prefer": [{"suppliers": ["reliable", "strict"]}], "breaker": {"failures_in_a_row": 3, "open_s": 60}}"#,
    r#"{"split": [{"weights": {"reliable": 1, "forgetful": 2, "strict": 3}}],
        "supplier": [{"name": "reliable", "number_pause_s": 45, "absence_after_s": 30, "absence_queries": 3}]}"#,
    r#"{"exclude": [{"supplier": "forgetful", "where": {"country": "US"}, "why": "a dispute"}]}"#,
];

impl History {
    pub(crate) fn change_rules(&mut self) {
        let rules = RULES[self.rng.random_range(0..RULES.len())];
        self.rules = Arc::new(serde_json::from_str(rules).expect("rules"));
    }

    /// Two people look at what is stuck.
    pub(crate) async fn decide(&mut self) {
        let read = self.world.db.read(|tx| {
            let mut stuck = Vec::new();
            for order in orders::stuck(tx, 100)? {
                let last = orders::attempts(tx, order.key())?.pop();
                stuck.push((order.key(), last.expect("a stuck order has been sent")));
            }
            Ok::<_, Error>(stuck)
        });
        let now = self.world.clock.now();
        for (key, attempt) in read.await.expect("the database works") {
            if let Some(verdict) = seen(&self.market, &attempt, now, &mut self.rng) {
                self.agree(key, verdict).await;
            }
        }
    }

    /// One proposes, and can't agree with herself; another does, mostly.
    async fn agree(&mut self, key: OrderKey, verdict: Verdict) {
        let consent = if self.rng.random_ratio(1, 4) {
            Consent::Reject
        } else {
            Consent::Confirm
        };
        let (context, now) = (Arc::clone(&self.world.context), self.world.clock.now());
        let agreed = self.world.db.write_with(move |tx| {
            let word = |verdict| Word {
                verdict,
                why: "saw their books",
                by: "ana",
            };
            let proposed = match orders::propose(tx, &context, key, word(verdict), now) {
                Err(DecideError::NoAttemptLeft(_)) => orders::propose(tx, &context, key, word(Verdict::Failed), now)?,
                other => other?,
            };
            assert!(matches!(proposed, Proposed::Waits(_)));
            orders::consent(tx, &context, key, (consent, "so did I", "bo"), now)
        });
        agreed.await.expect("a stuck order can be decided");
    }
}

/// What a supplier's books say of an attempt, if they say anything for good.
fn seen(market: &Market, attempt: &Attempt, now: Timestamp, rng: &mut StdRng) -> Option<Verdict> {
    let never = if rng.random() { Verdict::Failed } else { Verdict::Retry };
    let Some(execution) = market.truth(&attempt.supplier, attempt.id) else {
        return Some(never);
    };
    match (execution.known_from, execution.delivered_at, execution.reversed_at) {
        (None, ..) => Some(never),
        (_, Some(at), None) if at <= now => Some(Verdict::Delivered),
        // It may be taken back in a moment, and then the supplier says so itself.
        _ => None,
    }
}
