//! Whether this machine's clock is right: by what is stored, and by the database server's.

use std::time::Duration;

use engine::accounts;
use model::Timestamp;

use super::{Found, State};
use crate::cli::Desk;

/// Any clock that is right is behind this.
const CLOCK_MIN: &str = "2026-01-01";
/// Another machine's clock may be ahead by so much.
const CLOCK_AHEAD: Duration = Duration::from_secs(5);

/// Ids hold the time at which they were made: none can be newer than now.
pub(super) async fn check(desk: &Desk) -> Found {
    let now = desk.now();
    let newest = desk.read(|tx| {
        let keys = accounts::list_keys(tx)?.into_iter().map(|key| key.created_at);
        let accounts = accounts::list(tx)?.into_iter().map(|account| account.created_at);
        Ok(keys.chain(accounts).max())
    });
    let newest = newest.await?.unwrap_or_default();
    let earliest: Timestamp = CLOCK_MIN.parse().expect("a moment");
    if now < earliest || newest > now + CLOCK_AHEAD {
        let text = format!("the clock says {now}, but that time has passed: set it, and let NTP keep it");
        return Ok((State::Wrong, text));
    }
    // The read before has connected: this one is a round trip and no more.
    let asked = desk.now();
    let server = desk.read(|tx| Ok(tx.server_time()?)).await?;
    let Some(server) = server else {
        return Ok((State::Good, format!("it is {now}")));
    };
    let apart = apart([asked, desk.now()], server);
    Ok(compare(apart, desk.context.settings.clock_skew, now))
}

/// How much a clock that was read between two moments differs at least.
fn apart([before, after]: [Timestamp; 2], read: Timestamp) -> Duration {
    before.since(read).max(read.since(after))
}

/// The database's clock decides nothing, but where it differs one machine has no NTP.
fn compare(apart: Duration, allowed: Duration, now: Timestamp) -> (State, String) {
    if apart <= allowed {
        let text = format!(
            "it is {now}, by the database's server too ({} ms apart)",
            apart.as_millis()
        );
        return (State::Good, text);
    }
    let text = format!(
        "it is {now} here, {:.1} s off the database's server, and orders.clock_skew_s allows {}: let NTP keep both",
        apart.as_secs_f64(),
        allowed.as_secs()
    );
    (State::Notice, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: Duration = Duration::from_secs(5);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    #[test]
    fn a_clock_that_was_read_meanwhile_is_not_apart() {
        assert_eq!(apart([at(0), at(900)], at(500)), Duration::ZERO);
        assert_eq!(apart([at(0), at(900)], at(-100)), Duration::from_millis(100));
        assert_eq!(apart([at(0), at(900)], at(8_900)), Duration::from_secs(8));
    }

    #[test]
    fn clocks_that_differ_by_more_than_the_setting_are_worth_a_word() {
        let (state, _) = compare(Duration::from_millis(4_999), ALLOWED, at(0));
        assert_eq!(state, State::Good);
        let (state, text) = compare(Duration::from_millis(8_040), ALLOWED, at(0));
        assert_eq!(state, State::Notice);
        assert!(
            text.contains("8.0 s off") && text.contains("orders.clock_skew_s allows 5"),
            "{text}"
        );
    }
}
