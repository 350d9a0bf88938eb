//! What all three suppliers sell in: countries, their currencies and operators.
//!
//! Names, codes and currencies are facts; operators' names are those of `data/operators.csv`. Exchange
//! rates, and all amounts that are made from them, are demo values.

use rust_decimal::Decimal;

use crate::number::constant;

/// A country.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Market {
    pub(crate) iso2: &'static str,
    pub(crate) iso3: &'static str,
    pub(crate) name: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) currency_name: &'static str,
    pub(crate) calling_code: &'static str,
    /// How many digits follow the calling code, at least and at most.
    pub(crate) national: (usize, usize),
    /// Units of the currency for one US dollar: a demo value.
    rate: &'static str,
    pub(crate) operators: &'static [&'static str],
}

#[rustfmt::skip]
const fn market(
    codes: (&'static str, &'static str, &'static str),
    name: &'static str,
    (currency, currency_name, rate): (&'static str, &'static str, &'static str),
    national: (usize, usize),
    operators: &'static [&'static str],
) -> Market {
    let (iso2, iso3, calling_code) = codes;
    Market { iso2, iso3, name, currency, currency_name, calling_code, national, rate, operators }
}

/// Every country.
#[rustfmt::skip]
pub(crate) static MARKETS: [Market; 16] = [
    market(("HT", "HTI", "509"), "Haiti", ("HTG", "Haitian Gourde", "130"), (8, 8), &["Digicel", "Natcom"]),
    market(("MX", "MEX", "52"), "Mexico", ("MXN", "Mexican Peso", "17.5"), (10, 10), &["Telcel", "Movistar", "Bait", "Unefon"]),
    market(("GT", "GTM", "502"), "Guatemala", ("GTQ", "Guatemalan Quetzal", "7.7"), (8, 8), &["Tigo", "Telgua", "Movistar"]),
    market(("SV", "SLV", "503"), "El Salvador", ("USD", "US Dollar", "1"), (8, 8), &["Digicel", "Tigo", "Movistar", "Claro"]),
    market(("HN", "HND", "504"), "Honduras", ("HNL", "Honduran Lempira", "25"), (8, 8), &["Sercom (Claro)", "HONDUTEL", "Celtel (Tigo)"]),
    market(("CO", "COL", "57"), "Colombia", ("COP", "Colombian Peso", "4000"), (10, 10), &["Claro", "Movistar", "Tigo"]),
    market(("EC", "ECU", "593"), "Ecuador", ("USD", "US Dollar", "1"), (8, 9), &["Claro", "Tigo", "CNT"]),
    market(("PE", "PER", "51"), "Peru", ("PEN", "Peruvian Sol", "3.7"), (9, 9), &["Claro", "Movistar", "Entel"]),
    market(("NG", "NGA", "234"), "Nigeria", ("NGN", "Nigerian Naira", "1500"), (10, 10), &["MTN", "Airtel", "Glo", "9mobile"]),
    market(("GH", "GHA", "233"), "Ghana", ("GHS", "Ghanaian Cedi", "12"), (9, 9), &["MTN", "Telecel", "Expresso"]),
    market(("KE", "KEN", "254"), "Kenya", ("KES", "Kenyan Shilling", "130"), (9, 9), &["Safaricom", "Airtel", "Telkom"]),
    market(("PH", "PHL", "63"), "Philippines", ("PHP", "Philippine Peso", "56"), (10, 10), &["Smart", "Globe", "Dito"]),
    market(("ID", "IDN", "62"), "Indonesia", ("IDR", "Indonesian Rupiah", "16000"), (9, 12), &["Telkomsel", "XL", "Smartfren"]),
    market(("PK", "PAK", "92"), "Pakistan", ("PKR", "Pakistani Rupee", "280"), (10, 10), &["Jazz", "Zong", "Telenor", "Ufone"]),
    market(("IN", "IND", "91"), "India", ("INR", "Indian Rupee", "84"), (10, 10), &["Vi", "Airtel", "Jio", "BSNL"]),
    market(("US", "USA", "1"), "United States", ("USD", "US Dollar", "1"), (10, 10), &["AT&T", "T-Mobile", "Verizon"]),
];

impl Market {
    pub(crate) fn rate(&self) -> Decimal {
        constant(self.rate)
    }

    /// Whether a phone's digits can be a number of this country.
    pub(crate) fn has(&self, phone: &str) -> bool {
        let (least, most) = self.national;
        phone
            .strip_prefix(self.calling_code)
            .is_some_and(|national| (least..=most).contains(&national.len()))
    }

    /// Whose a number is: by its first digits, as far as a simulator goes. A number that a fault makes
    /// another operator's is the next one's.
    pub(crate) fn operator_of(&self, phone: &str, ported: bool) -> Operator {
        let national = phone.strip_prefix(self.calling_code).unwrap_or(phone);
        let sum: usize = national.bytes().take(2).map(|digit| usize::from(digit % 16)).sum();
        let index = (sum + usize::from(ported)) % self.operators.len();
        self.operator(index)
    }

    pub(crate) fn operator(&self, index: usize) -> Operator {
        let place = MARKETS.iter().position(|market| market == self).expect("one of them");
        let before: usize = MARKETS[..place].iter().map(|market| market.operators.len()).sum();
        Operator {
            market: &MARKETS[place],
            name: self.operators[index],
            number: before + index,
        }
    }
}

/// An operator in a country.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator {
    pub(crate) market: &'static Market,
    pub(crate) name: &'static str,
    /// Its number among all, from 0.
    pub(crate) number: usize,
}

/// Every operator.
pub(crate) fn operators() -> impl Iterator<Item = Operator> {
    MARKETS
        .iter()
        .flat_map(|market| (0..market.operators.len()).map(|index| market.operator(index)))
}

/// The country whose number a phone's digits can be.
pub(crate) fn market_of(phone: &str) -> Option<&'static Market> {
    MARKETS.iter().find(|market| market.has(phone))
}

/// What a data product or a bundle contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) name: &'static str,
    pub(crate) usd: u32,
    pub(crate) megabytes: u32,
    pub(crate) minutes: u32,
    pub(crate) messages: u32,
    pub(crate) days: u32,
}

const fn content(name: &'static str, usd: u32, megabytes: u32, talk: (u32, u32), days: u32) -> Content {
    let (minutes, messages) = talk;
    Content {
        name,
        usd,
        megabytes,
        minutes,
        messages,
        days,
    }
}

/// The data products that every operator sells: demo values.
pub(crate) const DATA: [Content; 3] = [
    content("1GB 1 Day", 2, 1_024, (0, 0), 1),
    content("5GB 7 Days", 6, 5_120, (0, 0), 7),
    content("20GB 30 Days", 18, 20_480, (0, 0), 30),
];

/// The bundles that every second operator sells: demo values.
pub(crate) const BUNDLES: [Content; 2] = [
    content("2GB + 50 min + 50 SMS 7 Days", 5, 2_048, (50, 50), 7),
    content("10GB + 200 min + 100 SMS 30 Days", 15, 10_240, (200, 100), 30),
];

/// The amounts of airtime that are sold one by one, in US dollars: demo values.
pub(crate) const AIRTIME_USD: [u32; 5] = [2, 5, 10, 20, 30];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_countrys_and_one_operators() {
        let market = market_of("50936377111").unwrap();
        assert_eq!(market.iso2, "HT");
        assert_ne!(
            market.operator_of("50936377111", false).number,
            market.operator_of("50936377111", true).number
        );
        assert_eq!(market_of("49301234567"), None);
    }
}
