//! `recarga demo`: a whole server to try, ready in a moment.
//!
//! Its account and key are kept in the data folder, so that the second start prints the same ones.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use engine::{
    accounts::{self, Account, Directory, NewAccount, Scope},
    catalog::BelowCost,
    db::Tx,
    people::{self, LinkKind, NewUser, Role, UserStatus},
};
use model::{AccountId, Money};
use serde::Serialize;

use super::{Exit, Failure, Shared, output::print, output::print_json};
use crate::{
    App,
    serve::{Parts, ServeError, Server},
    telemetry,
};

/// The file that keeps the key, readable by its owner only.
pub(crate) const KEY_FILE: &str = "demo-key";
/// Where a demo keeps its data.
pub(crate) const DATA: &str = "recarga-data";
/// The account's name.
const NAME: &str = "Demo";
/// What it is given, in USD.
const GIFT: &str = "10000";

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where to keep the data
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    /// What is logged, such as info or debug
    #[arg(long, value_name = "FILTER", default_value = "warn,recarga=info,recarga::serve=warn")]
    log: String,
}

/// What a program needs to use the demo.
#[derive(Serialize)]
struct Ready {
    base_url: String,
    api_key: String,
    account_id: String,
    webhook_secret: String,
    /// Makes the owner, as long as there is none.
    setup_url: Option<String>,
    /// Signs in as the account's manager and as its cashier.
    manager_url: String,
    cashier_url: String,
}

impl Demo {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let Self { port, data, log } = self;
        let mut own = vec![
            ("server.bind", Some(format!("127.0.0.1:{port}"))),
            ("server.rate_limit_per_minute", Some("0".to_owned())),
            ("webhooks.allow_loopback", Some("true".to_owned())),
            ("log.filter", Some(log)),
        ];
        let chosen = shared.load(&own)?;
        if chosen.has_default_database() {
            let database = data.join("recarga.db");
            own.push(("database.url", Some(format!("sqlite:{}", database.display()))));
        } else if chosen.sandbox.record_path.is_empty() {
            own.push((
                "sandbox.record_path",
                Some(data.join("sandbox.db").display().to_string()),
            ));
        }
        let config = shared.load(&own)?;
        telemetry::install_logs(&config.log);
        let server = Server::open(config, Parts::Everything)
            .await
            .map_err(|error| match error {
                ServeError::PortTaken { address, .. } => ServeError::PortTaken {
                    address,
                    choose: "--port",
                },
                other => other,
            })?;
        make_room(&data)?;
        let (account, api_key) = set_up(&server.app, &data).await?;
        let [manager, cashier] = staff(&server.app, account.id).await?;
        let root = server.base_url();
        let link = |token: &str| format!("{}/setup/{token}", root.trim_end_matches("/v2"));
        let ready = Ready {
            setup_url: server.setup_link().await?,
            manager_url: link(&manager),
            cashier_url: link(&cashier),
            base_url: server.base_url(),
            api_key,
            account_id: account.id.to_string(),
            webhook_secret: account.webhook_secrets.current.clone(),
        };
        if shared.json {
            print_json(&ready);
        } else {
            print(&ready.screen(&data));
        }
        server.run().await?;
        Ok(Exit::Done)
    }
}

fn make_room(data: &Path) -> Result<(), Failure> {
    fs::create_dir_all(data).map_err(|error| Failure::new(format!("can't make {}: {error}", data.display())))
}

/// Finds the demo's account and key, or makes them.
async fn set_up(app: &Arc<App>, data: &Path) -> Result<(Account, String), Failure> {
    let path = data.join(KEY_FILE);
    let kept = fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
    let known = app
        .directory()
        .authenticate_token(&kept)
        .ok()
        .map(|(account, _)| account.clone());
    if let Some(account) = known {
        return Ok((account, kept));
    }
    let (now, context) = (app.clock.now(), Arc::clone(&app.context));
    let made = app.db.write_with(move |tx| {
        let account = account(tx, &context, now)?;
        let scopes = [Scope::Read, Scope::Purchase];
        let key = accounts::create_key(tx, &context.ids, account.id, ("demo", &scopes), now)?;
        Ok::<_, Failure>((account, key.token()))
    });
    let (account, token) = made.await?;
    keep(&path, &token).map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))?;
    app.refresh().await?;
    Ok((account, token))
}

