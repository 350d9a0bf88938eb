//! The API as a client sees it.

use std::{net::IpAddr, time::Duration};

use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    super::Failure,
    wire::{Answer, Checked, Invoice, Product, Refusal},
};

/// Longer than the server takes at most.
const TIMEOUT: Duration = Duration::from_secs(40);
/// An answer that doesn't come is asked for this often.
const TRIES: u32 = 5;
/// The pause before the second try; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    api_key: String,
}

/// Why there is no answer to what moves money.
pub(super) enum Lost {
    /// It was refused: nothing was done.
    Refused(Failure),
    /// Nobody can tell whether it was done.
    Unclear(String),
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

/// Whether a URL is of a server on this machine.
pub(super) fn is_this_machine(server: &str) -> bool {
    let host = Url::parse(server)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Reads a server's URL, with or without `/v2` at its end.
fn base(server: &str) -> Result<Url, Failure> {
    let root = server.trim_end_matches('/').trim_end_matches("/v2");
    let url = Url::parse(&format!("{root}/v2/"))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Failure::usage(format!("{server:?} is not a URL such as https://topup.example")))
}

/// An answer with its status, or that there is none.
type Heard = Result<(StatusCode, Vec<u8>), reqwest::Error>;

impl Client {
    pub(super) fn new(server: &str, api_key: &str) -> Result<Self, Failure> {
        // Whoever was first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .user_agent(concat!("recarga/", env!("CARGO_PKG_VERSION")));
        let base = base(server)?;
        if base.scheme() == "http" {
            // Without TLS there is nobody to trust, and a small container may have no certificates.
            http = http.tls_certs_only([]);
        }
        if is_this_machine(server) {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build()?,
            base,
            api_key: api_key.to_owned(),
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("http URLs have paths")
            .pop_if_empty()
            .extend(path);
        url
    }

    /// Asks for something, which may be asked as often as one likes.
    async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Failure> {
        let heard = self.send(Method::GET, url.clone(), None).await;
        let (status, body) = heard.map_err(|error| unreachable(&self.base, &error))?;
        if status.is_success() {
            read(&body)
        } else {
            Err(refused(status, &body))
        }
    }

    async fn send(&self, method: Method, url: Url, moves: Option<(&Value, &str)>) -> Heard {
        let mut request = self.http.request(method, url).bearer_auth(&self.api_key);
        if let Some((body, key)) = moves {
            request = request.header("Idempotency-Key", key).json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }

    /// Asks for what moves money. The key makes that once, however often it is sent.
    async fn post(&self, path: &[&str], body: &Value, key: &str) -> Result<Invoice, Lost> {
        let mut pause = PAUSE;
        let mut unclear = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            unclear = match self.send(Method::POST, self.url(path), Some((body, key))).await {
                // Before the first answer that got lost nothing can have been done.
                Err(error) if error.is_connect() && attempt == 0 => {
                    return Err(Lost::Refused(unreachable(&self.base, &error)));
                }
                Err(error) => unreachable(&self.base, &error).text,
                Ok((status, body)) if status.is_success() => {
                    return Ok(read::<Answer<Invoice>>(&body)
                        .map_err(|failure| Lost::Unclear(failure.text))?
                        .data);
                }
                Ok((status, body)) if is_unclear(status, &body) => refused(status, &body).text,
                Ok((status, body)) => return Err(Lost::Refused(refused(status, &body))),
            };
        }
        Err(Lost::Unclear(unclear))
    }

    pub(super) async fn check(&self, number: &str) -> Result<Answer<Checked>, Failure> {
        let mut url = self.url(&["check_phone_number"]);
        url.query_pairs_mut().append_pair("phone_number", number);
        self.get(url).await
    }

    pub(super) async fn product(&self, id: &str) -> Result<Product, Failure> {
        Ok(self.get::<Answer<Product>>(self.url(&["products", id])).await?.data)
    }

    pub(super) async fn invoice(&self, id: &str) -> Result<Invoice, Failure> {
        Ok(self.get::<Answer<Invoice>>(self.url(&["invoices", id])).await?.data)
    }

    pub(super) async fn place(&self, body: &Value, key: &str) -> Result<Invoice, Lost> {
        self.post(&["invoices"], body, key).await
    }

    pub(super) async fn pay(&self, invoice: &str, key: &str) -> Result<Invoice, Lost> {
        self.post(
            &["invoices", invoice, "pay"],
            &Value::Object(serde_json::Map::new()),
            key,
        )
        .await
    }

    /// Cancels an unpaid invoice. It would expire by itself, so that a failure is no matter.
    pub(super) async fn cancel(&self, invoice: &str) -> Result<(), Failure> {
        let url = self.url(&["invoices", invoice, "cancel"]);
        let _ = self
            .send(
                Method::POST,
                url,
                Some((&Value::Object(serde_json::Map::new()), &format!("{invoice}-cancel"))),
            )
            .await;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::new(format!("the server's answer can't be read: {error}")))
}

/// Whether a refusal leaves open what became of the request.
fn is_unclear(status: StatusCode, body: &[u8]) -> bool {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || refusal.error_code == "idempotency_in_progress"
}

fn refused(status: StatusCode, body: &[u8]) -> Failure {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let text = if refusal.message.is_empty() {
        format!("the server answers {status}")
    } else {
        refusal.message
    };
    let code = Some(refusal.error_code).filter(|code| !code.is_empty());
    Failure::new(code.map_or(text.clone(), |code| format!("{text} ({code})")))
}

fn unreachable(base: &Url, error: &reqwest::Error) -> Failure {
    let server = base.as_str().trim_end_matches("/v2/");
    if error.is_timeout() {
        return Failure::new(format!("no answer from {server} in time"));
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Failure::new(format!(
        "can't reach {server}: {cause}; is it running? (recarga demo, recarga serve)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_be_named_with_or_without_its_version() {
        for server in [
            "https://topup.example",
            "https://topup.example/",
            "https://topup.example/v2",
            "https://topup.example/v2/",
        ] {
            assert_eq!(base(server).unwrap().as_str(), "https://topup.example/v2/");
        }
        assert!(base("topup.example").is_err() && base("ftp://topup.example").is_err());
    }

    #[test]
    fn the_demos_key_is_for_this_machine_only() {
        for server in ["http://localhost:8080", "http://127.0.0.1/v2", "http://[::1]:1"] {
            assert!(is_this_machine(server), "{server}");
        }
        for server in ["http://localhost.example", "http://10.0.0.1", "https://topup.example"] {
            assert!(!is_this_machine(server), "{server}");
        }
    }
}
