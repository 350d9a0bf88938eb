//! What the v2 API's codes prove. `docs/SUPPLIERS.md` repeats the table and a test compares them.

use model::Fault;

use crate::codes::{Code, Meaning};

/// A repetition is refused for so long, unless the server has another window.
const DUPLICATE_WINDOW_S: u32 = 300;

/// Every code that is known; any other is unknown. Three stand for a status that came without a code:
/// keys and limits are looked at before anything else is done.
pub const CODES: [Code; 28] = {
    use Meaning::{No, NoForAll, NoForNow, Unclear};
    const fn code(code: &'static str, meaning: Meaning) -> Code {
        Code::new(code, meaning)
    }
    [
        code("parse_error", No(Fault::Supplier)),
        code("missing_param", No(Fault::Supplier)),
        code("invalid_param", No(Fault::Supplier)),
        code("too_many_items", No(Fault::Supplier)),
        code("too_large", No(Fault::Supplier)),
        code("unsupported_media_type", No(Fault::Supplier)),
        code("unsupported_payment_method", No(Fault::Supplier)),
        code("method_not_allowed", No(Fault::Supplier)),
        code("unauthorized", No(Fault::Supplier)),
        code("forbidden", No(Fault::Supplier)),
        code("account_suspended", No(Fault::Supplier)),
        code("limit_exceeded", No(Fault::Supplier)),
        code("rate_limited", No(Fault::Supplier)),
        code("401", No(Fault::Supplier)),
        code("403", No(Fault::Supplier)),
        code("429", No(Fault::Supplier)),
        code("balance_too_low", No(Fault::Float)),
        code("not_found", No(Fault::Amount)),
        code("out_of_stock", No(Fault::Amount)),
        code("invalid_package_id", No(Fault::Amount)),
        code("invalid_value", No(Fault::Amount)),
        code("price_changed", No(Fault::Amount)),
        code("unsupported_operator", No(Fault::WrongOperator)),
        code("invalid_phone_number", NoForAll(Fault::Number)),
        code("duplicate_topup", NoForNow(Fault::Duplicate, DUPLICATE_WINDOW_S)),
        // An earlier request with our reference is there, or under way.
        code("idempotency_in_progress", Unclear),
        code("idempotency_key_reused", Unclear),
        code("create_invoice_failed", Unclear),
    ]
};
