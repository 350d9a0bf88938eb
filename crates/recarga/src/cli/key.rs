//! `recarga key`: API keys. A key is shown once, when it is made.

use clap::{Args, Subcommand};
use engine::accounts::{self, ApiKey, Scope};
use model::KeyId;
use serde::Serialize;

use super::{
    Desk, Exit, Failure,
    desk::{account_of, accounts_of},
    output::{moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a key and prints it, this once
    Create(Create),
    /// Lists keys, revoked ones too
    List {
        /// Only this account's: its id or name
        account: Option<String>,
    },
    /// Ends a key for good
    Revoke {
        /// The key's id, such as key_01…
        key: KeyId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The account's id or name
    account: String,
    /// What it is for, in your words
    #[arg(long, default_value = "made by hand")]
    name: String,
    /// What it may do: read, purchase; may be repeated [default: both]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<Scope>,
}

#[derive(Serialize)]
struct Printed {
    id: String,
    account_id: String,
    name: String,
    scopes: Vec<&'static str>,
    created_at: String,
    revoked_at: Option<String>,
    /// The whole key, only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    #[serde(skip)]
    row: Vec<String>,
}

impl From<&ApiKey> for Printed {
    fn from(key: &ApiKey) -> Self {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        let row = vec![
            key.id.to_string(),
            key.account.to_string(),
            key.name.clone(),
            scopes.join(" "),
            moment(key.created_at),
            or_dash(key.revoked_at.map(moment)),
        ];
        Self {
            id: key.id.to_string(),
            account_id: key.account.to_string(),
            name: key.name.clone(),
            scopes,
            created_at: key.created_at.to_string(),
            revoked_at: key.revoked_at.map(|at| at.to_string()),
            api_key: None,
            row,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::Create(create) => create.run(&desk).await?,
            Self::List { account } => list(&desk, account).await?,
            Self::Revoke { key } => revoke(&desk, key).await?,
        }
        Ok(Exit::Done)
    }
}

impl Create {
    async fn run(self, desk: &Desk) -> Result<(), Failure> {
        let Self {
            account,
            name,
            mut scopes,
        } = self;
        if scopes.is_empty() {
            scopes = vec![Scope::Read, Scope::Purchase];
        }
        let create = desk.write(move |tx, context, now| {
            let account = account_of(tx, &account)?;
            let new = accounts::create_key(tx, &context.ids, account.id, (&name, &scopes), now)?;
            deeds::key_created((account.id, new.key.id), (&name, &scopes)).by_command(tx, now)?;
            Ok(new)
        });
        let new = create.await?;
        let printed = Printed {
            api_key: Some(new.token()),
            ..Printed::from(&new.key)
        };
        desk.output.one(&printed, || {
            format!(
                "{}\n\nThis is the whole key, shown this once; Recarga keeps only a hash. Its id is {}.",
                new.token(),
                printed.id
            )
        });
        Ok(())
    }
}

async fn list(desk: &Desk, account: Option<String>) -> Result<(), Failure> {
    let list = desk.read(move |tx| {
        let accounts: Vec<_> = accounts_of(tx, account.as_deref())?
            .into_iter()
            .map(|account| account.id)
            .collect();
        let keys = accounts::list_keys(tx)?
            .into_iter()
            .filter(|key| accounts.contains(&key.account));
        Ok(keys.collect::<Vec<_>>())
    });
    let keys: Vec<_> = list.await?.iter().map(Printed::from).collect();
    let columns = [
        words("ID"),
        words("ACCOUNT"),
        words("NAME"),
        words("SCOPES"),
        words("CREATED"),
        words("REVOKED"),
    ];
    desk.output.list(
        &keys,
        &columns,
        |one| one.row.clone(),
        "no keys yet: recarga key create ACCOUNT",
    );
    Ok(())
}

async fn revoke(desk: &Desk, id: KeyId) -> Result<(), Failure> {
    let revoke = desk.write(move |tx, _, now| {
        let unknown = || Failure::new(format!("there is no key {id}: recarga key list shows them all"));
        let key = accounts::list_keys(tx)?
            .into_iter()
            .find(|key| key.id == id)
            .ok_or_else(unknown)?;
        if key.revoked_at.is_none() {
            accounts::revoke_key(tx, key.account, id, now)?;
            deeds::key_revoked((key.account, id)).by_command(tx, now)?;
        }
        let mut revoked = key;
        revoked.revoked_at.get_or_insert(now);
        Ok(revoked)
    });
    let key = revoke.await?;
    desk.output.one(&Printed::from(&key), || {
        format!("{id} is revoked; a running server refuses it within seconds")
    });
    Ok(())
}
