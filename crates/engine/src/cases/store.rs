//! Cases' SQL and nothing else.

use model::{CaseId, SupplierName, Timestamp};

use super::{Case, CaseKind, Closed, Found};
use crate::{
    Error,
    db::{Row, Tx, Value, values},
    page::{Page, PageRequest},
};

const COLUMNS: &str = "id, kind, supplier, subject, day, opened_at, facts, closed_at, closed_by, resolution";

/// Which cases.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Closed ones too.
    pub closed_too: bool,
    /// Only of this supplier.
    pub supplier: Option<SupplierName>,
    /// Only of this kind.
    pub kind: Option<CaseKind>,
    /// Only of this day's comparison.
    pub day: Option<String>,
}

fn read(row: &Row<'_>) -> Result<Case, Error> {
    let closed = match row.time_opt(7)? {
        Some(at) => Some(Closed {
            at,
            by: row.text_opt(8)?.unwrap_or_default(),
            resolution: row.text_opt(9)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Case {
        id: row.parse(0)?,
        found: Found {
            kind: row.parse(1)?,
            supplier: row.parse(2)?,
            subject: row.text(3)?,
            day: row.text_opt(4)?,
            facts: row.json_opt(6)?.unwrap_or_default(),
        },
        opened_at: row.time(5)?,
        closed,
    })
}

/// Finds a case.
pub fn find(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE id = ?1");
    tx.find(&sql, &values![id], read)
}

/// Lists cases: oldest first, and with closed ones among them newest first.
pub fn list(tx: &mut Tx<'_>, filter: &CaseFilter, limit: u32) -> Result<Vec<Case>, Error> {
    let page = PageRequest { start: 0, limit };
    Ok(list_page(tx, filter, page)?.entries)
}

/// Lists a page of cases: oldest first, and with closed ones among them newest first.
pub fn list_page(tx: &mut Tx<'_>, filter: &CaseFilter, page: PageRequest) -> Result<Page<Case>, Error> {
    let mut values: Vec<Value> = values![page.one_more(), page.start_at()].into();
    let mut conditions = Vec::new();
    let mut equal = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.push(value);
            conditions.push(format!("{column} = ?{}", values.len()));
        }
    };
    equal("status", (!filter.closed_too).then(|| "open".into()));
    equal("supplier", filter.supplier.as_ref().map(Value::from));
    equal("kind", filter.kind.map(|kind| kind.as_str().into()));
    equal("day", filter.day.as_ref().map(Value::from));
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join(" AND "))
    };
    let order = if filter.closed_too { "id DESC" } else { "id" };
    let sql = format!("SELECT {COLUMNS} FROM cases {condition} ORDER BY {order} LIMIT ?1 OFFSET ?2");
    Ok(page.page(tx.query(&sql, &values, read)?))
}

/// Counts the open ones.
pub fn count_open(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM cases WHERE status = 'open'";
    Ok(tx.find(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Lists what a supplier has open cases about: of one kind, or of one day's comparison.
pub fn open_subjects(tx: &mut Tx<'_>, filter: &CaseFilter) -> Result<Vec<(CaseId, CaseKind, String)>, Error> {
    let open = list(tx, filter, u32::MAX)?;
    Ok(open
        .into_iter()
        .map(|case| (case.id, case.found.kind, case.found.subject))
        .collect())
}

/// Writes a case unless there is one about the same. One that had gone by itself is open again.
pub(super) fn insert(tx: &mut Tx<'_>, id: CaseId, found: &Found, now: Timestamp) -> Result<bool, Error> {
    let sql = "INSERT INTO cases (id, kind, supplier, subject, day, status, opened_at, facts)
               VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7)
               ON CONFLICT (supplier, kind, subject) DO UPDATE
               SET status = 'open', facts = excluded.facts, closed_at = NULL, closed_by = NULL, resolution = NULL
               WHERE cases.status = 'closed' AND cases.closed_by = 'recarga'";
    let values = values![
        id,
        found.kind.as_str(),
        &found.supplier,
        &found.subject,
        found.day.as_ref(),
        now,
        found.facts.to_string(),
    ];
    Ok(tx.execute(sql, &values)? == 1)
}

/// Writes what is known of an open case by now.
pub(super) fn refresh(tx: &mut Tx<'_>, found: &Found) -> Result<(), Error> {
    let sql = "UPDATE cases SET facts = ?4 WHERE supplier = ?1 AND kind = ?2 AND subject = ?3 AND status = 'open'";
    let values = values![
        &found.supplier,
        found.kind.as_str(),
        &found.subject,
        found.facts.to_string()
    ];
    tx.execute(sql, &values).map(drop)
}

pub(super) fn close(tx: &mut Tx<'_>, id: CaseId, closed: &Closed) -> Result<bool, Error> {
    let sql = "UPDATE cases SET status = 'closed', closed_at = ?2, closed_by = ?3, resolution = ?4
               WHERE id = ?1 AND status = 'open'";
    Ok(tx.execute(sql, &values![id, closed.at, &closed.by, &closed.resolution])? == 1)
}
