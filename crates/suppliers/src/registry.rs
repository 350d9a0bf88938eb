//! The configured suppliers, by name.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use model::{Product, Supplier, SupplierName};

/// Holds the configured suppliers. The order of listing is that of the names, so it never changes by chance.
#[derive(Clone, Default)]
pub struct Suppliers {
    all: BTreeMap<SupplierName, Arc<dyn Supplier>>,
    for_tests: BTreeSet<SupplierName>,
}

impl Suppliers {
    /// Returns no suppliers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a supplier under its own name and returns the one that had the name before.
    pub fn insert(&mut self, supplier: Arc<dyn Supplier>) -> Option<Arc<dyn Supplier>> {
        self.all.insert(supplier.name().clone(), supplier)
    }

    /// Sells no more than test products from a supplier: one without effect, beside those that deliver.
    pub fn keep_for_tests(&mut self, name: SupplierName) {
        self.for_tests.insert(name);
    }

    /// Returns whether a supplier may be sold from: what nobody can be called for isn't sold.
    pub fn sells(&self, name: &SupplierName, product: &Product) -> bool {
        self.all.contains_key(name) && (product.test || !self.for_tests.contains(name))
    }

    /// Returns the supplier of this name.
    pub fn get(&self, name: &SupplierName) -> Option<&Arc<dyn Supplier>> {
        self.all.get(name)
    }

    /// Lists the suppliers by growing name.
    pub fn iter(&self) -> impl Iterator<Item = (&SupplierName, &Arc<dyn Supplier>)> {
        self.all.iter()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl FromIterator<Arc<dyn Supplier>> for Suppliers {
    fn from_iter<I: IntoIterator<Item = Arc<dyn Supplier>>>(suppliers: I) -> Self {
        let mut all = Self::new();
        for supplier in suppliers {
            all.insert(supplier);
        }
        all
    }
}

impl fmt::Debug for Suppliers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all.keys()).finish()
    }
}
