//! Amounts and shares as people type them, and what is said of those that can't be.

use engine::{accounts::MARKUP_BPS, fundings::AMOUNT_MAX_MINOR};
use model::{Currency, Money, MoneyError, decimal_text};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::web::Page;

/// A number with more digits before its point is more than any amount.
const WHOLE_DIGITS_MAX: usize = 15;

/// Writes a decimal comma as a point, where it can't stand between thousands: `1250,50`, and not `1,250`.
fn with_point(text: &str) -> String {
    match text.split_once(',') {
        Some((_, after)) if (1..=2).contains(&after.len()) && !text.contains('.') => text.replace(',', "."),
        _ => text.to_owned(),
    }
}

/// Reads an amount of a currency, nothing or more. What is wrong is said in the reader's language.
pub(super) fn read(page: &Page, text: &str, currency: Currency) -> Result<Money, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(page.t("amount.empty").to_owned());
    }
    let number = number_of(text, currency).map(with_point).ok_or_else(|| {
        let (code, name) = (currency.code(), page.currency(&currency));
        page.fill("amount.other_currency", &[("currency", &code), ("name", &name)])
    })?;
    let too_large = || {
        let max = page.money(&Money::new(AMOUNT_MAX_MINOR, currency));
        page.fill("amount.too_large", &[("max", &max)])
    };
    let digits = number.strip_prefix('-').unwrap_or(&number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || digits.ends_with('.') {
        return Err(page.t("amount.not_a_number").to_owned());
    }
    if number.starts_with('-') {
        return Err(page.t("amount.negative").to_owned());
    }
    if whole.trim_start_matches('0').len() > WHOLE_DIGITS_MAX {
        return Err(too_large());
    }
    let decimals = usize::try_from(currency.exponent()).unwrap_or(0);
    if fraction.trim_end_matches('0').len() > decimals {
        return Err(match decimals {
            0 => page.fill("amount.no_decimals", &[("currency", &currency.code())]),
            _ => page.fill(
                "amount.too_precise",
                &[("currency", &currency.code()), ("n", &decimals)],
            ),
        });
    }
    let exact = format!("{whole}.{}", &fraction[..fraction.len().min(decimals)]);
    match Money::parse(exact.trim_end_matches('.'), currency) {
        Ok(amount) if amount.minor() <= AMOUNT_MAX_MINOR => Ok(amount),
        Ok(_) | Err(MoneyError::TooLarge) => Err(too_large()),
        Err(_) => Err(page.t("amount.not_a_number").to_owned()),
    }
}

/// Reads an amount that has to be more than nothing.
pub(super) fn read_positive(page: &Page, text: &str, currency: Currency) -> Result<Money, String> {
    let amount = read(page, text, currency)?;
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err(page.t("amount.nothing").to_owned())
    }
}

/// Reads an amount that may be left out.
pub(super) fn read_optional(page: &Page, text: &str, currency: Currency) -> Result<Option<Money>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    read(page, text, currency).map(Some)
}

/// The number without the currency's letters before or behind it; none if they are another's.
fn number_of(text: &str, currency: Currency) -> Option<&str> {
    let letters = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (first, last) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (named, number) = match (letters(first), letters(last.trim())) {
        (true, _) => (first, last.trim()),
        (_, true) => (last.trim(), first),
        _ => return Some(text),
    };
    named.eq_ignore_ascii_case(currency.code()).then_some(number)
}

/// Writes an amount as a field has it.
pub(super) fn typed(amount: Option<Money>) -> String {
    amount.map_or_else(String::new, |amount| decimal_text(amount.major()))
}

/// Reads a markup in percent, such as `3.5`, as basis points.
pub(super) fn read_markup(page: &Page, text: &str) -> Result<i64, String> {
    let wrong = || page.t("amount.markup_rule").to_owned();
    let text = with_point(text.trim().trim_end_matches('%').trim_end());
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    let percent = Decimal::from_str_exact(&text)
        .ok()
        .filter(|_| plain && text.len() <= 12);
    let bps = percent.ok_or_else(wrong)? * Decimal::ONE_HUNDRED;
    let bps = Some(bps.normalize()).filter(Decimal::is_integer);
    let bps = bps.and_then(|bps| bps.to_i64()).ok_or_else(wrong)?;
    if (MARKUP_BPS.0..=MARKUP_BPS.1).contains(&bps) {
        Ok(bps)
    } else {
        Err(wrong())
    }
}

/// Writes a markup in percent: `3.5`.
pub(super) fn percent(bps: i64) -> String {
    decimal_text(Decimal::new(bps, 2))
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;
    use crate::web::Language;

    fn page() -> Page {
        Page {
            language: Language::English,
            theme: None,
            user: None,
            path: String::new(),
            now: Timestamp::default(),
        }
    }

    #[test]
    fn an_amount_is_read_exactly_or_refused_in_words() {
        let read = |text: &str, currency: &str| read(&page(), text, currency.parse().unwrap());
        for (text, minor) in [
            ("100", 10_000),
            (" 1250.50 ", 125_050),
            ("usd 0.01", 1),
            ("7.10000 USD", 710),
            ("1250,50", 125_050),
            ("7,1 USD", 710),
        ] {
            assert_eq!(read(text, "USD").unwrap().minor(), minor, "{text}");
        }
        assert_eq!(read("5", "JPY").unwrap().minor(), 5);
        for (text, currency, said) in [
            ("", "USD", "Write an amount"),
            ("-5", "USD", "more than 0"),
            ("1,000", "USD", "1250.50"),
            ("1e5", "USD", "1250.50"),
            (".5", "USD", "1250.50"),
            ("5.", "USD", "1250.50"),
            ("0.001", "USD", "2 decimals"),
            ("0.5", "JPY", "no decimals"),
            ("100 EUR", "USD", "kept in USD"),
            ("1000000000001", "USD", "at most"),
            ("99999999999999999999999999999999999999999", "USD", "at most"),
        ] {
            let refused = read(text, currency).unwrap_err();
            assert!(refused.contains(said), "{text}: {refused}");
        }
        assert!(read_positive(&page(), "0.00", "USD".parse().unwrap()).is_err());
        assert_eq!(read_optional(&page(), " ", "USD".parse().unwrap()), Ok(None));
    }

    #[test]
    fn a_markup_is_a_share_with_two_decimals() {
        for (text, bps) in [
            ("3.5", 350),
            ("0", 0),
            ("3,5", 350),
            ("-2.25 %", -225),
            ("1000", 100_000),
        ] {
            assert_eq!(read_markup(&page(), text), Ok(bps), "{text}");
        }
        assert_eq!((percent(350), percent(-225)), ("3.5".to_owned(), "-2.25".to_owned()));
        for wrong in ["", "much", "1.001", "-100", "1000.01", "3,500", "1e2"] {
            assert!(read_markup(&page(), wrong).is_err(), "{wrong:?}");
        }
    }
}
