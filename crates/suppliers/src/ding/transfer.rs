//! A transfer: priced, sent once, and looked for afterwards.
//!
//! Ding pays a reference again that is sent again. So it is sent once, and whatever is unclear after
//! that is looked for in its records; that it isn't found there proves nothing.

use model::{AttemptId, Cause, Elsewhere, Evidence, Fault, Money, Outcome, PhoneNumber, Rejection, TopUp};
use reqwest::header::HeaderName;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    Commission, Ding,
    codes::{ErrorCode, Verdict, judged, verdict},
    records::{ListTransferRecords, refusal},
    wire::{Head, Items, Price, State, Told},
};
use crate::{
    amount::is_dearer,
    http::{
        Answer, Ask, CODE_NOT_SENT,
        json::{Exact, list_or_nothing},
    },
};

/// A reference has one record, or two if somebody has sent it twice.
const RECORDS_MAX: u32 = 10;
/// By it Ding's support finds a call.
const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendTransfer<'a> {
    sku_code: &'a str,
    send_value: Exact,
    send_currency_iso: &'static str,
    account_number: String,
    distributor_ref: String,
    /// It must be there, also when it is no.
    validate_only: bool,
    settings: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Estimate<'a> {
    sku_code: &'a str,
    receive_value: Exact,
    batch_item_ref: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Estimated {
    #[serde(default)]
    price: Option<Price>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    error_codes: Vec<ErrorCode>,
}

impl Ding {
    pub(super) async fn deliver(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        let sent = match self.to_send(topup, evidence).await {
            Ok(sent) => sent,
            Err(rejection) => return Outcome::Rejected(rejection),
        };
        let body = SendTransfer {
            sku_code: &topup.sku,
            send_value: Exact(sent.major()),
            send_currency_iso: sent.currency().code(),
            account_number: account_number(topup.recipient),
            distributor_ref: topup.attempt.to_string(),
            validate_only: false,
            settings: [],
        };
        let ask = Ask::post(&["SendTransfer"], &body)
            .header(CORRELATION, topup.attempt.to_string())
            .within(self.settings.timeout);
        let answer = match self.http.send(ask, evidence).await {
            Ok(answer) => answer,
            Err(failure) => return failure.submission(),
        };
        match self.read(&answer, evidence) {
            Ok(outcome) => outcome,
            Err(Verdict::No(rejection)) => Outcome::Rejected(rejection),
            Err(Verdict::Unclear(cause)) => Outcome::Unknown(cause),
            Err(Verdict::NoUnlessRecorded(rejection)) => {
                let recorded = self.recorded(topup.attempt, topup.recipient, evidence).await;
                match recorded {
                    Ok(Some(outcome)) => outcome,
                    Ok(None) => Outcome::Rejected(rejection),
                    Err(cause) => Outcome::Unknown(cause),
                }
            }
        }
    }

