//! Pauses of numbers: a supplier that wants a number to be left alone for a while is not asked for
//! it, whichever account buys. Only suppliers with such a rule have rows here.
//!
//! A pause is taken with the attempt that makes it, in one transaction: of two workers that want the
//! same number at one supplier, the second finds the first one's row and waits.

use std::collections::{BTreeMap, BTreeSet};

use model::{AttemptId, PhoneNumber, SupplierName, Timestamp};

use crate::{
    Error,
    db::{Insert, Lock, Select, Tx, Value, int, text, values},
};

type Place = (SupplierName, PhoneNumber);

const BY_NUMBER: Select = Select {
    table: "number_pauses",
    columns: "supplier, phone_number, until, attempt",
    keys: &[text("supplier"), text("phone_number")],
    condition: "",
    order: "",
    lock: Lock::None,
};

/// A number that an attempt takes at a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) attempt: AttemptId,
    pub(crate) until: Timestamp,
}

/// The pauses of some numbers.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    until: BTreeMap<Place, Timestamp>,
    claims: BTreeMap<Place, Claim>,
}

fn read(tx: &mut Tx<'_>, places: &BTreeSet<Place>) -> Result<Vec<(Place, Timestamp, String)>, Error> {
    let keys: Vec<_> = places
        .iter()
        .map(|(supplier, number)| values![supplier, *number])
        .collect();
    tx.select_many(&BY_NUMBER, &keys, |row| {
        Ok(((row.parse(0)?, row.parse(1)?), row.time(2)?, row.text(3)?))
    })
}

impl Pauses {
    /// Reads those of some suppliers and numbers; asks nothing for none.
    pub(crate) fn read(tx: &mut Tx<'_>, places: &BTreeSet<Place>) -> Result<Self, Error> {
        let found = read(tx, places)?.into_iter().map(|(place, until, _)| (place, until));
        Ok(Self {
            until: found.collect(),
            claims: BTreeMap::new(),
        })
    }

    /// Until when a supplier may not be asked for a number.
    pub(crate) fn until(&self, supplier: &SupplierName, number: PhoneNumber, now: Timestamp) -> Option<Timestamp> {
        let until = self.until.get(&(supplier.clone(), number)).copied();
        until.filter(|until| *until > now)
    }

    /// Takes a number for an attempt.
    pub(crate) fn take(&mut self, supplier: &SupplierName, number: PhoneNumber, claim: Claim) {
        let place = (supplier.clone(), number);
        self.until.insert(place.clone(), claim.until);
        self.claims.insert(place, claim);
    }

    /// Writes what was taken; answers the attempts for whose numbers another worker was first.
    pub(crate) fn write(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<AttemptId>, Error> {
        // A pause that still lasts stays whose it is; whoever writes at the same time waits here.
        const TAKE: Insert = Insert {
            table: "number_pauses",
            columns: &[
                text("supplier"),
                text("phone_number"),
                int("taken_at"),
                int("until"),
                text("attempt"),
            ],
            conflict: "ON CONFLICT (supplier, phone_number) DO UPDATE SET taken_at = excluded.taken_at,
                until = excluded.until, attempt = excluded.attempt WHERE number_pauses.until <= excluded.taken_at",
        };
        if self.claims.is_empty() {
            return Ok(Vec::new());
        }
        tx.insert_many(&TAKE, &rows(&self.claims, now))?;
        let mut lost = Vec::new();
        for (place, _, holder) in read(tx, &self.claims.keys().cloned().collect())? {
            let claim = &self.claims[&place];
            if holder != claim.attempt.to_string() {
                lost.push(claim.attempt);
            }
        }
        Ok(lost)
    }
}

fn rows(claims: &BTreeMap<Place, Claim>, now: Timestamp) -> Vec<[Value; 5]> {
    let row = |((supplier, number), claim): (&Place, &Claim)| {
        values![supplier, *number, now, claim.until, claim.attempt.to_string()]
    };
    claims.iter().map(row).collect()
}

/// Leaves numbers alone at suppliers that said so when they refused them.
pub(crate) fn pause_after_refusal(
    tx: &mut Tx<'_>,
    refused: &BTreeMap<(SupplierName, PhoneNumber), Claim>,
    now: Timestamp,
) -> Result<(), Error> {
    const LONGER: Insert = Insert {
        table: "number_pauses",
        columns: &[
            text("supplier"),
            text("phone_number"),
            int("taken_at"),
            int("until"),
            text("attempt"),
        ],
        conflict: "ON CONFLICT (supplier, phone_number) DO UPDATE SET taken_at = excluded.taken_at,
            until = excluded.until, attempt = excluded.attempt WHERE number_pauses.until < excluded.until",
    };
    tx.insert_many(&LONGER, &rows(refused, now))
}

/// Lists the suppliers that have a number to be left alone.
pub fn paced(tx: &mut Tx<'_>, now: Timestamp) -> Result<BTreeSet<SupplierName>, Error> {
    let sql = "SELECT DISTINCT supplier FROM number_pauses WHERE until > ?1";
    Ok(tx.query(sql, &values![now], |row| row.parse(0))?.into_iter().collect())
}

/// Forgets pauses that are over, so many at most.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<usize, Error> {
    let sql = "DELETE FROM number_pauses WHERE (supplier, phone_number) IN (
                   SELECT supplier, phone_number FROM number_pauses WHERE until < ?1 LIMIT ?2)";
    tx.execute(sql, &values![before, limit])
}
