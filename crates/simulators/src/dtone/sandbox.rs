//! The endings by which DT One's own sandbox chooses outcomes: a digit for the delay, two for the outcome.

use std::time::Duration;

use crate::world::{
    course::{Course, End},
    fault::Code,
};

/// What a phone's last three digits choose, and whether a PIN comes with it.
pub(super) fn course_of(phone: &str) -> Option<(Course, bool)> {
    let ending = phone.get(phone.len().checked_sub(3)?..)?;
    let (delay, outcome) = ending.split_at_checked(1)?;
    let seconds = match delay {
        "1" => 3,
        "2" => 20,
        "3" => 300,
        _ => return None,
    };
    let declined = match outcome {
        "00" | "01" => None,
        "02" => Some("DECLINED-INVALID-CREDIT-PARTY"),
        "03" => Some("DECLINED-BARRED-CREDIT-PARTY"),
        "04" => Some("DECLINED-OPERATOR-CURRENTLY-UNAVAILABLE"),
        "05" => Some("DECLINED-DUPLICATED-TRANSACTION"),
        "06" => Some("DECLINED"),
        "07" => Some("DECLINED-EXCEPTION"),
        _ => return None,
    };
    let course = Course {
        end: if declined.is_some() {
            End::Failed
        } else {
            End::Delivered
        },
        after: Some(Duration::from_secs(seconds)),
        code: declined.map(|code| Code {
            name: code.to_owned(),
            context: None,
            http: None,
        }),
        ..Course::default()
    };
    Some((course, outcome == "01"))
}
