//! Addresses of our own pages with what they ask for.

/// A path with its query; what is empty is left out.
pub(super) fn with(path: &str, query: &[(&str, &str)]) -> String {
    let mut given = form_urlencoded::Serializer::new(String::new());
    given.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    let query = given.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

#[test]
fn what_is_empty_is_left_out() {
    assert_eq!(with("/a", &[("q", ""), ("start", "")]), "/a");
    assert_eq!(with("/a", &[("q", "x & y"), ("start", "50")]), "/a?q=x+%26+y&start=50");
}
