//! Whom we speak to: which addresses may be configured, and which certificates are believed.

use reqwest::{Certificate, Client, ClientBuilder, Url};
use url::Host;

/// Builds a client that trusts what the machine trusts, or Mozilla's authorities where it has no
/// certificates at all, as in a small container. Its TLS is rustls with ring.
pub fn trusting(builder: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    // Somebody else may have installed one: any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder()
        .build()
        .or_else(|_| builder().tls_certs_only(brought_along()).build())
}

/// The authorities that come with the program.
fn brought_along() -> Vec<Certificate> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots.filter_map(|root| Certificate::from_der(root).ok()).collect()
}

/// Reads where a supplier answers. Credentials go there, so it must be `https`, or this machine.
pub fn base_url(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("{text:?} is not a URL such as https://api.example: {error}"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err("credentials have settings of their own and don't stand in the URL".to_owned())
        }
        _ if url.query().is_some() || url.fragment().is_some() => {
            Err(format!("{text:?} should end with its path, without ? and #"))
        }
        "https" => Ok(url),
        "http" if local => Ok(url),
        "http" => Err(format!(
            "{text:?} should begin with https://: http:// only reaches this machine"
        )),
        _ => Err(format!("{text:?} should begin with https://")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_certificates_trusts_those_brought_along() {
        assert!(brought_along().len() > 50);
        trusting(|| Client::builder().tls_certs_only(brought_along())).unwrap();
    }

    #[test]
    fn credentials_only_go_over_tls_or_to_this_machine() {
        for good in [
            "https://topups.example/v2",
            "http://127.0.0.1:9000",
            "http://localhost:1/v2",
            "http://[::1]:2",
        ] {
            assert!(base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://topups.example",
            "topups.example",
            "ftp://127.0.0.1",
            "https://me:secret@topups.example",
            "https://topups.example/?key=1",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
    }
}
