//! Copying an SQLite database into another one, row by row, to move to a server.
//!
//! The source is locked against writes throughout. Each step writes some rows and how far it has come
//! in one transaction, so that a copy that was cut short goes on. In the end every row is compared.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Backend, Db, Insert, Tx, Value, int, text};
use crate::{Error, ledger};

/// So many rows go in one transaction.
const STEP_ROWS: i64 = 2_000;

/// How far a copy has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copying {
    /// The table.
    pub table: String,
    /// How many of its rows have been copied by this run.
    pub rows: usize,
    /// How many it has.
    pub rows_in_all: usize,
}

/// Why a copy was not made, or is not whole.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CopyError {
    /// The source is no file.
    #[error("a copy is made from an SQLite database: write --from sqlite:PATH")]
    NotSqlite,
    /// The target has rows that no copy put there.
    #[error("the target is not empty: table {0} has rows; name a database that nobody has used yet")]
    NotEmpty(String),
    /// The target has part of another database.
    #[error("the target holds an unfinished copy of {0}: finish that one, or name another database")]
    OtherCopy(String),
    /// The rows differ, because the source has changed since the copy was begun.
    #[error("table {0} differs from its copy: the source has changed since; begin again with an empty target")]
    Differs(String),
    /// The books are not whole.
    #[error("the books of the {side} are not whole: {problem}")]
    BooksNotWhole {
        /// Which.
        side: &'static str,
        /// The first thing that is wrong.
        problem: String,
    },
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// A table as it is read and written.
#[derive(Clone)]
struct Table {
    name: String,
    columns: Vec<(String, &'static str)>,
    keys: Vec<usize>,
}

type RowValues = Vec<Value>;

/// Copies everything; `named` tells one source from another, and `told` is told how far it has come.
pub async fn copy(
    from: &Db,
    to: &Db,
    named: &str,
    told: Arc<dyn Fn(&Copying) + Send + Sync>,
) -> Result<Vec<Copying>, CopyError> {
    if !matches!(from.backend, Backend::Sqlite(_)) {
        return Err(CopyError::NotSqlite);
    }
    let target = Target {
        db: to.clone(),
        handle: Handle::current(),
        source: named.to_owned(),
    };
    // Under the one lock for writing: whoever still serves from the source waits, and is refused.
    let copied = from.write_with(move |tx| target.copy_all(tx, &*told)).await?;
    check_books(from, "source").await?;
    check_books(to, "target").await?;
    Ok(copied)
}

/// The source of a copy into this database that has not been finished.
pub fn unfinished_copy(tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
    tx.find("SELECT source FROM copies ORDER BY source LIMIT 1", &[], |row| {
        row.text(0)
    })
}

async fn check_books(db: &Db, side: &'static str) -> Result<(), CopyError> {
    let problem = db.read(ledger::check).await?.problems.into_iter().next();
    problem.map_or(Ok(()), |problem| Err(CopyError::BooksNotWhole { side, problem }))
}

/// Where the rows go. The source's thread waits for each step.
struct Target {
    db: Db,
    handle: Handle,
    source: String,
}

impl Target {
    fn copy_all(&self, tx: &mut Tx<'_>, told: &dyn Fn(&Copying)) -> Result<Vec<Copying>, CopyError> {
        let tables = tables(tx)?;
        self.check_empty(&tables)?;
        let mut copied = Vec::new();
        for table in &tables {
            copied.push(self.copy_table(tx, table, told)?);
        }
        for table in &tables {
            self.compare(tx, table)?;
        }
        let source = self.source.clone();
        let forget =
            move |tx: &mut Tx<'_>| tx.execute("DELETE FROM copies WHERE source = ?1", &[source.as_str().into()]);
        self.handle.block_on(self.db.write_with(forget))?;
        Ok(copied)
    }

    fn check_empty(&self, tables: &[Table]) -> Result<(), CopyError> {
        match self.handle.block_on(self.db.read(unfinished_copy))? {
            Some(source) if source == self.source => return Ok(()),
            Some(other) => return Err(CopyError::OtherCopy(other)),
            None => {}
        }
        for table in tables.iter().filter(|table| table.name != REVISIONS) {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", table.name);
            let read = self.db.read(move |tx| tx.find(&sql, &[], |row| row.int(0)));
            if self.handle.block_on(read)?.is_some() {
                return Err(CopyError::NotEmpty(table.name.clone()));
            }
        }
        Ok(())
    }

    fn copy_table(&self, tx: &mut Tx<'_>, table: &Table, told: &dyn Fn(&Copying)) -> Result<Copying, CopyError> {
        let count = tx.find(&format!("SELECT COUNT(*) FROM {}", table.name), &[], |row| row.int(0))?;
        let mut copying = Copying {
            table: table.name.clone(),
            rows: 0,
            rows_in_all: usize::try_from(count.unwrap_or(0)).unwrap_or(usize::MAX),
        };
        let mut after = self.last_key(table)?;
        loop {
            let rows = table.read_after(tx, after.as_deref())?;
            let Some(last) = rows.last() else { break };
            let key = table.key_of(last);
            copying.rows += rows.len();
            self.write(table, rows, &key)?;
            after = Some(key);
            told(&copying);
        }
        Ok(copying)
    }

