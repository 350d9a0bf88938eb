//! TLS with rustls, always verified in full: the chain and the name.

use std::path::Path;

use rustls::{
    ClientConfig, RootCertStore,
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
