//! Reading suppliers' JSON: amounts exactly, and shapes as they vary.

use std::{collections::BTreeMap, fmt};

use rust_decimal::Decimal;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// A number exactly as it was written, as a JSON number or as text in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Exact(pub Decimal);

/// Longer than any amount.
const NUMBER_CHARS_MAX: usize = 64;

impl Exact {
    /// Reads the text of a number.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
        if text.len() > NUMBER_CHARS_MAX || !text.bytes().all(plain) {
            return None;
        }
        let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
        exact.ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        Self::parse(text).ok_or_else(|| de::Error::custom(format_args!("{text:.40} is not a number")))
    }
}

/// Written as a JSON number, digit by digit.
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(model::decimal_text(self.0)).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// Reads a text that may also be written as a number or be missing: ids and codes.
pub fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let raw = raw.get();
    if raw.starts_with('"') {
        return serde_json::from_str(raw).map(Some).map_err(de::Error::custom);
    }
    let simple = raw
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    if simple {
        Ok(Some(raw.to_owned()))
    } else {
        Err(de::Error::custom("expected a text or a number"))
    }
}

/// Reads a map whose emptiness may be written `[]` or `null`.
pub fn map_or_nothing<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Shapes<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Shapes<T> {
        type Value = BTreeMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object, or an empty list")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut read = BTreeMap::new();
            while let Some((name, value)) = map.next_entry()? {
                read.insert(name, value);
            }
            Ok(read)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            match list.next_element::<de::IgnoredAny>()? {
                None => Ok(BTreeMap::new()),
                Some(_) => Err(de::Error::custom("expected an object, found a list")),
            }
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }
    }

    deserializer.deserialize_any(Shapes(std::marker::PhantomData))
}

/// Reads a list that may be `null`.
pub fn list_or_nothing<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list of which a single one may stand without its brackets, and none as `null`.
pub fn list_or_one<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: de::DeserializeOwned,
{
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    let read = match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()),
        _ => serde_json::from_str(raw.get()).map(|one| vec![one]),
    };
    read.map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Shapes {
        amount: Exact,
        #[serde(default, deserialize_with = "text_or_number")]
        id: Option<String>,
        #[serde(default, deserialize_with = "map_or_nothing")]
        names: BTreeMap<String, String>,
        #[serde(default, deserialize_with = "list_or_one")]
        sizes: Vec<Exact>,
    }

    #[test]
    fn amounts_are_read_and_written_digit_by_digit() {
        for text in ["0.1", "13.20", "1089.31", "0.000000000000000001", "2.5e1"] {
            let Exact(number) = serde_json::from_str(text).unwrap();
            assert_eq!(number, Exact::parse(text).unwrap().0, "{text}");
        }
        assert_eq!(serde_json::to_string(&Exact::parse("4.10").unwrap()).unwrap(), "4.1");
        assert!(serde_json::from_str::<Exact>("\"1,5\"").is_err());
        assert!(serde_json::from_str::<Exact>("{}").is_err());
    }

    #[test]
    fn shapes_vary_and_mean_the_same() {
        for text in [
            r#"{"amount":"5.00","id":7,"names":[],"sizes":[1.5]}"#,
            r#"{"amount":5,"id":"7","names":null,"sizes":"1.5"}"#,
            r#"{"amount":5.0,"id":7,"names":{},"sizes":1.50}"#,
        ] {
            let shapes: Shapes = serde_json::from_str(text).unwrap();
            assert_eq!(shapes.amount.0, Decimal::from(5));
            assert_eq!((shapes.id.as_deref(), shapes.names.len()), (Some("7"), 0));
            assert_eq!(shapes.sizes, [Exact::parse("1.5").unwrap()]);
        }
        assert!(serde_json::from_str::<Shapes>(r#"{"amount":5,"names":["x"]}"#).is_err());
    }
}
