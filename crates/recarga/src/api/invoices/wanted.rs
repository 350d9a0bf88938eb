//! What a request for an invoice says, read field by field.

use engine::invoices::{
    Payment, Repeats,
    draft::{Amount, ORDERS_MAX, Wish},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    api::{
        body::{self, Field},
        error::{ApiError, Code},
        wire::NumberOrText,
    },
    webhooks::WebhookTargets,
};

const REFERENCE_CHARS_MAX: usize = 128;
const WEBHOOK_URL_CHARS_MAX: usize = 2_048;
/// A product's id, a package's, a number, an amount or a method is not longer.
const WORD_CHARS_MAX: usize = 255;

/// What to buy, as it is documented.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the fields are read one by one, so that an error can name its field"
)]
pub(in crate::api) struct NewInvoice {
    /// One line for each phone and amount.
    #[schema(min_items = 1, max_items = 20)]
    products: Vec<NewLine>,
    /// Only `balance` is taken.
    #[schema(default = "balance", nullable = false, example = "balance", pattern = "^balance$")]
    payment_method: Option<String>,
    /// Whether to pay at once.
    #[schema(default = false, nullable = false, example = true)]
    auto_pay: Option<bool>,
    /// Gets a signed POST of the invoice when it becomes final.
    #[schema(
        nullable = false,
        max_length = 2048,
        pattern = "^https?://",
        example = "https://shop.example.com/recarga"
    )]
    webhook_url: Option<String>,
    /// Your own reference.
    #[schema(nullable = false, max_length = 128, example = "cart-1729")]
    reference: Option<String>,
    /// What all orders may cost at most, in the account's currency: a number or a text.
    #[schema(nullable = false)]
    max_price: Option<NumberOrText>,
    /// Whether the same number and value as a moment ago is meant.
    #[schema(default = false, nullable = false)]
    allow_duplicate: Option<bool>,
}

/// One line of a new invoice. It names a package or a value.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the fields are read one by one, so that an error can name its field"
)]
pub(in crate::api) struct NewLine {
    #[schema(max_length = 255, example = "at-t-usa")]
    product_id: String,
    /// A package of the product.
    #[schema(nullable = false, max_length = 255, example = "at-t-usa<&>25")]
    package_id: Option<String>,
    /// An amount in the product's currency, or a package's value: a number or a text.
    #[schema(nullable = false)]
    value: Option<NumberOrText>,
    /// The phone, in E.164 form.
    #[schema(max_length = 255, example = "+15551234567")]
    phone_number: String,
    /// How many orders of this.
    #[schema(nullable = false, minimum = 1, maximum = 20, default = 1)]
    quantity: Option<u32>,
}

/// What a request asks for.
pub(super) struct Wanted<'a> {
    /// The lines as they were sent.
    pub(super) products: &'a RawValue,
    pub(super) wishes: Vec<Wish>,
    pub(super) max_price: Option<String>,
    pub(super) payment: Payment,
    pub(super) repeats: Repeats,
    pub(super) reference: Option<String>,
    pub(super) webhook_url: Option<String>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    products: Option<&'a RawValue>,
    #[serde(borrow)]
    payment_method: Option<&'a RawValue>,
    #[serde(borrow)]
    auto_pay: Option<&'a RawValue>,
    #[serde(borrow)]
    webhook_url: Option<&'a RawValue>,
    #[serde(borrow)]
    reference: Option<&'a RawValue>,
    #[serde(borrow)]
    max_price: Option<&'a RawValue>,
    #[serde(borrow)]
    allow_duplicate: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct LineFields<'a> {
    #[serde(borrow)]
    product_id: Option<&'a RawValue>,
    #[serde(borrow)]
    package_id: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    phone_number: Option<&'a RawValue>,
    #[serde(borrow)]
    quantity: Option<&'a RawValue>,
}

