//! A key made here signs as a browser would have it, right and in every wrong way.

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};

use super::*;

struct Key {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

fn site() -> Site {
    Site {
        host: "topup.example".to_owned(),
        origin: "https://topup.example".to_owned(),
    }
}

fn head(host: &str, flags: u8, counter: u32) -> Vec<u8> {
    let mut head = Sha256::digest(host).to_vec();
    head.push(flags);
    head.extend(counter.to_be_bytes());
    head
}

fn client_data(kind: &str, origin: &str) -> Vec<u8> {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode("token");
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#).into_bytes()
}

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    fn public(&self) -> Vec<u8> {
        [ALGORITHMS[0].begins, self.pair.public_key().as_ref()].concat()
    }

    fn sign(&self, signed: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [signed, &Sha256::digest(client_data)].concat();
        self.pair.sign(&self.random, &message).unwrap().as_ref().to_vec()
    }

    fn add(&self, id: &[u8]) -> Result<Credential, Fault> {
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        let signed = [&head("topup.example", 0x45, 0)[..], &[0; 16], &length, id].concat();
        added(b"the key", &signed, &self.public(), &site())
    }
}

#[test]
fn a_key_that_was_added_signs_in() {
    let key = Key::new();
    let credential = key.add(b"the key").unwrap();
    let data = client_data("webauthn.get", "https://topup.example");
    assert_eq!(challenge_of(&data, "webauthn.get", &site()).unwrap(), "token");
    let signed = head("topup.example", 0x05, 7);
    let again = proved(&credential, (&signed, &data, &key.sign(&signed, &data)), &site()).unwrap();
    assert_eq!(again.counter, 7);
    let copied = proved(&again, (&signed, &data, &key.sign(&signed, &data)), &site());
    assert_eq!(copied, Err(Fault::Copied), "the count has to grow");
}

#[test]
fn nothing_else_signs_in() {
    let (key, other) = (Key::new(), Key::new());
    let credential = key.add(b"the key").unwrap();
    let data = client_data("webauthn.get", "https://topup.example");
    let attempt = |signer: &Key, host: &str, flags: u8, told: &[u8]| {
        let signed = head(host, flags, 1);
        proved(&credential, (&signed, told, &signer.sign(&signed, &data)), &site())
    };
    assert!(attempt(&key, "topup.example", 0x05, &data).is_ok());
    assert_eq!(attempt(&other, "topup.example", 0x05, &data), Err(Fault::Signature));
    assert_eq!(attempt(&key, "evil.example", 0x05, &data), Err(Fault::OtherSite));
    assert_eq!(attempt(&key, "topup.example", 0x01, &data), Err(Fault::Unverified));
    assert_eq!(attempt(&key, "topup.example", 0x05, b"{}"), Err(Fault::Signature));
    assert_eq!(proved(&credential, (b"", &data, b""), &site()), Err(Fault::Unreadable));
    assert_eq!(key.add(b"another"), Err(Fault::Other));
    let unknown = added(b"", &head("topup.example", 0x45, 0), b"\x30\x00", &site());
    assert_eq!(unknown, Err(Fault::Unreadable));
}

#[test]
fn what_was_signed_is_of_this_site_and_for_this_purpose() {
    let read = |kind: &str, origin: &str| challenge_of(&client_data(kind, origin), "webauthn.get", &site());
    assert_eq!(read("webauthn.create", "https://topup.example"), Err(Fault::Other));
    assert_eq!(
        read("webauthn.get", "https://topup.example.evil"),
        Err(Fault::OtherSite)
    );
    assert_eq!(read("webauthn.get", "http://topup.example"), Err(Fault::OtherSite));
    assert_eq!(
        challenge_of(b"not json", "webauthn.get", &site()),
        Err(Fault::Unreadable)
    );
}
