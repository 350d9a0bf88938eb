//! Asking the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::{
    super::{
        Failure,
        output::{amounts, table, words},
    },
    wire::{Operator, Package, Product},
};

/// So many wrong answers, and we stop asking.
const TRIES: usize = 3;

/// Whether anybody can answer.
pub(super) fn someone_is_there() -> bool {
    io::stdin().is_terminal()
}

/// Prints a question and reads the line after it.
fn line(question: &str) -> Result<String, Failure> {
    let mut out = io::stderr();
    write!(out, "{question} ")?;
    out.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        return Err(Failure::new("no answer, so nothing was paid"));
    }
    Ok(answer.trim().to_owned())
}

fn show(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks until an answer makes sense, for so long at most.
fn until<T>(question: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
    for _ in 0..TRIES {
        if let Some(answer) = read(&line(question)?) {
            return Ok(answer);
        }
    }
    Err(Failure::new("that is no answer, so nothing was paid"))
}

/// Asks whose number it is. Enter takes the likeliest.
pub(super) fn operator<'a>(number: &str, operators: &'a [Operator]) -> Result<&'a Operator, Failure> {
    let row = |(index, operator): (usize, &Operator)| {
        vec![
            (index + 1).to_string(),
            operator.name.clone(),
            operator.id.clone(),
            operator.confidence.clone(),
        ]
    };
    let columns = [amounts(""), words("OPERATOR"), words("PRODUCT"), words("HOW SURE")];
    show(&table(&columns, operators.iter().enumerate().map(row)));
    until(&format!("Whose number is {number}? [1]"), |answer| match answer {
        "" => operators.first(),
        id => {
            let by_place = id
                .parse::<usize>()
                .ok()
                .and_then(|place| operators.get(place.checked_sub(1)?));
            by_place.or_else(|| operators.iter().find(|operator| operator.id == id))
        }
    })
}

/// Asks how much.
pub(super) fn amount(product: &Product) -> Result<String, Failure> {
    let price = |package: &Package| match (&package.price, &package.price_currency) {
        (Some(price), Some(currency)) => format!("{price} {currency}"),
        _ => String::new(),
    };
    let row = |package: &Package| {
        vec![
            package.value.to_string(),
            package.title.clone().unwrap_or_else(|| product.currency.clone()),
            price(package),
        ]
    };
    show(&product.name);
    if !product.packages.is_empty() {
        show(&table(
            &[amounts("VALUE"), words(""), amounts("PRICE")],
            product.packages.iter().map(row),
        ));
    }
    if let Some(range) = &product.range {
        show(&format!(
            "any amount from {} to {} {}",
            range.min, range.max, product.currency
        ));
    }
    until("How much?", |answer| {
        let named = product
            .packages
            .iter()
            .any(|package| package.value.to_string() == answer);
        (named || (product.range.is_some() && !answer.is_empty())).then(|| answer.to_owned())
    })
}

/// Asks whether to go on.
pub(super) fn yes(question: &str) -> Result<bool, Failure> {
    until(&format!("{question} [y/n]"), |answer| {
        match answer.to_lowercase().as_str() {
            "y" | "yes" => Some(true),
            "n" | "no" => Some(false),
            _ => None,
        }
    })
}
