//! Codes of an app (RFC 6238) and on paper: made, shown and compared.

use fast_qr::QRBuilder;
use model::{Ids, Timestamp};
use totp_rs::{Builder, Secret, Totp};

/// So many codes on paper: enough for years.
const PAPERS: usize = 10;
/// The letters of a code on paper: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789z";

/// Makes the secret of an app: 160 bits, as RFC 4226 asks for.
pub(super) fn new_secret(ids: &Ids) -> String {
    let mut bytes = [0_u8; 20];
    ids.fill_secret(&mut bytes);
    Secret::from(bytes.to_vec()).to_base32()
}

/// Makes the codes on paper, as they are shown: `xxxxx-xxxxx`.
pub(super) fn new_papers(ids: &Ids) -> Vec<String> {
    let paper = || {
        let mut bytes = [0_u8; 10];
        ids.fill_secret(&mut bytes);
        let letters: String = bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let (first, second) = letters.split_at(5);
        format!("{first}-{second}")
    };
    (0..PAPERS).map(|_| paper()).collect()
}

/// What is kept and compared of a code, however somebody writes it.
pub(super) fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.take(20).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn totp(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// The step that a code belongs to, if it is one of this moment or its neighbours.
pub(super) fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.as_millis() / 1_000).ok()?;
    let step = totp(secret)?.check(&plain(code), seconds)?;
    i64::try_from(step).ok()
}

/// What an app reads to know the secret.
pub(super) fn address(secret: &str, login: &str) -> String {
    let login: String = form_urlencoded::byte_serialize(login.as_bytes()).collect();
    format!("otpauth://totp/Recarga:{login}?secret={secret}&issuer=Recarga")
}

/// A QR code as the path of an SVG, and how many modules it is wide.
pub(super) fn qr_path(text: &str) -> Option<(String, usize)> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        for x in (0..code.size).filter(|x| code[y][*x].value()) {
            path.extend(["M", &x.to_string(), " ", &y.to_string(), "h1v1h-1z"]);
        }
    }
    Some((path, code.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_documentation_is_taken_now_and_not_later() {
        // The secret and the moment of RFC 6238, appendix B, with six digits.
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        assert_eq!(step_of(&secret, "287 082", at(59)), Some(1));
        assert_eq!(step_of(&secret, "287082", at(59 + 30)), Some(1), "half a minute late");
        assert_eq!(step_of(&secret, "287082", at(59 + 90)), None);
        assert_eq!(step_of(&secret, "", at(59)), None);
    }

    #[test]
    fn papers_are_readable_and_no_two_alike() {
        let papers = new_papers(&Ids::seeded(1));
        let different: std::collections::BTreeSet<_> = papers.iter().map(|paper| plain(paper)).collect();
        assert_eq!((papers.len(), different.len()), (PAPERS, PAPERS));
        assert!(
            papers
                .iter()
                .all(|paper| paper.len() == 11 && !paper.contains(['0', 'o', '1', 'l', 'i']))
        );
        assert_eq!(plain(" ABCDE-fgh 23"), "abcdefgh23");
    }

    #[test]
    fn an_app_reads_the_secret_from_a_picture() {
        let secret = new_secret(&Ids::seeded(1));
        let (path, size) = qr_path(&address(&secret, "ana@shop.example")).unwrap();
        assert!(path.starts_with("M0 0") && size > 20);
        assert!(address("ABC", "ana@x").starts_with("otpauth://totp/Recarga:ana%40x?secret=ABC"));
    }
}
