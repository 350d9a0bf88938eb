//! What people's pages cost beside a history of orders.

use engine::{
    db::{Db, Tx},
    people::{self, Lifetimes, NewUser, PeopleError, Role, Seen},
};
use model::{AccountId, Clock, Ids};
use recarga::clock::SystemClock;

use crate::{
    client::{Connection, get},
    fleet::Fleet,
    load,
};

const ACCOUNTS: usize = 100;
const TIMES: usize = 100;

/// What those of the house look at. `ORDER` is an order's id, `ACCOUNT` an account's.
const CONSOLE: &[&str] = &[
    "/console",
    "/console/orders",
    "/console/orders?q=%2B15550000042",
    "/console/orders?q=ORDER",
    "/console/orders/ORDER",
    "/console/waiting",
    "/console/accounts",
    "/console/accounts/ACCOUNT",
    "/console/suppliers",
    "/console/suppliers/sandbox",
    "/console/catalog",
    "/console/catalog/at-t-usa",
    "/console/catalog/mapping",
    "/console/routing",
    "/console/cases",
    "/console/webhooks",
    "/console/rates",
    "/console/people",
    "/console/audit",
];

/// What an account's manager looks at.
const DESK: &[&str] = &[
    "/",
    "/bulk",
    "/people",
    "/orders",
    "/orders?status=refunded&from=2020-01-01",
    "/orders?q=%2B15550000042",
    "/orders/ORDER",
    "/statement",
    "/keys",
    "/webhooks",
    "/developers",
    "/settings",
];

/// Measures every page with so many orders stored.
pub(crate) async fn measure(stored: usize) {
    let fleet = Fleet::start(1, ACCOUNTS, stored).await;
    let (server, account) = (&fleet.servers[0], fleet.ids[0]);
    let newest = get("/v2/orders?limit=1", &fleet.keys[0]);
    let newest = Connection::open(&server.address).await.ask(&newest).await.body;
    let order = newest.split(r#""id":""#).nth(1).and_then(|rest| rest.split('"').next());
    let order = order.expect("an order");
    for (role, paths) in [(Role::Owner, CONSOLE), (Role::Manager, DESK)] {
        let works_for = role.is_of_account().then_some(account);
        let cookie = sign_in(&fleet.db, role, works_for).await;
        for path in paths {
            let path = path.replace("ORDER", order).replace("ACCOUNT", &account.to_string());
            let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: recarga-session={cookie}\r\n\r\n");
            let took = load(&[server], 1, TIMES, |_| request.clone()).await;
            println!("{role}, {path} beside {stored}: {took}");
        }
    }
}

/// Somebody with a role, signed in: the session's token.
async fn sign_in(db: &Db, role: Role, works_for: Option<AccountId>) -> String {
    let open = move |tx: &mut Tx<'_>| {
        let (ids, now) = (Ids::random(), SystemClock.now());
        let new = NewUser {
            login: format!("bench-{role}"),
            name: "Bench".to_owned(),
            role,
            works_for,
        };
        let user = people::invite(tx, &ids, &new, now)?.id;
        people::admit(tx, user)?;
        let token = people::open_session(tx, &ids, (user, &Seen::default()), Lifetimes::default(), now)?;
        Ok::<_, PeopleError>(token)
    };
    db.write_with(open).await.unwrap()
}
