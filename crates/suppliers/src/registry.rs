//! The configured suppliers, by name.

use std::{collections::BTreeMap, fmt, sync::Arc};

use model::{Supplier, SupplierName};

/// Holds the configured suppliers. The order of listing is that of the names, so it never changes by chance.
#[derive(Clone, Default)]
pub struct Suppliers(BTreeMap<SupplierName, Arc<dyn Supplier>>);

impl Suppliers {
    /// Returns no suppliers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a supplier under its own name and returns the one that had the name before.
    pub fn insert(&mut self, supplier: Arc<dyn Supplier>) -> Option<Arc<dyn Supplier>> {
        self.0.insert(supplier.name().clone(), supplier)
    }

    /// Returns the supplier of this name.
    pub fn get(&self, name: &SupplierName) -> Option<&Arc<dyn Supplier>> {
        self.0.get(name)
    }

    /// Lists the suppliers by growing name.
    pub fn iter(&self) -> impl Iterator<Item = (&SupplierName, &Arc<dyn Supplier>)> {
        self.0.iter()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
        f.debug_set().entries(self.0.keys()).finish()
    }
}
