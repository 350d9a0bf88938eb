//! A supplier's push: a hint that something may have happened.

use crate::Timestamp;

/// A request that came to the address told to a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, String)>,
    /// The body as it came: signatures are over its bytes.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
}

impl Callback {
    /// Returns the value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(own, _)| own == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// Why a push is not listened to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// This supplier has no pushes.
    #[error("this supplier sends no callbacks")]
    NotServed,
    /// Its signature or credentials are missing or wrong.
    #[error("the callback is not the supplier's: {0}")]
    Forged(&'static str),
    /// It can't be read.
    #[error("the callback can't be read: {0}")]
    Unreadable(String),
}
