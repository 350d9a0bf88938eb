//! `recarga catalog map`: which of our operators and products suppliers mean.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use engine::catalog::mapping::{
    self, DecidedBy, Mapped, MappedListing, MappingFile, MappingStatus, OperatorMapping, Reason, Saying, Standing,
};
use model::{ListingTerms, OperatorId, ProductId, SupplierName};
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    catalog::read_text,
    output::{amounts, or_dash, print, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists a supplier's operators and what it lists, each with what it is taken for, how surely and why
    List(List),
    /// Accepts what is suggested
    Accept(Subject),
    /// Says that it is none of ours: it is never sold
    Reject(Subject),
    /// Says what it is
    Set(Set),
    /// Takes a person's word back: it is guessed again
    Clear(Subject),
    /// Writes people's words as JSON
    Export {
        /// The supplier
        supplier: SupplierName,
        /// The file [default: the screen]
        file: Option<PathBuf>,
    },
    /// Takes in a file that `catalog map export` has written, all of it or nothing
    Import {
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The supplier
    supplier: SupplierName,
    /// Only what stands so: applied, suggested, rejected, open
    #[arg(long)]
    status: Option<MappingStatus>,
    /// Only operators
    #[arg(long, conflicts_with = "listings")]
    operators: bool,
    /// Only what is listed
    #[arg(long)]
    listings: bool,
    /// Only with this text in a key, a name, or what it is taken for
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Key {
    /// A supplier's operator, by the supplier's id
    #[arg(long, value_name = "ID")]
    operator: Option<String>,
    /// Something that it lists, by its SKU
    #[arg(long)]
    sku: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Subject {
    /// The supplier
    supplier: SupplierName,
    #[command(flatten)]
    key: Key,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The supplier
    supplier: SupplierName,
    #[command(flatten)]
    key: Key,
    /// Our operator for --operator, our product for --sku
    ours: String,
    /// Which package of the product; none for free amounts
    #[arg(long, value_name = "VALUE", requires = "sku")]
    package: Option<String>,
}

impl Key {
    fn mapped(self) -> Mapped {
        match (self.operator, self.sku) {
            (Some(id), _) => Mapped::Operator(id),
            (None, sku) => Mapped::Listing(sku.unwrap_or_default()),
        }
    }
}

#[derive(Serialize)]
struct Printed {
    supplier: String,
    of: &'static str,
    key: String,
    name: String,
    country: Option<String>,
    ours: Option<String>,
    status: &'static str,
    score: u32,
    by: &'static str,
    reasons: Vec<String>,
    gone: bool,
}

impl Printed {
    fn new(supplier: &SupplierName, of: &'static str, key: String, standing: &Standing) -> Self {
        Self {
            supplier: supplier.to_string(),
            of,
            key,
            name: String::new(),
            country: None,
            ours: None,
            status: standing.status.as_str(),
            score: standing.score,
            by: standing.decided_by.as_str(),
            reasons: standing.reasons.iter().map(Reason::in_english).collect(),
            gone: false,
        }
    }

    fn operator(supplier: &SupplierName, mapping: OperatorMapping) -> Self {
        Self {
            name: mapping.name,
            country: Some(mapping.country.to_string()),
            ours: mapping.operator.map(|id| id.to_string()),
            ..Self::new(supplier, "operator", mapping.sold_as, &mapping.standing)
        }
    }

    fn listing(supplier: &SupplierName, mapped: MappedListing) -> Self {
        let MappedListing { mapping, listing, gone } = mapped;
        let ours = mapping.product.map(|product| match &mapping.package {
            Some(package) => format!("{product}<&>{package}"),
            None => product.to_string(),
        });
        let named = listing.as_ref().map(|listing| {
            let title = listing.title.as_deref().unwrap_or(&listing.sold_as.name);
            format!("{title}{}", terms(&listing.terms))
        });
        Self {
            name: named.unwrap_or_default(),
            country: listing.map(|listing| listing.country.to_string()),
            ours,
            gone,
            ..Self::new(supplier, "sku", mapping.sku, &mapping.standing)
        }
    }

    fn has(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let ours = self.ours.as_deref().unwrap_or_default();
        [self.key.as_str(), self.name.as_str(), ours]
            .iter()
            .any(|own| own.to_lowercase().contains(&text))
    }

    fn row(&self) -> Vec<String> {
        let gone = if self.gone { " (gone)" } else { "" };
        let by = if self.by == DecidedBy::Person.as_str() {
            " by a person"
        } else {
            ""
        };
        vec![
            format!("--{} {}", self.of, self.key),
            format!("{}{gone}", self.name),
            or_dash(self.country.as_ref()),
            or_dash(self.ours.as_ref()),
            format!("{}{by}", self.status),
            self.score.to_string(),
            self.reasons.join("; "),
        ]
    }
}

fn terms(terms: &ListingTerms) -> String {
    match terms {
        ListingTerms::Fixed {
            amount: Some(amount), ..
        } => format!(", {amount}"),
        ListingTerms::Fixed { amount: None, cost } => format!(", costs {cost}"),
        ListingTerms::Ranged { range, .. } => format!(", {} to {}", range.min, range.max),
    }
}

impl Command {
    pub(crate) async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        match self {
            Self::List(list) => list.run(desk).await?,
            Self::Accept(Subject { supplier, key }) => say(desk, supplier, key.mapped(), Saying::Accept).await?,
            Self::Reject(Subject { supplier, key }) => say(desk, supplier, key.mapped(), Saying::Reject).await?,
            Self::Clear(Subject { supplier, key }) => say(desk, supplier, key.mapped(), Saying::Clear).await?,
            Self::Set(set) => set.run(desk).await?,
            Self::Export { supplier, file } => export(desk, supplier, file).await?,
            Self::Import { file } => import(desk, file).await?,
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let (supplier, status) = (self.supplier, self.status);
        let of = supplier.clone();
        let (operators, listings) = desk
            .read(move |tx| Ok((mapping::operators(tx, &of)?, mapping::listings(tx, &of)?)))
            .await?;
        let operators = operators.into_iter().filter(|_| !self.listings);
        let listings = listings.into_iter().filter(|_| !self.operators);
        let mut found: Vec<_> = operators
            .map(|mapping| Printed::operator(&supplier, mapping))
            .chain(listings.map(|mapped| Printed::listing(&supplier, mapped)))
            .filter(|one| status.is_none_or(|status| one.status == status.as_str()))
            .filter(|one| self.search.as_ref().is_none_or(|text| one.has(text)))
            .collect();
        let total = found.len();
        found.truncate(self.limit);
        let columns = [
            words("KEY"),
            words("THEIRS"),
            words("COUNTRY"),
            words("OURS"),
            words("STATUS"),
            amounts("SCORE"),
            words("WHY"),
        ];
        desk.output.list(
            &found,
            &columns,
            Printed::row,
            "nothing of the kind: recarga catalog sync fetches lists",
        );
        if !desk.output.is_json() && total > found.len() {
            print(&format!("\n{} of {total}; more with --limit", found.len()));
        }
        Ok(())
    }
}

impl Set {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let unusable =
            |what: &str| Failure::usage(format!("{:?} is no id of {what}, such as digicel-haiti", self.ours));
        let saying = if self.key.operator.is_some() {
            Saying::IsOperator(self.ours.parse::<OperatorId>().map_err(|_| unusable("an operator"))?)
        } else {
            let product = self.ours.parse::<ProductId>().map_err(|_| unusable("a product"))?;
            Saying::IsProduct(product, self.package)
        };
        say(desk, self.supplier, self.key.mapped(), saying).await
    }
}

/// Takes a person's word and makes of the supplier's offers what follows.
async fn say(desk: &Desk, supplier: SupplierName, of: Mapped, saying: Saying) -> Result<(), Failure> {
    let name = supplier.clone();
    let said = desk.write(move |tx, _, now| {
        mapping::say(tx, &name, &of, &saying, now)?;
        Ok(deeds::mapped(&name, &of, &saying).by_command(tx, now)?)
    });
    said.await?;
    remap(desk, &[supplier]).await
}

async fn remap(desk: &Desk, suppliers: &[SupplierName]) -> Result<(), Failure> {
    let policy = desk.config.mapping_policy()?;
    let (mut written, mut removed) = (0, 0);
    for supplier in suppliers {
        if let Some(changes) = crate::catalog::map_again(&desk.db, supplier, policy, desk.now()).await? {
            written += changes.written;
            removed += changes.removed;
        }
    }
    let json = serde_json::json!({ "written": written, "removed": removed });
    desk.output.one(&json, || {
        format!("kept: {written} offers are new or changed, {removed} are gone")
    });
    Ok(())
}

async fn export(desk: &Desk, supplier: SupplierName, file: Option<PathBuf>) -> Result<(), Failure> {
    let exported = desk.read(move |tx| Ok(mapping::export_words(tx, &supplier)?)).await?;
    let text = serde_json::to_string_pretty(&exported)?;
    let Some(path) = file else {
        print(&text);
        return Ok(());
    };
    fs::write(&path, text + "\n").map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))?;
    let (count, shown) = (
        exported.operators.len() + exported.listings.len(),
        path.display().to_string(),
    );
    let json = serde_json::json!({ "file": shown, "words": count });
    desk.output.one(&json, || format!("wrote {count} words to {shown}"));
    Ok(())
}

async fn import(desk: &Desk, file: PathBuf) -> Result<(), Failure> {
    let unreadable = |error| Failure::new(format!("{} can't be read: {error}", file.display()));
    let read: MappingFile = serde_json::from_str(&read_text(&file)?).map_err(unreadable)?;
    let suppliers = desk
        .write(move |tx, _, now| {
            let suppliers = mapping::import_words(tx, &read, now)?;
            let words = read.operators.len() + read.listings.len();
            for supplier in &suppliers {
                deeds::words_imported(supplier, words).by_command(tx, now)?;
            }
            Ok(suppliers)
        })
        .await?;
    remap(desk, &suppliers).await
}