/// Finds the account of an earlier start whose key is lost, or makes one with money on it.
fn account(tx: &mut Tx<'_>, context: &engine::Context, now: model::Timestamp) -> Result<Account, Failure> {
    if let Some(account) = Directory::load(tx)?.accounts().find(|account| account.name == NAME) {
        return Ok(account.clone());
    }
    let currency = "USD".parse().expect("a currency");
    let new = NewAccount {
        name: NAME.to_owned(),
        currency,
        markup_bps: 0,
        below_cost: BelowCost::Refuse,
    };
    let account = accounts::create(tx, &context.ids, &new, now)?;
    let gift = Money::parse(GIFT, currency).expect("an amount");
    accounts::fund(tx, &context.ids, account.id, (gift, "demo money"), now)?;
    Ok(account)
}

/// The demo's own manager and cashier.
const STAFF: [(Role, &str, &str); 2] = [
    (Role::Manager, "demo-manager", "Demo Manager"),
    (Role::Cashier, "demo-cashier", "Demo Cashier"),
];

/// Makes the links that sign in as the account's people; they have no password.
async fn staff(app: &Arc<App>, account: AccountId) -> Result<[String; 2], Failure> {
    let (now, context) = (app.clock.now(), Arc::clone(&app.context));
    let made = app.db.write_with(move |tx| {
        let mut links = [const { String::new() }; 2];
        for (link, (role, login, name)) in links.iter_mut().zip(STAFF) {
            let new = NewUser {
                login: login.to_owned(),
                name: name.to_owned(),
                role,
                works_for: Some(account),
            };
            let known = people::find_by_login(tx, login)?;
            let user = known.map_or_else(|| people::invite(tx, &context.ids, &new, now), Ok)?;
            if user.status != UserStatus::Active {
                people::admit(tx, user.id)?;
            }
            *link = people::make_link(tx, &context.ids, (LinkKind::SignIn, Some(user.id)), now)?;
        }
        Ok::<_, Failure>(links)
    });
    made.await
}

/// Keeps the key where only its owner can read it.
fn keep(path: &Path, token: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{token}")
}

impl Ready {
    fn screen(&self, data: &Path) -> String {
        let Self {
            base_url,
            api_key,
            manager_url,
            cashier_url,
            setup_url,
            ..
        } = self;
        let owner = setup_url
            .as_deref()
            .map_or_else(String::new, |url| format!("\n  the console, as its owner  {url}"));
        let root = base_url.trim_end_matches("/v2");
        format!(
            "Recarga is ready: a demo with 10,000 USD to spend and a supplier without any effect.\n\
             \n  base URL  {base_url}\n  API key   {api_key}\n  docs      {root}/docs\n  data      {}\n\
             \nIn a browser:\n\n  the counter, as a cashier  {cashier_url}\n  \
             its desk, as a manager     {manager_url}{owner}\n\
             \nBy the API:\n\n\
             curl '{base_url}/check_phone_number?phone_number=%2B15551234567' \\\n  -H 'Authorization: Bearer {api_key}'\n\n\
             curl {base_url}/invoices \\\n  -H 'Authorization: Bearer {api_key}' -H 'Content-Type: application/json' \\\n  \
             -d '{{\"products\":[{{\"product_id\":\"at-t-usa\",\"value\":25,\"phone_number\":\"+15551234567\"}}],\
             \"payment_method\":\"balance\",\"auto_pay\":true}}'\n\n\
             curl {base_url}/orders \\\n  -H 'Authorization: Bearer {api_key}'\n\n\
             The last four digits decide what happens: 0001 is refused, 0004 late, 0006 delivered though the answer is\n\
             lost, 0008 taken back, any other delivered; docs/SUPPLIERS.md has the table. In another terminal:\n\n  \
             recarga topup +15551234567 --server {root}\n\n\
             Ctrl-C stops it.",
            data.display()
        )
    }
}
