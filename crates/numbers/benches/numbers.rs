//! How long one number takes, here and in a port of libphonenumber.
//!
//! `cargo bench -p numbers`. Each row goes through the same valid numbers of all plans; divide by
//! the items per second, and compare rows of one run only.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use numbers::Numbers;
use rlibphonenumber::PHONE_NUMBER_UTIL;

fn main() {
    divan::main();
}

/// Numbers of every region and kind in an order without locality.
fn sampled() -> Vec<&'static str> {
    let lines = include_str!("../tests/fixtures/carriers.tsv").lines();
    let mut numbers: Vec<_> = lines.filter_map(|line| line.split('\t').next()).collect();
    numbers.sort_by_key(|number| number.bytes().rev().collect::<Vec<_>>());
    numbers
}

/// Validity, region, line type and carrier.
#[divan::bench]
fn check(bencher: Bencher<'_, '_>) {
    let (numbers, sampled) = (Numbers::embedded(), sampled());
    bencher.counter(ItemsCount::new(sampled.len())).bench_local(|| {
        for number in &sampled {
            let _ = black_box(numbers.check(black_box(number)));
        }
    });
}

/// The same as [`check`], of text as people write it.
#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let numbers = Numbers::embedded();
    let number_of = |text: &&str| numbers.check(text).ok().map(|facts| facts.number);
    let written: Vec<_> = sampled()
        .iter()
        .filter_map(number_of)
        .map(|number| numbers.international(number))
        .collect();
    bencher.counter(ItemsCount::new(written.len())).bench_local(|| {
        for text in &written {
            let _ = black_box(numbers.read(black_box(text), None));
        }
    });
}

/// Both ways to write a number.
#[divan::bench]
fn write(bencher: Bencher<'_, '_>) {
    let numbers = Numbers::embedded();
    let checked: Vec<_> = sampled()
        .iter()
        .filter_map(|text| numbers.check(text).ok())
        .map(|facts| facts.number)
        .collect();
    bencher.counter(ItemsCount::new(checked.len())).bench_local(|| {
        for number in &checked {
            black_box((numbers.national(black_box(*number)), numbers.international(*number)));
        }
    });
}

/// Refusing a number that doesn't exist, reason included.
#[divan::bench]
fn refuse(bencher: Bencher<'_, '_>) {
    let (numbers, sampled) = (Numbers::embedded(), sampled());
    let cut: Vec<_> = sampled.iter().map(|number| &number[..number.len() - 2]).collect();
    bencher.counter(ItemsCount::new(cut.len())).bench_local(|| {
        for number in &cut {
            let _ = black_box(numbers.check(black_box(number)));
        }
    });
}

/// Unpacking and checking the data file, which happens once.
#[divan::bench]
fn load() -> Result<Numbers, numbers::LoadError> {
    Numbers::load(black_box(include_bytes!("../../../data/numbers.bin")))
}

/// Validity, region and line type by the other library, which knows no carriers.
#[divan::bench]
fn rlibphonenumber_check(bencher: Bencher<'_, '_>) {
    let sampled = sampled();
    bencher.counter(ItemsCount::new(sampled.len())).bench_local(|| {
        for text in &sampled {
            let number = PHONE_NUMBER_UTIL.parse(black_box(text), None);
            let _ = black_box(number.map(|number| (number.is_valid(), number.get_region_code(), number.get_type())));
        }
    });
}
