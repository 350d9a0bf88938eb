//! The statement as a table of commas and as a workbook. Amounts are exact in both.

use engine::ledger::StatementLine;
use model::{Currency, Money, decimal_text};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::web::{Page, download::harmless};

/// What stands over the columns of a table of commas: the same in every language, for programs.
const HEADINGS: [&str; 10] = [
    "line",
    "time",
    "type",
    "amount",
    "balance_after",
    "currency",
    "order_or_deposit",
    "phone_number",
    "product",
    "note",
];

/// Writes lines as a table of commas.
pub(super) fn csv(lines: &[StatementLine]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for line in lines {
        let [number, product, note] = texts(line).map(|text| harmless(&text));
        writer.write_record([
            line.line.to_string(),
            line.created_at.to_string(),
            line.movement.clone(),
            decimal_text(line.amount.major()),
            decimal_text(line.balance_after.major()),
            line.amount.currency().to_string(),
            line.subject.clone(),
            number,
            product,
            note,
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A line's phone, product, and its reference or why it was made.
fn texts(line: &StatementLine) -> [String; 3] {
    let note = line.note.clone().unwrap_or_default();
    match &line.order {
        None => [String::new(), String::new(), note],
        Some(order) => [
            order.phone_number.to_string(),
            order.product_name.clone(),
            order.reference.clone().unwrap_or(note),
        ],
    }
}

/// Writes lines as a workbook, in the language of whoever asks.
pub(super) fn xlsx(page: &Page, lines: &[StatementLine]) -> Result<Vec<u8>, XlsxError> {
    const WIDTHS: [u16; 10] = [8, 19, 16, 14, 14, 9, 32, 17, 22, 30];
    let headings = [
        "#",
        page.t("statement.time"),
        page.t("statement.movement"),
        page.t("statement.amount"),
        page.t("statement.balance"),
        page.t("statement.currency"),
        page.t("statement.subject"),
        page.t("statement.number"),
        page.t("statement.product"),
        page.t("statement.note"),
    ];
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Recarga")?;
    let bold = Format::new().set_bold();
    for (column, (heading, width)) in (0..).zip(headings.into_iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
        sheet.set_column_width(column, f64::from(width))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    // A statement has one currency: its account's.
    let amount = lines
        .first()
        .map_or_else(Format::new, |line| format_of(line.amount.currency()));
    for (row, line) in (1..).zip(lines) {
        let time = line.created_at.to_string();
        sheet.write_number(row, 0, exact(&line.line.to_string()).unwrap_or_default())?;
        sheet.write_datetime_with_format(row, 1, ExcelDateTime::parse_from_str(&time)?, &moment)?;
        sheet.write_string(row, 2, page.word("statement_line", &line.movement))?;
        write_money(sheet, (row, 3), line.amount, &amount)?;
        write_money(sheet, (row, 4), line.balance_after, &amount)?;
        sheet.write_string(row, 5, line.amount.currency().code())?;
        sheet.write_string(row, 6, &line.subject)?;
        for (column, text) in (7..).zip(texts(line)) {
            sheet.write_string(row, column, text)?;
        }
    }
    if let Some(last) = u32::try_from(lines.len()).ok().filter(|count| *count > 0) {
        sheet.autofilter(0, 0, last, 9)?;
    }
    workbook.save_to_buffer()
}

/// How amounts of a currency are shown: with all its decimals.
fn format_of(currency: Currency) -> Format {
    let decimals = usize::try_from(currency.exponent()).unwrap_or(0);
    let point = if decimals > 0 { "." } else { "" };
    Format::new().set_num_format(format!("#,##0{point}{}", "0".repeat(decimals)))
}

/// Writes an amount as a number; what a workbook's numbers can't hold exactly is written as text.
fn write_money(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    money: Money,
    format: &Format,
) -> Result<(), XlsxError> {
    let text = decimal_text(money.major());
    match exact(&text) {
        Some(number) => sheet.write_number_with_format(row, column, number, format)?,
        None => sheet.write_string(row, column, text)?,
    };
    Ok(())
}

/// A number that is written back as it was read.
fn exact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests;
