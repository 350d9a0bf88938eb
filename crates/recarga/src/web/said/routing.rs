//! Why offers are used and why not, and what is wrong with rules.

use engine::routing::{Bar, Note, Obstacle, RuleFault, Score};

use super::Said;
use crate::web::Page;

impl Said for Bar {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::BelowCost => page.t("bar.below_cost").to_owned(),
            Self::Excluded(why) => page.fill("bar.excluded", &[("why", why)]),
            Self::NotConfigured => page.t("bar.not_configured").to_owned(),
            Self::ForcedOpen(why) => page.fill("bar.forced_open", &[("why", why)]),
            Self::Broken { until } => page.fill("bar.broken", &[("until", &page.moment(until))]),
            Self::ProbesOut => page.t("bar.probes_out").to_owned(),
            Self::Paused { until } => page.fill("bar.paused", &[("until", &page.moment(until))]),
        }
    }
}

impl Said for Note {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Score(score) => page.say(score),
            Self::Place(place) => page.fill("weighed.place", &[("place", &page.number(place))]),
            Self::Turn => page.t("weighed.turn").to_owned(),
            Self::Refused(times) => page.count("weighed.refused", &u64::try_from(*times).unwrap_or(u64::MAX)),
            Self::Barred(bar) => page.say(bar),
        }
    }
}

impl Said for Obstacle {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Barred { supplier, bar } => format!("{supplier}: {}", page.say(bar)),
            Self::NumberTaken => page.t("obstacle.number_taken").to_owned(),
            Self::Restored => page.t("obstacle.restored").to_owned(),
        }
    }
}

/// What only those see who may see money is left out by [`without_costs`].
impl Said for Score {
    fn said(&self, page: &Page) -> String {
        let share = page.share(&self.cost_bps);
        let cost = page.fill("weighed.cost", &[("cost", &page.money(&self.cost)), ("share", &share)]);
        let total = page.fill("weighed.total", &[("total", &page.share(&self.total_bps()))]);
        format!("{cost}; {}; {total}", without_costs(page, self))
    }
}

/// How an offer's supplier does.
fn without_costs(page: &Page, score: &Score) -> String {
    let added = |bps: i64| page.share(&bps);
    let delivered = match score.delivered_bps {
        Some(bps) => {
            let (share, results) = (page.percent(&bps.into()), page.number(&score.results));
            let failures = added(score.failures_bps);
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("share", &share), ("results", &results), ("added", &failures)];
            page.fill("weighed.delivered", &values)
        }
        None => page.fill("weighed.not_heard_of", &[("added", &added(score.failures_bps))]),
    };
    match score.median_ms {
        Some(ms) => {
            let (ms, slow) = (page.number(&ms), added(score.slowness_bps));
            let median = page.fill("weighed.median", &[("ms", &ms), ("added", &slow)]);
            format!("{delivered}; {median}")
        }
        None => delivered,
    }
}

/// Says what was weighed to somebody who may or may not see money.
pub(super) fn weighed(page: &Page, notes: &[Note]) -> String {
    let sees = page.may(engine::people::Action::SeeMoney);
    let said = notes.iter().map(|note| match note {
        Note::Score(score) if !sees => without_costs(page, score),
        note => page.say(note),
    });
    said.collect::<Vec<_>>().join("; ")
}

impl Said for RuleFault {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::TooMany { count, max } => {
                let (n, max) = (page.number(count), page.number(max));
                page.fill("rule_fault.too_many", &[("n", &n), ("max", &max)])
            }
            Self::Why { chars_max } => page.fill("rule_fault.why", &[("max", &page.number(chars_max))]),
            Self::NoSupplier { name, known } => {
                let known = known.join(", ");
                page.fill("rule_fault.no_supplier", &[("name", name), ("known", &known)])
            }
            Self::Twice(name) => page.fill("rule_fault.twice", &[("name", name)]),
            Self::TwoSections(name) => page.fill("rule_fault.two_sections", &[("name", name)]),
            Self::NoneNamed => page.t("rule_fault.none_named").to_owned(),
            Self::NoWeight => page.t("rule_fault.no_weight").to_owned(),
            Self::NoCountry(text) => page.fill("rule_fault.no_country", &[("text", text)]),
            Self::NoOperator(text) => page.fill("rule_fault.no_operator", &[("text", text)]),
            Self::NoProduct(text) => page.fill("rule_fault.no_product", &[("text", text)]),
            Self::NoAccount(text) => page.fill("rule_fault.no_account", &[("text", text)]),
            Self::Zero => page.t("rule_fault.zero").to_owned(),
            Self::TooLarge(number) => page.fill("rule_fault.too_large", &[("n", &page.number(number))]),
        }
    }
}
