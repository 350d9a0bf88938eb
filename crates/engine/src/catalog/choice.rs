//! What exactly of a product somebody wants.

use std::fmt;

use model::{Money, Package, Product, Range, decimal_text};

use super::snapshot::Snapshot;

/// Stands between a product's id and a package's value.
const SEPARATOR: &str = "<&>";

/// What is wanted of a product, as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// A package by its id, `at-t-usa<&>25`, or by what stands after the `<&>`.
    PackageId(&'a str),
    /// An amount, or a package by its value.
    Value(&'a str),
}

/// One thing that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The package's value; none for a free amount.
    pub package_value: Option<String>,
    /// What the phone receives.
    pub value: Money,
    /// A bundle's name for people.
    pub title: Option<String>,
}

/// Why nothing of a product could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChooseError {
    /// The product has no such package.
    #[error("{given:?} is not a package of {product}: use one of {offered}")]
    InvalidPackageId {
        /// What was asked for.
        given: String,
        /// The product.
        product: String,
        /// What there is.
        offered: Box<Offered>,
    },
    /// The product has no such amount.
    #[error("{given:?} is not a value of {product}: use {offered}")]
    InvalidValue {
        /// What was asked for.
        given: String,
        /// The product.
        product: String,
        /// What there is.
        offered: Box<Offered>,
    },
    /// It exists and can't be had now.
    #[error("{product} is out of stock: try again later or choose another amount")]
    OutOfStock {
        /// The product.
        product: String,
    },
}

/// What can be had of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The packages' values.
    pub packages: Vec<String>,
    /// The free amounts.
    pub range: Option<Range>,
    /// The free amount that is nearest to the one asked for.
    pub nearest: Option<Money>,
}

impl Snapshot {
    /// Finds what is wanted of a product, if it can be had now.
    pub fn choose(&self, product: &Product, wanted: Wanted<'_>) -> Result<Choice, ChooseError> {
        let choice = match wanted {
            Wanted::PackageId(given) => {
                let invalid = || ChooseError::InvalidPackageId {
                    given: shortened(given),
                    product: product.id.to_string(),
                    offered: Box::new(Offered::of(product, None)),
                };
                let value = match given.split_once(SEPARATOR) {
                    Some((id, value)) => (id == product.id.as_str()).then_some(value).ok_or_else(invalid)?,
                    None => given,
                };
                package_of(product, value).map(choice).ok_or_else(invalid)?
            }
            Wanted::Value(given) => choose_value(product, given)?,
        };
        if product.in_stock && !self.costs(product, &choice).is_empty() {
            Ok(choice)
        } else {
            Err(ChooseError::OutOfStock {
                product: product.id.to_string(),
            })
        }
    }
}

fn choose_value(product: &Product, given: &str) -> Result<Choice, ChooseError> {
    if let Some(package) = package_of(product, given) {
        return Ok(choice(package));
    }
    let amount = Money::parse(given, product.currency).ok();
    match amount.filter(|amount| product.range.is_some_and(|range| range.contains(*amount))) {
        Some(value) => Ok(Choice {
            package_value: None,
            value,
            title: None,
        }),
        None => Err(ChooseError::InvalidValue {
            given: shortened(given),
            product: product.id.to_string(),
            offered: Box::new(Offered::of(product, amount)),
        }),
    }
}

/// Finds a package by its value, however an amount is written: `25` is `25.00`.
fn package_of<'a>(product: &'a Product, value: &str) -> Option<&'a Package> {
    let named = product.packages.iter().find(|package| package.value == value);
    named.or_else(|| {
        let amount = Money::parse(value, product.currency).ok()?;
        (product.packages.iter()).find(|package| package.title.is_none() && package.amount == amount)
    })
}

fn choice(package: &Package) -> Choice {
    Choice {
        package_value: Some(package.value.clone()),
        value: package.amount,
        title: package.title.clone(),
    }
}

/// What was given goes into an error's text, but not all of a long one.
fn shortened(given: &str) -> String {
    given.chars().take(100).collect()
}

impl Offered {
    fn of(product: &Product, wanted: Option<Money>) -> Self {
        Self {
            packages: product.packages.iter().map(|package| package.value.clone()).collect(),
            range: product.range,
            nearest: (product.range.zip(wanted)).map(|(range, wanted)| nearest(range, wanted)),
        }
    }
}

/// Returns the range's amount that is nearest; the smaller one where two are.
fn nearest(range: Range, wanted: Money) -> Money {
    let (min, max, step) = (range.min.minor(), range.max.minor(), range.step.minor());
    let above = wanted.minor().clamp(min, max) - min;
    let rounded = if above % step * 2 > step {
        above / step + 1
    } else {
        above / step
    };
    Money::new(min + rounded.min((max - min) / step) * step, range.min.currency())
}

impl fmt::Display for Offered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packages: Vec<_> = self.packages.iter().map(|value| format!("{value:?}")).collect();
        f.write_str(&packages.join(", "))?;
        let Some(range) = self.range else { return Ok(()) };
        if !packages.is_empty() {
            f.write_str(", or ")?;
        }
        let [min, max, step] = [range.min, range.max, range.step].map(|amount| decimal_text(amount.major()));
        write!(f, "{min} to {max} {} in steps of {step}", range.min.currency())?;
        match self.nearest {
            Some(nearest) => write!(f, ", the nearest is {}", decimal_text(nearest.major())),
            None => Ok(()),
        }
    }
}
