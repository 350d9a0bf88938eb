//! Opening the suppliers that are configured, each behind the layers that bound it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use ::suppliers::{
    Ding, DtOne, Layered, Limits, Mapping, Recarga, Reloadly, Sandbox, SandboxSettings, Suppliers, sandbox,
};
use engine::{
    catalog::{ProductFilter, Snapshot, TestProducts},
    page::PageRequest,
};
use model::{Country, Currency, OperatorId, PhoneNumber, Product, Supplier, SupplierName};
use numbers::Numbers;
use rust_decimal::Decimal;

use super::ServeError;
use crate::{
    catalog::SharedCatalog,
    clock::SystemClock,
    config::{self, Config, open_numbers},
};

/// Opens the suppliers that are set.
pub(crate) fn open_suppliers(config: &Config, catalog: &SharedCatalog) -> Result<Suppliers, ServeError> {
    let shelf = Shelf::of(&catalog.load());
    let mut suppliers = Suppliers::new();
    if config.sandbox.enabled {
        let sandbox = shelf.sandbox(config.sandbox_settings()?)?;
        // It bounds nothing outside: every order that is worked on may call it.
        let limits = Limits {
            calls_max: config.worker.concurrency,
            ..Limits::default()
        };
        let sandbox = Layered::new(sandbox, limits);
        // Nobody is sold a top-up that reaches no phone.
        if config.delivers() {
            suppliers.keep_for_tests(sandbox.name().clone());
        }
        suppliers.insert(Arc::new(sandbox));
    }
    let mapping: Arc<dyn Mapping> = Arc::new(Known {
        numbers: open_numbers(config)?,
        catalog: Arc::clone(catalog),
    });
    for (name, section) in config.suppliers.enabled() {
        let inner = open(config, (&name, section), &shelf, &mapping)?;
        if suppliers
            .insert(Arc::new(Layered::new(inner, section.limits())))
            .is_some()
        {
            let why = "is the name of the first sandbox: choose another, or set sandbox.enabled to false";
            return Err(config::ConfigError::value(&format!("suppliers.{name}"), &why).into());
        }
    }
    Ok(suppliers)
}

fn open(
    config: &Config,
    (name, section): (&SupplierName, &config::Supplier),
    shelf: &Shelf,
    mapping: &Arc<dyn Mapping>,
) -> Result<Arc<dyn Supplier>, ServeError> {
    let clock = Arc::new(SystemClock);
    let mapping = Arc::clone(mapping);
    let failed = |source| ServeError::Supplier {
        name: name.clone(),
        source,
    };
    Ok(match section {
        config::Supplier::Reloadly(section) => {
            let settings = section.settings(name.clone())?;
            Arc::new(Reloadly::open(settings, clock, mapping).map_err(failed)?)
        }
        config::Supplier::Dtone(section) => {
            let settings = section.settings(name.clone(), callback_url(config, name).as_deref())?;
            Arc::new(DtOne::open(settings, clock, mapping).map_err(failed)?)
        }
        config::Supplier::Ding(section) => {
            let settings = section.settings(name.clone())?;
            Arc::new(Ding::open(settings, clock, mapping).map_err(failed)?)
        }
        config::Supplier::Recarga(section) => {
            let settings = section.settings(name.clone(), callback_url(config, name))?;
            Arc::new(Recarga::open(settings, clock, mapping).map_err(failed)?)
        }
        config::Supplier::Sandbox(section) => shelf.sandbox(section.settings(name.clone(), &folder(config)?)?)?,
    })
}

/// Where a supplier's pushes come, if we know how we are reached.
fn callback_url(config: &Config, name: &SupplierName) -> Option<String> {
    let public = config.server.public_url.trim_end_matches('/');
    (!public.is_empty()).then(|| format!("{public}/callbacks/{name}"))
}

fn folder(config: &Config) -> Result<PathBuf, ServeError> {
    Ok(config.database()?.folder().to_owned())
}

/// The folders that suppliers write into.
pub(super) fn folders(config: &Config) -> Result<Vec<PathBuf>, ServeError> {
    let mut folders = Vec::new();
    for (name, section) in config.suppliers.enabled() {
        if let config::Supplier::Sandbox(section) = section {
            let record = section.settings(name, &folder(config)?)?.path.unwrap_or_default();
            folders.extend(record.parent().map(Path::to_owned));
        }
    }
    Ok(folders)
}

/// What sandboxes sell: everything that there is, in currencies that have a rate.
struct Shelf {
    products: Vec<Product>,
    rates: HashMap<Currency, Decimal>,
}

impl Shelf {
    fn of(snapshot: &Snapshot) -> Self {
        let usd = "USD".parse().expect("a currency");
        let everything = ProductFilter {
            test_products: TestProducts::Shown,
            ..ProductFilter::default()
        };
        let page = snapshot.list(
            &everything,
            PageRequest {
                start: 0,
                limit: u32::MAX,
            },
        );
        let products: Vec<Product> = page.products.into_iter().cloned().collect();
        let rate = |product: &Product| Some((product.currency, snapshot.rate(usd, product.currency)?));
        let rates = products.iter().filter_map(rate).collect();
        Self { products, rates }
    }

    fn sandbox(&self, settings: SandboxSettings) -> Result<Arc<dyn Supplier>, sandbox::OpenError> {
        let sandbox = Sandbox::open(settings, Arc::new(SystemClock), &self.products, &self.rates)?;
        Ok(Arc::new(sandbox))
    }
}

/// What connectors ask about numbers and operators.
struct Known {
    numbers: &'static Numbers,
    catalog: SharedCatalog,
}

impl Mapping for Known {
    fn country_of(&self, number: PhoneNumber) -> Option<Country> {
        let facts = self.numbers.check(&number.to_string()).ok()?;
        facts.region.as_str().parse().ok()
    }

    fn operator_of(&self, supplier: &SupplierName, sold_as: &str) -> Option<OperatorId> {
        self.catalog.load().operator_sold_as(supplier, sold_as).cloned()
    }
}
