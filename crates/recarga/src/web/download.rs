//! Files that a browser keeps.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// What a table of commas is.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";
/// What a workbook is.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Answers with a file. Of its name letters, digits and `-_.` are kept: others need not be what a header may have.
pub(crate) fn attachment(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let name: String = name.chars().filter(plain).collect();
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// Makes a cell of text one that no table program takes for a formula, as one would be that begins like this.
pub(crate) fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '@', '\t', '\r'])
        || cell.starts_with(['+', '-']) && !cell.chars().skip(1).all(|character| character.is_ascii_digit());
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_only_what_a_header_may_have() {
        let answer = attachment("a\r\nb\": ñ/..\\2026-11.csv", CSV, Vec::new());
        assert_eq!(
            answer.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"ab..2026-11.csv\""
        );
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        let cells = ["=1+1", "@a", "-2+3", "+15551234567", "-5", "shop"].map(harmless);
        assert_eq!(cells, ["'=1+1", "'@a", "'-2+3", "+15551234567", "-5", "shop"]);
    }
}
