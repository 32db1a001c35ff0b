//! Certificates: served over both versions of HTTP, replaced while we run, and refused when they
//! are broken.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use axum::{Router, extract::ConnectInfo, http::Version, routing::get};
use routervault::listen::{Certificate, CertificateError, Limits};
use tokio_util::sync::CancellationToken;

use super::slow::say_and_hear;
use super::{Files, Pair, serve, serve_this, url};
use crate::support::until;

/// How often the files are looked at here.
const OFTEN: Duration = Duration::from_millis(10);

#[tokio::test]
async fn pages_are_served_over_http_1_and_2_with_the_address_of_who_asks() {
    let pair = Pair::new();
    let who = get(
        |ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>| async move { peer.ip().to_string() },
    );
    let router = Router::new().route("/", who);
    let certificate = Files::with(&pair).load();
    let server = serve_this(router, Some(certificate), Limits::default()).await;
    let newer = pair.client(server.address).build().unwrap();
    let older = pair.client(server.address).http1_only().build().unwrap();
    for (client, version) in [(newer, Version::HTTP_2), (older, Version::HTTP_11)] {
        let answer = client.get(url(server.address)).send().await.unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.text().await.unwrap(), "127.0.0.1");
    }
}

#[tokio::test]
async fn tls_1_2_is_spoken_and_nothing_older() {
    let pair = Pair::new();
    let server = serve(Some(Files::with(&pair).load()), Limits::default()).await;
    let oldest = pair
        .client(server.address)
        .tls_version_max(reqwest::tls::Version::TLS_1_2);
    let answer = oldest
        .build()
        .unwrap()
        .get(url(server.address))
        .send()
        .await;
    assert!(answer.is_ok());
    // TLS 1.0 as its clients began it: one cipher, one kind of signature (RFC 2246, 7.4.1.2).
    let hello = [
        &[0x16, 3, 1, 0, 55, 1, 0, 0, 51, 3, 1][..],
        &[7; 32],
        &[0, 0, 2, 0, 0x2f, 1, 0],
        &[0, 8, 0, 13, 0, 4, 0, 2, 4, 1],
    ]
    .concat();
    let heard = say_and_hear(server.address, &hello).await;
    // An alert, fatal, for the version of the protocol.
    assert_eq!(heard, [0x15, 3, 3, 0, 2, 2, 70]);
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_served_to_who_comes_then() {
    let (old, new) = (Pair::new(), Pair::new());
    let files = Files::with(&old);
    let certificate = files.load();
    let server = serve(Some(certificate.clone()), Limits::default()).await;
    let stop = CancellationToken::new();
    let following = tokio::spawn(certificate.follow(OFTEN, stop.clone()));
    assert!(old.is_served(server.address).await);
    assert!(!new.is_served(server.address).await);
    new.write(&files);
    until("the new certificate is served", async || {
        new.is_served(server.address).await.then_some(())
    })
    .await;
    assert!(!old.is_served(server.address).await);
    // One that is renamed into its place, as most programs do.
    let third = Files::with(&old);
    std::fs::rename(&third.certificate, &files.certificate).unwrap();
    std::fs::rename(&third.key, &files.key).unwrap();
    until("the renamed certificate is served", async || {
        old.is_served(server.address).await.then_some(())
    })
    .await;
    stop.cancel();
    following.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_replacement_that_is_broken_leaves_the_old_one_in_its_place() {
    let (old, new) = (Pair::new(), Pair::new());
    let files = Files::with(&old);
    let certificate = files.load();
    let server = serve(Some(certificate.clone()), Limits::default()).await;
    std::fs::write(&files.certificate, &new.certificate_pem).unwrap();
    assert!(matches!(
        certificate.reload(),
        Err(CertificateError::Mismatch { .. })
    ));
    assert!(old.is_served(server.address).await);
    std::fs::remove_file(&files.key).unwrap();
    assert!(matches!(
        certificate.reload(),
        Err(CertificateError::Unreadable { .. })
    ));
    assert!(old.is_served(server.address).await);
    new.write(&files);
    certificate.reload().unwrap();
    assert!(new.is_served(server.address).await);
}

#[test]
fn files_that_are_of_no_use_are_told_by_name_and_without_their_content() {
    let pair = Pair::new();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let torn = &pair.key_pem[..pair.key_pem.len() / 2];
    let garbage = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n";
    let (certificate, key) = (pair.certificate_pem.as_str(), pair.key_pem.as_str());
    let huge = "x".repeat(2 * 1024 * 1024);
    for (certificate, key, words) in [
        ("", key, "holds no certificate"),
        (key, key, "holds no certificate"),
        (certificate, "", "holds no private key"),
        (certificate, certificate, "holds no private key"),
        (certificate, encrypted, "passphrase"),
        (certificate, torn, "holds no private key"),
        (garbage, key, "can not be used"),
        (
            certificate,
            Pair::new().key_pem.as_str(),
            "does not belong to",
        ),
        (huge.as_str(), key, "can not be read"),
    ] {
        let files = Files::with(&pair);
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        let loaded = Certificate::load(&files.certificate, &files.key);
        let said = loaded.err().unwrap().to_string();
        assert!(said.contains(words), "{said}");
        assert!(said.contains(".pem"), "{said}");
        assert!(!said.contains("c2VjcmV0"), "{said}");
    }
}

/// What is logged on this thread meanwhile.
fn log_of(work: impl FnOnce()) -> String {
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    tracing::subscriber::with_default(subscriber.finish(), work);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn a_key_that_all_may_read_is_warned_of() {
    let files = Files::with(&Pair::new());
    for (mode, is_warned_of) in [(0o600, false), (0o640, false), (0o644, true)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&files.key, mode).unwrap();
        let log = log_of(|| drop(files.load()));
        assert_eq!(log.contains("chmod"), is_warned_of, "{log}");
    }
}
