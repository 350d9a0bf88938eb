//! Whatever comes in, JSON goes out.

use axum::{
    body::Body,
    http::{Method, Request},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::stage::Stage;

const PATHS: [&str; 17] = [
    "/v2/ping",
    "/v2/accounts/balance",
    "/v2/accounts/transactions",
    "/v2/products",
    "/v2/products/search",
    "/v2/products/x",
    "/v2/check_phone_number",
    "/v2/invoices",
    "/v2/invoices/x",
    "/v2/invoices/x/pay",
    "/v2/invoices/x/cancel",
    "/v2/orders",
    "/v2/orders/x",
    "/v2/webhooks/deliveries",
    "/v2/webhooks/deliveries/x/resend",
    "/v2/webhooks/secret",
    "/v2/nothing",
];

fn requests() -> impl Strategy<Value = (usize, bool, String, Vec<u8>)> {
    let names = prop::sample::select(vec![
        "start",
        "limit",
        "q",
        "phone_number",
        "operator",
        "country",
        "category",
        "status",
        "after",
        "before",
        "reference",
        "before_id",
        "include_test_products",
        "type",
    ]);
    let query = prop::collection::vec((names, "[ -~]{0,12}|%[0-9A-F]{2}|\\PC{0,4}"), 0..4).prop_map(|pairs| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs).finish()
    });
    let body = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "\\{\"products\":(\\[(\\{\"product_id\":[ -~]{0,20}\\}|[ -~]{0,20})\\]|[ -~]{0,20}),\"[a-z_]{0,12}\":[ -~]{0,20}\\}"
            .prop_map(String::into_bytes),
    ];
    (0..PATHS.len(), any::<bool>(), query, body)
}

#[tokio::test]
async fn random_bytes_are_answered_with_json_and_never_with_our_own_fault() {
    let stage = Stage::new().await;
    let seed = testkit::seed_from_environment();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..1_500 {
        let (path, posted, query, body) = requests().new_tree(&mut runner).unwrap().current();
        let method = if posted { Method::POST } else { Method::GET };
        let uri = format!("{}?{query}", PATHS[path]);
        let request = Request::builder()
            .method(&method)
            .uri(&uri)
            .header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", stage.token));
        let answer = stage.send(request.body(Body::from(body.clone())).unwrap()).await;
        let said = format!("{method} {uri} {}: {}", String::from_utf8_lossy(&body), answer.text);
        assert!(answer.status.as_u16() < 500, "{said}");
        assert_eq!(answer.header("content-type"), "application/json", "{said}");
        assert!(answer.json()["meta"]["_endpoint"].is_string(), "{said}");
        assert_eq!(
            answer.status.as_u16() >= 400,
            answer.json()["error_code"].is_string(),
            "{said}"
        );
    }
}