    /// Says what the records have of a submission.
    pub(super) async fn ask(&self, attempt: AttemptId, recipient: PhoneNumber, evidence: &Evidence) -> Outcome {
        match self.recorded(attempt, recipient, evidence).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Outcome::Unknown(Cause::NoRecord),
            Err(cause) => Outcome::Unknown(cause),
        }
    }

    /// Reads the answer to a transfer: its outcome, or what the codes say where they decide.
    fn read(&self, answer: &Answer, evidence: &Evidence) -> Result<Outcome, Verdict> {
        let Ok(head) = answer.read::<Head>() else {
            return Err(judged(answer, evidence));
        };
        let told: Told = answer.read().map_err(Verdict::Unclear)?;
        let Some(transfer) = told
            .transfer_record
            .filter(|transfer| transfer.transfer_ref().is_some())
        else {
            return Err(judged(answer, evidence));
        };
        evidence.judged(&format!("the transfer's state is {:.100}", transfer.word()));
        match transfer.state() {
            Some(State::Failed) if !head.error_codes.is_empty() => Err(judged(answer, evidence)),
            // Refused in one breath and not in the other: the records have the last word.
            Some(State::Complete | State::UnderWay) if !is_good(&head) => {
                let codes = head.error_codes.iter().map(ErrorCode::text).collect::<Vec<_>>();
                let text = format!("{} with {}", transfer.word(), codes.join(", "));
                Err(Verdict::Unclear(Cause::Unreadable(text)))
            }
            _ => Ok(transfer.outcome(&head.error_codes, self.settings.commission)),
        }
    }

    /// What has to be sent for what is to arrive: what the listing said, or what Ding says now. Nothing
    /// has been sent yet, so whatever goes wrong is a no.
    async fn to_send(&self, topup: &TopUp, evidence: &Evidence) -> Result<Money, Rejection> {
        if let Some(listed) = topup.parameters.as_deref() {
            let sent = Money::try_from(listed.to_owned());
            return sent.map_err(|error| unpriced(format!("its listing can't be read: {error}")));
        }
        let price = self.estimated(topup, evidence).await?;
        let (Some(cost), Some(sent)) = (price.cost(Decimal::ZERO), price.sent()) else {
            return Err(unpriced("its price is not an amount of money".to_owned()));
        };
        // What a commission will take off is not said here.
        if self.settings.commission == Commission::Separate && is_dearer(cost, topup.cost) {
            return Err(Rejection {
                code: "price_up".to_owned(),
                ..unpriced(format!("it costs {cost} now, and its offer said {}", topup.cost))
            });
        }
        Ok(sent)
    }

    async fn estimated(&self, topup: &TopUp, evidence: &Evidence) -> Result<Price, Rejection> {
        let estimate = Estimate {
            sku_code: &topup.sku,
            receive_value: Exact(topup.amount.major()),
            batch_item_ref: "1",
        };
        let ask = Ask::post(&["EstimatePrices"], &[estimate]).within(self.settings.question_timeout());
        let answer = self.http.send(ask, evidence).await.map_err(|failure| Rejection {
            fault: Fault::Supplier,
            code: CODE_NOT_SENT.to_owned(),
            ..unpriced(format!("its price can't be asked for, so it was not sent: {failure}"))
        })?;
        let items: Result<Items<Estimated>, Cause> = answer.read();
        let item = items.ok().and_then(|items| items.items.into_iter().next());
        let codes = match item {
            Some(Estimated { price: Some(price), .. }) => return Ok(price),
            Some(item) => item.error_codes,
            None => answer.read::<Head>().map(|head| head.error_codes).unwrap_or_default(),
        };
        Err(match verdict(&codes) {
            Verdict::No(rejection) | Verdict::NoUnlessRecorded(rejection) => rejection,
            Verdict::Unclear(cause) => unpriced(format!("its price can't be read: {cause}")),
        })
    }

    /// What the records have of a submission, if they have it.
    async fn recorded(
        &self,
        attempt: AttemptId,
        recipient: PhoneNumber,
        evidence: &Evidence,
    ) -> Result<Option<Outcome>, Cause> {
        let wanted = ListTransferRecords {
            distributor_ref: Some(attempt.to_string()),
            account_number: Some(account_number(recipient)),
            skip: 0,
            take: RECORDS_MAX,
        };
        let ask = Ask::post(&["ListTransferRecords"], &wanted).within(self.settings.question_timeout());
        let answer = self.http.send(ask, evidence).await?;
        let head: Head = answer.read()?;
        if !is_good(&head) {
            return Err(Cause::Unreadable(refusal(&head)));
        }
        let told: Items<Told> = answer.read()?;
        let told = told.items.into_iter();
        let all = told.filter_map(|told| Some((told.transfer_record?, told.error_codes)));
        let ours = all.filter(|(transfer, _)| transfer.is_of(attempt));
        // If it was sent twice, the one counts that is furthest on its way to a phone.
        let first = ours.min_by_key(|(transfer, _)| transfer.state().unwrap_or(State::UnderWay));
        let Some((transfer, codes)) = first else {
            evidence.judged("no record");
            return Ok(None);
        };
        evidence.judged(&format!("the record's state is {:.100}", transfer.word()));
        Ok(Some(transfer.outcome(&codes, self.settings.commission)))
    }
}

/// Whether an answer is what was asked for: 2 means in part, or the nearest to it.
pub(super) const fn is_good(head: &Head) -> bool {
    matches!(head.result_code, 1 | 2)
}

/// Ding wants digits alone.
fn account_number(number: PhoneNumber) -> String {
    number.digits().to_string()
}

fn unpriced(message: String) -> Rejection {
    Rejection {
        fault: Fault::Amount,
        elsewhere: Elsewhere::May,
        code: "not_priced".to_owned(),
        message,
        again_after_s: None,
    }
}
