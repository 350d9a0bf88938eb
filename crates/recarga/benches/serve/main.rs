//! The real program under load over HTTP, on the same cores as the load: figures to compare within
//! one run, not with another machine's.
//!
//! `cargo bench -p recarga --bench serve [connections] [orders] [requests]`
//!
//! Where `RECARGA_TEST_DATABASE_URL` leads to a PostgreSQL server, one and two processes share it:
//! `scripts/with-postgresql --durable cargo bench -p recarga --bench serve [connections] [orders] [orders stored before]`
//!
//! `cargo bench -p recarga --bench serve -- pages [orders stored before]` is about the pages that people look at, on either database.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "figures for people"
)]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on stops")]

mod client;
mod fleet;
mod pages;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use client::{Connection, get, post};

/// The bare handler runs in a process of its own, as the program does.
const BARE: &str = "bare-server";
const PAGES: &str = "pages";
const NUMBERS: usize = 2_000_000;
const LONE_ORDERS: usize = 300;

struct Server {
    process: Child,
    address: String,
    key: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == BARE) {
        let file = arguments.last().expect("the file of the constant");
        runtime.block_on(serve_bare(std::fs::read_to_string(file).unwrap().leak()));
        return;
    }
    let numbers: Vec<usize> = arguments
        .iter()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let number = |place: usize, default| numbers.get(place).copied().unwrap_or(default);
    let (connections, orders, requests) = (number(0, 64), number(1, 30_000), number(2, 60_000));
    if arguments.iter().any(|argument| argument == PAGES) {
        runtime.block_on(pages::measure(number(0, 10_000)));
        return;
    }
    if testkit::has_server() {
        let stored = number(2, 0);
        runtime.block_on(fleet::measure((connections, orders), stored));
        return;
    }
    number_lookups();
    let data = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let server = start_demo(data.path(), &[]);
        let answer = Connection::open(&server.address)
            .await
            .ask(&get(&check_path(0), &server.key))
            .await;
        let bare = start_bare(&data.path().join("constant.json"), &answer.body);
        let constant = load(&[&bare], connections, requests, |_| get("/", "")).await;
        println!(
            "bare axum handler:     {constant} (a constant of {} bytes)",
            answer.body.len()
        );
        drop(bare);
        // A supplier is asked in the background about every number that it was not asked about before.
        for (name, numbers) in [
            ("check, all new:       ", usize::MAX),
            ("check, 1,000 numbers: ", 1_000),
        ] {
            let path = |place: usize| get(&check_path(place % numbers), &server.key);
            let check = load(&[&server], connections, requests, path).await;
            let share = 100.0 * check.per_second / constant.per_second;
            println!("{name} {check} ({share:.0} % of bare)");
        }
        fund(data.path());
        deliver(&server, (connections, orders), data.path()).await;
        lone_orders(&server, orders).await;
        println!("resident memory:       {} MB", resident_mb(server.process.id()));
    });
}

/// Gives the demo's account enough for any number of orders.
fn fund(data: &std::path::Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recarga"));
    command
        .arg("--database")
        .arg(data.join("recarga.db"))
        .args(["account", "fund", "Demo", "100000000"]);
    let funded = command.stdout(Stdio::null()).status().expect("the program runs");
    assert!(funded.success(), "the demo's account can be funded");
}

fn number_lookups() {
    let texts: Vec<String> = (0..10_000).map(phone_number).collect();
    let numbers = numbers::Numbers::embedded();
    let began = Instant::now();
    let mut valid = 0;
    for place in 0..NUMBERS {
        valid += usize::from(numbers.check(&texts[place % texts.len()]).is_ok());
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "number lookups:        {:.1} million/s, {:.0} ns each ({valid} valid)",
        NUMBERS as f64 / seconds / 1e6,
        seconds * 1e9 / NUMBERS as f64
    );
}

/// Numbers of four countries, all valid or fictional.
fn phone_number(place: usize) -> String {
    let candidate = |place: usize| match place % 4 {
        0 => format!("+1555{:07}", place * 37 % 10_000_000),
        1 => format!("+4915123{:06}", place * 53 % 1_000_000),
        2 => format!("+4479{:08}", place * 7_919 % 100_000_000),
        _ => format!("+234803{:07}", place * 91 % 10_000_000),
    };
    let valid = |number: &String| numbers::Numbers::embedded().check(number).is_ok();
    (0..1_000)
        .map(|step| candidate(place + step * 4_000_004))
        .find(valid)
        .unwrap()
}

