//! Lists: read from the newest entry down, page by page, and the days that they are of.

use std::time::Duration;

use engine::page::PageRequest;
use model::Timestamp;

/// The first page of a list; those behind it are asked for by where it ended.
pub(crate) const FIRST: PageRequest = PageRequest {
    start: 0,
    limit: PageRequest::LIMIT_MAX,
};
/// A longer text is nothing that anybody looks for.
pub(crate) const WANTED_CHARS_MAX: usize = 200;

const DAY: Duration = Duration::from_hours(24);

/// Writes the path of a list with what is asked of it; what is empty is left out.
pub(crate) fn path(path: &str, asked: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Writes the paths of the pages before and after one, by where each begins; empty where there is none.
pub(crate) fn around<N>(begin: [Option<N>; 2], to: impl Fn(N) -> String) -> [String; 2] {
    begin.map(|start| start.map_or_else(String::new, &to))
}

/// When a span begins, and when it is over.
pub(crate) type Span = (Option<Timestamp>, Option<Timestamp>);

/// Reads the days that a list is of, as somebody typed them: the first and the last, as `2026-11-26` in UTC, both in it;
/// empty for no bound. Says when they begin and are over, or the message that tells what is wrong with them.
pub(crate) fn span(from: &str, to: &str) -> Result<Span, &'static str> {
    let (from, last) = (day(from)?, day(to)?);
    if from.zip(last).is_some_and(|(from, last)| from > last) {
        return Err("list.days_order");
    }
    Ok((from, last.map(|last| last + DAY)))
}

fn day(text: &str) -> Result<Option<Timestamp>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text if text.len() == "2026-11-26".len() => text.parse().map(Some).map_err(|_| "list.wrong_day"),
        _ => Err("list.wrong_day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_what_is_asked_and_nothing_empty() {
        assert_eq!(path("/orders", &[("q", ""), ("status", "")]), "/orders");
        assert_eq!(path("/a", &[("q", "x & y"), ("start", "50")]), "/a?q=x+%26+y&start=50");
        let asked = [("q", "+1 555"), ("status", ""), ("before", "17")];
        assert_eq!(path("/orders", &asked), "/orders?q=%2B1+555&before=17");
    }

    #[test]
    fn days_are_whole_and_in_order() {
        let span = |from: &str, to: &str| {
            span(from, to).map(|(from, until)| [from, until].map(|at| at.map(|at| at.to_string())))
        };
        assert_eq!(span("", ""), Ok([None, None]));
        let one = ["2026-11-26T00:00:00.000Z", "2026-11-27T00:00:00.000Z"].map(|at| Some(at.to_owned()));
        assert_eq!(span("2026-11-26", " 2026-11-26"), Ok(one));
        assert_eq!(span("2026-11-27", "2026-11-26"), Err("list.days_order"));
        for wrong in ["26.11.2026", "2026-13-01", "2026-11-26T10", "yesterday-1"] {
            assert_eq!(span(wrong, ""), Err("list.wrong_day"), "{wrong}");
        }
    }
}
