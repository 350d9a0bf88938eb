//! Why a receiver gave no answer: pages say it in their reader's language. What is stored is the English text.

/// Why there was no answer to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// It didn't come in time.
    Timeout,
    /// Nothing was sent: the address is none that webhooks may go to.
    NotAllowed(String),
    /// Nothing was sent: the account is too new to be known to the process.
    NotKnownYet,
    /// Something on the way broke, in the words of whatever noticed.
    Broken(String),
}

const TIMEOUT: &str = "no answer in time";
const NOT_ALLOWED: &str = "refused: ";
const NOT_KNOWN_YET: &str = "the account is not known in this process yet";

impl Silence {
    /// For the API and commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::Timeout => TIMEOUT.to_owned(),
            Self::NotAllowed(why) => format!("{NOT_ALLOWED}{why}"),
            Self::NotKnownYet => NOT_KNOWN_YET.to_owned(),
            Self::Broken(words) => words.clone(),
        }
    }

    /// Reads what is stored.
    pub(super) fn read(text: String) -> Self {
        match text.as_str() {
            TIMEOUT => Self::Timeout,
            NOT_KNOWN_YET => Self::NotKnownYet,
            other => match other.strip_prefix(NOT_ALLOWED) {
                Some(why) => Self::NotAllowed(why.to_owned()),
                None => Self::Broken(text),
            },
        }
    }
}
