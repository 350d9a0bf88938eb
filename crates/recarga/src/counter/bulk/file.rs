//! The file: a heading and a line for each phone, and the same back with what became of it.

use engine::batches::{BatchLine, LINES_MAX};

use super::super::FILE_BYTES_MAX;
use crate::web::{Page, download::harmless};

/// A longer cell is no number, product, amount or reference.
const CELL_CHARS_MAX: usize = 200;

/// Why a file can't be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileError {
    Empty,
    NoColumn(&'static str),
    TooMany,
    TooLarge,
    Unreadable(String),
}

impl FileError {
    pub(super) fn said(&self, page: &Page) -> String {
        match self {
            Self::Empty => page.t("bulk.wrong_empty").to_owned(),
            Self::NoColumn(name) => page.fill("bulk.wrong_column", &[("name", name)]),
            Self::TooMany => page.fill("bulk.wrong_many", &[("max", &LINES_MAX)]),
            Self::TooLarge => page.fill("bulk.wrong_large", &[("max", &(FILE_BYTES_MAX / 1_024))]),
            Self::Unreadable(why) => page.fill("bulk.wrong_unreadable", &[("why", why)]),
        }
    }
}

/// Reads the letters of a file as table programs save it: UTF-8, UTF-16, or where it is neither, Latin-1.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let (units, _) = bytes.as_chunks();
        let units: Vec<_> = units.iter().copied().map(pair).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().copied().map(char::from).collect()),
    }
}

/// Reads a file. Columns go by their names, in any order; commas, semicolons and tabs divide them.
pub(super) fn read(text: &str) -> Result<Vec<BatchLine>, FileError> {
    let text = text.trim_start_matches('\u{feff}');
    // Some programs say before the heading what divides the columns.
    let text = match text.split_once('\n') {
        Some((first, rest)) if first.to_lowercase().starts_with("sep=") => rest,
        _ => text,
    };
    let heading = text.lines().next().unwrap_or_default();
    let divider = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|divider| heading.bytes().filter(|byte| byte == divider).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(divider.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| FileError::Unreadable(error.to_string());
    let headings = reader.headers().map_err(unreadable)?.clone();
    let place = |names: &[&str]| {
        headings
            .iter()
            .position(|heading| names.contains(&heading.to_lowercase().as_str()))
    };
    let number = place(&["phone_number", "number", "phone"]).ok_or(FileError::NoColumn("phone_number"))?;
    let value = place(&["value", "amount", "package"]).ok_or(FileError::NoColumn("value"))?;
    let (product, reference) = (place(&["product_id", "product"]), place(&["reference"]));
    let mut lines = Vec::new();
    for (row, line) in reader.records().zip(1_i64..) {
        let row = row.map_err(unreadable)?;
        // Tables end in rows that only look empty.
        if row.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() == LINES_MAX {
            return Err(FileError::TooMany);
        }
        let cell = |place: usize| {
            row.get(place)
                .unwrap_or_default()
                .chars()
                .take(CELL_CHARS_MAX)
                .collect()
        };
        let given: Option<String> = reference.map(cell);
        lines.push(BatchLine {
            line,
            phone_number: cell(number),
            product: product.map_or_else(String::new, cell),
            value: cell(value),
            reference: given.filter(|reference| !reference.is_empty()),
            problem: None,
            order: None,
        });
    }
    if lines.is_empty() {
        return Err(FileError::Empty);
    }
    Ok(lines)
}

/// Writes what became of each line.
pub(super) fn write(lines: &[BatchLine]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "line",
        "phone_number",
        "product_id",
        "value",
        "reference",
        "status",
        "order_id",
        "price",
        "currency",
        "problem",
    ])?;
    for line in lines {
        let order = line.order.as_ref();
        let failure = order.and_then(|order| order.failure.as_ref());
        let problem = line
            .problem
            .clone()
            .or_else(|| failure.map(|failure| failure.message.clone()));
        writer.write_record([
            line.line.to_string(),
            harmless(&line.phone_number),
            harmless(&line.product),
            harmless(&line.value),
            harmless(line.reference.as_deref().unwrap_or_default()),
            order.map_or("not_bought", |order| order.status.shown()).to_owned(),
            order.map_or_else(String::new, |order| order.id.to_string()),
            order.map_or_else(String::new, |order| model::decimal_text(order.price.major())),
            order.map_or_else(String::new, |order| order.price.currency().to_string()),
            harmless(problem.as_deref().unwrap_or_default()),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_by_their_names_whatever_divides_them() {
        for text in [
            "phone_number,product_id,value,reference\n+15551234567,at-t-usa,25,shop 1\n",
            "\u{feff}Reference;Amount;Number;Product\r\nshop 1;25;+15551234567;at-t-usa\r\n",
            "number\tvalue\treference\tproduct\n+15551234567\t25\tshop 1\tat-t-usa",
        ] {
            let [line] = &read(text).unwrap()[..] else {
                panic!("{text}")
            };
            let cells = (
                &*line.phone_number,
                &*line.product,
                &*line.value,
                line.reference.as_deref(),
            );
            assert_eq!(cells, ("+15551234567", "at-t-usa", "25", Some("shop 1")), "{text}");
        }
    }

    #[test]
    fn a_file_is_read_however_a_table_program_saves_it() {
        let text = "sep=;\r\nNumber;Amount;Reference\r\n\r\n+15551234567;25;caf\u{e9}\r\n;;\r\n";
        let utf16 = |unit_of: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(unit_of).collect()
        };
        let latin: Vec<u8> = text.replace('\u{e9}', "\u{1}").into_bytes();
        let latin = latin
            .into_iter()
            .map(|byte| if byte == 1 { 0xe9 } else { byte })
            .collect();
        for bytes in [
            text.as_bytes().to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            latin,
        ] {
            let lines = read(&text_of(&bytes)).unwrap();
            assert_eq!(lines.len(), 1, "{lines:?}");
            let cells = (&*lines[0].phone_number, &*lines[0].value, lines[0].reference.as_deref());
            assert_eq!(cells, ("+15551234567", "25", Some("caf\u{e9}")));
        }
        assert_eq!(
            read(&text_of(&[0xff, 0xfe, 0x00])),
            Err(FileError::NoColumn("phone_number"))
        );
    }

    #[test]
    fn a_file_that_is_none_is_refused_by_what_is_missing() {
        assert_eq!(read(""), Err(FileError::NoColumn("phone_number")));
        assert_eq!(read("number,product\n"), Err(FileError::NoColumn("value")));
        assert_eq!(read("number,value\n"), Err(FileError::Empty));
        let many = format!("number,value\n{}", "1,1\n".repeat(LINES_MAX + 1));
        assert_eq!(read(&many), Err(FileError::TooMany));
        let short = read("number,value,product\n+1555").unwrap();
        assert_eq!(short[0].value, "", "a cell that isn't there is empty");
    }
}
