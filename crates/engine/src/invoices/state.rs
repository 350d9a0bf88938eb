//! Where an invoice stands, and what may follow what.
//!
//! Stored are five states. A reseller sees a paid invoice as `payment_confirmed` until the first of
//! its orders has been attempted, and as `pending` from then on: see [`InvoiceStatus::shown`].

use model::Timestamp;

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Waits for its payment.
    Unpaid,
    /// Paid for; its orders are under way.
    Paid {
        /// Since when.
        at: Timestamp,
    },
    /// Every order has ended, well or not.
    Complete {
        /// When it was paid.
        paid_at: Timestamp,
        /// Since when.
        at: Timestamp,
    },
    /// Was not paid in time.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// Was cancelled before it was paid.
    Cancelled {
        /// Since when.
        at: Timestamp,
    },
}

/// What was tried in a state that does not allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invoice that is {from} can't {transition}")]
pub struct InvalidTransition {
    from: &'static str,
    transition: &'static str,
}

type Next = Result<InvoiceStatus, InvalidTransition>;

/// Whether any order of an invoice has been attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// None.
    NotBegun,
    /// One at least.
    Begun,
}

impl InvoiceStatus {
    /// The word that is stored.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Paid { .. } => "paid",
            Self::Complete { .. } => "complete",
            Self::Expired { .. } => "expired",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The word that a reseller sees.
    pub const fn shown(&self, progress: Progress) -> &'static str {
        match (self, progress) {
            (Self::Paid { .. }, Progress::NotBegun) => "payment_confirmed",
            (Self::Paid { .. }, Progress::Begun) => "pending",
            _ => self.as_str(),
        }
    }

    /// Whether it stays as it is.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Complete { .. } | Self::Expired { .. } | Self::Cancelled { .. }
        )
    }

    /// When it was paid.
    pub const fn paid_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Paid { at } | Self::Complete { paid_at: at, .. } => Some(at),
            Self::Unpaid | Self::Expired { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// When it became final.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Complete { at, .. } | Self::Expired { at } | Self::Cancelled { at } => Some(at),
            Self::Unpaid | Self::Paid { .. } => None,
        }
    }

    /// The money of all its orders is held.
    pub fn pay(self, at: Timestamp) -> Next {
        match self {
            Self::Unpaid => Ok(Self::Paid { at }),
            other => other.refuse("be paid"),
        }
    }

    /// Its last order has ended.
    pub fn complete(self, at: Timestamp) -> Next {
        match self {
            Self::Paid { at: paid_at } => Ok(Self::Complete { paid_at, at }),
            other => other.refuse("be completed"),
        }
    }

    /// Its time is over.
    pub fn expire(self, at: Timestamp) -> Next {
        match self {
            Self::Unpaid => Ok(Self::Expired { at }),
            other => other.refuse("expire"),
        }
    }

    /// Its account does not want it any more.
    pub fn cancel(self, at: Timestamp) -> Next {
        match self {
            Self::Unpaid => Ok(Self::Cancelled { at }),
            other => other.refuse("be cancelled"),
        }
    }

    const fn refuse(self, transition: &'static str) -> Next {
        Err(InvalidTransition {
            from: self.as_str(),
            transition,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn what_may_follow_what() {
        let (earlier, later) = (Timestamp::from_millis(1), Timestamp::from_millis(2));
        let states = [
            InvoiceStatus::Unpaid,
            InvoiceStatus::Paid { at: earlier },
            InvoiceStatus::Complete {
                paid_at: earlier,
                at: earlier,
            },
            InvoiceStatus::Expired { at: earlier },
            InvoiceStatus::Cancelled { at: earlier },
        ];
        let mut table = String::new();
        for state in states {
            let shown = [state.shown(Progress::NotBegun), state.shown(Progress::Begun)];
            writeln!(table, "{} (shown {}, then {}):", state.as_str(), shown[0], shown[1]).unwrap();
            let transitions = [
                ("pay", state.pay(later)),
                ("complete", state.complete(later)),
                ("expire", state.expire(later)),
                ("cancel", state.cancel(later)),
            ];
            for (name, next) in transitions {
                match next {
                    Ok(next) => writeln!(table, "  {name:<9} -> {}", next.as_str()).unwrap(),
                    Err(error) => writeln!(table, "  {name:<9} {error}").unwrap(),
                }
            }
        }
        insta::assert_snapshot!(table);
    }
}
