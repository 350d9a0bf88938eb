//! What can be wrong at a place of a rule set, as values: pages say them in their reader's language.

/// What is wrong at a place of a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleFault {
    /// There are too many rules of a kind.
    TooMany {
        /// So many.
        count: usize,
        /// So many there may be.
        max: usize,
    },
    /// A reason is missing, or longer than so many characters.
    Why {
        /// So long it may be.
        chars_max: usize,
    },
    /// There is no such supplier.
    NoSupplier {
        /// What stands there.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A supplier stands there twice.
    Twice(String),
    /// A supplier has two sections.
    TwoSections(String),
    /// No supplier is named.
    NoneNamed,
    /// All weights are 0.
    NoWeight,
    /// It is no country's code.
    NoCountry(String),
    /// There is no such operator in the catalogue.
    NoOperator(String),
    /// There is no such product in the catalogue.
    NoProduct(String),
    /// It is no account's id.
    NoAccount(String),
    /// 0, where at least 1 is needed.
    Zero,
    /// More than the whole price.
    TooLarge(u32),
}

impl RuleFault {
    /// What would be right, for commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::TooMany { count, max } => format!("{count} are too many: {max} at most"),
            Self::Why { chars_max } => format!("say why, in {chars_max} characters at most"),
            Self::NoSupplier { name, known } => {
                format!("there is no supplier {name:?}; there are {}", known.join(", "))
            }
            Self::Twice(name) => format!("{name} stands there twice"),
            Self::TwoSections(name) => format!("{name} stands there twice: write one section for it"),
            Self::NoneNamed => "name at least one supplier".to_owned(),
            Self::NoWeight => "give one of them more than 0".to_owned(),
            Self::NoCountry(text) => format!("{text:?} is no country: write two letters such as MX"),
            Self::NoOperator(text) => format!("there is no operator {text:?} in the catalogue"),
            Self::NoProduct(text) => format!("there is no product {text:?} in the catalogue"),
            Self::NoAccount(text) => format!("{text:?} is no account's id, such as acc_01…"),
            Self::Zero => "0 is too small, at least 1".to_owned(),
            Self::TooLarge(number) => format!("{number} is too large, at most 10000, the whole price"),
        }
    }
}
