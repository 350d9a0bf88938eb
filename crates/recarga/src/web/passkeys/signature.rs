//! What a passkey has signed, checked as Web Authentication says. Pure.
//!
//! A key comes without attestation: nobody asks who built it. What counts is that whoever signs in later
//! has the key that was added by somebody who was signed in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use engine::people::Credential;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Whose keys they are: the host, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) host: String,
    pub(super) origin: String,
}

/// What is wrong with an answer. Nobody is told but the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it can't be read")]
    Unreadable,
    #[error("it is about something else")]
    Other,
    #[error("it is for another site")]
    OtherSite,
    #[error("nobody has touched the key, or proved to it who they are")]
    Unverified,
    #[error("its algorithm is none of ours")]
    Algorithm,
    #[error("the signature is wrong")]
    Signature,
    #[error("the key has counted back: there is a copy of it")]
    Copied,
}

/// What a browser says that a key has signed.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Unreadable)
}

/// Reads what a browser says that was signed, and returns the challenge.
pub(super) fn challenge_of(client_data: &[u8], kind: &str, site: &Site) -> Result<String, Fault> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_| Fault::Unreadable)?;
    if data.kind != kind {
        return Err(Fault::Other);
    }
    if data.origin != site.origin {
        return Err(Fault::OtherSite);
    }
    String::from_utf8(decode(&data.challenge)?).map_err(|_| Fault::Unreadable)
}

/// The head of what a key has signed: whose it is, and what was proved to it.
const HEAD: usize = 37;
/// Somebody was there, and the key knows who.
const PRESENT_AND_VERIFIED: u8 = 0x05;

/// Checks the head, and returns how often the key has signed.
fn counter_of(signed: &[u8], site: &Site) -> Result<u32, Fault> {
    let head = signed.get(..HEAD).ok_or(Fault::Unreadable)?;
    if head[..32] != Sha256::digest(&site.host)[..] {
        return Err(Fault::OtherSite);
    }
    if head[32] & PRESENT_AND_VERIFIED != PRESENT_AND_VERIFIED {
        return Err(Fault::Unverified);
    }
    let counter = head[33..].try_into().map_err(|_| Fault::Unreadable)?;
    Ok(u32::from_be_bytes(counter))
}

/// A public key as X.509 writes it begins with its algorithm: these are the ones that keys have.
struct Algorithm {
    cose: i64,
    begins: &'static [u8],
    verifies: &'static dyn VerificationAlgorithm,
}

const ALGORITHMS: [Algorithm; 3] = [
    Algorithm {
        cose: -7,
        begins:
            b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
        verifies: &ECDSA_P256_SHA256_ASN1,
    },
    Algorithm {
        cose: -8,
        begins: b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
        verifies: &ED25519,
    },
    Algorithm {
        cose: -257,
        begins: b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x0f\x00",
        verifies: &RSA_PKCS1_2048_8192_SHA256,
    },
];

/// Checks a key that is added: that it is for this site and is the one that it is called.
pub(super) fn added(id: &[u8], signed: &[u8], public_key: &[u8], site: &Site) -> Result<Credential, Fault> {
    let counter = counter_of(signed, site)?;
    // Behind the head: the maker's id, and the key's own with its length before it.
    let rest = signed.get(HEAD + 16..).ok_or(Fault::Unreadable)?;
    let (length, rest) = rest.split_at_checked(2).ok_or(Fault::Unreadable)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if rest.get(..length) != Some(id) {
        return Err(Fault::Other);
    }
    let known = ALGORITHMS
        .iter()
        .find(|algorithm| public_key.starts_with(algorithm.begins));
    let known = known.ok_or(Fault::Algorithm)?;
    let key = &public_key[known.begins.len()..];
    Ok(Credential {
        key: key
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat(),
        algorithm: known.cose,
        counter,
    })
}

/// Checks a signature, and returns the key's credential with its new count.
pub(super) fn proved(
    credential: &Credential,
    (signed, client_data, signature): (&[u8], &[u8], &[u8]),
    site: &Site,
) -> Result<Credential, Fault> {
    let counter = counter_of(signed, site)?;
    let known = ALGORITHMS
        .iter()
        .find(|algorithm| algorithm.cose == credential.algorithm);
    let known = known.ok_or(Fault::Algorithm)?;
    let mut message = signed.to_vec();
    message.extend_from_slice(&Sha256::digest(client_data));
    let key = UnparsedPublicKey::new(known.verifies, bytes_of(&credential.key)?);
    key.verify(&message, signature).map_err(|_| Fault::Signature)?;
    // Most keys don't count and say 0.
    if (counter, credential.counter) != (0, 0) && counter <= credential.counter {
        return Err(Fault::Copied);
    }
    Ok(Credential {
        counter,
        ..credential.clone()
    })
}

fn bytes_of(hexadecimal: &str) -> Result<Vec<u8>, Fault> {
    let pair = |at: usize| {
        hexadecimal
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    let bytes: Option<Vec<u8>> = (0..hexadecimal.len()).step_by(2).map(pair).collect();
    bytes.ok_or(Fault::Unreadable)
}

#[cfg(test)]
mod tests;
