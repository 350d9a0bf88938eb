//! Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use model::{Ids, Timestamp};
use sha2::Sha256;

use crate::accounts::WebhookSecrets;

/// The names of the headers that carry a signature.
pub const SIGNATURE_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

const PREFIX: &str = "whsec_";
/// A receiver refuses a signature older or younger than this, so that none can be played again.
const TOLERANCE_S: i64 = 5 * 60;

/// Makes a secret: `whsec_` and 32 random bytes in base64.
pub fn new_secret(ids: &Ids) -> String {
    let mut bytes = [0_u8; 32];
    ids.fill_secret(&mut bytes);
    format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes))
}

/// The headers' values, in the order of [`SIGNATURE_HEADERS`]. After a rotation both secrets sign.
pub fn signature_headers(secrets: &WebhookSecrets, id: &str, body: &str, now: Timestamp) -> [String; 3] {
    let timestamp = now.as_millis().div_euclid(1_000);
    let before = secrets
        .before
        .as_ref()
        .filter(|(_, until)| *until > now)
        .map(|(secret, _)| secret);
    let signatures: Vec<_> = [Some(&secrets.current), before]
        .into_iter()
        .flatten()
        .map(|secret| sign(secret, id, timestamp, body))
        .collect();
    [id.to_owned(), timestamp.to_string(), signatures.join(" ")]
}

/// Whether one of the signatures is the secret's and not too old: what a receiver does.
pub fn verify(secret: &str, headers: [&str; 3], body: &str, now: Timestamp) -> bool {
    let [id, timestamp, signatures] = headers;
    let Ok(timestamp) = timestamp.parse::<i64>() else {
        return false;
    };
    let fresh = (now.as_millis().div_euclid(1_000) - timestamp).abs() <= TOLERANCE_S;
    let expected = mac(secret, id, timestamp, body);
    fresh
        && signatures.split(' ').any(|signature| {
            let bytes = signature
                .strip_prefix("v1,")
                .and_then(|text| BASE64_STANDARD.decode(text).ok());
            bytes.is_some_and(|bytes| expected.clone().verify_slice(&bytes).is_ok())
        })
}

fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let code = mac(secret, id, timestamp, body).finalize().into_bytes();
    format!("v1,{}", BASE64_STANDARD.encode(code))
}

fn mac(secret: &str, id: &str, timestamp: i64, body: &str) -> Hmac<Sha256> {
    let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
    let key = BASE64_STANDARD
        .decode(text)
        .unwrap_or_else(|_| text.as_bytes().to_vec());
    let mut mac = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn secrets() -> WebhookSecrets {
        WebhookSecrets {
            current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            before: None,
        }
    }

    /// The example that the Standard Webhooks specification gives.
    #[test]
    fn the_specifications_example_has_the_same_signature() {
        let now = Timestamp::from_millis(1_614_265_330_000);
        let headers = signature_headers(
            &secrets(),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            r#"{"test": 2432232314}"#,
            now,
        );
        assert_eq!(headers[2], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_receiver_accepts_ours_and_nothing_else() {
        let now = Timestamp::from_millis(1_764_000_000_000);
        let mut secrets = secrets();
        let old = secrets.current.clone();
        secrets.current = new_secret(&Ids::seeded(1));
        secrets.before = Some((old.clone(), now + Duration::from_mins(1)));
        let [id, timestamp, signatures] = signature_headers(&secrets, "evt_1", "{}", now);
        let headers = [id.as_str(), timestamp.as_str(), signatures.as_str()];
        assert!(verify(&secrets.current, headers, "{}", now));
        assert!(verify(&old, headers, "{}", now), "the secret before still signs");
        assert!(!verify(&secrets.current, headers, "{ }", now), "another body");
        assert!(
            !verify(&secrets.current, headers, "{}", now + Duration::from_mins(10)),
            "too late"
        );
        assert!(!verify("whsec_AAAA", headers, "{}", now), "another secret");
        let later = signature_headers(&secrets, "evt_1", "{}", now + Duration::from_mins(2));
        assert!(!later[2].contains(' '), "the overlap is over");
    }
}
