//! Parameters as PostgreSQL takes them: single values, and one array per column of a set.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::db::{rows::Value, tx::Column};

type Encoded = Result<IsNull, Box<dyn StdError + Sync + Send>>;

/// A parameter of a statement.
#[derive(Debug)]
pub(super) enum Param {
    One(Value),
    Texts(Vec<Option<String>>),
    Ints(Vec<Option<i64>>),
}

impl Param {
    pub(super) fn of(values: &[Value]) -> Vec<Self> {
        values.iter().cloned().map(Self::One).collect()
    }

    /// One array for each column.
    pub(super) fn columns<'a>(
        columns: impl Iterator<Item = &'a Column<'a>>,
        rows: &[impl AsRef<[Value]>],
    ) -> Vec<Self> {
        let column = |(place, column): (usize, &Column<'_>)| {
            let values = rows.iter().map(|row| &row.as_ref()[place]);
            if column.kind == "TEXT" {
                Self::Texts(values.map(text).collect())
            } else {
                Self::Ints(values.map(int).collect())
            }
        };
        columns.enumerate().map(column).collect()
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(int) => Some(int.to_string()),
        Value::Null => None,
    }
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        Value::Text(_) | Value::Null => None,
    }
}

impl ToSql for Param {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match self {
            Self::One(Value::Null) => Ok(IsNull::Yes),
            Self::One(Value::Text(text)) => text.to_sql_checked(ty, out),
            Self::One(Value::Int(int)) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql_checked(ty, out),
            Self::One(Value::Int(int)) => int.to_sql_checked(ty, out),
            Self::Texts(texts) => texts.to_sql_checked(ty, out),
            Self::Ints(ints) => ints.to_sql_checked(ty, out),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        // Each value is checked against the type when it is encoded.
        true
    }

    to_sql_checked!();
}