impl<'a> Wanted<'a> {
    /// Reads a body.
    pub(super) fn read(bytes: &'a [u8], targets: WebhookTargets) -> Result<Self, ApiError> {
        let fields: Fields<'a> = body::object(bytes)?;
        let field = |param, given| Field { param, given };
        let products = fields.products.ok_or_else(|| ApiError::missing("products"))?;
        let wishes = wishes(field("products", fields.products), products)?;
        let method = field("payment_method", fields.payment_method).text(WORD_CHARS_MAX)?;
        if method.is_some_and(|method| method != "balance") {
            let text = "only payment_method balance is taken";
            return Err(ApiError::new(Code::UnsupportedPaymentMethod, text).at("payment_method"));
        }
        let auto_pay = field("auto_pay", fields.auto_pay).flag()?.unwrap_or(false);
        let allowed = field("allow_duplicate", fields.allow_duplicate)
            .flag()?
            .unwrap_or(false);
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(std::borrow::Cow::into_owned);
        Ok(Self {
            products,
            wishes,
            max_price: owned(field("max_price", fields.max_price).amount(WORD_CHARS_MAX)?),
            payment: if auto_pay { Payment::Now } else { Payment::Later },
            repeats: if allowed { Repeats::Allow } else { Repeats::Refuse },
            reference: owned(field("reference", fields.reference).text(REFERENCE_CHARS_MAX)?),
            webhook_url: webhook_url(field("webhook_url", fields.webhook_url), targets)?,
        })
    }

    /// Which line of the request an order is of.
    pub(super) fn wish_of(&self, order: usize) -> Option<usize> {
        let mut orders = 0_usize;
        self.wishes.iter().position(|wish| {
            orders += usize::try_from(wish.quantity).unwrap_or(usize::MAX);
            order < orders
        })
    }
}

fn wishes(field: Field<'_>, products: &RawValue) -> Result<Vec<Wish>, ApiError> {
    let lines: Vec<&RawValue> =
        serde_json::from_str(products.get()).map_err(|_| field.wrong("has to be a list of lines"))?;
    if lines.len() > ORDERS_MAX {
        let text = format!("an invoice has {ORDERS_MAX} orders at most, lines times quantity: split it");
        return Err(ApiError::new(Code::TooManyItems, text).at("products"));
    }
    lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| wish(index, line))
        .collect()
}

fn wish(index: usize, line: &RawValue) -> Result<Wish, ApiError> {
    let wrong = || ApiError::invalid(&format!("products[{index}]"), "has to be an object");
    if !line.get().starts_with('{') {
        return Err(wrong());
    }
    let fields: LineFields<'_> = serde_json::from_str(line.get()).map_err(|_| wrong())?;
    let named = |name: &str| format!("products[{index}].{name}");
    let word = |name: &str, given| {
        Field {
            param: &named(name),
            given,
        }
        .text(WORD_CHARS_MAX)
        .map(|text| text.map(std::borrow::Cow::into_owned))
    };
    // What is wrong comes before what is missing: whoever sends a wrong field means to send it.
    let product_id = word("product_id", fields.product_id)?;
    let package_id = word("package_id", fields.package_id)?;
    let param = named("value");
    let value = Field {
        param: &param,
        given: fields.value.filter(|_| package_id.is_none()),
    }
    .amount(WORD_CHARS_MAX)?;
    let phone_number = word("phone_number", fields.phone_number)?;
    let quantity = Field {
        param: &named("quantity"),
        given: fields.quantity,
    }
    .count()?;
    let missing = |name: &str| ApiError::missing(&named(name));
    Ok(Wish {
        product_id: product_id.ok_or_else(|| missing("product_id"))?,
        amount: match package_id {
            Some(package) => Amount::Package(package),
            None => Amount::Value(value.ok_or_else(|| missing("package_id"))?.into_owned()),
        },
        phone_number: phone_number.ok_or_else(|| missing("phone_number"))?,
        quantity: quantity.unwrap_or(1),
    })
}

fn webhook_url(field: Field<'_>, targets: WebhookTargets) -> Result<Option<String>, ApiError> {
    let Some(text) = field.text(WEBHOOK_URL_CHARS_MAX)? else {
        return Ok(None);
    };
    targets
        .check(&text)
        .map_err(|refusal| field.wrong(&format!("is refused: {refusal}")))?;
    Ok(Some(text.into_owned()))
}
