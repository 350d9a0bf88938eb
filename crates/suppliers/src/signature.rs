//! Whether a push was signed with a secret that only its supplier and we know.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use model::{Callback, CallbackError, Timestamp};
use sha2::Sha256;

use crate::Secret;

/// A push that is signed for a moment further away than this may have been recorded and sent again.
const TOLERANCE: Duration = Duration::from_mins(5);
/// Later than any second since 1970 that is counted in seconds: such a number counts milliseconds.
const SECONDS_MAX: i64 = 100_000_000_000;
/// The longest text that is taken for a signature.
const SIGNATURE_CHARS_MAX: usize = 1_000;

/// Whether the signature is HMAC-SHA256 of the parts, one after another. Takes as long whatever differs.
pub fn is_signed(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

/// Reads a signature that is written in hexadecimal.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.len() > SIGNATURE_CHARS_MAX {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Refuses a push whose moment, in seconds or milliseconds since 1970, isn't about now.
pub fn check_fresh(moment: &str, callback: &Callback) -> Result<(), CallbackError> {
    let moment: i64 = moment
        .parse()
        .map_err(|_| CallbackError::Forged("its time can't be read"))?;
    let millis = if moment.abs() < SECONDS_MAX {
        moment.saturating_mul(1_000)
    } else {
        moment
    };
    let (moment, now) = (Timestamp::from_millis(millis), callback.received_at);
    if now.since(moment).max(moment.since(now)) > TOLERANCE {
        return Err(CallbackError::Forged("it was signed for another time"));
    }
    Ok(())
}

/// Checks a push that is signed as Standard Webhooks 1.0 has it: over `id.timestamp.body`, with a secret
/// of the form `whsec_…`.
pub fn check_standard_webhook(secret: &Secret, callback: &Callback) -> Result<(), CallbackError> {
    let header = |name| callback.header(name).ok_or(CallbackError::Forged("it is not signed"));
    let (id, moment) = (header("webhook-id")?, header("webhook-timestamp")?);
    let text = secret.expose().strip_prefix("whsec_").unwrap_or(secret.expose());
    let key = BASE64_STANDARD
        .decode(text)
        .unwrap_or_else(|_| text.as_bytes().to_vec());
    let parts = [id.as_bytes(), b".", moment.as_bytes(), b".", callback.body.as_slice()];
    let signatures = header("webhook-signature")?.split(' ');
    let mut codes = signatures.filter_map(|signature| BASE64_STANDARD.decode(signature.strip_prefix("v1,")?).ok());
    if !codes.any(|code| is_signed(&key, &parts, &code)) {
        return Err(CallbackError::Forged("its signature is wrong"));
    }
    check_fresh(moment, callback)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the Standard Webhooks specification gives.
    fn example(body: &str, received_at_s: i64) -> Callback {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Callback {
            headers: vec![
                header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                header("webhook-timestamp", "1614265330"),
                header(
                    "webhook-signature",
                    "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                ),
            ],
            body: body.as_bytes().to_vec(),
            received_at: Timestamp::from_millis(received_at_s * 1_000),
        }
    }

    #[test]
    fn only_what_was_signed_is_believed_and_only_for_some_minutes() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let check = |callback| check_standard_webhook(&secret, &callback);
        assert_eq!(check(example(body, 1_614_265_330 + 299)), Ok(()));
        assert_eq!(check(example(body, 1_614_265_330 - 299)), Ok(()));
        assert!(check(example(body, 1_614_265_330 + 301)).is_err());
        assert!(check(example(r#"{"test": 2432232315}"#, 1_614_265_330)).is_err());
        let other = Secret::new("whsec_AAAA");
        assert!(check_standard_webhook(&other, &example(body, 1_614_265_330)).is_err());
    }

    #[test]
    fn hexadecimal_is_read_in_either_case() {
        assert_eq!(from_hex("00fF7a"), Some(vec![0, 255, 122]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
        assert_eq!(from_hex("é"), None);
    }
}
