//! Passkeys: adding one, getting rid of it, signing in with it, and proving again who one is.

mod signature;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use engine::{
    db::Tx,
    people::{self, Passkey, User, UserStatus},
};
use model::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use self::signature::{Fault, Site, added, challenge_of, decode, proved};
use super::{
    Fields, PageError, Shared, SignedIn, Web,
    visitor::{Visitor, local_path},
};
use crate::deeds;

/// A name that somebody gives a key is not longer.
const NAME_CHARS_MAX: usize = 60;
/// Somebody has so many at most.
const KEYS_MAX: usize = 20;

/// What a browser answers when a key was made.
#[derive(Deserialize)]
pub(super) struct Added {
    key_name: String,
    id: String,
    client_data: String,
    signed: String,
    public_key: String,
}

/// What a browser answers when a key has signed.
#[derive(Deserialize)]
pub(super) struct Proof {
    id: String,
    client_data: String,
    signed: String,
    signature: String,
    #[serde(default)]
    next: String,
}

impl Web {
    /// The site that keys belong to: how people reach us, or as this one did.
    fn site(&self, origin: &str) -> Site {
        let url = self.settings.public_url.trim_end_matches('/');
        let origin = if url.is_empty() { origin } else { url };
        let parsed = url::Url::parse(origin).ok();
        Site {
            host: parsed
                .as_ref()
                .and_then(url::Url::host_str)
                .unwrap_or_default()
                .to_owned(),
            origin: parsed.map_or_else(String::new, |url| url.origin().ascii_serialization()),
        }
    }

    async fn challenge(&self, user: Option<UserId>) -> Result<String, PageError> {
        let (context, now) = (Arc::clone(&self.app.context), self.app.clock.now());
        let make = move |tx: &mut Tx<'_>| people::make_challenge(tx, &context.ids, user, now);
        Ok(self.app.db.write_with(make).await?)
    }

    /// Finds who has signed, if everything about it is right.
    async fn signer(&self, given: &Proof, site: &Site, user: Option<UserId>) -> Result<Option<User>, PageError> {
        let read = || -> Result<_, Fault> {
            let client_data = decode(&given.client_data)?;
            let challenge = challenge_of(&client_data, "webauthn.get", site)?;
            Ok((
                challenge,
                client_data,
                decode(&given.signed)?,
                decode(&given.signature)?,
            ))
        };
        let Ok((challenge, client_data, signed, signature)) = read() else {
            return Ok(None);
        };
        let (id, site, now) = (given.id.clone(), site.clone(), self.app.clock.now());
        let check = move |tx: &mut Tx<'_>| {
            if !people::take_challenge(tx, &challenge, user, now)? {
                return Ok(None);
            }
            let found = people::find_passkey(tx, &id)?;
            let theirs = |(owner, _): &(User, Passkey)| user.is_none_or(|user| user == owner.id);
            let Some((owner, passkey)) = found.filter(theirs) else {
                return Ok(None);
            };
            match proved(&passkey.credential, (&signed, &client_data, &signature), &site) {
                Ok(credential) if owner.status == UserStatus::Active => {
                    people::note_passkey(tx, owner.id, &Passkey { credential, ..passkey }, now)?;
                    Ok(Some(owner))
                }
                Ok(_) => Ok(None),
                Err(fault) => {
                    tracing::warn!("A passkey of {} was refused: {fault}", owner.id);
                    Ok::<_, engine::Error>(None)
                }
            }
        };
        Ok(self.app.db.write_with(check).await?)
    }
}

/// What a browser needs to make a key.
pub(super) async fn begin_adding(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.prove()?;
    let user = &signed_in.user;
    let id = user.id;
    let known = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| people::list_passkeys(tx, id))
        .await?;
    let known: Vec<_> = known.into_iter().map(|passkey| passkey.id).collect();
    let options = json!({
        "challenge": web.challenge(Some(id)).await?,
        "host": web.site(signed_in.origin()).host,
        "user": { "id": BASE64_URL_SAFE_NO_PAD.encode(id.to_string()), "login": user.login, "name": user.name },
        "known": known,
    });
    Ok(Json(options).into_response())
}

pub(super) async fn add(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(given): Fields<Added>,
) -> Result<Response, PageError> {
    signed_in.prove()?;
    let site = web.site(signed_in.origin());
    let read = || -> Result<_, Fault> {
        let challenge = challenge_of(&decode(&given.client_data)?, "webauthn.create", &site)?;
        let (id, signed, key) = (decode(&given.id)?, decode(&given.signed)?, decode(&given.public_key)?);
        Ok((challenge, added(&id, &signed, &key, &site)?))
    };
    let (challenge, credential) = read().map_err(|fault| {
        tracing::warn!("A new passkey of {} was refused: {fault}", signed_in.user.id);
        PageError::BadRequest
    })?;
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let name: String = given.key_name.trim().chars().take(NAME_CHARS_MAX).collect();
    let named = signed_in.page.browser(&signed_in.session.seen.agent);
    let passkey = Passkey {
        id: given.id,
        name: if name.is_empty() { named } else { name },
        credential,
        created_at: now,
        used_at: None,
    };
    let add = move |tx: &mut Tx<'_>| {
        let room = people::list_passkeys(tx, user.id)?.len() < KEYS_MAX;
        if !room
            || !people::take_challenge(tx, &challenge, Some(user.id), now)?
            || !people::add_passkey(tx, user.id, &passkey)?
        {
            return Ok(false);
        }
        let details = json!({ "name": passkey.name });
        deeds::own(&user, "user.add_passkey", details).by_user(tx, &user, now)?;
        Ok::<_, engine::Error>(true)
    };
    if !web.app.db.write_with(add).await? {
        return Err(PageError::BadRequest);
    }
    Ok(Redirect::to("/profile").into_response())
}

pub(super) async fn remove(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed_in.prove()?;
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let remove = move |tx: &mut Tx<'_>| {
        if people::remove_passkey(tx, user.id, &id)? {
            deeds::own(&user, "user.remove_passkey", Value::Null).by_user(tx, &user, now)?;
        }
        Ok::<_, engine::Error>(())
    };
    web.app.db.write_with(remove).await?;
    Ok(Redirect::to("/profile").into_response())
}

/// What a browser needs to sign in, or to prove again who somebody is.
pub(super) async fn begin(State(web): State<Shared>, visitor: Visitor) -> Result<Response, PageError> {
    let user = visitor.page.user.as_ref().map(|user| user.id);
    let options = json!({ "challenge": web.challenge(user).await?, "host": web.site(visitor.origin()).host });
    Ok(Json(options).into_response())
}

/// Signs in, or proves again, with a key.
pub(super) async fn enter(
    State(web): State<Shared>,
    visitor: Visitor,
    Fields(given): Fields<Proof>,
) -> Result<Response, PageError> {
    let site = web.site(visitor.origin());
    let here = visitor.page.user.as_ref().map(|user| user.id);
    let next = local_path(&given.next).to_owned();
    let Some(user) = web.signer(&given, &site, here).await? else {
        return super::sign_in::refuse_passkey(visitor, &next);
    };
    match visitor.session.clone() {
        Some(session) => {
            let now = web.app.clock.now();
            let prove = move |tx: &mut Tx<'_>| people::prove_again(tx, &session, now);
            web.app.db.write_with(prove).await?;
            Ok(Redirect::to(&next).into_response())
        }
        None => web.enter(&visitor, (user, "passkey"), Some(&next)).await,
    }
}
