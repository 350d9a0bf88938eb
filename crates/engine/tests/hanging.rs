//! A database server that hangs, as a frozen machine does: it takes connections, keeps those that it
//! has, and never answers. Passed over where the tests run on SQLite, which has no server.

use engine::{
    Error,
    db::{Db, Durability, Value},
};
use testkit::{Database, Relay};

/// The database by the ways of some relays.
fn open_by(database: &Database, relays: &[&Relay]) -> Db {
    let (front, name) = database.url.rsplit_once('/').expect("a URL");
    let (user, _) = front.rsplit_once('@').expect("it names a user");
    let hosts: Vec<_> = relays.iter().map(|relay| relay.address().to_string()).collect();
    let url = format!("{user}@{}/{name}", hosts.join(","));
    testkit::open(&url, Durability::Full).expect("the first of them answers")
}

async fn keep(db: &Db, text: &'static str) -> Result<usize, Error> {
    let keep = "INSERT INTO operators (id, body) VALUES (?1, '')";
    db.write_with(move |tx| tx.execute(keep, &[Value::from(text)])).await
}

async fn kept(db: &Db) -> Result<Vec<String>, Error> {
    db.read(|tx| tx.query("SELECT id FROM operators ORDER BY id", &[], |row| row.text(0)))
        .await
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_the_next_one_asked() {
    let database = testkit::database();
    if database.kind == "SQLite" {
        return;
    }
    let [first, second] = [(); 2].map(|()| Relay::open(&database.url));
    let db = open_by(&database, &[&first, &second]);
    keep(&db, "before").await.unwrap();
    kept(&db).await.unwrap();
    first.hang();
    // Both have a connection that will never answer, and new ones to the first host will not either.
    let (written, read) = tokio::join!(keep(&db, "after"), kept(&db));
    assert_eq!(written.unwrap(), 1);
    assert!(read.unwrap().contains(&"before".to_owned()));
    assert_eq!(kept(&db).await.unwrap(), ["after", "before"], "written once");
}

#[tokio::test]
async fn a_commit_whose_answer_never_comes_is_unknown() {
    let database = testkit::database();
    if database.kind == "SQLite" {
        return;
    }
    let relay = Relay::open(&database.url);
    let db = open_by(&database, &[&relay]);
    // As a statement by itself, not the isolation level.
    relay.hang_after("COMMIT\0");
    let error = keep(&db, "once").await.unwrap_err();
    assert!(error.passes(), "{error}");
    assert!(error.to_string().contains("nobody can tell"), "{error}");
    assert_eq!(
        kept(&database.db).await.unwrap(),
        ["once"],
        "it was made, and not again"
    );
}

#[tokio::test]
async fn a_server_that_hangs_from_the_start_is_named() {
    let database = testkit::database();
    if database.kind == "SQLite" {
        return;
    }
    let relay = Relay::open(&database.url);
    relay.hang();
    let url = format!("postgres://recarga@{}/recarga", relay.address());
    let error = testkit::open(&url, Durability::Full)
        .err()
        .expect("nobody answers")
        .to_string();
    assert!(error.contains(&url) && error.contains("doesn't answer"), "{error}");
}
