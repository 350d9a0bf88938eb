//! Why a supplier's name is taken for one of ours, or for none.

use engine::catalog::mapping::Reason;

use super::Said;
use crate::web::Page;

impl Said for Reason {
    fn said(&self, page: &Page) -> String {
        match self {
            Self::Person => page.t("mapping_reason.person").to_owned(),
            Self::NoneAlike(country) => page.fill("mapping_reason.none_alike", &[("country", country)]),
            Self::Name { likeness, theirs, ours } => {
                let likeness = page.number(likeness);
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("likeness", &likeness), ("theirs", theirs), ("ours", ours)];
                page.fill("mapping_reason.name", &values)
            }
            Self::Country(country) => page.fill("mapping_reason.country", &[("country", country)]),
            Self::Rival(operator) => page.fill("mapping_reason.rival", &[("operator", operator)]),
            Self::OtherCurrency { theirs, ours } => {
                page.fill("mapping_reason.other_currency", &[("theirs", theirs), ("ours", ours)])
            }
            Self::Amounts { same, told, currency } => {
                let (same, told) = (page.number(same), page.number(told));
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("same", &same), ("told", &told), ("currency", currency)];
                page.fill("mapping_reason.amounts", &values)
            }
            Self::NoAirtime(operator) => page.fill("mapping_reason.no_airtime", &[("operator", operator)]),
            Self::NoReceived => page.t("mapping_reason.no_received").to_owned(),
            Self::CountedIn { product, ours, theirs } => {
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("product", product), ("ours", ours), ("theirs", theirs)];
                page.fill("mapping_reason.counted_in", &values)
            }
            Self::Amount(amount) => page.fill("mapping_reason.amount", &[("amount", &page.money(amount))]),
            Self::NoPackage { product, amount } => {
                let amount = page.money(amount);
                page.fill(
                    "mapping_reason.no_package",
                    &[("product", product), ("amount", &amount)],
                )
            }
            Self::FreeAmounts(currency) => page.fill("mapping_reason.free_amounts", &[("currency", currency)]),
            Self::NoFreeAmounts(product) => page.fill("mapping_reason.no_free_amounts", &[("product", product)]),
            Self::BundleInRange => page.t("mapping_reason.bundle_in_range").to_owned(),
            Self::NoSuchContents(operator) => page.fill("mapping_reason.no_such_contents", &[("operator", operator)]),
            Self::SameContents => page.t("mapping_reason.same_contents").to_owned(),
            Self::NearlySameContents => page.t("mapping_reason.nearly_same_contents").to_owned(),
            Self::ContentsUntold => page.t("mapping_reason.contents_untold").to_owned(),
            Self::SameNameAndAmount(amount) => page.fill(
                "mapping_reason.same_name_and_amount",
                &[("amount", &page.money(amount))],
            ),
            Self::SameName => page.t("mapping_reason.same_name").to_owned(),
            Self::Made => page.t("mapping_reason.made").to_owned(),
            Self::OperatorSuggested(operator) => {
                page.fill("mapping_reason.operator_suggested", &[("operator", operator)])
            }
            Self::OperatorRejected => page.t("mapping_reason.operator_rejected").to_owned(),
            Self::OperatorUnmapped => page.t("mapping_reason.operator_unmapped").to_owned(),
            Self::OperatorGone(operator) => page.fill("mapping_reason.operator_gone", &[("operator", operator)]),
        }
    }
}
