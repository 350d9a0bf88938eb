//! Why something is taken for something, as values: pages say them in their reader's language, commands in English.

use model::Money;
use serde::{Deserialize, Serialize};

/// Why a supplier's name is taken for one of ours, or for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A person said so.
    Person,
    /// No operator of the country has a name like it.
    NoneAlike(String),
    /// The names are so much alike.
    Name {
        /// Out of 100.
        likeness: u32,
        /// What counts of the supplier's name.
        theirs: String,
        /// Our operator's name.
        ours: String,
    },
    /// Both are of this country.
    Country(String),
    /// It could be this operator too.
    Rival(String),
    /// Its amounts are in another currency than ours.
    OtherCurrency {
        /// Theirs.
        theirs: String,
        /// Ours.
        ours: String,
    },
    /// So many of its amounts are ours.
    Amounts {
        /// So many, …
        same: usize,
        /// … of so many, …
        told: usize,
        /// … in this currency.
        currency: String,
    },
    /// The operator has no airtime.
    NoAirtime(String),
    /// It doesn't say what the phone receives.
    NoReceived,
    /// Our product is counted in another currency.
    CountedIn {
        /// The product.
        product: String,
        /// Its currency.
        ours: String,
        /// The listing's currency.
        theirs: String,
    },
    /// The amount is a package of ours.
    Amount(Money),
    /// Our product has no package of the amount.
    NoPackage {
        /// The product.
        product: String,
        /// The amount.
        amount: Money,
    },
    /// Both have free amounts in this currency.
    FreeAmounts(String),
    /// Our product has no free amounts.
    NoFreeAmounts(String),
    /// A bundle in a range of amounts.
    BundleInRange,
    /// The operator has no package with these contents.
    NoSuchContents(String),
    /// The contents are the same.
    SameContents,
    /// The contents are the same within the tolerance.
    NearlySameContents,
    /// The contents are not told as data.
    ContentsUntold,
    /// The name and the amount are the same.
    SameNameAndAmount(Money),
    /// The name is the same.
    SameName,
    /// Ours was made from it.
    Made,
    /// Its operator is only suggested to be this one.
    OperatorSuggested(String),
    /// Its operator is none of ours.
    OperatorRejected,
    /// Its operator is not mapped.
    OperatorUnmapped,
    /// There is no such operator any more.
    OperatorGone(String),
}

impl Reason {
    /// For commands.
    pub fn in_english(&self) -> String {
        let plain = |text: &str| text.to_owned();
        match self {
            Self::Person => plain("a person said so"),
            Self::NoneAlike(country) => format!("no operator of {country} has a name like it"),
            Self::Name { likeness, theirs, ours } => format!("name {likeness}: {theirs} ~ {ours}"),
            Self::Country(country) => format!("country {country}"),
            Self::Rival(operator) => format!("could be {operator} too"),
            Self::OtherCurrency { theirs, ours } => format!("its amounts are in {theirs}, ours in {ours}"),
            Self::Amounts { same, told, currency } => format!("{same} of {told} amounts in {currency} are ours"),
            Self::NoAirtime(operator) => format!("{operator} has no airtime"),
            Self::NoReceived => plain("it doesn't say what the phone receives"),
            Self::CountedIn { product, ours, theirs } => format!("{product} is counted in {ours}, not in {theirs}"),
            Self::Amount(amount) => format!("the amount {amount}"),
            Self::NoPackage { product, amount } => format!("{product} has no package of {amount}"),
            Self::FreeAmounts(currency) => format!("free amounts in {currency}"),
            Self::NoFreeAmounts(product) => format!("{product} has no free amounts"),
            Self::BundleInRange => plain("bundles are sold one by one, not in a range"),
            Self::NoSuchContents(operator) => format!("{operator} has no package with these contents"),
            Self::SameContents => plain("the same contents"),
            Self::NearlySameContents => plain("the same contents, nearly"),
            Self::ContentsUntold => plain("its contents are not told as data: map it by hand"),
            Self::SameNameAndAmount(amount) => format!("the same name and the amount {amount}"),
            Self::SameName => plain("the same name"),
            Self::Made => plain("made from this listing"),
            Self::OperatorSuggested(operator) => format!("its operator is only suggested to be {operator}"),
            Self::OperatorRejected => plain("its operator is none of ours"),
            Self::OperatorUnmapped => plain("its operator is not mapped"),
            Self::OperatorGone(operator) => format!("there is no operator {operator} any more"),
        }
    }
}
