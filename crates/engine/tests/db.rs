//! The door to the database: what is written together and fails alone.

use std::sync::Arc;

use engine::{
    Error,
    db::{Command, Db, Durability, Lock, Select, Tx, Value, text},
};
use model::{AccountId, Ids, Timestamp};

/// Keeps a text; `fail` and `panic` do so after writing it.
struct Keep(&'static str);

impl Command for Keep {
    type Answer = usize;

    fn account(&self) -> AccountId {
        AccountId::from_uuid(Ids::seeded(1).next(Timestamp::default()))
    }

    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<usize>, Error> {
        for Keep(text) in set {
            tx.execute(
                "INSERT INTO operators (id, body) VALUES (?1, '')",
                &[Value::from(*text)],
            )?;
            match *text {
                "fail" => tx.execute("INSERT INTO nowhere VALUES (1)", &[])?,
                "panic" => panic!("on purpose"),
                _ => 0,
            };
        }
        Ok(vec![set.len(); set.len()])
    }
}

async fn kept(db: &Db) -> Vec<String> {
    db.read(|tx| tx.query("SELECT id FROM operators ORDER BY id", &[], |row| row.text(0)))
        .await
        .expect("the database works")
}

#[tokio::test]
async fn one_bad_request_does_not_spoil_its_set() {
    let database = testkit::database();
    let texts = ["a", "b", "fail", "c", "panic", "d"];
    let keep = |text| {
        let db = database.db.clone();
        tokio::spawn(async move { db.write(Keep(text)).await })
    };
    let writing = texts.map(keep);
    let mut good = Vec::new();
    for (text, writing) in texts.iter().zip(writing) {
        if writing.await.unwrap().is_ok() {
            good.push(*text);
        }
    }
    assert_eq!(good, ["a", "b", "c", "d"]);
    assert_eq!(
        kept(&database.db).await,
        good,
        "what was answered is kept, and nothing else"
    );
}

#[tokio::test]
async fn a_closure_that_fails_undoes_only_itself() {
    let database = testkit::database();
    let keep = |text: &'static str, end: Result<(), Error>| {
        database.db.write_with(move |tx| {
            tx.execute("INSERT INTO operators (id, body) VALUES (?1, '')", &[Value::from(text)])?;
            end.clone()
        })
    };
    let broken = database
        .db
        .read(|tx| tx.query("SELECT nothing", &[], |row| row.int(0)))
        .await
        .unwrap_err();
    let (good, bad) = tokio::join!(keep("good", Ok(())), keep("bad", Err(broken)));
    assert!(good.is_ok() && bad.is_err());
    assert_eq!(kept(&database.db).await, ["good"]);
}

#[tokio::test]
async fn a_database_is_found_again_and_one_of_a_newer_program_is_refused() {
    let database = testkit::database();
    let open = || testkit::open(&database.url, Durability::Full);
    open().unwrap().write(Keep("kept")).await.unwrap();
    let db = open().unwrap();
    assert_eq!(kept(&db).await, ["kept"]);
    let newer = "INSERT INTO migrations (position, name, checksum) VALUES (999, '0999_future', 'x')";
    db.write_with(move |tx| tx.execute(newer, &[])).await.unwrap();
    let refused = open().err().expect("a newer program made it").to_string();
    assert!(
        refused.contains("0999_future") && refused.contains("newer"),
        "{refused}"
    );
}

/// Reads what was kept under two texts, having asked for both before the first is taken.
fn both(tx: &mut Tx<'_>) -> Result<[Vec<String>; 2], Error> {
    const KEPT: Select = Select {
        table: "operators",
        columns: "id",
        keys: &[text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let first = tx.ask_many(&KEPT, &[["a".into()]], |row| row.text(0))?;
    let second = tx.ask_many(&KEPT, &[["b".into()], ["c".into()]], |row| row.text(0))?;
    let second = tx.take(second)?;
    Ok([tx.take(first)?, second])
}

#[tokio::test]
async fn what_is_asked_together_comes_together() {
    let database = testkit::database();
    for text in ["a", "b", "c"] {
        database.db.write(Keep(text)).await.unwrap();
    }
    database.db.read(both).await.expect("statements are prepared");
    let before = database.db.traffic();
    let [first, mut second] = database.db.read(both).await.unwrap();
    second.sort();
    assert_eq!(
        (first, second),
        (vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()])
    );
    let trips = database.db.traffic().round_trips - before.round_trips;
    assert!(trips <= 2, "one for both and one to end: {trips}");
}

#[test]
fn many_may_open_a_fresh_database_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let url = testkit::fresh_url(directory.path());
    std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| testkit::open(&url, Durability::Full).map(|_| ())))
            .collect();
        for opening in opening {
            opening.join().unwrap().expect("all of them find it or make it");
        }
    });
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_any_more_keeps_its_connection() {
    let database = testkit::database();
    let db = database.db.clone();
    let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
    let (hold, until) = std::sync::mpsc::channel::<()>();
    let until = Arc::new(std::sync::Mutex::new(until));
    let read = || {
        let (db, begun, until) = (db.clone(), begun.clone(), Arc::clone(&until));
        tokio::spawn(async move {
            db.read(move |_| {
                let _ = begun.send(());
                let _ = until.lock().unwrap().recv();
                Ok::<_, Error>(())
            })
            .await
        })
    };
    // As a request does whose client has gone.
    for _ in 0..4 {
        let left = read();
        begins.recv().await.unwrap();
        left.abort();
        left.await.unwrap_err();
    }
    let waiting = read();
    // Long enough for it to go wrong.
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
    drop(hold);
    waiting.await.unwrap().unwrap();
    db.read(|_| Ok::<_, Error>(())).await.unwrap();
}
