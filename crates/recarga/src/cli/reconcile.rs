//! `recarga reconcile`: a day at a supplier, compared three ways.

use clap::Args;
use engine::{
    audit::Actor,
    reconcile::{Balance, Day, Difference, Report},
};
use model::{Money, SupplierName};

use super::{
    Desk, Exit, Failure,
    catalog::{choose_supplier, open_suppliers},
    output::{print, print_json, table, words},
};

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// The supplier
    supplier: SupplierName,
    /// The day in UTC, such as 2026-11-25 [default: yesterday]
    #[arg(long, value_name = "DAY")]
    date: Option<Day>,
}

impl Reconcile {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        let suppliers = open_suppliers(&desk).await?;
        let supplier = choose_supplier(&suppliers, &self.supplier)?;
        let now = desk.now();
        let day = self.date.unwrap_or_else(|| Day::of(now).before());
        let asked = (day, Some(Actor::command()));
        let report = crate::reconcile::reconcile(&desk.db, &desk.context, supplier.as_ref(), asked, now).await?;
        if desk.output.is_json() {
            print_json(&report);
        } else {
            print(&text(&report));
        }
        Ok(if report.is_clean() { Exit::Done } else { Exit::Failed })
    }
}

fn text(report: &Report) -> String {
    let Report {
        supplier,
        day,
        same,
        open,
        ..
    } = report;
    let mut lines = vec![
        format!("{supplier} on {day}: {same} attempts are the same, {open} are still being found out"),
        format!("  our books say they cost  {}", sums(&report.our_costs)),
        format!("  {supplier} says          {}", sums(&report.their_costs)),
        report.balance.as_ref().map_or_else(
            || "  our balance there was not looked at near both ends of the day".to_owned(),
            |balance| format!("  {}", moved(balance)),
        ),
    ];
    if report.is_clean() {
        lines.push("nothing differs".to_owned());
    } else {
        let columns = [
            words("DIFFERENCE"),
            words("OF"),
            words("OURS"),
            words("THEIRS"),
            words("REMEDIES"),
        ];
        lines.push(String::new());
        lines.push(table(&columns, report.differences.iter().map(row)));
        if report.left_out > 0 {
            lines.push(format!("and {} more", report.left_out));
        }
        lines.push(format!(
            "\n{} new cases, {} were settled since: recarga cases list --supplier {supplier}",
            report.opened, report.settled
        ));
    }
    lines.join("\n")
}

fn sums(sums: &[Money]) -> String {
    let texts: Vec<_> = sums.iter().map(ToString::to_string).collect();
    if texts.is_empty() {
        "nothing".to_owned()
    } else {
        texts.join(" + ")
    }
}

fn moved(balance: &Balance) -> String {
    let Balance {
        opening,
        closing,
        deposits,
        charged,
        difference,
        ..
    } = balance;
    let agrees = if balance.agrees() {
        "agrees".to_owned()
    } else {
        format!("differs by {difference}")
    };
    format!(
        "our balance there went from {opening} to {closing} with {deposits} paid in and {charged} charged: it {agrees}"
    )
}

fn row(difference: &Difference) -> Vec<String> {
    let facts = &difference.facts;
    let side = |side: &serde_json::Value| {
        let word = |key: &str| side[key].as_str().unwrap_or("–").to_owned();
        format!("{} {}", word("state"), word("cost"))
    };
    let theirs: Vec<_> = facts["theirs"].as_array().into_iter().flatten().map(side).collect();
    let remedies: Vec<_> = facts["remedies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str())
        .collect();
    vec![
        difference.kind().as_str().to_owned(),
        difference.subject.clone(),
        if facts["ours"].is_null() {
            "–".to_owned()
        } else {
            side(&facts["ours"])
        },
        if theirs.is_empty() {
            "–".to_owned()
        } else {
            theirs.join(", ")
        },
        remedies.join(", "),
    ]
}
