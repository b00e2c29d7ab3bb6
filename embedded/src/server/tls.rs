//! TLS: a certificate that is given, or one made at the start.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::EmbeddedError;

/// Where the certificate comes from.
#[derive(Clone)]
pub(crate) enum TlsSource {
    /// Made at the start, for these names beside the usual ones of this machine.
    SelfSigned,
    /// A chain and a key, as PEM.
    Given { chain: String, key: String },
}

/// Without the key.
impl std::fmt::Debug for TlsSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SelfSigned => "SelfSigned",
            Self::Given { .. } => "Given",
        })
    }
}

/// What brokers need to take encrypted connections.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// What clients are to trust, as PEM.
    pub(crate) ca_pem: String,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Makes or reads the certificate; `host` is the name under which clients come.
    pub(crate) fn new(source: &TlsSource, host: Option<&str>) -> Result<Self, EmbeddedError> {
        match source {
            TlsSource::Given { chain, key } => Self::of(chain, key),
            TlsSource::SelfSigned => {
                let names = ["localhost", "127.0.0.1", "::1"].into_iter().chain(host);
                let names: Vec<String> = names.map(str::to_owned).collect();
                let made = generate_simple_self_signed(names).map_err(wrong)?;
                let CertifiedKey { cert, signing_key } = made;
                Self::of(&cert.pem(), &signing_key.serialize_pem())
            }
        }
    }

    fn of(chain: &str, key: &str) -> Result<Self, EmbeddedError> {
        let certificates = CertificateDer::pem_slice_iter(chain.as_bytes());
        let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(wrong)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(wrong)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca_pem: chain.to_owned(),
        })
    }
}

fn wrong(error: impl std::fmt::Display) -> EmbeddedError {
    EmbeddedError::Config {
        setting: "tls".to_owned(),
        why: error.to_string(),
    }
}
