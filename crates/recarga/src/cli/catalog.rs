//! `recarga catalog`: what is sold.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use clap::{Args, Subcommand};
use engine::catalog::{self, CatalogFile, Imported, Keep, ProductFilter, Snapshot, TestProducts};
use engine::page::PageRequest;
use model::{Category, Country, Product, Supplier, SupplierName};
use serde::Serialize;
use suppliers::Suppliers;

use super::{
    Desk, Exit, Failure, mapping,
    output::{print, words},
    sync::Sync,
};
use crate::{catalog::SharedCatalog, deeds};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists products
    List(List),
    /// Takes in a file that `catalog export` has written, all of it or nothing
    Import(Import),
    /// Writes the whole catalogue as JSON
    Export {
        /// The file [default: the screen]
        file: Option<PathBuf>,
    },
    /// Asks suppliers what they sell now, and at what cost
    Sync(Sync),
    /// Which of our operators and products suppliers mean
    #[command(subcommand)]
    Map(mapping::Command),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of these countries, such as US,MX
    #[arg(long, value_delimiter = ',')]
    country: Vec<Country>,
    /// Only of these categories: airtime, data, bundle
    #[arg(long, value_delimiter = ',')]
    category: Vec<Category>,
    /// Only with these words in their name, operator or country
    #[arg(long, conflicts_with_all = ["country", "category"])]
    search: Option<String>,
    /// With test products
    #[arg(long)]
    test: bool,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// How many to pass over
    #[arg(long, default_value_t = 0)]
    start: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// Forgets what the file doesn't name
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize)]
struct Printed {
    id: String,
    name: String,
    country: String,
    category: &'static str,
    currency: &'static str,
    packages: Vec<String>,
    range: Option<[String; 3]>,
    in_stock: bool,
    suppliers: Vec<String>,
}

impl Printed {
    fn new(snapshot: &Snapshot, product: &Product) -> Self {
        let mut suppliers: Vec<_> = snapshot
            .offers(&product.id)
            .iter()
            .map(|offer| offer.supplier.to_string())
            .collect();
        suppliers.dedup();
        let major = |money: model::Money| model::decimal_text(money.major());
        Self {
            id: product.id.to_string(),
            name: product.name.clone(),
            country: product.country.to_string(),
            category: product.category.as_str(),
            currency: product.currency.code(),
            packages: product.packages.iter().map(|package| package.value.clone()).collect(),
            range: product.range.map(|range| [range.min, range.max, range.step].map(major)),
            in_stock: product.in_stock,
            suppliers,
        }
    }

    /// `5–100`, `5 10 25`, or both.
    fn values(&self) -> String {
        let range = self.range.iter().map(|[min, max, _]| format!("{min}–{max}"));
        range
            .chain(self.packages.iter().cloned())
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(&desk).await?,
            Self::Import(import) => import.run(&desk).await?,
            Self::Export { file } => export(&desk, file).await?,
            Self::Sync(sync) => return sync.run(&desk).await,
            Self::Map(command) => return command.run(&desk).await,
        }
        Ok(Exit::Done)
    }
}

/// Reads a whole file and says which one it was if that fails.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::new(format!("can't read {}: {error}", path.display())))
}

/// What a file is called, for the log.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

impl List {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        // What nobody can be called for is not sold.
        let snapshot = snapshot(desk)
            .await?
            .only(|supplier, product| desk.config.sells(supplier, product));
        let test_products = if self.test {
            TestProducts::Shown
        } else {
            TestProducts::Hidden
        };
        let page = PageRequest {
            start: self.start,
            limit: self.limit,
        };
        let found = if let Some(words) = &self.search {
            snapshot.search(words, test_products, page)
        } else {
            let filter = ProductFilter {
                countries: self.country,
                categories: self.category,
                test_products,
            };
            snapshot.list(&filter, page)
        };
        let products: Vec<_> = found
            .products
            .iter()
            .map(|product| Printed::new(&snapshot, product))
            .collect();
        let columns = [
            words("ID"),
            words("NAME"),
            words("COUNTRY"),
            words("CATEGORY"),
            words("CURRENCY"),
            words("VALUES"),
        ];
        let row = |one: &Printed| {
            let (values, stock) = (one.values(), if one.in_stock { "" } else { " (out of stock)" });
            let values = format!("{values}{stock}");
            [&one.id, &one.name, &one.country, one.category, one.currency, &values]
                .map(str::to_owned)
                .to_vec()
        };
        desk.output.list(&products, &columns, row, "no such products");
        if !desk.output.is_json() && found.more {
            let next = self.start + u64::from(self.limit);
            print(&format!(
                "\n{} of {}; more with --start {next}",
                products.len(),
                found.total
            ));
        }
        Ok(())
    }
}

/// Reads the catalogue as it is now.
pub(crate) async fn snapshot(desk: &Desk) -> Result<Snapshot, Failure> {
    let now = desk.now();
    desk.read(move |tx| Ok(Snapshot::load(tx, now)?)).await
}

impl Import {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let file = CatalogFile::parse(&read_text(&self.file)?)?;
        let keep = if self.replace { Keep::Nothing } else { Keep::Others };
        let named = file_name(&self.file);
        let imported = desk
            .write(move |tx, _, now| {
                let imported = catalog::import(tx, &file, keep)?;
                deeds::catalog_imported(&named, &imported).by_command(tx, now)?;
                Ok(imported)
            })
            .await?;
        // What suppliers list may be something that is only there now, or there no more.
        let policy = desk.config.mapping_policy()?;
        for supplier in desk.read(|tx| Ok(catalog::mapping::suppliers(tx)?)).await? {
            crate::catalog::map_again(&desk.db, &supplier, policy, desk.now()).await?;
        }
        let Imported {
            operators,
            products,
            offers,
        } = imported;
        let json = serde_json::json!({ "operators": operators, "products": products, "offers": offers });
        desk.output.one(&json, || {
            format!("took in {operators} operators, {products} products and {offers} offers")
        });
        Ok(())
    }
}

async fn export(desk: &Desk, file: Option<PathBuf>) -> Result<(), Failure> {
    let catalog = desk.read(|tx| Ok(catalog::export(tx)?)).await?;
    let text = serde_json::to_string_pretty(&catalog)?;
    let Some(path) = file else {
        print(&text);
        return Ok(());
    };
    fs::write(&path, text + "\n").map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))?;
    let (products, shown) = (catalog.products.len(), path.display().to_string());
    let json = serde_json::json!({ "file": shown, "products": products });
    desk.output
        .one(&json, || format!("wrote {products} products to {shown}"));
    Ok(())
}

/// Opens the suppliers that are set, on the catalogue as it is now.
pub(crate) async fn open_suppliers(desk: &Desk) -> Result<Suppliers, Failure> {
    let catalog: SharedCatalog = Arc::new(ArcSwap::from_pointee(snapshot(desk).await?));
    Ok(crate::serve::open_suppliers(&desk.config, &catalog)?)
}

/// Finds a supplier that is set, or says which are.
pub(crate) fn choose_supplier<'a>(
    suppliers: &'a Suppliers,
    name: &SupplierName,
) -> Result<&'a Arc<dyn Supplier>, Failure> {
    suppliers.get(name).ok_or_else(|| {
        let names: Vec<_> = suppliers.iter().map(|(name, _)| name.as_str()).collect();
        Failure::new(format!(
            "there is no supplier {name}: configured are {}",
            names.join(", ")
        ))
    })
}
