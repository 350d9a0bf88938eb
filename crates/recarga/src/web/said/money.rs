//! Why a float is low, why something has no price, and what is wrong with the audit log.

use engine::{
    audit::{Chain, Flaw},
    catalog::PriceError,
    floats::WhyLow,
};

use super::Said;
use crate::web::Page;

impl Said for WhyLow {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::AtOrBelow { float, low } => page.fill(
                "why_low.at_or_below",
                &[("float", &page.money(float)), ("low", &page.money(low))],
            ),
            Self::SoonUsedUp { float, hours } => {
                let lasts = page.count("suppliers.hours", hours);
                page.fill(
                    "why_low.soon_used_up",
                    &[("float", &page.money(float)), ("lasts", &lasts)],
                )
            }
        }
    }
}

impl Said for PriceError {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::NoOffer => page.t("no_price.no_offer").to_owned(),
            Self::NoRate { from, to } => page.fill("no_price.no_rate", &[("from", from), ("to", to)]),
            Self::TooLarge => page.t("no_price.too_large").to_owned(),
        }
    }
}

fn chain(page: &Page, chain: Chain) -> String {
    match chain {
        Chain::House => page.t("audit.house").to_owned(),
        Chain::Account(account) => account.to_string(),
    }
}

impl Said for Flaw {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::NoHead { chain } => page.fill("flaw.no_head", &[("chain", chain)]),
            Self::WrongEnd {
                chain: of,
                ends,
                should,
            } => {
                let (of, ends, should) = (chain(page, *of), page.number(ends), page.number(should));
                page.fill(
                    "flaw.wrong_end",
                    &[("chain", &of), ("ends", &ends), ("should", &should)],
                )
            }
            Self::Missing {
                chain: of,
                number,
                follows,
            } => {
                let (of, n, follows) = (chain(page, *of), page.number(number), page.number(follows));
                page.fill("flaw.missing", &[("chain", &of), ("n", &n), ("follows", &follows)])
            }
            Self::Unchained { chain: of, number } => {
                let (of, n) = (chain(page, *of), page.number(number));
                page.fill("flaw.unchained", &[("chain", &of), ("n", &n)])
            }
            Self::Changed { chain: of, number } => {
                let (of, n) = (chain(page, *of), page.number(number));
                page.fill("flaw.changed", &[("chain", &of), ("n", &n)])
            }
        }
    }
}
