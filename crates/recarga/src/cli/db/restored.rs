//! `recarga db restored`: the database was set back to an earlier moment, and has forgotten what was
//! submitted since.

use engine::orders::{self, restored};
use serde::Serialize;

use super::{Desk, Exit, Failure};
use crate::deeds;

#[derive(Serialize)]
struct Printed {
    restored_at: String,
    orders_under_way: i64,
}

pub(super) async fn run(desk: &Desk) -> Result<Exit, Failure> {
    let noted = desk.write(|tx, _, now| {
        restored::note(tx, now)?;
        deeds::restored().by_command(tx, now)?;
        Ok((now, orders::count_open(tx)?.under_way))
    });
    let (now, orders_under_way) = noted.await?;
    let printed = Printed {
        restored_at: now.to_string(),
        orders_under_way,
    };
    desk.output.one(&printed, || {
        format!(
            "noted: orders made before {now} are only asked about and never sent again ({orders_under_way} are under \
             way). Next: start the workers"
        )
    });
    Ok(Exit::Done)
}
