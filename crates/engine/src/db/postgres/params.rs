//! Parameters as PostgreSQL takes them: single values, and one array per column of a set.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::{
    Error,
    db::{rows::Value, tx::Column},
};

type Encoded = Result<IsNull, Box<dyn StdError + Sync + Send>>;

/// A parameter of a statement.
#[derive(Debug)]
pub(super) enum Param {
    One(Value),
    /// An array of this type, as it is sent.
    Array(Type, BytesMut),
}

impl Param {
    pub(super) fn of(values: &[Value]) -> Vec<Self> {
        values.iter().cloned().map(Self::One).collect()
    }

    /// One array for each column.
    pub(super) fn columns<'a>(
        columns: impl Iterator<Item = &'a Column<'a>>,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<Vec<Self>, Error> {
        let column = |(place, column): (usize, &Column<'_>)| {
            let values = rows.iter().map(|row| &row.as_ref()[place]);
            array(column, values)
        };
        columns.enumerate().map(column).collect()
    }
}

/// Writes an array of one dimension: its head, then each value after its length.
fn array<'a>(column: &Column<'_>, values: impl ExactSizeIterator<Item = &'a Value> + Clone) -> Result<Param, Error> {
    let (array, element) = if column.kind == "TEXT" {
        (Type::TEXT_ARRAY, Type::TEXT)
    } else {
        (Type::INT8_ARRAY, Type::INT8)
    };
    let has_null = values.clone().any(|value| *value == Value::Null);
    let mut out = BytesMut::new();
    out.put_i32(1);
    out.put_i32(has_null.into());
    out.put_u32(element.oid());
    out.put_i32(length(values.len())?);
    out.put_i32(1);
    for value in values {
        match value {
            Value::Null => out.put_i32(-1),
            Value::Text(text) if element == Type::TEXT => put_text(text, &mut out)?,
            Value::Int(int) if element == Type::TEXT => put_text(&int.to_string(), &mut out)?,
            Value::Int(int) => {
                out.put_i32(8);
                out.put_i64(*int);
            }
            Value::Text(_) => return Err(Error::corrupt(format_args!("a text for the number {}", column.name))),
        }
    }
    Ok(Param::Array(array, out))
}

fn put_text(text: &str, out: &mut BytesMut) -> Result<(), Error> {
    out.put_i32(length(text.len())?);
    out.put_slice(text.as_bytes());
    Ok(())
}

fn length(length: usize) -> Result<i32, Error> {
    i32::try_from(length).map_err(|_| Error::corrupt("a set or a text of more than 2 GiB"))
}

impl ToSql for Param {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match self {
            Self::One(Value::Null) => Ok(IsNull::Yes),
            Self::One(Value::Text(text)) => text.to_sql_checked(ty, out),
            Self::One(Value::Int(int)) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql_checked(ty, out),
            Self::One(Value::Int(int)) => int.to_sql_checked(ty, out),
            Self::Array(array, bytes) if array == ty => {
                out.put_slice(bytes);
                Ok(IsNull::No)
            }
            Self::Array(array, _) => Err(format!("an array of {array} where {ty} is wanted").into()),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        // Each value is checked against the type when it is encoded.
        true
    }

    to_sql_checked!();
}
