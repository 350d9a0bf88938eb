//! What operators see of a running program: log lines, with phone numbers masked whoever logs them.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, fmt::MakeWriter};

use crate::config::{Log, LogFormat};

/// Says what is wrong with a filter, if anything.
pub(crate) fn check_filter(filter: &str) -> Result<(), ParseError> {
    filter.parse::<EnvFilter>().map(drop)
}

/// Begins to log to the error output, so that what a command prints stays clean. Only the first call
/// in a process counts.
pub fn install_logs(log: &Log) {
    let filter = log
        .filter
        .parse::<EnvFilter>()
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt()
        .with_env_filter(filter)
        .with_writer(Masked)
        .with_ansi(io::stderr().is_terminal());
    let _ = match log.format {
        LogFormat::Human => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
    };
}

/// Writes lines to the error output with what may be a phone number masked.
struct Masked;

impl<'a> MakeWriter<'a> for Masked {
    type Writer = MaskedLine;

    fn make_writer(&'a self) -> MaskedLine {
        MaskedLine
    }
}

/// One line: the subscriber hands over each whole.
struct MaskedLine;

impl Write for MaskedLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(&masked(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Shorter runs after a plus are offsets and counts; longer ones are no phone number.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Replaces the middle of every `+` and digits, as [`model::PhoneNumber::masked`] does.
fn masked(line: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(plus) = rest.iter().position(|byte| *byte == b'+') {
        let (before, after) = rest.split_at(plus + 1);
        let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, behind) = after.split_at(count);
        shown.extend_from_slice(before);
        if DIGITS.contains(&count) {
            shown.extend_from_slice(&digits[..4]);
            shown.extend_from_slice("•••".as_bytes());
            shown.extend_from_slice(&digits[count.saturating_sub(4).max(4)..]);
        } else {
            shown.extend_from_slice(digits);
        }
        rest = behind;
    }
    shown.extend_from_slice(rest);
    shown
}

#[cfg(test)]
mod tests {
    use model::PhoneNumber;

    use super::*;

    fn shown(line: &str) -> String {
        String::from_utf8(masked(line.as_bytes())).unwrap()
    }

    #[test]
    fn a_number_in_a_line_is_masked() {
        assert_eq!(shown("to=+15551234567 now"), "to=+1555•••4567 now");
        assert_eq!(shown("{\"to\":\"+447911123456\"}"), "{\"to\":\"+4479•••3456\"}");
        assert_eq!(shown("+15551234567+15557654321"), "+1555•••4567+1555•••4321");
        for text in ["+1234567", "+123456789012345"] {
            assert_eq!(shown(text), text.parse::<PhoneNumber>().unwrap().masked());
        }
    }

    #[test]
    fn what_is_no_number_stays() {
        for line in [
            "2026-11-23T08:30:00+01:00",
            "1 + 1 = 2",
            "+",
            "ends in +123",
            "+1234567890123456",
        ] {
            assert_eq!(shown(line), line);
        }
    }
}
