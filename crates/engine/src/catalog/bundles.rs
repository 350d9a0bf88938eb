//! The demo catalogue's packages: the same ones for everybody, at the country's usual amounts.

use model::{Benefits, decimal_text};
use rust_decimal::Decimal;

use super::file::PackageRecord;

/// What a bundle holds, in the order of the amounts: megabytes, days.
const DATA: [(u32, u32); 6] = [
    (500, 1),
    (1_000, 7),
    (3_000, 30),
    (5_000, 30),
    (10_000, 30),
    (20_000, 30),
];
/// Megabytes, minutes, messages, days.
const BUNDLES: [(u32, u32, u32, u32); 4] = [
    (500, 30, 20, 7),
    (2_000, 100, 50, 30),
    (5_000, 300, 100, 30),
    (10_000, 600, 200, 30),
];

/// Makes a package of each amount.
pub(super) fn amounts(values: &[String]) -> Vec<PackageRecord> {
    let package = |value: &String| PackageRecord {
        value: value.clone(),
        ..PackageRecord::default()
    };
    values.iter().map(package).collect()
}

/// Makes packages of data, the larger the dearer.
pub(super) fn data(amounts: &[String]) -> Vec<PackageRecord> {
    amounts
        .iter()
        .zip(DATA)
        .map(|(amount, data)| data_package(amount, data))
        .collect()
}

/// Makes packages of data, minutes and messages. They begin with the second amount.
pub(super) fn bundles(amounts: &[String]) -> Vec<PackageRecord> {
    let dearer = amounts.iter().skip(1).zip(BUNDLES);
    dearer.map(|(amount, bundle)| bundle_package(amount, bundle)).collect()
}

fn data_package(amount: &str, (data_mb, validity_days): (u32, u32)) -> PackageRecord {
    bundle(
        amount,
        &Benefits {
            data_mb: Some(data_mb),
            validity_days: Some(validity_days),
            ..Benefits::default()
        },
    )
}

fn bundle_package(amount: &str, (data_mb, minutes, sms, validity_days): (u32, u32, u32, u32)) -> PackageRecord {
    bundle(
        amount,
        &Benefits {
            data_mb: Some(data_mb),
            minutes: Some(minutes),
            sms: Some(sms),
            validity_days: Some(validity_days),
        },
    )
}

fn bundle(amount: &str, benefits: &Benefits) -> PackageRecord {
    let value = describe(benefits);
    PackageRecord {
        amount: Some(amount.to_owned()),
        title: Some(value.clone()),
        value,
        data_mb: benefits.data_mb,
        minutes: benefits.minutes,
        sms: benefits.sms,
        validity_days: benefits.validity_days,
    }
}

/// Says what a bundle contains: `2GB, 100 Minutes, 50 SMS, 30 Days`. Empty if nothing is known.
pub(super) fn describe(benefits: &Benefits) -> String {
    let parts = [
        benefits.data_mb.map(data_text),
        benefits.minutes.map(|minutes| format!("{minutes} Minutes")),
        benefits.sms.map(|sms| format!("{sms} SMS")),
        benefits.validity_days.map(days_text),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn data_text(megabytes: u32) -> String {
    if megabytes >= 1_000 && megabytes.is_multiple_of(100) {
        format!("{}GB", decimal_text(Decimal::new(megabytes.into(), 3)))
    } else {
        format!("{megabytes}MB")
    }
}

fn days_text(days: u32) -> String {
    format!("{days} {}", if days == 1 { "Day" } else { "Days" })
}