fn check_path(place: usize) -> String {
    format!(
        "/v2/check_phone_number?phone_number=%2B{}",
        phone_number(place).trim_start_matches('+')
    )
}

struct Figures {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.0}/s, p50 {:.2?}, p99 {:.2?}",
            self.per_second, self.p50, self.p99
        )
    }
}

/// Asks from many connections at once, divided between servers, until enough has been asked.
async fn load(servers: &[&Server], connections: usize, count: usize, request: impl Fn(usize) -> String) -> Figures {
    let requests: Arc<Vec<String>> = Arc::new((0..count).map(request).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = tokio::task::JoinSet::new();
    let began = Instant::now();
    for server in servers.iter().cycle().take(connections) {
        let (requests, next, address) = (Arc::clone(&requests), Arc::clone(&next), server.address.clone());
        running.spawn(async move {
            let mut connection = Connection::open(&address).await;
            let mut took = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let asked = Instant::now();
                let answer = connection.ask(request).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                took.push(asked.elapsed());
            }
            took
        });
    }
    let mut took: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    let per_second = count as f64 / began.elapsed().as_secs_f64();
    took.sort_unstable();
    Figures {
        per_second,
        p50: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
    }
}

/// A paid order for a number that the sandbox delivers at once.
fn invoice(place: usize, key: &str) -> String {
    let number = format!("+1555{:03}{:04}", place / 9_000 % 1_000, 1_000 + place % 9_000);
    let body = format!(
        r#"{{"products":[{{"product_id":"at-t-usa","package_id":"at-t-usa<&>5","phone_number":"{number}"}}],"payment_method":"balance","auto_pay":true}}"#
    );
    post("/v2/invoices", key, &body)
}

/// Orders paid for, durable and delivered: from the first request to the last delivery.
async fn deliver(server: &Server, (connections, orders): (usize, usize), data: &std::path::Path) {
    let before = bytes_in(data);
    let began = Instant::now();
    let accepted = load(&[server], connections, orders, |place| invoice(place, &server.key)).await;
    let mut connection = Connection::open(&server.address).await;
    let pending = get("/v2/orders?status=pending&limit=1", &server.key);
    loop {
        let answer = connection.ask(&pending).await;
        if answer.body.contains(r#""data":[]"#) {
            break;
        }
    }
    let delivered = orders as f64 / began.elapsed().as_secs_f64();
    println!("paid invoices:         {accepted}");
    println!(
        "delivered orders:      {delivered:.0}/s end to end, {} bytes per order",
        (bytes_in(data) - before) / orders as u64
    );
}

async fn lone_orders(server: &Server, first: usize) {
    let figures = load(&[server], 1, LONE_ORDERS, |place| invoice(first + place, &server.key)).await;
    println!("a lone order:          {figures}");
}

fn start_demo(data: &std::path::Path, more: &[&str]) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recarga"));
    command
        .args(["demo", "--json", "--port", "0", "--data"])
        .arg(data)
        .args(more);
    let began = Instant::now();
    let (process, line) = start(&mut command);
    println!("demo ready in:         {:.0?}", began.elapsed());
    let field = |name: &str| {
        let rest = line.split(&format!("\"{name}\":\"")).nth(1).expect("the demo's line");
        rest.split('"').next().expect("a text").to_owned()
    };
    let address = field("base_url").replace("http://", "").replace("/v2", "");
    Server {
        process,
        address,
        key: field("api_key"),
    }
}

fn start_bare(file: &std::path::Path, constant: &str) -> Server {
    std::fs::write(file, constant).unwrap();
    let (process, line) = start(Command::new(std::env::current_exe().unwrap()).arg(BARE).arg(file));
    Server {
        process,
        address: line.trim().to_owned(),
        key: String::new(),
    }
}

fn start(command: &mut Command) -> (Child, String) {
    // The program takes every variable of this kind for a setting.
    let mut process = command
        .env_remove("RECARGA_TEST_DATABASE_URL")
        .env_remove("RECARGA_TEST_TLS")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .expect("the program says that it is ready");
    (process, line)
}

async fn serve_bare(constant: &'static str) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let handler = move || async move { ([("content-type", "application/json")], constant) };
    let router = axum::Router::new().route("/", axum::routing::get(handler));
    axum::serve(listener, router).await.unwrap();
}

fn bytes_in(folder: &std::path::Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum()
}

fn resident_mb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse::<u64>().ok())
        .unwrap_or(0)
        / 1_024
}
