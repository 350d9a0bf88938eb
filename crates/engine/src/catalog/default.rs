//! The catalogue that a new installation begins with.
//!
//! Operators, countries and currencies are facts (`data/operators.csv`, `data/countries.csv`). The
//! amounts, bundles and costs are not: they are made up after one pattern so that everything can
//! be tried, and all of it is sold by the sandbox. Real ones come from real suppliers.

use std::collections::HashMap;

use model::{Category, Country, Currency, Money, Rounding, Timestamp, decimal_text};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    bundles,
    countries::{self, CountryFacts},
    file::{CatalogFile, OfferRecord, OperatorRecord, ProductRecord, RangeRecord},
    rates, store,
};
use crate::{Error, db::Tx};

/// The supplier that sells the default catalogue.
pub const SANDBOX: &str = "sandbox";

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeded {
    /// Whether the catalogue was empty and no longer is.
    pub catalog: bool,
    /// Whether there were no rates and now are.
    pub rates: bool,
}

const OPERATORS: &str = include_str!("../../../../data/operators.csv");

/// So many of a country's operators sell data.
const DATA_SELLERS: usize = 3;
/// Or fewer, of those that have at least so much of the country's numbers.
const DATA_SHARE_MIN_BPS: u32 = 1_500;
/// In countries with this many inhabitants and more the largest operators sell bundles too.
const BUNDLE_COUNTRIES: &str = "AR BD BR CD CN CO DE EG ES ET FR GB GH ID IN IQ IR IT JP KE KR MA MM MX MY NG NP PE \
    PH PK PL RU SA SD TH TR TZ UA UG US UZ VE VN YE ZA";
const BUNDLE_SELLERS: usize = 2;
/// What the sandbox keeps less than: between 2 and 12 % below the face value, by the operator's name.
const DISCOUNT_MIN_BPS: i64 = 200;
const DISCOUNT_SPREAD_BPS: u64 = 1_000;
const COST_RATE_DIGITS: u32 = 8;

/// Writes the default catalogue if the tables are empty, and the rates if there are none.
pub fn seed_default(tx: &mut Tx<'_>, now: Timestamp) -> Result<Seeded, Error> {
    let rates = rates::seed(tx, now)?;
    let catalog = store::is_empty(tx)?;
    if catalog {
        store::write(tx, &build())?;
    }
    if catalog || rates {
        store::touch(tx)?;
    }
    Ok(Seeded { catalog, rates })
}

/// Makes the default catalogue.
pub(super) fn build() -> CatalogFile {
    let rates = rates::brought_along();
    let mut draft = Draft {
        file: CatalogFile::default(),
        rates: rates
            .into_iter()
            .map(|rate| (rate.currency, rate.units_per_usd))
            .collect(),
    };
    let mut ranks: HashMap<Country, usize> = HashMap::new();
    for row in rows() {
        let rank = ranks.entry(row.country).or_default();
        draft.add(&row, *rank);
        *rank += 1;
    }
    draft.add_test_products();
    draft.file
}

/// One of the operators that the catalogue begins with, likeliest of its country first.
struct Row {
    operator: OperatorRecord,
    country: Country,
    sells_range: bool,
    status: String,
}

/// Reads the operators that are known to be in business. Where none is, those whose prefixes are
/// all that is known must do.
fn rows() -> Vec<Row> {
    let rows: Vec<Row> = csv::Reader::from_reader(OPERATORS.as_bytes())
        .records()
        .map(|row| read(&row.expect("the embedded file is tested")))
        .collect::<Option<_>>()
        .expect("the embedded file is tested");
    let in_business = |row: &Row| matches!(row.status.as_str(), "active" | "listed" | "known");
    let served: std::collections::HashSet<_> = rows
        .iter()
        .filter(|row| in_business(row))
        .map(|row| row.country)
        .collect();
    rows.into_iter()
        .filter(|row| in_business(row) || (row.status == "unverified" && !served.contains(&row.country)))
        .collect()
}

/// Reads `id,name,country,status,share_bps,sells,sources,carriers`.
fn read(row: &csv::StringRecord) -> Option<Row> {
    let carriers = row.get(7)?.split('|').filter(|name| !name.is_empty());
    Some(Row {
        operator: OperatorRecord {
            id: row.get(0)?.to_owned(),
            name: row.get(1)?.to_owned(),
            country: row.get(2)?.to_owned(),
            share_bps: row.get(4)?.parse().ok()?,
            carriers: carriers.map(str::to_owned).collect(),
        },
        country: row.get(2)?.parse().ok()?,
        sells_range: row.get(5)? == "range",
        status: row.get(3)?.to_owned(),
    })
}

struct Draft {
    file: CatalogFile,
    /// Units for a US dollar.
    rates: HashMap<Currency, Decimal>,
}

