//! Mapping: what a supplier sells in its own words, and which of our products that is.
//!
//! A supplier's [`model::Listing`]s are stored as they come. Which operator of ours is meant is guessed from name,
//! country and amounts, and which package from the amount or the contents; a guess has a score with its reasons.
//! Above one threshold it is used, above another it is suggested, and what a person says holds whatever a guess says
//! later. An offer follows from a mapping that is used, and goes with its listing.
//!
//! Start at [`compare_listings`]: it says what has to be written, in [`Step`]s that are short enough to be written
//! between orders. `plan` is the whole decision, pure; [`say`] takes a person's word.

mod create;
mod listings;
mod names;
mod operators;
mod plan;
mod reason;
mod record;
mod shelf;
mod standing;
pub(super) mod store;
mod words;
mod work;

pub use create::{Create, UnknownCreate};
pub use plan::MappingPolicy;
pub use reason::Reason;
pub use standing::{DecidedBy, ListingMapping, MappingStatus, OperatorMapping, Standing, UnknownMappingStatus};
pub use words::{
    ListingWord, Mapped, MappedListing, MappingFile, OperatorWord, SayError, Saying, export_words, import_words,
    listings, operators, say,
};
pub use work::{Changes, Step, Work, compare_listings, compare_offers, map_again, sells, suppliers};
