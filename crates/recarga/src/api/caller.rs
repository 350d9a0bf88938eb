//! Who asks: a key and its account, found in memory.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use engine::accounts::{Account, ApiKey, AuthError, Directory, Scope};
use model::{AccountId, KeyId};

use super::error::{ApiError, Code};

/// A key that was let in, and the copy of the directory that it was found in.
#[derive(Clone)]
pub(super) struct Caller {
    directory: Arc<Directory>,
    /// Whose key it is.
    pub(super) account: AccountId,
    /// The key.
    pub(super) key: KeyId,
    scopes: [bool; 2],
}

/// A caller that may look at everything of its account.
pub(super) struct Reader(pub(super) Caller);

/// A caller that may spend its account's balance and change its settings.
pub(super) struct Buyer(pub(super) Caller);

impl Caller {
    /// Lets a request in by its `Authorization`.
    pub(super) fn admit(directory: Arc<Directory>, headers: &HeaderMap) -> Result<Self, ApiError> {
        let given = headers.get(header::AUTHORIZATION).ok_or_else(|| {
            unauthorized("no key: send Authorization: Bearer <key>, or Basic with the key's id and its secret")
        })?;
        let found = authenticate(&directory, given.to_str().unwrap_or_default());
        let (account, key) = found.map_err(|error| unauthorized(&error.to_string()))?;
        let scopes = [Scope::Read, Scope::Purchase].map(|scope| key.scopes.contains(&scope));
        let (account, key) = (account.id, key.id);
        Ok(Self {
            directory,
            account,
            key,
            scopes,
        })
    }

    /// The account as it was when the request came in.
    pub(super) fn account(&self) -> &Account {
        self.directory
            .account(self.account)
            .expect("the key was found in this copy, with its account")
    }

    fn require(self, scope: Scope) -> Result<Self, ApiError> {
        let [read, purchase] = self.scopes;
        let granted = match scope {
            Scope::Read => read,
            Scope::Purchase => purchase,
        };
        if granted {
            return Ok(self);
        }
        let text = format!("this key lacks the scope {:?}: use one that has it", scope.as_str());
        Err(ApiError::new(Code::Forbidden, text))
    }

    fn of(parts: &mut Parts) -> Result<Self, ApiError> {
        let text = "no key was looked for on this path";
        parts
            .extensions
            .remove::<Self>()
            .ok_or_else(|| ApiError::new(Code::Unauthorized, text))
    }
}

fn unauthorized(text: &str) -> ApiError {
    ApiError::new(Code::Unauthorized, text)
}

fn authenticate<'a>(directory: &'a Directory, given: &str) -> Result<(&'a Account, &'a ApiKey), AuthError> {
    let (scheme, credentials) = given.split_once(' ').ok_or(AuthError)?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return directory.authenticate_token(credentials);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(AuthError);
    }
    let pair = BASE64_STANDARD
        .decode(credentials)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = pair.ok_or(AuthError)?;
    let (user, password) = pair.split_once(':').ok_or(AuthError)?;
    directory.authenticate_pair(user, password)
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Caller::of(parts)?.require(Scope::Read).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Buyer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Caller::of(parts)?.require(Scope::Purchase).map(Self)
    }
}
