//! Finding products by words, or by how words begin.

use std::collections::BTreeMap;

use model::Product;

use crate::page::PageRequest;

use super::{
    fold::fold,
    list::{ProductPage, TestProducts},
    snapshot::Snapshot,
};

/// A question's further words are not looked at.
const WORDS_MAX: usize = 8;

/// What finding a whole word is worth: its place says more than how often it stands there.
const NAME: u16 = 12;
const COUNTRY: u16 = 10;
/// Two letters that are a country's code are hardly anything else.
const CODE: u16 = 14;
const KIND: u16 = 4;
/// A word that only begins so is worth this part of the whole one.
const BEGINNING_DIVISOR: u16 = 2;
/// What it is worth that the question is the operator's whole name.
const WHOLE_NAME: u16 = 30;

/// All words, sorted, with where they stand.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<Word>,
    /// The operator's name of each product, folded.
    names: Vec<Box<str>>,
}

#[derive(Debug)]
struct Word {
    text: Box<str>,
    /// Positions of products, and what the word is worth there.
    places: Vec<(u32, u16)>,
}

impl Words {
    /// Reads the products' words; `names` gives a product's operator and the names of its country.
    pub(super) fn read<'a>(products: &[Product], names: impl Fn(&Product) -> (&'a str, [&'a str; 2])) -> Self {
        let mut words: BTreeMap<String, BTreeMap<u32, u16>> = BTreeMap::new();
        let mut operators = Vec::with_capacity(products.len());
        for (position, product) in (0_u32..).zip(products) {
            let (operator, country) = names(product);
            let mut add = |word: &str, worth: u16| {
                if !word.is_empty() {
                    let worths = words.entry(word.to_owned()).or_default();
                    let known = worths.entry(position).or_default();
                    *known = worth.max(*known);
                }
            };
            for text in [operator, &product.name] {
                fold(text).split(' ').for_each(|word| add(word, NAME));
                // `AT&T` is also looked for as `att`.
                for chunk in text.split_whitespace() {
                    add(&fold(chunk).replace(' ', ""), NAME);
                }
            }
            for text in country {
                fold(text).split(' ').for_each(|word| add(word, COUNTRY));
            }
            add(&fold(product.country.code()), CODE);
            fold(product.id.as_str()).split(' ').for_each(|word| add(word, KIND));
            add(product.category.as_str(), KIND);
            operators.push(fold(operator).into_boxed_str());
        }
        let words = words.into_iter().map(|(text, places)| Word {
            text: text.into_boxed_str(),
            places: places.into_iter().collect(),
        });
        Self {
            words: words.collect(),
            names: operators,
        }
    }

    /// Returns what each product is worth to a question; nothing if it lacks one of the words.
    fn worths(&self, question: &str) -> Vec<u16> {
        let count = self.names.len();
        let mut worths: Vec<u16> = Vec::new();
        for word in question.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX) {
            let mut best = vec![0_u16; count];
            let first = self.words.partition_point(|known| *known.text < *word);
            for known in self.words[first..]
                .iter()
                .take_while(|known| known.text.starts_with(word))
            {
                let divisor = if *known.text == *word { 1 } else { BEGINNING_DIVISOR };
                for (position, worth) in &known.places {
                    let place = &mut best[usize::try_from(*position).expect("32 bits fit")];
                    *place = (*place).max(worth / divisor);
                }
            }
            if worths.is_empty() {
                worths = best;
            } else {
                for (sum, word) in worths.iter_mut().zip(best) {
                    *sum = if *sum == 0 || word == 0 { 0 } else { *sum + word };
                }
            }
        }
        worths
    }
}

impl Snapshot {
    /// Finds products that have every word of a question, or words that begin so, in their name,
    /// their operator's, their country's or its code. The best come first: whole names before
    /// words, words before beginnings, airtime before data.
    pub fn search(&self, question: &str, test_products: TestProducts, page: PageRequest) -> ProductPage<'_> {
        let question = fold(question);
        let worths = self.words.worths(&question);
        let visible = match test_products {
            TestProducts::Hidden => self.products.partition_point(|product| !product.test),
            TestProducts::Shown => self.products.len(),
        };
        let mut found: Vec<_> = (worths.iter().take(visible).enumerate())
            .filter(|(_, worth)| **worth > 0)
            .map(|(position, worth)| {
                let whole = *self.words.names[position] == *question;
                let worth = worth + if whole { WHOLE_NAME } else { 0 };
                (std::cmp::Reverse(worth), self.products[position].category, position)
            })
            .collect();
        found.sort_unstable();
        let (start, limit) = page.in_memory();
        let products = found.iter().skip(start).take(limit);
        let products = products.map(|(_, _, position)| &self.products[*position]).collect();
        ProductPage::new(products, found.len(), page)
    }
}
