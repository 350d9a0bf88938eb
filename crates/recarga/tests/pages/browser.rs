//! A browser without a window: it keeps cookies, follows where it is sent, and reads what it is shown.

use std::{collections::BTreeMap, sync::Arc};

use axum::{body::Body, http::Request};
use engine::{
    Settings,
    audit::{self, Chain},
    catalog::mapping::{Create, MappingPolicy},
    db::Tx,
    page::PageRequest,
    people::{self, LinkKind, NewUser, PeopleError, Role},
};
use model::Supplier;
use recarga::{api::ApiSettings, web::PageSettings};
use testkit::ManualClock;

use crate::stage::{Answer, Stage, sandbox};

/// A password that nobody guesses.
pub(crate) const PASSWORD: &str = "green parrots at noon";

/// A browser and the Recarga that it looks at.
pub(crate) struct Browser {
    pub(crate) stage: Arc<Stage>,
    cookies: BTreeMap<String, String>,
    /// What it says of itself with every request.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// A Recarga with pages.
pub(crate) async fn stage() -> Arc<Stage> {
    stage_of(Settings::default(), |clock| vec![sandbox(clock)]).await
}

/// A Recarga with pages whose mappings always wait for a person, with other settings and suppliers.
pub(crate) async fn stage_of(
    business: Settings,
    suppliers: impl FnOnce(Arc<ManualClock>) -> Vec<Arc<dyn Supplier>> + Send + 'static,
) -> Arc<Stage> {
    let pages = PageSettings {
        mapping: NOT_BY_ITSELF,
        ..PageSettings::default()
    };
    let settings = ApiSettings {
        pages: Some(pages),
        ..ApiSettings::default()
    };
    Arc::new(Stage::open((settings, business), suppliers).await)
}

/// No likeness is enough to be used without a person's word.
pub(crate) const NOT_BY_ITSELF: MappingPolicy = MappingPolicy {
    apply_min: 101,
    suggest_min: 60,
    create: Create::Nothing,
};

impl Browser {
    pub(crate) fn new(stage: &Arc<Stage>) -> Self {
        Self {
            stage: Arc::clone(stage),
            cookies: BTreeMap::new(),
            headers: vec![("accept", "text/html"), ("sec-fetch-site", "same-origin")],
        }
    }

    /// A browser in which somebody with a role is signed in.
    pub(crate) async fn signed_in(stage: &Arc<Stage>, role: Role) -> Self {
        let mut browser = Self::new(stage);
        let path = invitation(stage, role).await;
        let login = format!("new-{role}");
        let answer = browser
            .post(
                &path,
                &[("name", "Somebody"), ("login", &login), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// The same browser once more, as in another tab.
    pub(crate) fn again(&self) -> Self {
        Self {
            stage: Arc::clone(&self.stage),
            cookies: self.cookies.clone(),
            headers: self.headers.clone(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, String::new()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send("POST", path, body).await
    }

    /// Sends a form with a file in it.
    pub(crate) async fn upload(&mut self, path: &str, (field, name, text): (&str, &str, &str)) -> Answer {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n--edge--\r\n"
        );
        self.send_as("POST", path, ("multipart/form-data; boundary=edge", body))
            .await
    }

    async fn send(&mut self, method: &str, path: &str, body: String) -> Answer {
        self.send_as(method, path, ("application/x-www-form-urlencoded", body))
            .await
    }

    async fn send_as(&mut self, method: &str, path: &str, (kind, body): (&str, String)) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header("cookie", jar.join("; ")).header("content-type", kind);
        let answer = self.stage.send(request.body(Body::from(body)).unwrap()).await;
        for set in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Invites somebody with a role, and answers the path of their link.
pub(crate) async fn invitation(stage: &Stage, role: Role) -> String {
    let (context, now, account) = (Arc::clone(&stage.app.context), stage.app.clock.now(), stage.account);
    let invite = move |tx: &mut Tx<'_>| {
        let new = NewUser {
            login: format!("{role}@house.example"),
            name: format!("The {role}"),
            role,
            works_for: role.is_of_account().then_some(account),
        };
        let user = people::invite(tx, &context.ids, &new, now)?;
        Ok::<_, PeopleError>(people::make_link(
            tx,
            &context.ids,
            (LinkKind::Invitation, Some(user.id)),
            now,
        )?)
    };
    format!("/setup/{}", stage.app.db.write_with(invite).await.unwrap())
}

/// What was done in a chain of the log, the latest first.
pub(crate) async fn deeds(stage: &Stage, chain: Chain, limit: u32) -> Vec<audit::Entry> {
    let page = PageRequest { start: 0, limit };
    let list = move |tx: &mut Tx<'_>| audit::list(tx, chain, page);
    stage.app.db.read(list).await.unwrap().entries
}

/// What stands between two texts.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"))
        .1;
    rest.split_once(after).unwrap().0
}
