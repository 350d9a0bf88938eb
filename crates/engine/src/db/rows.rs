//! Values on their way into the database, and rows on their way out.

use std::str::FromStr;

use model::Timestamp;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};
use tokio_postgres::types::Type;

use crate::Error;

/// A parameter: text, a whole number, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Goes into a `TEXT` column.
    Text(String),
    /// Goes into a `BIGINT` column.
    Int(i64),
    /// Nothing.
    Null,
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Null => ValueRef::Null,
        }))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<u32> for Value {
    fn from(int: u32) -> Self {
        Self::Int(i64::from(int))
    }
}

impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        Self::Int(moment.as_micros())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Into::into)
    }
}

macro_rules! text_values {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value {
            fn from(value: $kind) -> Self {
                Self::Text(value.to_string())
            }
        }

        impl From<&$kind> for Value {
            fn from(value: &$kind) -> Self {
                Self::Text(value.to_string())
            }
        }
    )*};
}

text_values!(
    model::AccountId,
    model::CaseId,
    model::KeyId,
    model::InvoiceId,
    model::OrderId,
    model::DepositId,
    model::EventId,
    model::DeliveryId,
    model::UserId,
    model::SessionId,
    model::BatchId,
    model::Currency,
    model::Country,
    model::PhoneNumber,
    model::Slug
);

/// Makes a list of parameters out of anything that has a [`Value`].
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::db::Value::from($value)),*]
    };
}
pub(crate) use values;

/// One row of an answer; columns count from 0 in the order they are named.
pub struct Row<'a>(Inner<'a>);

enum Inner<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    pub(super) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Inner::Sqlite(row))
    }

    pub(super) fn postgres(row: &'a tokio_postgres::Row) -> Self {
        Self(Inner::Postgres(row))
    }

    /// Whatever a `TEXT` or `BIGINT` column holds.
    pub(super) fn value(&self, column: usize) -> Result<Value, Error> {
        let is_int = match self.0 {
            Inner::Sqlite(row) => matches!(row.get_ref(column)?, ValueRef::Integer(_)),
            Inner::Postgres(row) => *row.columns()[column].type_() == Type::INT8,
        };
        Ok(if is_int {
            self.int_opt(column)?.into()
        } else {
            self.str_opt(column)?.into()
        })
    }

    fn str_opt(&self, column: usize) -> Result<Option<&str>, Error> {
        match self.0 {
            Inner::Sqlite(row) => row.get_ref(column)?.as_str_or_null().map_err(Error::corrupt),
            Inner::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    fn str(&self, column: usize) -> Result<&str, Error> {
        self.str_opt(column)?.ok_or_else(|| unexpected_null(column))
    }

    /// A `TEXT` column that is never null.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.str(column).map(str::to_owned)
    }

    /// A `TEXT` column.
    pub fn text_opt(&self, column: usize) -> Result<Option<String>, Error> {
        Ok(self.str_opt(column)?.map(str::to_owned))
    }

    /// A `BIGINT` column that is never null.
    pub fn int(&self, column: usize) -> Result<i64, Error> {
        self.int_opt(column)?.ok_or_else(|| unexpected_null(column))
    }

    /// A `BIGINT` column.
    pub fn int_opt(&self, column: usize) -> Result<Option<i64>, Error> {
        match self.0 {
            Inner::Sqlite(row) => Ok(row.get(column)?),
            // A literal such as `1` is shorter than a column.
            Inner::Postgres(row) if *row.columns()[column].type_() == Type::INT4 => {
                Ok(row.try_get::<_, Option<i32>>(column)?.map(i64::from))
            }
            Inner::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// A `BIGINT` column that counts something.
    pub fn count(&self, column: usize) -> Result<u32, Error> {
        let int = self.int(column)?;
        u32::try_from(int).map_err(|_| Error::corrupt(format_args!("{int} is not a count")))
    }

    /// A moment.
    pub fn time(&self, column: usize) -> Result<Timestamp, Error> {
        self.int(column).map(Timestamp::from_micros)
    }

    /// A moment, or none.
    pub fn time_opt(&self, column: usize) -> Result<Option<Timestamp>, Error> {
        Ok(self.int_opt(column)?.map(Timestamp::from_micros))
    }

    /// A `TEXT` column in its type.
    pub fn parse<T: FromStr>(&self, column: usize) -> Result<T, Error> {
        let text = self.str(column)?;
        text.parse()
            .map_err(|_| Error::corrupt(format_args!("{text:?} in column {column}")))
    }

    /// A `TEXT` column in its type, or none.
    pub fn parse_opt<T: FromStr>(&self, column: usize) -> Result<Option<T>, Error> {
        match self.str_opt(column)? {
            None => Ok(None),
            Some(_) => self.parse(column).map(Some),
        }
    }

    /// A `TEXT` column that holds JSON of ours, or none.
    pub fn json_opt<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<Option<T>, Error> {
        let text = self.str_opt(column)?;
        text.map(|text| serde_json::from_str(text).map_err(Error::corrupt))
            .transpose()
    }
}

fn unexpected_null(column: usize) -> Error {
    Error::corrupt(format_args!("nothing in column {column}"))
}
