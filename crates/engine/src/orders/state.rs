//! Where an order stands, and what may follow what.
//!
//! A transition consumes the state before it. What the outside sees is [`OrderStatus::shown`]: an
//! order that is waiting, being delivered or confirmed is `pending` to a reseller.

use model::Timestamp;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Not paid for yet.
    Created,
    /// Paid for; a worker may begin an attempt from then on.
    Waiting {
        /// When to begin.
        due_at: Timestamp,
    },
    /// A worker has written an attempt and calls the supplier.
    Delivering {
        /// Which attempt.
        attempt: u32,
        /// Unheard of until then, the worker is taken for dead and the supplier is asked.
        lease_until: Timestamp,
    },
    /// Nobody knows yet what became of the attempt.
    Confirming {
        /// Which attempt.
        attempt: u32,
        /// When to ask again.
        ask_at: Timestamp,
    },
    /// Like confirming, but for so long that a person has to look.
    Stuck {
        /// Which attempt.
        attempt: u32,
        /// When to ask again all the same.
        ask_at: Timestamp,
    },
    /// The phone has it.
    Delivered {
        /// By which attempt.
        attempt: u32,
        /// Since when.
        at: Timestamp,
    },
    /// The phone does not have it and the money is back.
    Refunded {
        /// Since when.
        at: Timestamp,
    },
    /// The phone had it, the operator took it back, and so the money is back.
    Reversed {
        /// The attempt that had delivered.
        attempt: u32,
        /// Since when.
        at: Timestamp,
    },
    /// Its invoice was never paid.
    Cancelled {
        /// Since when.
        at: Timestamp,
    },
}

/// What was tried in a state that does not allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {from} can't {transition}")]
pub struct InvalidTransition {
    from: &'static str,
    transition: &'static str,
}

type Next = Result<OrderStatus, InvalidTransition>;

