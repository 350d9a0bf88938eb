//! TLS with rustls, always verified in full: the chain and the name.

use std::path::Path;

use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::TrustedBy;
use crate::Error;

/// Reads the authorities that are trusted.
pub(super) fn connect_with(trusted: &TrustedBy) -> Result<MakeRustlsConnect, Error> {
    let mut roots = RootCertStore::empty();
    match trusted {
        TrustedBy::System => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        TrustedBy::File(path) => {
            roots.add_parsable_certificates(read(path)?);
        }
    }
    if roots.is_empty() {
        let remedy = "no certificate authority to check the database's server with: name a file with sslrootcert=FILE";
        return Err(Error::setup(remedy));
    }
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(Error::setup)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unreadable =
        |error: rustls::pki_types::pem::Error| Error::setup(format_args!("sslrootcert {}: {error}", path.display()));
    CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .map(|certificate| certificate.map_err(unreadable))
        .collect()
}

/// Says what to do about a server that could not be trusted.
pub(super) fn explained(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut source = Some(error);
    while let Some(error) = source {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(rustls::Error::InvalidCertificate(why)) = inner.and_then(|inner| inner.downcast_ref()) {
            return Some(remedy(why));
        }
        source = error.source();
    }
    None
}

fn remedy(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "its certificate was not signed by an authority that is trusted here: \
             name that authority's file with sslrootcert=FILE"
            .to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("{why}: write the name that its certificate is for, or give the server one for this name")
        }
        other => format!("its certificate can't be trusted: {other}"),
    }
}
