//! What the engine has to say, in the reader's language. Its values have an English text for commands, and none that a
//! template could show by itself: here each one is said from the catalogue. What a supplier or a person wrote is quoted
//! as it is.

mod mapping;
mod money;
mod outcome;
mod routing;
mod story;

use engine::routing::Note;

pub(crate) use self::story::Step;
use super::Page;

/// Something that a page can say.
pub(crate) trait Said {
    /// Says it.
    fn said(&self, page: &Page) -> String;
}

impl<T: Said + ?Sized> Said for &T {
    fn said(&self, page: &Page) -> String {
        (**self).said(page)
    }
}

impl Page {
    /// Says what the engine has to say.
    pub(crate) fn say(&self, thing: &impl Said) -> String {
        thing.said(self)
    }

    /// Says what was weighed of an offer; costs only to those who may see money.
    pub(crate) fn weighed(&self, notes: &[Note]) -> String {
        routing::weighed(self, notes)
    }
}

#[cfg(test)]
mod tests;
