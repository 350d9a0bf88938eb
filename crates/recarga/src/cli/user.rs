//! `recarga user`: people who sign in. Nobody gets a password from somebody else: links let them make their own.

use clap::{Args, Subcommand};
use engine::{
    Context,
    db::Tx,
    people::{self, LinkKind, NewUser, Role, User, UserStatus},
};
use model::UserId;
use serde::Serialize;
use serde_json::json;

use super::{
    Desk, Exit, Failure,
    desk::account_of,
    output::{moment, or_dash, words},
};
use crate::deeds;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists everybody
    List,
    /// Invites somebody, and prints the link by which they make their password
    Invite(Invite),
    /// Gives somebody another role
    Role(SetRole),
    /// Signs somebody out everywhere and keeps them out
    Disable(Which),
    /// Lets somebody in again
    Enable(Which),
    /// Prints a link by which somebody makes a new password
    Link(Which),
    /// Prints the link by which the first owner comes in, if there is none
    Setup,
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Their login or id
    user: String,
}

#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// What they will sign in with: an e-mail address or a short name
    login: String,
    /// Their name
    #[arg(long)]
    name: Option<String>,
    /// owner, operator, finance, support, read-only; with --account: manager, cashier
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// The account whose manager or cashier they are
    #[arg(long)]
    account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SetRole {
    /// Their login or id
    user: String,
    /// What they are from now on
    role: Role,
}

/// Somebody as they are printed.
#[derive(Serialize)]
struct Printed {
    id: String,
    login: String,
    name: String,
    role: &'static str,
    account_id: Option<String>,
    status: &'static str,
    seen_at: Option<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip)]
    seen: String,
}

fn printed(user: &User) -> Printed {
    Printed {
        id: user.id.to_string(),
        login: user.login.clone(),
        name: user.name.clone(),
        role: user.role.as_str(),
        account_id: user.works_for.map(|account| account.to_string()),
        status: user.status.as_str(),
        seen_at: user.seen_at.map(|at| at.to_string()),
        created_at: user.created_at.to_string(),
        link: None,
        seen: or_dash(user.seen_at.map(moment)),
    }
}

fn user_of(tx: &mut Tx<'_>, text: &str) -> Result<User, Failure> {
    let found = match text.parse::<UserId>() {
        Ok(id) => people::find(tx, id)?,
        Err(_) => people::find_by_login(tx, &people::normalised_login(text)?)?,
    };
    found.ok_or_else(|| {
        Failure::new(format!(
            "nobody signs in as {text:?}: recarga user list shows everybody"
        ))
    })
}

impl Command {
    pub(crate) async fn run(self, desk: Desk) -> Result<Exit, Failure> {
        match self {
            Self::List => list(&desk).await,
            Self::Invite(invite) => invite.run(&desk).await,
            Self::Role(set) => set.run(&desk).await,
            Self::Disable(which) => change(&desk, which, Door::Shut).await,
            Self::Enable(which) => change(&desk, which, Door::Open).await,
            Self::Link(which) => reset_link(&desk, which).await,
            Self::Setup => setup_link(&desk).await,
        }
    }
}

async fn list(desk: &Desk) -> Result<Exit, Failure> {
    let users = desk.read(|tx| Ok(people::list(tx)?)).await?;
    let users: Vec<_> = users.iter().map(printed).collect();
    let columns = [
        words("LOGIN"),
        words("NAME"),
        words("ROLE"),
        words("ACCOUNT"),
        words("STATUS"),
        words("SEEN"),
    ];
    let row = |one: &Printed| {
        vec![
            one.login.clone(),
            one.name.clone(),
            one.role.to_owned(),
            or_dash(one.account_id.as_ref()),
            one.status.to_owned(),
            one.seen.clone(),
        ]
    };
    let none = "nobody yet: recarga user setup prints the link for the first owner";
    desk.output.list(&users, &columns, row, none);
    Ok(Exit::Done)
}

