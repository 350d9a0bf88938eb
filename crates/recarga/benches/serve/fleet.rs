//! Several processes that share one PostgreSQL, and what a history of orders costs there.

use std::time::Duration;

use engine::{
    accounts::{self, AccountError, NewAccount, Scope},
    catalog::BelowCost,
    db::{Db, Durability},
    orders,
};
use model::{AccountId, Clock, Ids, Money};
use recarga::clock::SystemClock;

use crate::{
    Figures, LONE_ORDERS, Server,
    client::{Connection, get},
    invoice, load, start_demo,
};

/// What each account has, in cents: enough for any history.
const FUNDED: i64 = 1_000_000_000_000;
const MANY_ACCOUNTS: usize = 1_000;
const PAGES: usize = 200;
/// Processes count what they have asked this often at least.
const COUNTED_EVERY: Duration = Duration::from_secs(16);

/// Measures one and two processes, with one account and with many; or what it costs that so many
/// orders have been stored before.
pub(crate) async fn measure((connections, orders): (usize, usize), stored: usize) {
    if stored > 0 {
        let fleet = Fleet::start(1, MANY_ACCOUNTS, stored).await;
        fleet.pages(stored).await;
        fleet.deliver((connections, orders), stored).await;
        return;
    }
    for processes in [1, 2] {
        for accounts in [1, MANY_ACCOUNTS] {
            let fleet = Fleet::start(processes, accounts, 0).await;
            fleet.deliver((connections, orders), 0).await;
            fleet.print_asked(orders).await;
            if accounts == 1 {
                let lone = fleet.load((1, LONE_ORDERS), orders + 1).await;
                println!("HTTP, {processes} processes, a lone order, one connection: {lone}");
            }
        }
    }
}

/// Servers on a fresh database.
pub(crate) struct Fleet {
    pub(crate) servers: Vec<Server>,
    pub(crate) db: Db,
    pub(crate) ids: Vec<AccountId>,
    pub(crate) keys: Vec<String>,
    _data: tempfile::TempDir,
}

impl Fleet {
    /// Starts so many processes, with so many accounts that have so many orders behind them.
    pub(crate) async fn start(processes: usize, accounts: usize, stored: usize) -> Self {
        let data = tempfile::tempdir().unwrap();
        let url = testkit::fresh_url(data.path());
        let db = testkit::open(&url, Durability::Full).unwrap();
        let (ids, keys) = open_accounts(&db, accounts).await;
        let start = |_| start_demo(data.path(), &["--database", &url]);
        let fleet = Self {
            servers: (0..processes).map(start).collect(),
            db,
            ids,
            keys,
            _data: data,
        };
        if stored > 0 {
            fleet.load((64, accounts), 0).await;
            fleet.await_the_end().await;
            testkit::store_history(&fleet.db, &url, &fleet.ids, stored).await;
        }
        fleet
    }

    /// Buys from every server and for every account in turn.
    async fn load(&self, (connections, orders): (usize, usize), first: usize) -> Figures {
        let servers: Vec<_> = self.servers.iter().collect();
        let request = |place: usize| invoice(first + place, self.keys[place % self.keys.len()].as_str());
        load(&servers, connections, orders, request).await
    }

    async fn await_the_end(&self) {
        while self.db.read(orders::count_open).await.unwrap().under_way > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Orders paid for, durable and delivered: from the first request to the last delivery.
    async fn deliver(&self, (connections, orders): (usize, usize), stored: usize) {
        let began = std::time::Instant::now();
        let accepted = self.load((connections, orders), self.keys.len()).await;
        self.await_the_end().await;
        println!(
            "HTTP, {} processes, {} accounts, {connections} connections, {orders} orders beside {stored}: {:.0} orders/s \
             delivered, accepted {accepted}",
            self.servers.len(),
            self.keys.len(),
            orders as f64 / began.elapsed().as_secs_f64(),
        );
    }

    /// What the processes have asked of the database for each order, by their own count.
    async fn print_asked(&self, orders: usize) {
        tokio::time::sleep(COUNTED_EVERY).await;
        let mut totals = [0.0; 2];
        for server in &self.servers {
            let metrics = Connection::open(&server.address)
                .await
                .ask(&get("/metrics", ""))
                .await
                .body;
            for (total, name) in totals.iter_mut().zip(["statements", "round_trips"]) {
                let name = format!("recarga_database_{name}_total ");
                let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
                *total += line.and_then(|count| count.parse::<f64>().ok()).unwrap_or_default();
            }
        }
        let [statements, round_trips] = totals.map(|total| total / orders as f64);
        println!("      {statements:.2} statements and {round_trips:.2} round trips per order");
    }

    /// Pages of the orders of the account that has most.
    async fn pages(&self, stored: usize) {
        let deep = stored / 2 - 100;
        for (name, query) in [
            ("the first", String::new()),
            ("the deepest", format!("start={deep}&")),
            ("of one number", "phone_number=%2B15550000042&".to_owned()),
            ("of one status that is rare", "status=refunded&".to_owned()),
        ] {
            let path = format!("/v2/orders?{query}limit=50");
            let request = |_| get(&path, &self.keys[0]);
            let took = load(&[&self.servers[0]], 1, PAGES, request).await;
            println!("GET /orders, {name} page of 50 beside {stored}: {took}");
        }
    }
}

/// Opens accounts with money and a key.
async fn open_accounts(db: &Db, count: usize) -> (Vec<AccountId>, Vec<String>) {
    let opened = db.write_with(move |tx| {
        let (ids, now) = (Ids::random(), SystemClock.now());
        let currency = "USD".parse().expect("a currency");
        let mut opened = Vec::with_capacity(count);
        for number in 0..count {
            let new = NewAccount {
                name: format!("Account {number}"),
                currency,
                markup_bps: 0,
                below_cost: BelowCost::Refuse,
            };
            let account = accounts::create(tx, &ids, &new, now)?.id;
            accounts::fund(tx, &ids, account, (Money::new(FUNDED, currency), "bench"), now)?;
            let scopes = [Scope::Read, Scope::Purchase];
            let key = accounts::create_key(tx, &ids, account, ("bench", &scopes), now)?;
            opened.push((account, key.token()));
        }
        Ok::<_, AccountError>(opened)
    });
    opened.await.unwrap().into_iter().unzip()
}
