//! The catalogue in this process, and how suppliers' lists come into it.

mod sync;

use std::sync::Arc;

use arc_swap::ArcSwap;
use engine::catalog::Snapshot;

pub use sync::{SyncError, map_again, sync};

/// What is sold now: swapped as a whole when it has changed.
pub type SharedCatalog = Arc<ArcSwap<Snapshot>>;
