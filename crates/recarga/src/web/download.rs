//! Files that a browser keeps.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// What a table of commas is.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";
/// What a workbook is.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Answers with a file; its name has letters, digits and `-_.` only.
pub(crate) fn attachment(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
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
    fn a_cell_is_never_a_formula() {
        let cells = ["=1+1", "@a", "-2+3", "+15551234567", "-5", "shop"].map(harmless);
        assert_eq!(cells, ["'=1+1", "'@a", "'-2+3", "+15551234567", "-5", "shop"]);
    }
}