    fn last_key(&self, table: &Table) -> Result<Option<RowValues>, CopyError> {
        let place: [Value; 2] = [self.source.as_str().into(), table.name.as_str().into()];
        let sql = "SELECT last_key FROM copies WHERE source = ?1 AND table_name = ?2";
        let read = self.db.read(move |tx| tx.find(sql, &place, |row| row.text(0)));
        let Some(json) = self.handle.block_on(read)? else {
            return Ok(None);
        };
        Ok(Some(serde_json::from_str(&json).map_err(Error::corrupt)?))
    }

    fn write(&self, table: &Table, rows: Vec<RowValues>, key: &RowValues) -> Result<(), CopyError> {
        let (name, columns) = (table.name.clone(), table.columns.clone());
        let progress: [Value; 3] = [
            self.source.as_str().into(),
            name.as_str().into(),
            serde_json::to_string(key).map_err(Error::corrupt)?.into(),
        ];
        let write = move |tx: &mut Tx<'_>| {
            let columns: Vec<_> = columns
                .iter()
                .map(|(name, kind)| if *kind == "TEXT" { text(name) } else { int(name) })
                .collect();
            let conflict = if name == REVISIONS {
                "ON CONFLICT (subject) DO UPDATE SET revision = excluded.revision"
            } else {
                ""
            };
            let rows_in = Insert {
                table: &name,
                columns: &columns,
                conflict,
            };
            tx.insert_many(&rows_in, &rows)?;
            tx.insert_many(&PROGRESS, &[&progress])
        };
        Ok(self.handle.block_on(self.db.write_with(write))?)
    }

    fn compare(&self, tx: &mut Tx<'_>, table: &Table) -> Result<(), CopyError> {
        let mut after: Option<RowValues> = None;
        loop {
            let ours = table.read_after(tx, after.as_deref())?;
            let (there, key) = (Table::clone(table), after.clone());
            let read = self.db.read(move |tx| there.read_after(tx, key.as_deref()));
            if self.handle.block_on(read)? != ours {
                return Err(CopyError::Differs(table.name.clone()));
            }
            match ours.last() {
                Some(last) => after = Some(table.key_of(last)),
                None => return Ok(()),
            }
        }
    }
}

/// The one table that is never empty.
const REVISIONS: &str = "revisions";

const PROGRESS: Insert = Insert {
    table: "copies",
    columns: &[text("source"), text("table_name"), text("last_key")],
    conflict: "ON CONFLICT (source, table_name) DO UPDATE SET last_key = excluded.last_key",
};

/// Reads what tables an SQLite database has.
fn tables(tx: &mut Tx<'_>) -> Result<Vec<Table>, Error> {
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('migrations', 'copies') ORDER BY name";
    let names = tx.query(sql, &[], |row| row.text(0))?;
    names.into_iter().map(|name| describe(tx, name)).collect()
}

fn describe(tx: &mut Tx<'_>, name: String) -> Result<Table, Error> {
    let sql = "SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid";
    let found = tx.query(sql, &[name.as_str().into()], |row| {
        Ok((row.text(0)?, row.text(1)?, row.int(2)?))
    })?;
    let mut keys: Vec<_> = found
        .iter()
        .enumerate()
        .filter(|(_, (_, _, place))| *place > 0)
        .map(|(column, (_, _, place))| (*place, column))
        .collect();
    keys.sort_unstable();
    let kind = |kind: &str| if kind == "TEXT" { "TEXT" } else { "BIGINT" };
    Ok(Table {
        name,
        columns: found.iter().map(|(column, of, _)| (column.clone(), kind(of))).collect(),
        keys: keys.into_iter().map(|(_, column)| column).collect(),
    })
}

impl Table {
    fn key_of(&self, row: &[Value]) -> RowValues {
        self.keys.iter().map(|column| row[*column].clone()).collect()
    }

    /// Reads the rows that follow a key, so many at most, in the order of their keys.
    fn read_after(&self, tx: &mut Tx<'_>, after: Option<&[Value]>) -> Result<Vec<RowValues>, Error> {
        let columns: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let keys: Vec<_> = self.keys.iter().map(|column| columns[*column]).collect();
        let (columns, order) = (columns.join(", "), keys.join(", "));
        let places: Vec<_> = (2..keys.len() + 2).map(|place| format!("?{place}")).collect();
        let beyond = after.map_or_else(String::new, |_| format!("WHERE ({order}) > ({})", places.join(", ")));
        let sql = format!("SELECT {columns} FROM {} {beyond} ORDER BY {order} LIMIT ?1", self.name);
        let params: Vec<_> = std::iter::once(STEP_ROWS.into())
            .chain(after.unwrap_or_default().iter().cloned())
            .collect();
        tx.query(&sql, &params, |row| {
            (0..self.columns.len()).map(|column| row.value(column)).collect()
        })
    }
}
