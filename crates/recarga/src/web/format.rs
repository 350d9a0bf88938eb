//! Numbers, money and moments as a language writes them.

use model::{Country, Money, Timestamp};

use super::{language::Language, messages};

/// The sign between thousands, and the one before decimals.
const fn signs(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => (",", "."),
        Language::Spanish | Language::Portuguese => (".", ","),
        Language::French => ("\u{202f}", ","),
    }
}

/// Groups the digits of a whole number. Spanish leaves four of them together.
fn grouped(language: Language, digits: &str) -> String {
    let (group, _) = signs(language);
    if language == Language::Spanish && digits.len() <= 4 {
        return digits.to_owned();
    }
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// A plain decimal text such as `-1234.50`, as the language writes it.
pub(crate) fn decimal(language: Language, plain: &str) -> String {
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("−", rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let whole = grouped(language, whole);
    let (_, point) = signs(language);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}{point}{fraction}")
    }
}

/// A whole number.
pub(crate) fn integer(language: Language, number: i128) -> String {
    decimal(language, &number.to_string())
}

/// A share in percent, as the language writes it. English and Portuguese leave no space before the sign.
pub(crate) fn percent(language: Language, plain: &str) -> String {
    let space = match language {
        Language::English | Language::Portuguese => "",
        Language::Spanish => "\u{a0}",
        Language::French => "\u{202f}",
    };
    format!("{}{space}%", decimal(language, plain))
}

/// An amount with all decimals of its currency, without the currency: `1,234.50`.
pub(crate) fn amount(language: Language, money: Money) -> String {
    let decimals = usize::try_from(money.currency().exponent()).unwrap_or(0);
    let minor = money.minor();
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    decimal(language, &format!("{sign}{whole}{point}{fraction}"))
}

/// An amount with its currency's letters, which can't be taken for another's sign: `1,234.50 USD`.
pub(crate) fn money(language: Language, money: Money) -> String {
    format!("{}\u{a0}{}", amount(language, money), money.currency())
}

const MONTHS: [&str; 12] = [
    "months.jan",
    "months.feb",
    "months.mar",
    "months.apr",
    "months.may",
    "months.jun",
    "months.jul",
    "months.aug",
    "months.sep",
    "months.oct",
    "months.nov",
    "months.dec",
];

/// A day in UTC: `26 Nov 2026`.
pub(crate) fn date(language: Language, at: Timestamp) -> String {
    let iso = at.to_string();
    let part = |from: usize, to: usize| {
        iso.get(from..to)
            .and_then(|text| text.parse::<usize>().ok())
            .unwrap_or(0)
    };
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let month = MONTHS
        .get(month.wrapping_sub(1))
        .map_or("", |key| messages::text(language, key));
    format!("{day}\u{a0}{month}\u{a0}{year}")
}

/// A moment in UTC, to the minute: `26 Nov 2026, 03:14 UTC`. In the browser the script makes it local.
pub(crate) fn moment(language: Language, at: Timestamp) -> String {
    let iso = at.to_string();
    format!("{}, {} UTC", date(language, at), iso.get(11..16).unwrap_or_default())
}

/// How long ago something was, roughly: `5 min`.
pub(crate) fn age(language: Language, at: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(at).as_secs();
    let (key, n) = match seconds {
        0..60 => ("time.seconds", seconds),
        60..3_600 => ("time.minutes", seconds / 60),
        3_600..86_400 => ("time.hours", seconds / 3_600),
        _ => ("time.days", seconds / 86_400),
    };
    messages::fill(language, key, &[("n", &n)])
}

/// A country's flag, made of its two letters.
pub(crate) fn flag(country: Country) -> String {
    let letter = |letter: char| {
        let place = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A'));
        place.and_then(|place| char::from_u32(0x1f1e6 + place))
    };
    country.to_string().chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_writes_amounts_its_own_way() {
        let cents = |minor, currency: &str| Money::new(minor, currency.parse().unwrap());
        let shown = |minor, currency| Language::ALL.map(|language| amount(language, cents(minor, currency)));
        assert_eq!(
            shown(123_450, "USD"),
            ["1,234.50", "1234,50", "1\u{202f}234,50", "1.234,50"]
        );
        assert_eq!(shown(-5, "USD"), ["−0.05", "−0,05", "−0,05", "−0,05"]);
        assert_eq!(shown(1_234_567, "JPY")[0], "1,234,567");
        assert_eq!(shown(1_234_567, "KWD")[1], "1234,567");
        assert_eq!(money(Language::English, cents(100, "USD")), "1.00\u{a0}USD");
    }

    #[test]
    fn moments_and_flags_are_written_out() {
        let at: Timestamp = "2026-11-06T03:04:05Z".parse().unwrap();
        assert_eq!(moment(Language::French, at), "6\u{a0}nov.\u{a0}2026, 03:04 UTC");
        let later = at + std::time::Duration::from_secs(7_300);
        assert_eq!(age(Language::English, at, later), "2 h");
        assert_eq!(flag("BR".parse().unwrap()), "🇧🇷");
    }
}
