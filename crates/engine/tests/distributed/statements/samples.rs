//! Bad statements, each of which has to be found, and good ones, which have not.

use super::findings;
use crate::{
    rust::Source,
    schema::{SAMPLE, Schema},
};

fn found(path: &str, code: &str) -> Vec<String> {
    findings(&Source::read(path, code), &Schema::read(SAMPLE))
}

#[test]
fn bad_statements_are_found() {
    let samples = [
        ("an order of any account", "SELECT number FROM orders WHERE id = ?1"),
        ("all orders", "SELECT id FROM orders"),
        ("a write by another key", "UPDATE orders SET number = ?2 WHERE id = ?1"),
        ("a wide deletion", "DELETE FROM orders WHERE due_at < ?1"),
        ("another's id", "SELECT name FROM accounts WHERE name = ?1"),
        (
            "another order of columns",
            "INSERT INTO orders (id, account_id, number) VALUES (?1, ?2, 1)",
        ),
        (
            "a join by comma",
            "SELECT o.id FROM orders o, events e WHERE o.account_id = ?1",
        ),
        (
            "a join by id alone",
            "SELECT o.id FROM orders o JOIN events e ON e.id = o.id WHERE o.account_id = ?1",
        ),
        (
            "a look into another's rows",
            "SELECT id FROM orders WHERE account_id = ?1 AND id IN (SELECT id FROM events)",
        ),
        ("a sum", "SELECT SUM(number) FROM orders WHERE account_id = ?1"),
        ("a share", "SELECT AVG(number) FROM orders WHERE account_id = ?1"),
        (
            "a likeness",
            "SELECT id FROM orders WHERE account_id = ?1 AND id LIKE 'a%'",
        ),
        (
            "nulls somewhere",
            "SELECT id FROM orders WHERE account_id = ?1 ORDER BY due_at DESC LIMIT 1",
        ),
        (
            "the machine's time",
            "UPDATE orders SET due_at = now() WHERE account_id = ?1",
        ),
        (
            "a table of another house",
            "SELECT id FROM customers WHERE account_id = ?1",
        ),
    ];
    for (what, sql) in samples {
        assert_eq!(
            found("orders/a.rs", &format!("const SQL: &str = \"{sql}\";")).len(),
            1,
            "{what}: {sql}"
        );
    }
    let part = "const PART: &str = \" AND id LIKE ?3\";";
    assert_eq!(found("orders/a.rs", part).len(), 1, "a part of a statement");
}

#[test]
fn bad_constants_are_found() {
    let samples = [
        (
            "another key",
            r#"Select { table: "orders", columns: "id", keys: &[text("id")], condition: "" }"#,
        ),
        (
            "another first key",
            r#"Update { table: "orders", keys: &[text("id"), text("account_id")], sets: &[], condition: "" }"#,
        ),
        (
            "a key elsewhere",
            r#"Select { table: "orders", columns: "id", keys: KEYS, condition: "" }"#,
        ),
        (
            "another first column",
            r#"Insert { table: "orders", columns: &[text("id"), text("account_id")], conflict: "" }"#,
        ),
        (
            "a conflict elsewhere",
            r#"Insert { table: "orders", columns: &[text("account_id")], conflict: "ON CONFLICT (id) DO NOTHING" }"#,
        ),
        (
            "a row that moves",
            r#"Update { table: "orders", keys: &[text("account_id")], sets: &[text("account_id")], condition: "" }"#,
        ),
        (
            "another type",
            r#"Select { table: "orders", columns: "id", keys: &[text("account_id"), text("number")], condition: "" }"#,
        ),
        (
            "a column that isn't",
            r#"Update { table: "orders", keys: &[text("account_id")], sets: &[int("size")], condition: "" }"#,
        ),
        (
            "nulls somewhere",
            r#"Select { table: "orders", columns: "id", keys: &[text("account_id")], condition: "ORDER BY due_at" }"#,
        ),
    ];
    for (what, constant) in samples {
        assert_eq!(found("orders/a.rs", constant).len(), 1, "{what}: {constant}");
    }
}

#[test]
fn good_statements_pass() {
    let samples = [
        "SELECT number FROM orders WHERE account_id = ?1 AND id = ?2",
        "SELECT {columns} FROM orders WHERE account_id = ?1 AND due_at IS NOT NULL ORDER BY due_at, id LIMIT 1",
        "SELECT id FROM orders WHERE account_id = ?1 ORDER BY due_at NULLS LAST",
        "SELECT CAST(COALESCE(SUM(number), 0) AS BIGINT) FROM orders WHERE account_id = ?1",
        "SELECT o.id FROM orders o JOIN events e ON e.account_id = o.account_id AND e.id = o.id WHERE o.account_id = ?1",
        "SELECT a.name FROM accounts a JOIN orders o ON o.account_id = a.id WHERE a.id = ?1",
        "UPDATE orders SET due_at = ?3 WHERE account_id = ?1 AND id = ?2",
        "INSERT INTO orders (account_id, id, number) VALUES (?1, ?2, ?3)",
        "UPDATE accounts SET name = ?2 WHERE id = ?1",
        "SELECT id FROM operators ORDER BY id",
        "With whom, and for what: select an account now or replace it.",
    ];
    for sql in samples {
        let found = found("orders/a.rs", &format!("const SQL: &str = \"{sql}\";"));
        assert_eq!(found, Vec::<String>::new(), "{sql}");
    }
    let upsert = r#"Insert { table: "orders", columns: &[text("account_id"), int("due_at")],
        conflict: "ON CONFLICT (account_id, id) DO UPDATE SET due_at = excluded.due_at" }"#;
    assert_eq!(found("orders/a.rs", upsert), Vec::<String>::new());
}

#[test]
fn what_is_spread_by_intent_passes() {
    let sql =
        "const SQL: &str = \"SELECT account_id, id FROM ( SELECT account_id, id FROM orders WHERE due_at <= ?1 ) q\";";
    assert_eq!(found("orders/due.rs", sql), Vec::<String>::new());
    assert_eq!(found("orders/elsewhere.rs", sql).len(), 1);
}
