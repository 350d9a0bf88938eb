//! Reloadly's messages, as far as they are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::http::json::{Exact, list_or_nothing, map_or_nothing, text_or_number};

/// A token is asked for.
#[derive(Serialize)]
pub(super) struct TokenAsked<'a> {
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) grant_type: &'static str,
    pub(super) audience: &'a str,
}

#[derive(Deserialize)]
pub(super) struct TokenGiven {
    pub(super) access_token: String,
    pub(super) expires_in: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Balance {
    pub(super) balance: Exact,
    pub(super) currency_code: String,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    pub(super) content: Vec<T>,
    #[serde(default)]
    pub(super) total_pages: Option<u32>,
    #[serde(default)]
    pub(super) last: Option<bool>,
}

/// An operator: what it sells stands in it. Airtime, data and bundles of one network are operators of their own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the supplier's flags")]
#[expect(clippy::struct_field_names, reason = "the supplier's words")]
pub(super) struct Operator {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) operator_id: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) bundle: bool,
    #[serde(default)]
    pub(super) data: bool,
    #[serde(default)]
    pub(super) pin: bool,
    #[serde(default)]
    pub(super) combo_product: bool,
    #[serde(default)]
    pub(super) supports_local_amounts: bool,
    pub(super) denomination_type: String,
    pub(super) sender_currency_code: String,
    pub(super) destination_currency_code: String,
    pub(super) commission: Option<Exact>,
    pub(super) international_discount: Option<Exact>,
    pub(super) local_discount: Option<Exact>,
    pub(super) min_amount: Option<Exact>,
    pub(super) max_amount: Option<Exact>,
    pub(super) local_min_amount: Option<Exact>,
    pub(super) local_max_amount: Option<Exact>,
    pub(super) country: OperatorCountry,
    pub(super) fx: Option<Fx>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) fixed_amounts: Vec<Exact>,
    #[serde(default, deserialize_with = "map_or_nothing")]
    pub(super) fixed_amounts_descriptions: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) local_fixed_amounts: Vec<Exact>,
    #[serde(default, deserialize_with = "map_or_nothing")]
    pub(super) local_fixed_amounts_descriptions: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "map_or_nothing")]
    pub(super) suggested_amounts_map: BTreeMap<String, Exact>,
    pub(super) fees: Option<Fees>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) geographical_recharge_plans: Vec<Plan>,
    pub(super) status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OperatorCountry {
    pub(super) iso_name: String,
}

#[derive(Deserialize)]
pub(super) struct Fx {
    pub(super) rate: Exact,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fees {
    pub(super) international: Option<Exact>,
    pub(super) international_percentage: Option<Exact>,
    pub(super) local: Option<Exact>,
    pub(super) local_percentage: Option<Exact>,
}

/// What is sold in one part of a country, as in India's circles.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Plan {
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) fixed_amounts: Vec<Exact>,
    #[serde(default, deserialize_with = "map_or_nothing")]
    pub(super) fixed_amounts_descriptions: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) local_amounts: Vec<Exact>,
    #[serde(default, deserialize_with = "map_or_nothing")]
    pub(super) local_fixed_amounts_descriptions: BTreeMap<String, String>,
}

/// A top-up is asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TopUpAsked<'a> {
    pub(super) operator_id: u64,
    pub(super) amount: Exact,
    pub(super) use_local_amount: bool,
    pub(super) custom_identifier: &'a str,
    pub(super) recipient_phone: Phone<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone<'a> {
    pub(super) country_code: &'a str,
    pub(super) number: String,
}

/// A transaction, in the answer to a submission and in reports.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the supplier's words")]
pub(super) struct Transaction {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) transaction_id: Option<String>,
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) operator_transaction_id: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) custom_identifier: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) recipient_phone: Option<String>,
    pub(super) discount: Option<Exact>,
    pub(super) discount_currency_code: Option<String>,
    pub(super) requested_amount: Option<Exact>,
    pub(super) requested_amount_currency_code: Option<String>,
    pub(super) delivered_amount: Option<Exact>,
    pub(super) delivered_amount_currency_code: Option<String>,
    pub(super) transaction_date: Option<String>,
    pub(super) fee: Option<Exact>,
    pub(super) balance_info: Option<BalanceInfo>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BalanceInfo {
    pub(super) old_balance: Option<Exact>,
    pub(super) new_balance: Option<Exact>,
    pub(super) cost: Option<Exact>,
    pub(super) currency_code: Option<String>,
}

/// How a transaction stands.
#[derive(Deserialize)]
pub(super) struct Standing {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) status: Option<String>,
    pub(super) transaction: Option<Transaction>,
}

/// Why a request was refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refused {
    pub(super) error_code: Option<String>,
    pub(super) message: Option<String>,
}

/// A push: the reference stands in it, in its data, or in the transaction in its data.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Push {
    pub(super) custom_identifier: Option<String>,
    pub(super) data: Option<PushData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PushData {
    pub(super) custom_identifier: Option<String>,
    pub(super) transaction: Option<PushTransaction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PushTransaction {
    pub(super) custom_identifier: Option<String>,
}

/// The operator that a number was recognised as.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detected {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) operator_id: Option<String>,
}
