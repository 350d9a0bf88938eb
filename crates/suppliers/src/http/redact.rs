//! Takes secrets out of what is kept as evidence.
//!
//! It works on the text and not on parsed JSON: an answer that was cut off in the middle may hold a
//! secret as well, and numbers must stand in evidence as they were written.

/// Fields whose values nobody but the supplier and us may read, wherever they stand: in small letters
/// without `_` and `-`.
const HIDDEN: [&str; 17] = [
    "accesstoken",
    "apikey",
    "apisecret",
    "authorization",
    "clientid",
    "clientsecret",
    "idtoken",
    "password",
    "pin",
    "pincode",
    "pindetail",
    "pinnumber",
    "receipttext",
    "refreshtoken",
    "secret",
    "serial",
    "token",
];
/// What stands in their place.
const MARK: &str = "\"•••\"";

/// Replaces the values of secret fields in a JSON text, whole or cut off.
pub(super) fn redacted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let end = start + string_length(&rest[start..]);
        let name = &rest[start..end];
        kept.push_str(&rest[..end]);
        rest = &rest[end..];
        let blank = rest.len() - rest.trim_start().len();
        let Some(value) = rest[blank..].strip_prefix(':').filter(|_| is_hidden(name)) else {
            continue;
        };
        let before = rest.len() - value.trim_start().len();
        kept.push_str(&rest[..before]);
        rest = &rest[before..];
        let hidden = value_length(rest);
        let says_nothing = matches!(&rest[..hidden], "null" | "" | "\"\"");
        kept.push_str(if says_nothing { &rest[..hidden] } else { MARK });
        rest = &rest[hidden..];
    }
    kept.push_str(rest);
    kept
}

fn is_hidden(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    HIDDEN.contains(&plain.as_str())
}

/// How long the string is that begins here, with its quotes; to the end if it never closes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the value is that begins here: a string, an object, a list, or a plain word.
fn value_length(text: &str) -> usize {
    match text.bytes().next() {
        Some(b'"') => string_length(text),
        Some(b'{' | b'[') => nested_length(text),
        _ => text.find([',', '}', ']', '\n', ' ']).unwrap_or(text.len()),
    }
}

fn nested_length(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_u32);
    while let Some(byte) = text.as_bytes().get(at) {
        at += match byte {
            b'"' => string_length(&text[at..]),
            _ => 1,
        };
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_all_else_is_left_as_it_was() {
        let body = r#"{"amount": 1.10, "client_secret":"a\"b", "pinDetail": {"code":"1234","x":[1,"}"]}, "pin":false, "n":"+1555"}"#;
        let expected = r#"{"amount": 1.10, "client_secret":"•••", "pinDetail": "•••", "pin":"•••", "n":"+1555"}"#;
        assert_eq!(redacted(body), expected);
    }

    #[test]
    fn a_text_that_was_cut_off_gives_nothing_away() {
        assert_eq!(redacted(r#"{"access_token":"eyJhb"#), "{\"access_token\":\"•••\"");
        assert_eq!(redacted(r#"{"pinDetail":{"code":"12"#), "{\"pinDetail\":\"•••\"");
        assert_eq!(redacted(r#"{"Token" : 12"#), "{\"Token\" : \"•••\"");
        assert_eq!(redacted(r#"{"token":null,"x":"token"#), r#"{"token":null,"x":"token"#);
        assert_eq!(redacted("<html>\"é"), "<html>\"é");
    }
}
