//! `/openapi.json` and `/docs`.

use serde_json::Value;

use crate::stage::Stage;

#[tokio::test]
async fn the_description_is_served_and_describes_every_answer() {
    let stage = Stage::new().await;
    let served = stage.get("/openapi.json").await.json();
    assert_eq!(
        served,
        serde_json::from_str::<Value>(&recarga::api::openapi_json()).unwrap()
    );
    assert_eq!(served["openapi"], "3.1.0");
    assert!(served["webhooks"]["invoice"]["post"].is_object());
    for (path, item) in served["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].is_string(), "{method} {path} {status}");
                assert!(response["content"].is_object(), "{method} {path} {status}");
            }
        }
    }
    assert_references(&served, &served);
    let operations = served["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values());
    let names: Vec<_> = operations
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let different: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), different.len(), "{names:?}");
}

/// Everything that is referred to is there.
fn assert_references(part: &Value, document: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                assert!(
                    document.pointer(reference.trim_start_matches('#')).is_some(),
                    "{reference}"
                );
            }
            fields.values().for_each(|field| assert_references(field, document));
        }
        Value::Array(parts) => parts.iter().for_each(|part| assert_references(part, document)),
        _ => {}
    }
}

#[tokio::test]
async fn the_pages_need_nothing_from_elsewhere() {
    let stage = Stage::new().await;
    for path in ["/docs/", "/docs/swagger-initializer.js", "/docs/index.css"] {
        let answer = stage.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            !answer.text.contains("//cdn") && !answer.text.contains("https://"),
            "{path}: {}",
            answer.text
        );
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"),
            "{policy}"
        );
        assert!(
            !policy.contains("http") && !policy.contains("script-src 'self' 'unsafe"),
            "{policy}"
        );
    }
    let page = stage.get("/docs/swagger-initializer.js").await.text;
    assert!(
        page.contains(r#""validatorUrl": "none""#) && page.contains("/openapi.json"),
        "{page}"
    );
}