impl OrderStatus {
    /// The word that is stored, and that operators see.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Waiting { .. } => "waiting",
            Self::Delivering { .. } => "delivering",
            Self::Confirming { .. } => "confirming",
            Self::Stuck { .. } => "stuck",
            Self::Delivered { .. } => "delivered",
            Self::Refunded { .. } => "refunded",
            Self::Reversed { .. } => "reversed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The word that a reseller sees.
    pub const fn shown(&self) -> &'static str {
        match self {
            Self::Waiting { .. } | Self::Delivering { .. } | Self::Confirming { .. } | Self::Stuck { .. } => "pending",
            other => other.as_str(),
        }
    }

    /// Whether nothing more will happen by itself but a reversal.
    pub const fn is_final(&self) -> bool {
        self.due_at().is_none() && !matches!(self, Self::Created)
    }

    /// When a worker has to look at it next.
    pub const fn due_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Waiting { due_at } => Some(due_at),
            Self::Delivering { lease_until, .. } => Some(lease_until),
            Self::Confirming { ask_at, .. } | Self::Stuck { ask_at, .. } => Some(ask_at),
            _ => None,
        }
    }

    /// When it ended.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Delivered { at, .. } | Self::Refunded { at } | Self::Reversed { at, .. } | Self::Cancelled { at } => {
                Some(at)
            }
            _ => None,
        }
    }

    /// Its money is held.
    pub fn pay(self, at: Timestamp) -> Next {
        match self {
            Self::Created => Ok(Self::Waiting { due_at: at }),
            other => other.refuse("be paid for"),
        }
    }

    /// Its invoice was cancelled or has expired.
    pub fn cancel(self, at: Timestamp) -> Next {
        match self {
            Self::Created => Ok(Self::Cancelled { at }),
            other => other.refuse("be cancelled"),
        }
    }

    /// A worker writes an attempt, before it calls.
    pub fn begin(self, attempt: u32, lease_until: Timestamp) -> Next {
        match self {
            Self::Waiting { .. } => Ok(Self::Delivering { attempt, lease_until }),
            other => other.refuse("begin an attempt"),
        }
    }

    /// No supplier may be used yet.
    pub fn wait(self, due_at: Timestamp) -> Next {
        match self {
            Self::Waiting { .. } => Ok(Self::Waiting { due_at }),
            other => other.refuse("wait for a supplier"),
        }
    }

    /// The truth is not known: it will be asked for.
    pub fn ask_later(self, ask_at: Timestamp) -> Next {
        match self {
            Self::Delivering { attempt, .. } | Self::Confirming { attempt, .. } => {
                Ok(Self::Confirming { attempt, ask_at })
            }
            Self::Stuck { attempt, .. } => Ok(Self::Stuck { attempt, ask_at }),
            other => other.refuse("be asked about"),
        }
    }

    /// It has been asked for too long: a person has to look.
    pub fn call_person(self, ask_at: Timestamp) -> Next {
        match self {
            Self::Delivering { attempt, .. } | Self::Confirming { attempt, .. } | Self::Stuck { attempt, .. } => {
                Ok(Self::Stuck { attempt, ask_at })
            }
            other => other.refuse("go to a person"),
        }
    }

    /// The attempt has failed, with proof, and another one may be made.
    pub fn try_again(self, due_at: Timestamp) -> Next {
        match self {
            Self::Delivering { .. } | Self::Confirming { .. } | Self::Stuck { .. } => Ok(Self::Waiting { due_at }),
            other => other.refuse("be tried again"),
        }
    }

    /// The attempt under way has delivered.
    pub fn deliver(self, at: Timestamp) -> Next {
        match self {
            Self::Delivering { attempt, .. } | Self::Confirming { attempt, .. } | Self::Stuck { attempt, .. } => {
                Ok(Self::Delivered { attempt, at })
            }
            other => other.refuse("be delivered"),
        }
    }

    /// An attempt that had ended has delivered after all, although its supplier had said otherwise, and nothing else has.
    pub fn turn_out_delivered(self, attempt: u32, at: Timestamp) -> Next {
        match self {
            Self::Waiting { .. } | Self::Delivering { .. } | Self::Confirming { .. } | Self::Stuck { .. } => {
                Ok(Self::Delivered { attempt, at })
            }
            other => other.refuse("turn out delivered"),
        }
    }

    /// What had delivered was taken back, and another attempt has delivered as well.
    pub fn rest_on(self, attempt: u32) -> Next {
        match self {
            Self::Delivered { at, .. } => Ok(Self::Delivered { attempt, at }),
            other => other.refuse("rest on another attempt"),
        }
    }

    /// Nothing was delivered, with proof, and nothing will be.
    pub fn refund(self, at: Timestamp) -> Next {
        match self {
            Self::Waiting { .. } | Self::Delivering { .. } | Self::Confirming { .. } | Self::Stuck { .. } => {
                Ok(Self::Refunded { at })
            }
            other => other.refuse("be refunded"),
        }
    }

    /// The operator has taken the delivery back.
    pub fn reverse(self, at: Timestamp) -> Next {
        match self {
            Self::Delivered { attempt, .. } => Ok(Self::Reversed { attempt, at }),
            other => other.refuse("be reversed"),
        }
    }

    /// The attempt that has delivered, be it taken back since.
    pub const fn delivered_by(&self) -> Option<u32> {
        match *self {
            Self::Delivered { attempt, .. } | Self::Reversed { attempt, .. } => Some(attempt),
            _ => None,
        }
    }

    /// The attempt whose outcome is not known.
    pub const fn open_attempt(&self) -> Option<u32> {
        match *self {
            Self::Delivering { attempt, .. } | Self::Confirming { attempt, .. } | Self::Stuck { attempt, .. } => {
                Some(attempt)
            }
            _ => None,
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
            OrderStatus::Created,
            OrderStatus::Waiting { due_at: earlier },
            OrderStatus::Delivering {
                attempt: 1,
                lease_until: earlier,
            },
            OrderStatus::Confirming {
                attempt: 1,
                ask_at: earlier,
            },
            OrderStatus::Stuck {
                attempt: 1,
                ask_at: earlier,
            },
            OrderStatus::Delivered {
                attempt: 1,
                at: earlier,
            },
            OrderStatus::Refunded { at: earlier },
            OrderStatus::Reversed {
                attempt: 1,
                at: earlier,
            },
            OrderStatus::Cancelled { at: earlier },
        ];
        let mut table = String::new();
        for state in states {
            writeln!(table, "{} ({}):", state.as_str(), state.shown()).unwrap();
            let transitions = [
                ("pay", state.pay(later)),
                ("cancel", state.cancel(later)),
                ("begin", state.begin(2, later)),
                ("wait", state.wait(later)),
                ("ask_later", state.ask_later(later)),
                ("call_person", state.call_person(later)),
                ("try_again", state.try_again(later)),
                ("deliver", state.deliver(later)),
                ("turn_out", state.turn_out_delivered(1, later)),
                ("rest_on", state.rest_on(2)),
                ("refund", state.refund(later)),
                ("reverse", state.reverse(later)),
            ];
            for (name, next) in transitions {
                match next {
                    Ok(next) => writeln!(table, "  {name:<12} -> {}", next.as_str()).unwrap(),
                    Err(error) => writeln!(table, "  {name:<12} {error}").unwrap(),
                }
            }
        }
        insta::assert_snapshot!(table);
    }
}
