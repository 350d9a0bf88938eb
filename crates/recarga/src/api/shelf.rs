//! Products as they are written for accounts with the same prices: made once for each catalogue.
//!
//! A product has many packages and each is priced from the offers of all suppliers, and a number may
//! have twenty products: writing them costs more than the rest of an answer.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

use arc_swap::ArcSwapOption;
use engine::{
    catalog::{BelowCost, PriceTerms, Snapshot},
    lookup::Candidate,
};
use model::{Currency, OperatorId, Product, ProductId};
use serde_json::value::RawValue;

use super::{answer, wire};

type Terms = (Currency, i64, BelowCost);
type Priced = HashMap<(Terms, ProductId), Arc<RawValue>>;

/// What was written of the newest catalogue.
#[derive(Default)]
pub(super) struct Shelf(ArcSwapOption<Board>);

/// What was written of one catalogue.
struct Board {
    catalog: Arc<Snapshot>,
    /// Whole products, by who pays for them.
    priced: RwLock<Priced>,
    /// The products of operators as they stand in lists, but for how surely a number is theirs.
    listed: HashMap<OperatorId, Vec<Vec<u8>>>,
}

/// So many texts are kept, about 40 MB; then all are written anew.
const KEPT_MAX: usize = 10_000;

impl Shelf {
    /// Returns a product as an account with these prices reads it.
    pub(super) fn product(&self, catalog: &Arc<Snapshot>, product: &Product, terms: &PriceTerms) -> Arc<RawValue> {
        let board = self.board(catalog);
        let key = ((terms.currency, terms.markup_bps, terms.below_cost), product.id.clone());
        if let Some(text) = find(&board.priced, &key) {
            return text;
        }
        let text = answer::write(&wire::Product::of(catalog, product, terms));
        let text = String::from_utf8(text).expect("JSON is UTF-8");
        let text: Arc<RawValue> = RawValue::from_string(text).expect("it was written as JSON").into();
        keep(&board.priced, key, &text);
        text
    }

    /// Writes the products of every operator that a number may be of, as objects with commas between them.
    pub(super) fn push_operators(&self, catalog: &Arc<Snapshot>, candidates: &[Candidate], text: &mut Vec<u8>) {
        let board = self.board(catalog);
        let start = text.len();
        for candidate in candidates {
            for product in board.listed.get(&candidate.operator).into_iter().flatten() {
                if text.len() > start {
                    text.push(b',');
                }
                text.extend_from_slice(product);
                wire::push_confidence(text, candidate);
            }
        }
    }

    fn board(&self, catalog: &Arc<Snapshot>) -> Arc<Board> {
        if let Some(board) = self.0.load_full().filter(|board| Arc::ptr_eq(&board.catalog, catalog)) {
            return board;
        }
        let board = Arc::new(Board {
            catalog: Arc::clone(catalog),
            priced: RwLock::default(),
            listed: listed(catalog),
        });
        self.0.store(Some(Arc::clone(&board)));
        board
    }
}

/// Everything that is on sale, by operator: airtime before data before bundles.
fn listed(catalog: &Snapshot) -> HashMap<OperatorId, Vec<Vec<u8>>> {
    let products = |operator: &OperatorId| {
        let products = catalog.products_of(operator);
        let on_sale = products.filter(|product| product.in_stock && !product.test);
        on_sale.map(wire::listed_product).collect()
    };
    let operators = catalog.operators();
    operators
        .map(|operator| (operator.id.clone(), products(&operator.id)))
        .collect()
}

fn find<K: Eq + Hash, T: ?Sized>(kept: &RwLock<HashMap<K, Arc<T>>>, key: &K) -> Option<Arc<T>> {
    kept.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

fn keep<K: Eq + Hash, T: ?Sized>(kept: &RwLock<HashMap<K, Arc<T>>>, key: K, text: &Arc<T>) {
    let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(key, Arc::clone(text));
}
