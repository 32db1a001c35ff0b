//! The certificate and its key, from files that are replaced while we run: a renewal must not
//! need a restart, and one that went wrong must not end what works.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// How often the files are looked at.
pub const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How many bytes a file may have; a long chain has 20 kB.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The bits of a file's mode by which others than its owner and group may do anything with it.
const OTHERS: u32 = 0o007;

/// What clients may choose from, the better first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a certificate can not be used. No text has anything of the key in it.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("{} can not be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} holds no certificate in PEM form", path.display())]
    NoCertificate { path: PathBuf },
    #[error(
        "{} holds no private key in PEM form that can be read; one with a passphrase has to be freed of it first",
        path.display()
    )]
    NoKey { path: PathBuf },
    #[error("the key in {} does not belong to the certificate in {}", key.display(), certificate.display())]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("the certificate in {} can not be used: {source}", path.display())]
    Unusable {
        path: PathBuf,
        source: rustls::Error,
    },
}

/// A certificate that is served, and the files it came from; cheap to clone, all clones serve the
/// same.
#[derive(Clone)]
pub struct Certificate {
    files: Arc<Files>,
    served: RustlsConfig,
    /// What the files looked like when they were loaded at the start.
    loaded: Option<Stamp>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// Loads a certificate with its chain, and its key. TLS 1.2 and 1.3 are spoken.
    ///
    /// # Errors
    /// When a file can not be read, holds nothing of use, or the two do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let files = Files {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        // Before they are read: what is replaced meanwhile is seen by the first look.
        let loaded = files.stamp();
        let served = RustlsConfig::from_config(files.load()?);
        Ok(Self {
            files: Arc::new(files),
            served,
            loaded,
        })
    }

    /// What the acceptor asks for each connection.
    pub(super) fn config(&self) -> RustlsConfig {
        self.served.clone()
    }

    /// Serves what the files hold now to connections that come from now on.
    ///
    /// # Errors
    /// Those of [`Certificate::load`]; what was served before is served on.
    pub fn reload(&self) -> Result<(), CertificateError> {
        self.served.reload_from_config(self.files.load()?);
        Ok(())
    }

    /// Follows the files until `stop`: looks at them every `poll` and on SIGHUP.
    ///
    /// Two files are not replaced at once, so a change counts when two looks saw the same.
    ///
    /// # Errors
    /// When signals can not be listened for.
    pub async fn follow(self, poll: Duration, stop: CancellationToken) -> anyhow::Result<()> {
        let mut hangup = signal(SignalKind::hangup()).context("Cannot listen for signals")?;
        let mut looks = interval(poll);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut loaded = self.loaded;
        let mut seen = loaded;
        loop {
            let is_told = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = hangup.recv() => true,
                _ = looks.tick() => false,
            };
            let stamp = self.files.stamp();
            let has_settled = stamp == seen;
            seen = stamp;
            if is_told || (has_settled && stamp != loaded) {
                loaded = stamp;
                let fresh = self.clone();
                tokio::task::spawn_blocking(move || fresh.reload_and_say())
                    .await
                    .context("Cannot load the certificate")?;
            }
        }
    }

    fn reload_and_say(&self) {
        let certificate = self.files.certificate.display();
        match self.reload() {
            Ok(()) => tracing::info!(%certificate, "The certificate was loaded anew"),
            Err(error) => tracing::error!(
                %certificate,
                "The new certificate is not used, the one from before stays: {error}"
            ),
        }
    }
}

impl Files {
    fn load(&self) -> Result<Arc<ServerConfig>, CertificateError> {
        let chain = self.chain()?;
        let key = self.private_key()?;
        let unusable = |source| match source {
            rustls::Error::InconsistentKeys(_) => CertificateError::Mismatch {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
            },
            source => CertificateError::Unusable {
                path: self.certificate.clone(),
                source,
            },
        };
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Arc::new(config))
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
        let (_, text) = read(&self.certificate)?;
        CertificateDer::pem_slice_iter(&text)
            .collect::<Result<Vec<_>, _>>()
            .ok()
            .filter(|chain| !chain.is_empty())
            .ok_or_else(|| CertificateError::NoCertificate {
                path: self.certificate.clone(),
            })
    }

    fn private_key(&self) -> Result<PrivateKeyDer<'static>, CertificateError> {
        let (about, text) = read(&self.key)?;
        if about.mode() & OTHERS != 0 {
            tracing::warn!(
                key = %self.key.display(),
                "The key of the certificate is open to every user of this machine; take their rights away: chmod o= FILE"
            );
        }
        PrivateKeyDer::from_pem_slice(&text).map_err(|_| CertificateError::NoKey {
            path: self.key.clone(),
        })
    }

    /// What both files look like; `None` when one is not there at the moment.
    fn stamp(&self) -> Option<Stamp> {
        let of = |path| {
            std::fs::metadata(path)
                .ok()
                .and_then(|about| FileStamp::of(&about))
        };
        Some([of(&self.certificate)?, of(&self.key)?])
    }
}

type Stamp = [FileStamp; 2];

/// By what it is seen that a file is another: a rename gives another number, writing in place
/// another time or length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    inode: u64,
    modified_at: SystemTime,
    size_bytes: u64,
}

impl FileStamp {
    fn of(about: &Metadata) -> Option<Self> {
        Some(Self {
            inode: about.ino(),
            modified_at: about.modified().ok()?,
            size_bytes: about.len(),
        })
    }
}

fn read(path: &Path) -> Result<(Metadata, Zeroizing<Vec<u8>>), CertificateError> {
    let whole = || {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.len() > MAX_FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut text = Zeroizing::new(Vec::new());
        file.take(MAX_FILE_BYTES).read_to_end(&mut text)?;
        Ok((about, text))
    };
    whole().map_err(|source| CertificateError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
