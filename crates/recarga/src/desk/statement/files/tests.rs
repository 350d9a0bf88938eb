//! What stands in the files, read back.

use std::io::Read;

use engine::ledger::LineOrder;
use model::Timestamp;

use super::*;
use crate::web::Language;

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, currency.parse().unwrap())
}

fn line(amount: Money, order: Option<LineOrder>, note: Option<&str>) -> StatementLine {
    StatementLine {
        line: 7,
        movement: if order.is_some() { "hold" } else { "deposit" }.to_owned(),
        subject: "ord_01h455vb4pex5vsknk084sn02q".to_owned(),
        order,
        amount,
        balance_after: money(1_234_567, amount.currency().code()),
        note: note.map(str::to_owned),
        created_at: "2026-11-26T08:30:00.125Z".parse().unwrap(),
    }
}

fn bought(reference: &str) -> LineOrder {
    LineOrder {
        phone_number: "+15551234567".parse().unwrap(),
        product_name: "=AT&T".to_owned(),
        reference: Some(reference.to_owned()),
    }
}

fn page() -> Page {
    Page {
        language: Language::Spanish,
        theme: None,
        user: None,
        path: String::new(),
        now: Timestamp::default(),
    }
}

/// A file in a workbook.
fn part(workbook: Vec<u8>, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_table_of_commas_is_exact_and_has_no_formulas() {
    let lines = [
        line(money(-2_605, "USD"), Some(bought("+1;cmd|x")), None),
        line(money(1, "KWD"), None, Some("=HYPERLINK(1)")),
    ];
    let text = String::from_utf8(csv(&lines).unwrap()).unwrap();
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows[0], HEADINGS.join(","));
    assert_eq!(
        rows[1],
        "7,2026-11-26T08:30:00.125Z,hold,-26.05,12345.67,USD,ord_01h455vb4pex5vsknk084sn02q,+15551234567,'=AT&T,'+1;cmd|x"
    );
    assert!(
        rows[2].contains(",0.001,1234.567,KWD,") && rows[2].ends_with(",,,'=HYPERLINK(1)"),
        "{}",
        rows[2]
    );
}

#[test]
fn a_workbook_has_numbers_as_they_are_and_texts_as_texts() {
    let lines = [line(money(-2_605, "USD"), Some(bought("=1+1")), None)];
    let made = xlsx(&page(), &lines).unwrap();
    let sheet = part(made.clone(), "xl/worksheets/sheet1.xml");
    for cell in ["<v>-26.05</v>", "<v>12345.67</v>"] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
    assert!(!sheet.contains("<f>"), "no formula: {sheet}");
    let texts = part(made.clone(), "xl/sharedStrings.xml");
    for text in ["Importe", "Recarga", "=1+1", "=AT&amp;T", "+15551234567"] {
        assert!(texts.contains(&format!(">{text}</t>")), "{text}: {texts}");
    }
    assert!(part(made, "xl/styles.xml").contains("#,##0.00"));
}

#[test]
fn an_amount_that_a_workbook_would_round_is_written_as_text() {
    let huge = line(money(i64::MAX, "USD"), None, None);
    let made = xlsx(&page(), &[huge]).unwrap();
    assert!(part(made, "xl/sharedStrings.xml").contains(">92233720368547758.07</t>"));
    assert_eq!(exact("0.1"), Some(0.1));
    assert_eq!(exact("90071992547409.93"), None);
}

#[test]
fn a_workbook_without_lines_has_its_headings() {
    let made = xlsx(&page(), &[]).unwrap();
    assert!(part(made, "xl/sharedStrings.xml").contains("Saldo"));
}
