//! The port as others find it: over TLS, behind proxies, and with clients that mean no good. The
//! pages behind it are a few words; what the real ones say is tested in `pages`.

mod certificates;
mod program;
mod slow;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::{Router, routing::get};
use routervault::listen::{Certificate, Limits, Listening, TrustedProxies};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The name in the certificates; it is found on loopback.
const NAME: &str = "backup.example.com";

/// A certificate for [`NAME`] that vouches for itself, and its key, in files.
struct Pair {
    certificate_pem: String,
    key_pem: String,
}

impl Pair {
    fn new() -> Self {
        let names = vec![NAME.to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Self {
            certificate_pem: made.cert.pem(),
            key_pem: made.signing_key.serialize_pem(),
        }
    }

    fn write(&self, files: &Files) {
        std::fs::write(&files.certificate, &self.certificate_pem).unwrap();
        std::fs::write(&files.key, &self.key_pem).unwrap();
    }

    /// A client that trusts this certificate and no other, and keeps no connection: whether it
    /// is answered tells whether this certificate is served to who comes now.
    fn client(&self, server: SocketAddr) -> reqwest::ClientBuilder {
        // Whoever came first chose it already, for the server or another client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let trusted = reqwest::Certificate::from_pem(self.certificate_pem.as_bytes()).unwrap();
        reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([trusted])
            .pool_max_idle_per_host(0)
            .resolve(NAME, server)
    }

    /// Whether this certificate is served to who comes now.
    async fn is_served(&self, server: SocketAddr) -> bool {
        let client = self.client(server).build().unwrap();
        client.get(url(server)).send().await.is_ok()
    }
}

/// Where a certificate and its key are kept.
struct Files {
    _folder: tempfile::TempDir,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn with(pair: &Pair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Self {
            certificate: folder.path().join("certificate.pem"),
            key: folder.path().join("key.pem"),
            _folder: folder,
        };
        pair.write(&files);
        files
    }

    fn load(&self) -> Certificate {
        Certificate::load(&self.certificate, &self.key).unwrap()
    }
}

fn url(server: SocketAddr) -> String {
    format!("https://{NAME}:{}/", server.port())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A server of a few words, until it is dropped.
struct Server {
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
    _stops: DropGuard,
}

async fn serve(certificate: Option<Certificate>, limits: Limits) -> Server {
    let router = Router::new().route("/", get(|| async { "a few words" }));
    serve_this(router, certificate, limits).await
}

async fn serve_this(router: Router, certificate: Option<Certificate>, limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let listening = Listening {
        listener,
        certificate,
        trusted_proxies: TrustedProxies::default(),
        limits,
    };
    Server {
        address,
        serving: tokio::spawn(listening.serve(router, stop.clone())),
        _stops: stop.clone().drop_guard(),
        stop,
    }
}