fn print_link(desk: &Desk, user: &User, token: &str, what: &str) -> Result<Exit, Failure> {
    let url = desk.config.public_url(desk.config.bind()?);
    let link = format!("{url}/setup/{token}");
    let one = Printed {
        link: Some(link.clone()),
        ..printed(user)
    };
    desk.output.one(&one, || {
        format!(
            "{} ({}, {}) {what}, once:\n\n  {link}\n",
            user.name, user.login, user.role
        )
    });
    Ok(Exit::Done)
}

impl Invite {
    async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let invite = desk.write(move |tx, context, now| {
            let account = self
                .account
                .as_deref()
                .map(|account| account_of(tx, account))
                .transpose()?;
            let new = NewUser {
                login: self.login.clone(),
                name: self.name.clone().unwrap_or_else(|| self.login.clone()),
                role: self.role,
                works_for: account.map(|account| account.id),
            };
            let user = people::invite(tx, &context.ids, &new, now)?;
            let token = people::make_link(tx, &context.ids, (LinkKind::Invitation, Some(user.id)), now)?;
            deeds::invited(&user).by_command(tx, now)?;
            Ok((user, token))
        });
        let (user, token) = invite.await?;
        print_link(desk, &user, &token, "comes in by this link within a week")
    }
}

impl SetRole {
    async fn run(self, desk: &Desk) -> Result<Exit, Failure> {
        let set = desk.write(move |tx, _, now| {
            let before = user_of(tx, &self.user)?;
            let user = people::set_role(tx, before.id, self.role)?;
            deeds::role_set(&before, user.role).by_command(tx, now)?;
            Ok(user)
        });
        let user = set.await?;
        desk.output.one(&printed(&user), || {
            format!("{} ({}) is {}", user.name, user.login, user.role)
        });
        Ok(Exit::Done)
    }
}

/// Whether somebody is let in.
#[derive(Debug, Clone, Copy)]
enum Door {
    Open,
    Shut,
}

async fn change(desk: &Desk, which: Which, door: Door) -> Result<Exit, Failure> {
    let change = desk.write(move |tx, _, now| {
        let before = user_of(tx, &which.user)?;
        let (user, told) = match door {
            Door::Shut => (people::disable(tx, before.id)?, deeds::disabled(&before)),
            Door::Open => (people::enable(tx, before.id)?, deeds::enabled(&before)),
        };
        told.by_command(tx, now)?;
        Ok(user)
    });
    let user = change.await?;
    desk.output.one(&printed(&user), || {
        format!("{} ({}) is {}", user.name, user.login, user.status.as_str())
    });
    Ok(Exit::Done)
}

async fn reset_link(desk: &Desk, which: Which) -> Result<Exit, Failure> {
    let make = desk.write(move |tx, context: &Context, now| {
        let user = user_of(tx, &which.user)?;
        if user.status == UserStatus::Disabled {
            return Err(Failure::new(format!(
                "{} is disabled: recarga user enable {0}",
                user.login
            )));
        }
        let token = people::make_link_for(tx, &context.ids, &user, now)?;
        deeds::link_made(&user).by_command(tx, now)?;
        Ok((user, token))
    });
    let (user, token) = make.await?;
    print_link(desk, &user, &token, "makes a new password by this link")
}

async fn setup_link(desk: &Desk) -> Result<Exit, Failure> {
    let make = desk.write(|tx, context, now| {
        let token = people::setup_link(tx, &context.ids, now)?;
        if token.is_some() {
            deeds::setup_link_made().by_command(tx, now)?;
        }
        Ok(token)
    });
    let token = make.await?;
    let token = token.ok_or_else(|| Failure::new("there is an owner already: recarga user list shows everybody"))?;
    let link = format!("{}/setup/{token}", desk.config.public_url(desk.config.bind()?));
    desk.output.one(&json!({ "link": link }), || {
        format!("Whoever opens this link first becomes the owner, within a week:\n\n  {link}\n")
    });
    Ok(Exit::Done)
}
