//! Public ids: a prefix that says what is named, and a UUIDv7 in 26 letters, so that ids sort by time.

use std::{fmt, str::FromStr};

use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

use crate::Timestamp;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id such as {prefix}_01h455vb4pex5vsknk084sn02q")]
pub struct ParseIdError {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident $kind:ident $prefix:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        #[derive(Default)]
        struct $kind;

        impl StaticType for $kind {
            const TYPE: &'static str = $prefix;
        }

        impl $name {
            /// The letters before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Names the thing that this UUID stands for.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID behind the letters.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// When the id was made, to the millisecond.
            pub fn created_at(self) -> Timestamp {
                created_at(self.0)
            }

            /// The smallest id of this kind that a moment can have: a bound for "from then on".
            pub fn first_at(moment: Timestamp) -> Self {
                Self(crate::ids::uuid_v7(moment.as_millis(), 0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                TypeSafeId::<$kind>::from_uuid(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.parse::<TypeSafeId<$kind>>()
                    .map(|id| Self(id.uuid()))
                    .map_err(|_| ParseIdError { prefix: $prefix })
            }
        }
    )*};
}

id! {
    /// An account: a reseller with a prepaid balance.
    AccountId AccountKind "acc";
    /// An API key of an account.
    KeyId KeyKind "key";
    /// An invoice: one or more orders bought together.
    InvoiceId InvoiceKind "inv";
    /// An order: one phone, one product.
    OrderId OrderKind "ord";
    /// A movement of the prepaid balance from outside.
    DepositId DepositKind "dep";
    /// Something an account is told about by webhook.
    EventId EventKind "evt";
    /// One event on its way to one URL.
    DeliveryId DeliveryKind "whd";
    /// A person who signs in.
    UserId UserKind "usr";
    /// One place where a person is signed in.
    SessionId SessionKind "ses";
    /// A file of top-ups.
    BatchId BatchKind "bat";
    /// Something that a person has to look at.
    CaseId CaseIdKind "case";
}

/// One submission of an order to one supplier, and our reference there: `att_<order>_<number>`.
///
/// It is made of the order and a count, so that an attempt can't exist without its order and two
/// workers can't name two attempts alike without the database noticing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId {
    /// The order that is attempted.
    pub order: OrderId,
    /// Counts the order's attempts from 1.
    pub number: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = self.order.to_string();
        let letters = order.strip_prefix("ord_").unwrap_or(&order);
        write!(f, "att_{letters}_{}", self.number)
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AttemptId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let parts = text.strip_prefix("att_").and_then(|rest| rest.split_once('_'));
        let (letters, number) = parts.ok_or(ParseIdError { prefix: "att" })?;
        let order = format!("ord_{letters}").parse();
        match (order, number.parse::<u32>()) {
            (Ok(order), Ok(count)) if count > 0 && number == count.to_string() => Ok(Self { order, number: count }),
            _ => Err(ParseIdError { prefix: "att" }),
        }
    }
}

/// The first 48 bits of a UUIDv7 are milliseconds since 1970.
fn created_at(uuid: Uuid) -> Timestamp {
    let millis = i64::try_from(uuid.as_u128() >> 80).expect("48 bits fit an i64");
    Timestamp::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ids;

    #[test]
    fn an_id_reads_back_and_keeps_its_time() {
        let ids = Ids::seeded(1);
        let id = OrderId::from_uuid(ids.next(Timestamp::from_millis(1_764_000_000_123)));
        assert_eq!(id.to_string().parse::<OrderId>(), Ok(id));
        assert_eq!(id.created_at(), Timestamp::from_millis(1_764_000_000_123));
        assert!(OrderId::first_at(id.created_at()) <= id);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = InvoiceId::from_uuid(Ids::seeded(1).next(Timestamp::from_millis(5)));
        assert!(id.to_string().parse::<OrderId>().is_err());
        assert!("ord_xyz789".parse::<OrderId>().is_err());
    }

    #[test]
    fn an_attempt_names_its_order_and_number() {
        let order = OrderId::from_uuid(Ids::seeded(1).next(Timestamp::from_millis(5)));
        let attempt = AttemptId { order, number: 2 };
        assert_eq!(attempt.to_string().parse::<AttemptId>(), Ok(attempt));
        assert!(attempt.to_string().len() <= 40, "DT One allows 40 characters");
        for wrong in [
            "att_",
            "att_x_1",
            "ord_1_1",
            &format!("{attempt}0x"),
            &attempt.to_string().replace("_2", "_02"),
        ] {
            assert!(wrong.parse::<AttemptId>().is_err(), "{wrong}");
        }
    }
}
