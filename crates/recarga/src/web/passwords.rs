//! Passwords: hashed with argon2 off the threads that answer, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use model::Ids;
use tokio::sync::Semaphore;

use super::PageError;

/// Each takes 19 MiB and a processor for a while: so many at once, and others wait.
const AT_ONCE: usize = 2;
/// When so many wait already, who comes next is asked to come again.
const WAITING_MAX: usize = 64;

/// A shorter password is guessed too soon.
pub(crate) const CHARS_MIN: usize = 12;
/// Nobody types a longer one.
pub(crate) const CHARS_MAX: usize = 256;

/// Hashes and compares passwords.
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }
}

/// What is wrong with a new password, as the key of a message.
pub(crate) fn fault(password: &str, (login, name): (&str, &str)) -> Option<&'static str> {
    let length = password.chars().count();
    let plain = password.to_lowercase();
    let contains = |text: &str| text.chars().count() >= 4 && plain.contains(&text.to_lowercase());
    let mut letters: Vec<_> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if length < CHARS_MIN {
        Some("password.too_short")
    } else if length > CHARS_MAX {
        Some("password.too_long")
    } else if letters.len() < 5 {
        Some("password.too_plain")
    } else if contains(login)
        || contains(login.split('@').next().unwrap_or_default())
        || contains(name)
        || contains("recarga")
    {
        Some("password.too_near")
    } else {
        None
    }
}

impl Passwords {
    /// Hashes a new password, with a salt of its own.
    pub(crate) async fn hash(&self, ids: &Ids, password: String) -> Result<String, PageError> {
        let mut salt = [0_u8; 16];
        ids.fill_secret(&mut salt);
        let hash = move || {
            let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hashed.map(|hash| hash.to_string())
        };
        self.work(hash).await?.map_err(|error| {
            tracing::error!("A password can't be hashed: {error}");
            PageError::Internal
        })
    }

    /// Compares a password with a hash. Without a hash it takes as long, so that nobody learns from
    /// the time who has a password.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, PageError> {
        let verify = move || {
            let argon2 = Argon2::default();
            if let Some(Ok(hash)) = hash.as_deref().map(PasswordHash::new) {
                return argon2.verify_password(password.as_bytes(), &hash).is_ok();
            }
            let _ = argon2.hash_password_with_salt(password.as_bytes(), &[0; 16]);
            false
        };
        self.work(verify).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
        let _waits = self.waiting.try_acquire().map_err(|_| PageError::Busy)?;
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| PageError::Busy)?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        worked.await.map_err(|_| PageError::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_proves_itself_and_no_other() {
        let passwords = Passwords::default();
        let ids = Ids::seeded(1);
        let hash = passwords.hash(&ids, "correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right = passwords.verify("correct horse battery".to_owned(), Some(hash.clone()));
        assert!(right.await.unwrap());
        assert!(!passwords.verify("correct horse".to_owned(), Some(hash)).await.unwrap());
        assert!(
            !passwords
                .verify("correct horse battery".to_owned(), None)
                .await
                .unwrap()
        );
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        let fault = |password: &str| super::fault(password, ("maria@shop.example", "Maria Lopez"));
        assert_eq!(fault("short"), Some("password.too_short"));
        let long = "x".repeat(300);
        assert_eq!(fault(&long), Some("password.too_long"));
        assert_eq!(fault("aaaaaaaaaaaab"), Some("password.too_plain"));
        assert_eq!(fault("maria lopez 77"), Some("password.too_near"));
        assert_eq!(fault("Recarga-123456"), Some("password.too_near"));
        assert_eq!(fault("green parrots at noon"), None);
    }
}