impl Draft {
    /// Adds an operator with what it sells.
    fn add(&mut self, row: &Row, rank: usize) {
        let facts = &countries::all()[&row.country];
        let operator = &row.operator;
        let mut airtime = product(operator, Category::Airtime, facts);
        if row.sells_range {
            let [min, max, step] = facts.range.clone();
            airtime.range = Some(RangeRecord { min, max, step });
        } else {
            airtime.packages = bundles::amounts(&facts.packages);
        }
        self.sell(airtime, facts.currency);
        // Prefixes say nothing of some countries' shares: then the order alone decides.
        let large = operator.share_bps >= DATA_SHARE_MIN_BPS || operator.carriers.is_empty();
        if rank < DATA_SELLERS && large {
            let mut data = product(operator, Category::Data, facts);
            data.packages = bundles::data(&facts.packages);
            self.sell(data, facts.currency);
        }
        let bundles = BUNDLE_COUNTRIES
            .split_whitespace()
            .any(|code| code == row.country.code());
        if rank < BUNDLE_SELLERS && bundles {
            let mut bundle = product(operator, Category::Bundle, facts);
            bundle.packages = bundles::bundles(&facts.packages);
            self.sell(bundle, facts.currency);
        }
        self.file.operators.push(row.operator.clone());
    }

    /// Adds what can be bought without effect, whoever's number it is.
    fn add_test_products(&mut self) {
        let facts = &countries::all()[&"US".parse().expect("a country")];
        let operator = OperatorRecord {
            id: "test-operator".to_owned(),
            name: "Test operator".to_owned(),
            country: "US".to_owned(),
            share_bps: 0,
            carriers: Vec::new(),
        };
        for (id, name) in [
            ("test-phone-refill", "Test Phone Refill"),
            ("test-phone-refill-fail", "Test Phone Refill (fails)"),
        ] {
            let mut test = product(&operator, Category::Airtime, facts);
            id.clone_into(&mut test.id);
            name.clone_into(&mut test.name);
            test.packages = bundles::amounts(&facts.packages);
            test.range = Some(RangeRecord {
                min: "1".to_owned(),
                max: "100".to_owned(),
                step: "1".to_owned(),
            });
            test.test = true;
            self.sell(test, facts.currency);
        }
        self.file.operators.push(operator);
    }

    /// Adds a product and the sandbox's offers for all of it.
    fn sell(&mut self, product: ProductRecord, currency: Currency) {
        let usd: Currency = "USD".parse().expect("a currency");
        let discount = DISCOUNT_MIN_BPS + i64::try_from(hash(&product.operator) % DISCOUNT_SPREAD_BPS).expect("small");
        let units = if currency == usd {
            Decimal::ONE
        } else {
            self.rates[&currency]
        };
        let rate = Decimal::new(10_000 - discount, 4) / units;
        for package in &product.packages {
            let face = Money::parse(package.amount.as_ref().unwrap_or(&package.value), currency);
            let cost = face
                .and_then(|face| face.convert(rate, usd, Rounding::Up))
                .expect("demo amounts are small");
            self.file.offers.push(OfferRecord {
                sku: format!("{}<&>{}", product.id, package.value),
                value: Some(package.value.clone()),
                cost: Some(decimal_text(cost.major())),
                ..offer(&product.id)
            });
        }
        if let Some(range) = &product.range {
            let rate = rate.round_sf_with_strategy(COST_RATE_DIGITS, RoundingStrategy::ToPositiveInfinity);
            self.file.offers.push(OfferRecord {
                sku: product.id.clone(),
                range: Some(range.clone()),
                currency: Some(currency.to_string()),
                cost_rate: rate.map(decimal_text),
                ..offer(&product.id)
            });
        }
        self.file.products.push(product);
    }
}

fn offer(product: &str) -> OfferRecord {
    OfferRecord {
        supplier: SANDBOX.to_owned(),
        sku: String::new(),
        product: product.to_owned(),
        cost_currency: "USD".to_owned(),
        value: None,
        cost: None,
        range: None,
        currency: None,
        cost_rate: None,
        parameters: None,
    }
}

/// Begins a product. Airtime has the operator's id and name.
fn product(operator: &OperatorRecord, category: Category, facts: &CountryFacts) -> ProductRecord {
    let (id, name) = match category {
        Category::Airtime => (operator.id.clone(), operator.name.clone()),
        Category::Data => (format!("{}-data", operator.id), format!("{} Data", operator.name)),
        Category::Bundle => (format!("{}-bundles", operator.id), format!("{} Bundles", operator.name)),
    };
    ProductRecord {
        id,
        name,
        operator: operator.id.clone(),
        category: category.as_str().to_owned(),
        currency: facts.currency.to_string(),
        packages: Vec::new(),
        range: None,
        in_stock: true,
        test: false,
    }
}

/// FNV-1a: the same for ever, so that a demo price is.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
