//! `recarga catalog sync`: what suppliers sell now.

use clap::Args;
use engine::catalog::mapping::{Changes, Create};
use model::SupplierName;
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    catalog::{choose_supplier, open_suppliers},
    output::{amounts, print, words},
};
use crate::deeds;

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Only this supplier
    supplier: Option<SupplierName>,
    /// Makes packages of what we have nothing like yet, of operators that are mapped
    #[arg(long)]
    create: bool,
}

#[derive(Serialize)]
struct Synced {
    supplier: String,
    listed: usize,
    written: usize,
    removed: usize,
    applied: usize,
    suggested: usize,
    open: usize,
    created: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Synced {
    fn new(supplier: &SupplierName, changes: &Changes, error: Option<String>) -> Self {
        Self {
            supplier: supplier.to_string(),
            listed: changes.listed,
            written: changes.written,
            removed: changes.removed,
            applied: changes.applied,
            suggested: changes.suggested,
            open: changes.open,
            created: changes.created,
            error,
        }
    }

    fn row(&self) -> Vec<String> {
        let counts = [
            self.listed,
            self.written,
            self.removed,
            self.applied,
            self.suggested,
            self.open,
            self.created,
        ];
        let error = self.error.clone().unwrap_or_default();
        std::iter::once(self.supplier.clone())
            .chain(counts.map(|count| count.to_string()))
            .chain([error])
            .collect()
    }
}

impl Sync {
    pub(crate) async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let suppliers = open_suppliers(desk).await?;
        if let Some(name) = &self.supplier {
            choose_supplier(&suppliers, name)?;
        }
        let mut policy = desk.config.mapping_policy()?;
        if self.create {
            policy.create = Create::Everything;
        }
        let only = self.supplier.as_ref();
        let mut synced = Vec::new();
        for (name, supplier) in suppliers
            .iter()
            .filter(|(name, _)| only.is_none_or(|only| only == *name))
        {
            let done = crate::catalog::sync(&desk.db, supplier.as_ref(), policy, desk.now()).await;
            // One that doesn't answer doesn't hinder the others.
            synced.push(match done {
                Ok(changes) => {
                    let of = name.clone();
                    desk.write(move |tx, _, now| Ok(deeds::catalog_synced(&of, &changes).by_command(tx, now)?))
                        .await?;
                    Synced::new(name, &changes, None)
                }
                Err(error) => Synced::new(name, &Changes::default(), Some(Failure::from(error).text)),
            });
        }
        let columns = [
            words("SUPPLIER"),
            amounts("LISTED"),
            amounts("NEW OR CHANGED"),
            amounts("GONE"),
            amounts("MAPPED"),
            amounts("SUGGESTED"),
            amounts("OPEN"),
            amounts("MADE"),
            words(""),
        ];
        desk.output
            .list(&synced, &columns, Synced::row, "no suppliers are configured");
        if !desk.output.is_json() {
            advise(&synced);
        }
        let failed = synced.iter().any(|one| one.error.is_some());
        Ok(if failed { Exit::Failed } else { Exit::Done })
    }
}

fn advise(synced: &[Synced]) {
    for one in synced.iter().filter(|one| one.suggested + one.open > 0) {
        let name = &one.supplier;
        print(&format!(
            "\n{name}: recarga catalog map list {name} --status suggested shows what to decide on, --status open what \
             nothing of ours is like; recarga catalog sync {name} --create makes packages for the latter"
        ));
    }
}
