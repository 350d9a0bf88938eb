//! Where it is sold: over the API, at random, to phones whose last digits choose what goes wrong.

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use simulators::SUFFIXES;

use crate::program::{Client, Ready};

/// One phone in so many has an ending that means something.
const FAULTY: u32 = 2;
/// So many packages of a product are bought, the cheapest.
const PACKAGES: usize = 3;
/// Mobile numbers of countries that all three sell in: what they begin with, and how many digits are drawn before the
/// ending.
const NUMBERS: [(&str, u32); 4] = [("+50936", 2), ("+234803", 3), ("+63917", 3), ("+254712", 2)];

/// Who buys.
pub(crate) struct Counter {
    client: Client,
    server: Ready,
    shop: Vec<Shelf>,
    sold: usize,
}

/// What numbers of a kind can be topped up with.
struct Shelf {
    begin: (&'static str, u32),
    packages: Vec<(String, String)>,
}

impl Counter {
    /// Looks up what is sold.
    pub(crate) fn open(server: &Ready, chance: &mut StdRng) -> Self {
        let client = Client::new();
        let shelf = |numbers| {
            let phone = draw(numbers, "1234", chance).replace('+', "%2B");
            let path = format!("/check_phone_number?phone_number={phone}");
            let found = client.get(server, &path).expect("an answer").body;
            let products = found["data"]["operators"].as_array().expect("operators").iter();
            let packages = products.flat_map(|operator| {
                let id = operator["id"].as_str().expect("an id").to_owned();
                let product = client.get(server, &format!("/products/{id}")).expect("an answer").body;
                packages(&id, &product["data"])
            });
            Shelf {
                begin: numbers,
                packages: packages.collect(),
            }
        };
        let shop: Vec<_> = NUMBERS
            .map(shelf)
            .into_iter()
            .filter(|shelf| !shelf.packages.is_empty())
            .collect();
        assert!(shop.len() > 1, "hardly anything is sold");
        Self {
            client,
            server: server.clone(),
            shop,
            sold: 0,
        }
    }

    /// Sells one order.
    pub(crate) fn sell(&mut self, chance: &mut StdRng) {
        let numbers = self.shop.choose(chance).expect("something is sold");
        let (product, package) = numbers.packages.choose(chance).expect("something is sold");
        let ending = if chance.random_ratio(1, FAULTY) {
            SUFFIXES.choose(chance).expect("a table").digits.to_owned()
        } else {
            format!("{:04}", chance.random_range(4_000..8_000))
        };
        let phone = draw(numbers.begin, &ending, chance);
        let body = json!({
            "products": [{ "product_id": product, "package_id": package, "phone_number": phone }],
            "payment_method": "balance", "auto_pay": true, "allow_duplicate": true,
        });
        self.sold += 1;
        let answer = self
            .client
            .post(&self.server, "/invoices", &format!("key-{}", self.sold), &body);
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
    }
}

fn draw((begins, digits): (&str, u32), ending: &str, chance: &mut StdRng) -> String {
    let drawn: String = (0..digits)
        .map(|_| char::from(chance.random_range(b'0'..=b'9')))
        .collect();
    format!("{begins}{drawn}{ending}")
}

/// The cheapest packages of a product, each with its product.
fn packages(id: &str, product: &Value) -> Vec<(String, String)> {
    let mut packages: Vec<_> = product["packages"].as_array().into_iter().flatten().collect();
    packages.sort_by(|one, other| {
        let price = |package: &Value| package["price"].as_f64().unwrap_or(f64::MAX);
        price(one).total_cmp(&price(other))
    });
    let named = |package: &&Value| Some((id.to_owned(), package["package_id"].as_str()?.to_owned()));
    packages.iter().take(PACKAGES).filter_map(named).collect()
}
