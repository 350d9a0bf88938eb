//! What every supplier needs around it, written once: bounded time, bounded concurrency, no panic, metrics.
//!
//! [`Layered`] is a supplier itself. Around each call, from the outside in: it is counted and
//! timed; it waits for its turn; it gets its time; a panic in it is caught. Whatever is cut short
//! after a submission began is [`Outcome::Unknown`], because nobody can tell how far it got.

mod panics;
mod telemetry;

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{
    Absence, AttemptId, AttemptRef, Callback, CallbackError, Capabilities, Cause, Elsewhere, Evidence, Fault, Listing,
    Money, Offer, OperatorGuess, Outcome, PhoneNumber, Record, Rejection, Supplier, SupplierError, SupplierName,
    Timestamp, TopUp,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use telemetry::{Call, Telemetry, word_of, word_of_result};

/// The code of a submission that never left because too many calls were under way.
pub const CODE_NO_TURN: &str = "no_turn";
/// A list of thousands of things comes in many pages; longer than this it is given up.
const LIST_TIMEOUT: Duration = Duration::from_mins(5);

/// How much one supplier is asked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls under way at the same time.
    pub calls_max: usize,
    /// How long a call waits for its turn before it is given up.
    pub turn_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls_max: 64,
            turn_max: Duration::from_secs(2),
        }
    }
}

/// A supplier whose calls end in time, one way or another.
pub struct Layered {
    inner: Arc<dyn Supplier>,
    call_timeout: Duration,
    turn_max: Duration,
    turns: Semaphore,
    telemetry: Telemetry,
}

/// Why a call has no answer of the supplier's own.
enum Cut {
    NoTurn,
    Timeout,
    Panic,
}

impl Layered {
    /// Puts the layers around a supplier.
    pub fn new(inner: Arc<dyn Supplier>, limits: Limits) -> Self {
        Self {
            call_timeout: inner.capabilities().call_timeout,
            turn_max: limits.turn_max,
            turns: Semaphore::new(limits.calls_max.clamp(1, Semaphore::MAX_PERMITS)),
            telemetry: Telemetry::new(inner.name()),
            inner,
        }
    }

    async fn call<T: Send>(&self, call: impl Future<Output = T> + Send, within: Duration) -> Result<T, Cut> {
        // The time runs from the turn on: a call must not be cut short because others were slow.
        let turn = timeout(self.turn_max, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Cut::NoTurn)?.expect("the turns are never closed");
        match timeout(within, panics::caught(call)).await {
            Err(_) => Err(Cut::Timeout),
            Ok(Err(panics::Panicked)) => Err(Cut::Panic),
            Ok(Ok(answer)) => Ok(answer),
        }
    }

    async fn question<T: Send>(
        &self,
        call: Call,
        answer: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        self.question_within(self.call_timeout, call, answer).await
    }

    /// A question whose answer comes in many pages.
    async fn long_question<T: Send>(
        &self,
        call: Call,
        answer: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        self.question_within(self.call_timeout.max(LIST_TIMEOUT), call, answer)
            .await
    }

    async fn question_within<T: Send>(
        &self,
        within: Duration,
        call: Call,
        answer: impl Future<Output = Result<T, SupplierError>> + Send,
    ) -> Result<T, SupplierError> {
        let began = Instant::now();
        let result = self.call(answer, within).await.unwrap_or_else(|cut| Err(cut.error()));
        self.telemetry.count(call, word_of_result(&result), began.elapsed());
        if let Err(error) = &result {
            self.telemetry.note_error(call, error);
        }
        result
    }
}

impl Cut {
    /// Leaves a note with what was sent until then.
    fn noted(self, evidence: &Evidence) -> Self {
        evidence.judged(match self {
            Self::NoTurn => "not sent: too many calls were under way",
            Self::Timeout => "unknown: no answer in time",
            Self::Panic => "unknown: the answer made the connector panic",
        });
        self
    }

    fn error(self) -> SupplierError {
        match self {
            Self::NoTurn => SupplierError::Unreachable("too many calls are under way".into()),
            Self::Timeout => SupplierError::Unreachable("no answer in time".into()),
            Self::Panic => SupplierError::Unusable("the answer made the connector panic".into()),
        }
    }

    /// What a submission has become that was cut short here.
    fn submission(self) -> Outcome {
        match self {
            // It never left: the one cut after which nothing can have been delivered.
            Self::NoTurn => Outcome::Rejected(Rejection {
                fault: Fault::Supplier,
                elsewhere: Elsewhere::May,
                code: CODE_NO_TURN.into(),
                message: "too many calls to the supplier are under way; it was not sent".into(),
                again_after_s: None,
            }),
            Self::Timeout | Self::Panic => self.question(),
        }
    }

    /// What a question about a submission has become that was cut short here.
    fn question(self) -> Outcome {
        Outcome::Unknown(match self {
            Self::NoTurn | Self::Timeout => Cause::Timeout,
            Self::Panic => Cause::Interrupted,
        })
    }
}

#[async_trait]
impl Supplier for Layered {
    fn name(&self) -> &SupplierName {
        self.inner.name()
    }

    /// A call that waits for its turn may execute that much later.
    fn capabilities(&self) -> Capabilities {
        let inner = self.inner.capabilities();
        let absence = match inner.absence {
            Absence::NeverProof => Absence::NeverProof,
            Absence::Proof { after, queries } => Absence::Proof {
                after: after.saturating_add(self.turn_max),
                queries,
            },
        };
        Capabilities { absence, ..inner }
    }

    async fn offers(&self) -> Result<Vec<Offer>, SupplierError> {
        self.long_question(Call::Offers, async { self.inner.offers().await })
            .await
    }

    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        self.long_question(Call::Offers, async { self.inner.listings().await })
            .await
    }

    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        let began = Instant::now();
        let answer = self
            .call(async { self.inner.submit(topup, evidence).await }, self.call_timeout)
            .await;
        let outcome = answer.unwrap_or_else(|cut| cut.noted(evidence).submission());
        self.telemetry.count(Call::Submit, word_of(&outcome), began.elapsed());
        self.telemetry.note_submission(topup, &outcome);
        outcome
    }

    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        let began = Instant::now();
        let answer = self
            .call(async { self.inner.find(attempt, evidence).await }, self.call_timeout)
            .await;
        let outcome = answer.unwrap_or_else(|cut| cut.noted(evidence).question());
        self.telemetry.count(Call::Find, word_of(&outcome), began.elapsed());
        self.telemetry.note_finding(attempt, &outcome);
        outcome
    }

    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        self.question(Call::LateChanges, async { self.inner.late_changes(since).await })
            .await
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        self.question(Call::Float, async { self.inner.float().await }).await
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        self.question(Call::Lookup, async { self.inner.lookup(number).await })
            .await
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        self.long_question(Call::Statement, async { self.inner.statement(from, until).await })
            .await
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        self.inner.callback(callback)
    }
}
