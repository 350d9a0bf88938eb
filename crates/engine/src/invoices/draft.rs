//! Drafting: every line of a request checked against numbers, catalogue and prices.
//!
//! Pure, and before anything is written: an invoice is created whole or not at all. An error names
//! the field that is wrong and what would be right.

use std::fmt;

use model::{Money, MoneyError, PhoneNumber, Product, Timestamp};

use super::Line;
use crate::{
    accounts::Account,
    catalog::{Choice, ChooseError, PriceError, PriceTerms, Snapshot, Wanted},
    lookup::{Lookup, LookupError, Recognition},
};

/// An invoice has so many orders at most, lines times quantity.
pub const ORDERS_MAX: usize = 20;

/// The supplier that fictional numbers may be sold through.
const SANDBOX: &str = "sandbox";

/// One line of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Which product.
    pub product_id: String,
    /// Which package of it, or how much.
    pub amount: Amount,
    /// For which phone.
    pub phone_number: String,
    /// How many orders.
    pub quantity: u32,
}

/// What is wanted of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// A package, by its id.
    Package(String),
    /// A value in the product's currency, or a package's.
    Value(String),
}

/// What is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftError {
    /// The field, such as `products[0].phone_number`.
    pub param: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No product has this id.
    #[error("there is no product {0:?}: see /products")]
    UnknownProduct(String),
    /// No such package, no such value, or none left.
    #[error(transparent)]
    Choice(#[from] ChooseError),
    /// Not a number that can be topped up.
    #[error(transparent)]
    InvalidPhoneNumber(LookupError),
    /// A number that belongs to nobody.
    #[error("a number reserved for fiction: only the sandbox supplier tops it up")]
    FictionalNumber,
    /// The number and the product do not go together.
    #[error("{0}")]
    UnsupportedOperator(String),
    /// Too many orders.
    #[error("an invoice has {ORDERS_MAX} orders at most, lines times quantity: split it")]
    TooManyItems,
    /// No orders.
    #[error("an invoice needs one order at least")]
    NoItems,
    /// It costs more than was allowed.
    #[error("the price is {price}, which is more than max_price {max}: ask again with the new price")]
    PriceChanged {
        /// What it costs.
        price: Money,
        /// What it may cost.
        max: Money,
    },
    /// An amount that is none.
    #[error(transparent)]
    InvalidAmount(#[from] MoneyError),
    /// It can't be priced.
    #[error(transparent)]
    Price(#[from] PriceError),
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.param, self.fault)
    }
}

/// What a request is checked against.
#[derive(Clone, Copy)]
pub struct Market<'a> {
    /// What is sold.
    pub catalog: &'a Snapshot,
    /// What is known of numbers.
    pub lookup: &'a Lookup,
    /// Who buys.
    pub account: &'a Account,
    /// The moment it is.
    pub now: Timestamp,
}

/// Checks a request and prices it: one line per order.
pub fn draft(market: Market<'_>, wishes: &[Wish], max_price: Option<&str>) -> Result<Vec<Line>, DraftError> {
    let units = wishes.iter().try_fold(0_usize, |sum, wish| {
        sum.checked_add(usize::try_from(wish.quantity).ok()?)
    });
    let at = |param: &str, fault| DraftError {
        param: param.to_owned(),
        fault,
    };
    match units {
        Some(1..=ORDERS_MAX) => {}
        Some(0) => return Err(at("products", Fault::NoItems)),
        _ => return Err(at("products", Fault::TooManyItems)),
    }
    let mut lines = Vec::with_capacity(ORDERS_MAX);
    for (index, wish) in wishes.iter().enumerate() {
        let line = market
            .line(wish)
            .map_err(|(field, fault)| at(&format!("products[{index}].{field}"), fault))?;
        lines.extend((0..wish.quantity).map(|_| line.clone()));
    }
    if let Some(max) = max_price {
        market
            .check_price(&lines, max)
            .map_err(|fault| at("max_price", fault))?;
    }
    Ok(lines)
}

type Misfit = (&'static str, Fault);

impl Market<'_> {
    fn line(&self, wish: &Wish) -> Result<Line, Misfit> {
        let product = self.catalog.product(&wish.product_id);
        let product = product.ok_or_else(|| ("product_id", Fault::UnknownProduct(cut(&wish.product_id))))?;
        let (field, wanted) = match &wish.amount {
            Amount::Package(id) => ("package_id", Wanted::PackageId(id)),
            Amount::Value(value) => ("value", Wanted::Value(value)),
        };
        let choice = self
            .catalog
            .choose(product, wanted)
            .map_err(|error| (field, error.into()))?;
        let phone_number = self
            .recipient(product, &choice, wish)
            .map_err(|fault| ("phone_number", fault))?;
        let terms = terms(self.account);
        let price = self
            .catalog
            .price(product, &choice, &terms)
            .map_err(|error| (field, error.into()))?;
        Ok(Line {
            product: product.id.clone(),
            product_name: product.name.clone(),
            package_value: choice.package_value,
            value: choice.value,
            phone_number,
            country: product.country,
            price,
        })
    }

    /// Reads the number and asks whether the product is for it.
    fn recipient(&self, product: &Product, choice: &Choice, wish: &Wish) -> Result<PhoneNumber, Fault> {
        let recognised = match self.lookup.recognise(self.catalog, &wish.phone_number, None, self.now) {
            Ok(recognised) => recognised,
            Err(error @ LookupError::UnsupportedOperator { .. }) if !product.test => {
                return Err(Fault::UnsupportedOperator(error.to_string()));
            }
            Err(error) => return Err(Fault::InvalidPhoneNumber(error)),
        };
        if !Lookup::fits(product, &recognised) {
            let text = format!(
                "{} is for numbers of {}, this is a number of {}: choose one that /check_phone_number names",
                product.id,
                self.catalog.country_name(product.country),
                self.catalog.country_name(recognised.country)
            );
            return Err(Fault::UnsupportedOperator(text));
        }
        self.check_fictional(product, choice, &recognised)?;
        Ok(recognised.number)
    }

    /// A number that belongs to nobody may only be sold where nothing real happens.
    fn check_fictional(&self, product: &Product, choice: &Choice, recognised: &Recognition) -> Result<(), Fault> {
        let sandboxed = || {
            self.catalog
                .costs(product, choice)
                .iter()
                .any(|cost| cost.supplier.as_str() == SANDBOX)
        };
        if recognised.fictional && !sandboxed() {
            return Err(Fault::FictionalNumber);
        }
        Ok(())
    }

    fn check_price(&self, lines: &[Line], max: &str) -> Result<(), Fault> {
        let max = Money::parse(max, self.account.currency)?;
        let price = lines.iter().try_fold(Money::zero(self.account.currency), |sum, line| {
            sum.checked_add(line.price)
        })?;
        if price.minor() > max.minor() {
            Err(Fault::PriceChanged { price, max })
        } else {
            Ok(())
        }
    }
}

/// How an account's prices are made.
pub fn terms(account: &Account) -> PriceTerms {
    PriceTerms {
        currency: account.currency,
        markup_bps: account.markup_bps,
        below_cost: account.below_cost,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}
