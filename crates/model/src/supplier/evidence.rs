//! What passed between us and a supplier over one call, kept with the attempt.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Longer texts are cut here: an answer is evidence, not an archive.
const TEXT_CHARS_MAX: usize = 4_000;
/// Further exchanges of one call are left out: no call needs so many.
const EXCHANGES_MAX: usize = 16;

/// Gathers what passes over the wire while a call is under way. It outlives the call: what was
/// written before the call was cut short is still there.
///
/// Whoever writes into it leaves out keys, secrets and PINs before.
#[derive(Debug, Default)]
pub struct Evidence(Mutex<Vec<Exchange>>);

/// Which exchange of a call is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeNumber(usize);

/// One request to a supplier and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When it was sent, in microseconds since 1970.
    pub sent_at_us: i64,
    /// Method, path and body, without secrets.
    pub request: String,
    /// Status and body, without secrets; none if there was no answer.
    pub answer: Option<String>,
    /// How long the answer took, or how long it was waited for; none if the call was cut short.
    pub duration_ms: Option<u64>,
    /// Which rule of the connector made an outcome of it.
    pub rule: Option<String>,
}

impl Evidence {
    /// Returns none yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a request before it is sent.
    pub fn sent(&self, at: Timestamp, request: &str) -> ExchangeNumber {
        self.with(|exchanges| {
            if exchanges.len() < EXCHANGES_MAX {
                exchanges.push(Exchange {
                    sent_at_us: at.as_micros(),
                    request: cut(request),
                    answer: None,
                    duration_ms: None,
                    rule: None,
                });
                ExchangeNumber(exchanges.len() - 1)
            } else {
                ExchangeNumber(EXCHANGES_MAX)
            }
        })
    }

    /// Notes the answer, or that there was none after so long.
    pub fn answered(&self, number: ExchangeNumber, answer: Option<&str>, after: Duration) {
        self.with(|exchanges| {
            if let Some(exchange) = exchanges.get_mut(number.0) {
                exchange.answer = answer.map(cut);
                exchange.duration_ms = u64::try_from(after.as_millis()).ok();
            }
        });
    }

    /// Notes which rule decided on the latest exchange.
    pub fn judged(&self, rule: &str) {
        self.with(|exchanges| {
            if let Some(exchange) = exchanges.last_mut() {
                exchange.rule = Some(cut(rule));
            }
        });
    }

    /// Takes out what was gathered.
    pub fn take(&self) -> Vec<Exchange> {
        self.with(std::mem::take)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<Exchange>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_was_cut_short_leaves_its_request() {
        let evidence = Evidence::new();
        let first = evidence.sent(Timestamp::from_micros(7), "GET /balance");
        evidence.answered(first, Some("200 {}"), Duration::from_millis(12));
        evidence.judged("a balance");
        evidence.sent(Timestamp::from_micros(9), "POST /topups");
        let [answered, silent] = &evidence.take()[..] else {
            panic!("two were sent")
        };
        assert_eq!(
            (answered.duration_ms, answered.rule.as_deref()),
            (Some(12), Some("a balance"))
        );
        assert_eq!((silent.sent_at_us, &silent.answer, &silent.rule), (9, &None, &None));
        assert!(evidence.take().is_empty());
    }

    #[test]
    fn long_texts_and_many_exchanges_are_bounded() {
        let evidence = Evidence::new();
        for _ in 0..100 {
            let number = evidence.sent(Timestamp::default(), &"é".repeat(10_000));
            evidence.answered(number, None, Duration::ZERO);
        }
        let exchanges = evidence.take();
        assert_eq!(exchanges.len(), EXCHANGES_MAX);
        assert!(
            exchanges
                .iter()
                .all(|one| one.request.chars().count() == TEXT_CHARS_MAX)
        );
    }
}
