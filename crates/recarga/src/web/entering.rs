//! Letting somebody in who has proved who they are.

use std::{sync::Arc, time::Duration};

use axum::{
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::{self, Credentials, User},
};

use super::{PageError, Web, visitor::Visitor};
use crate::deeds;

/// Where somebody begins.
pub(super) fn home_of(user: &User) -> &'static str {
    if user.works_for.is_some() { "/" } else { "/console" }
}

impl Web {
    /// Signs somebody in, and sends them to where they wanted to go.
    pub(super) async fn enter(
        &self,
        visitor: &Visitor,
        (user, by): (User, &'static str),
        next: Option<&str>,
    ) -> Result<Response, PageError> {
        let (ids, now) = (Arc::clone(&self.app.context), self.app.clock.now());
        let (seen, lifetimes) = (visitor.seen(), self.settings.lifetimes);
        let home = home_of(&user);
        let open = move |tx: &mut Tx<'_>| {
            let token = people::open_session(tx, &ids.ids, (user.id, &seen), lifetimes, now)?;
            deeds::signed_in(&user, by, &seen.address).by_user(tx, &user, now)?;
            Ok::<_, engine::Error>(token)
        };
        let token = self.app.db.write_with(open).await?;
        let keep = self.cookies.keep_session(&token, lifetimes.max.as_secs());
        let next = next.map(super::visitor::local_path).filter(|path| *path != "/");
        let mut answer = Redirect::to(next.unwrap_or(home)).into_response();
        answer.headers_mut().append(header::SET_COOKIE, keep);
        Ok(answer)
    }

    /// Finds what proves who signs in like this.
    pub(super) async fn credentials(&self, login: &str) -> Result<Option<Credentials>, PageError> {
        let Ok(login) = people::normalised_login(login) else {
            return Ok(None);
        };
        let find = move |tx: &mut Tx<'_>| match people::find_by_login(tx, &login)? {
            Some(user) => people::credentials(tx, user.id),
            None => Ok(None),
        };
        Ok(self.app.db.read(find).await?)
    }

    /// Compares a password, unless there were too many wrong ones; notes a wrong one.
    pub(super) async fn check_password(
        &self,
        found: Option<&Credentials>,
        password: String,
    ) -> Result<Checked, PageError> {
        let now = self.app.clock.now();
        if let Some(wait) = found.and_then(|found| found.wait(now)) {
            return Ok(Checked::TooOften(wait));
        }
        let hash = found
            .filter(|found| found.user.status == people::UserStatus::Active)
            .and_then(|found| found.password_hash.clone());
        if self.passwords.verify(password, hash).await? {
            return Ok(Checked::Right);
        }
        if let Some(user) = found.map(|found| found.user.id) {
            let note = move |tx: &mut Tx<'_>| people::note_failure(tx, user, now);
            self.app.db.write_with(note).await?;
        }
        Ok(Checked::Wrong)
    }
}

/// What came of comparing a password or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    /// It is theirs.
    Right,
    /// It isn't, or there is nobody like that.
    Wrong,
    /// It was not looked at: so long they have to wait.
    TooOften(Duration),
}

/// How long that is, in minutes and never none.
pub(super) fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}
