//! Who may do what: the one place that decides it.

use std::{fmt, str::FromStr};

/// What somebody is there for. The first five work for the house, the last two for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Answers for everything, and says who else may come in.
    Owner,
    /// Runs the business from day to day.
    Operator,
    /// Moves money and compares books.
    Finance,
    /// Helps resellers; never moves money.
    Support,
    /// Looks at everything and changes nothing.
    ReadOnly,
    /// Answers for an account: its keys, its money, its cashiers.
    Manager,
    /// Sells at an account's counter.
    Cashier,
}

/// A word that is not a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected owner, operator, finance, support, read-only, manager or cashier")]
pub struct UnknownRole;

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Owner,
        Self::Operator,
        Self::Finance,
        Self::Support,
        Self::ReadOnly,
        Self::Manager,
        Self::Cashier,
    ];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Finance => "finance",
            Self::Support => "support",
            Self::ReadOnly => "read-only",
            Self::Manager => "manager",
            Self::Cashier => "cashier",
        }
    }

    /// Whether it is somebody of an account, and not of the house.
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::Manager | Self::Cashier)
    }

    /// Whether somebody with this role may do something.
    pub fn may(self, action: Action) -> bool {
        action.roles().contains(&self)
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident $asks:ident [$($role:ident)*])*) => {
        /// Something that not everybody may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Who may.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role),*],)* }
            }

            /// Whether only somebody may who has just proved who they are.
            pub const fn asks_again(self) -> bool {
                const ASKS_AGAIN: bool = true;
                const AT_ONCE: bool = false;
                match self { $(Self::$name => $asks,)* }
            }
        }
    };
}

actions! {
    /// Top a phone up at the counter, paid from the account's balance.
    Sell AT_ONCE [Manager Cashier]
    /// Top many phones up from a file.
    SellInBulk AT_ONCE [Manager]
    /// See the account's orders, receipts and balance.
    SeeOwnOrders AT_ONCE [Manager Cashier]
    /// See the account's statement, usage and limits.
    SeeOwnMoney AT_ONCE [Manager]
    /// See which keys, webhooks and deliveries the account has.
    SeeOwnTechnique AT_ONCE [Manager]
    /// Make and revoke keys, change webhooks and their secrets.
    ChangeOwnTechnique ASKS_AGAIN [Manager]
    /// Resend webhooks and send test events.
    ResendOwnWebhooks AT_ONCE [Manager]
    /// Change where the account's customers are from.
    ChangeOwnSettings AT_ONCE [Manager]
    /// Invite and disable the account's people.
    ChangeOwnPeople ASKS_AGAIN [Manager]

    /// See the console: orders, accounts, suppliers and how they are.
    SeeConsole AT_ONCE [Owner Operator Finance Support ReadOnly]
    /// See what the house earns, owes and has deposited.
    SeeMoney AT_ONCE [Owner Operator Finance ReadOnly]
    /// Ask a supplier once more what became of an order.
    AskSupplier AT_ONCE [Owner Operator Support]
    /// Say what became of an order, by evidence: its money moves.
    DecideOrder ASKS_AGAIN [Owner Operator]
    /// Give the money of an order back where that is legal.
    RefundOrder ASKS_AGAIN [Owner Operator Finance]
    /// Tell an account again what it was told by webhook.
    ResendWebhooks AT_ONCE [Owner Operator Support]
    /// Make accounts, change their prices and limits, suspend them.
    ChangeAccounts AT_ONCE [Owner Operator]
    /// Pay money into an account, or out of it.
    FundAccounts ASKS_AGAIN [Owner Finance]
    /// Approve what another person wants to pay in.
    ApproveFunding ASKS_AGAIN [Owner Finance]
    /// Change what is sold and how suppliers' products belong to it.
    ChangeCatalog AT_ONCE [Owner Operator]
    /// Change which supplier delivers what.
    ChangeRouting AT_ONCE [Owner Operator]
    /// Open and close the way to a supplier.
    ChangeSuppliers AT_ONCE [Owner Operator]
    /// Change exchange rates.
    ChangeRates AT_ONCE [Owner Operator Finance]
    /// Compare suppliers' books with ours and close what differs.
    Reconcile AT_ONCE [Owner Finance]
    /// See who did what.
    SeeAudit AT_ONCE [Owner Operator Finance ReadOnly]
    /// Invite people, change their roles, disable them.
    ChangePeople ASKS_AGAIN [Owner]
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn who_may_do_what() {
        let mut table = format!("{:<20}", "");
        for role in Role::ALL {
            write!(table, "{role:<10}").unwrap();
        }
        for action in Action::ALL {
            write!(table, "\n{:<20}", format!("{action:?}")).unwrap();
            for role in Role::ALL {
                let cell = match (role.may(*action), action.asks_again()) {
                    (false, _) => "·",
                    (true, false) => "yes",
                    (true, true) => "asks",
                };
                write!(table, "{cell:<10}").unwrap();
            }
        }
        insta::assert_snapshot!(table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn nobody_acts_for_the_house_and_for_an_account() {
        for action in Action::ALL {
            let of_account = action.roles().iter().filter(|role| role.is_of_account()).count();
            assert!(of_account == 0 || of_account == action.roles().len(), "{action:?}");
        }
    }

    #[test]
    fn support_never_moves_money_and_a_cashier_never_sees_keys() {
        for action in [
            Action::DecideOrder,
            Action::RefundOrder,
            Action::FundAccounts,
            Action::ApproveFunding,
        ] {
            assert!(!Role::Support.may(action) && !Role::ReadOnly.may(action), "{action:?}");
        }
        assert!(!Role::Cashier.may(Action::SeeOwnTechnique));
        assert_eq!("read-only".parse(), Ok(Role::ReadOnly));
    }
}
