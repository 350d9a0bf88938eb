//! What people have forced: a supplier is used, or not used, whatever its figures say.

use std::{fmt, str::FromStr};

use model::{OperatorId, SupplierName, Timestamp};

use crate::{
    Error,
    db::{Tx, values},
};

/// What a breaker is forced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Force {
    /// The supplier isn't used.
    Open,
    /// It is used whatever happens.
    Closed,
}

/// A word that forces nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected open or closed")]
pub struct UnknownForce;

impl Force {
    /// The word: `open`, `closed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Force {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Force {
    type Err = UnknownForce;

    fn from_str(text: &str) -> Result<Self, UnknownForce> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err(UnknownForce),
        }
    }
}

/// A breaker that a person has forced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switch {
    /// Whose.
    pub supplier: SupplierName,
    /// For which operator; none for all.
    pub operator: Option<OperatorId>,
    /// To what.
    pub force: Force,
    /// Why.
    pub why: String,
    /// By whom.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// Stands for all operators where one is stored.
const ALL: &str = "*";

/// Forces a breaker.
fn force(tx: &mut Tx<'_>, switch: &Switch) -> Result<(), Error> {
    let sql = "INSERT INTO supplier_switches (supplier, operator_id, state, why, made_by, made_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (supplier, operator_id) DO UPDATE SET state = excluded.state, why = excluded.why,
            made_by = excluded.made_by, made_at = excluded.made_at";
    let operator = switch.operator.as_ref().map_or(ALL, OperatorId::as_str);
    let values = values![
        &switch.supplier,
        operator,
        switch.force.as_str(),
        &switch.why,
        &switch.made_by,
        switch.made_at
    ];
    tx.execute(sql, &values).map(|_| ())
}

/// Lets a breaker decide by itself again.
fn release(tx: &mut Tx<'_>, supplier: &SupplierName, operator: Option<&OperatorId>) -> Result<(), Error> {
    let sql = "DELETE FROM supplier_switches WHERE supplier = ?1 AND operator_id = ?2";
    let operator = operator.map_or(ALL, OperatorId::as_str);
    tx.execute(sql, &values![supplier, operator]).map(drop)
}

/// Forces what a person has decided, or leaves it to the figures again.
pub fn decide(
    tx: &mut Tx<'_>,
    (supplier, operator): (&SupplierName, Option<&OperatorId>),
    decided: Option<Force>,
    (why, by): (&str, &str),
    now: Timestamp,
) -> Result<(), Error> {
    let Some(decided) = decided else {
        return release(tx, supplier, operator);
    };
    let switch = Switch {
        supplier: supplier.clone(),
        operator: operator.cloned(),
        force: decided,
        why: why.to_owned(),
        made_by: by.to_owned(),
        made_at: now,
    };
    force(tx, &switch)
}

/// Lists everything that is forced. People do it: there are never many.
pub fn switches(tx: &mut Tx<'_>) -> Result<Vec<Switch>, Error> {
    let sql = "SELECT supplier, operator_id, state, why, made_by, made_at FROM supplier_switches
        ORDER BY supplier, operator_id";
    tx.query(sql, &[], |row| {
        let operator = row.text(1)?;
        Ok(Switch {
            supplier: row.parse(0)?,
            operator: match operator.as_str() {
                ALL => None,
                one => Some(one.parse().map_err(Error::corrupt)?),
            },
            force: row.parse(2)?,
            why: row.text(3)?,
            made_by: row.text(4)?,
            made_at: row.time(5)?,
        })
    })
}
