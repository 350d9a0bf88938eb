//! What Reloadly's codes prove. `docs/SUPPLIERS.md` repeats the table and a test compares them.

use model::Fault;

use crate::codes::{Code, Meaning};

/// No second top-up of a number within this.
pub(super) const NUMBER_PAUSE_S: u32 = 120;

/// Every code that is known; any other is unknown.
pub const CODES: [Code; 40] = {
    use Meaning::{No, NoForAll, NoForNow, Unclear};
    const fn code(code: &'static str, meaning: Meaning) -> Code {
        Code::new(code, meaning)
    }
    [
        code("INVALID_CREDENTIALS", No(Fault::Supplier)),
        code("INVALID_TOKEN", No(Fault::Supplier)),
        code("TOKEN_EXPIRED", No(Fault::Supplier)),
        code("INACTIVE_ACCOUNT", No(Fault::Supplier)),
        code("ACCOUNT_NOT_FOUND", No(Fault::Supplier)),
        code("MAX_DAILY_TRANSACTION_COUNT_REACHED", No(Fault::Supplier)),
        code("MAX_DAILY_TRANSACTION_AMOUNT_REACHED", No(Fault::Supplier)),
        code("RATE_LIMIT_REACHED", No(Fault::Supplier)),
        code("INVALID_SENDER_PHONE", No(Fault::Supplier)),
        code("INVALID_INPUT_PROVIDED", No(Fault::Supplier)),
        code("JSON_SYNTAX_ERROR", No(Fault::Supplier)),
        code("INSUFFICIENT_BALANCE", No(Fault::Float)),
        code("COUNTRY_NOT_SUPPORTED", No(Fault::Supplier)),
        code("COULD_NOT_AUTO_DETECT_OPERATOR", No(Fault::Supplier)),
        code("INVALID_PHONE_NUMBER", NoForAll(Fault::Number)),
        code("INVALID_RECIPIENT_PHONE", NoForAll(Fault::Number)),
        code("RECIPIENT_PHONE_INACTIVE", NoForAll(Fault::Number)),
        code("PHONE_BANNED_BY_OPERATOR", NoForAll(Fault::Number)),
        code("RECIPIENT_REACHED_MAX_TOPUP_NUMBER", No(Fault::Number)),
        code("INVALID_AMOUNT", No(Fault::Amount)),
        code("INVALID_AMOUNT_FOR_OPERATOR", No(Fault::Amount)),
        code("INVALID_AMOUNT_FOR_RECIPIENT_PHONE", No(Fault::Amount)),
        code("PHONE_RECENTLY_RECHARGED", NoForNow(Fault::Duplicate, NUMBER_PAUSE_S)),
        code(
            "RECIPIENT_HAS_PENDING_TRANSACTION",
            NoForNow(Fault::Duplicate, NUMBER_PAUSE_S),
        ),
        code("OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE", No(Fault::Operator)),
        code("OPERATOR_NOT_IN_SERVICE", No(Fault::Operator)),
        code("SERVICE_TO_OPERATOR_TEMPORARILY_UNAVAILABLE", No(Fault::Operator)),
        code("CONNECTION_TO_OPERATOR_TEMPORARILY_DOWN", No(Fault::Operator)),
        code("TRANSACTION_REJECTED_BY_OPERATOR", No(Fault::Operator)),
        code("TRANSACTION_REFUSED_BY_OPERATOR", No(Fault::Operator)),
        code("TRANSACTION_FAILED_ON_OPERATOR", No(Fault::Operator)),
        // They read like refusals, but only Reloadly's report can say so.
        code("TOPUP_TRANSACTION_FAILED", Unclear),
        code("TRANSACTION_CANNOT_BE_PROCESSED_AT_THE_MOMENT", Unclear),
        // An earlier call with our reference was accepted: most of those were paid for.
        code("CUSTOM_IDENTIFIER_ALREADY_USED", Unclear),
        code("PROVIDER_INTERNAL_ERROR", Unclear),
        code("REQUEST_FAILED_ON_PROVIDER", Unclear),
        code("CONNECTION_TO_OPERATOR_FAILED", Unclear),
        code("UNMAPPED_PROVIDER_ERROR_CODE", Unclear),
        code("REQUEST_PROCESSING_FAILED", Unclear),
        code("FX_RATE_NOT_AVAILABLE", Unclear),
    ]
};
