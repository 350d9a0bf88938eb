//! What a connector asks the program: where a number is from, and which of our operators a supplier means.

use model::{Country, OperatorId, PhoneNumber, SupplierName};

/// Translates between suppliers' words and ours. It is kept fresh by the program; a connector asks anew each time.
pub trait Mapping: Send + Sync {
    /// Returns the country that a number belongs to.
    fn country_of(&self, number: PhoneNumber) -> Option<Country>;

    /// Returns our name of a supplier's operator, by the supplier's id of it.
    fn operator_of(&self, supplier: &SupplierName, sold_as: &str) -> Option<OperatorId>;
}

/// Knows nothing: where no lookups are needed.
#[derive(Debug, Clone, Copy)]
pub struct Unmapped;

impl Mapping for Unmapped {
    fn country_of(&self, _: PhoneNumber) -> Option<Country> {
        None
    }

    fn operator_of(&self, _: &SupplierName, _: &str) -> Option<OperatorId> {
        None
    }
}
