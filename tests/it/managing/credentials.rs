//! Credentials by the form: secrets go in and never come out.

use axum::http::StatusCode;
use routervault::vault::{Secret, credential_context};
use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey};

use super::Desk;

impl Desk {
    /// The secret of a credential, opened under its name.
    async fn secret(&self, name: &str) -> Secret {
        let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM credentials WHERE name = $1")
            .bind(name)
            .fetch_one(&self.pool)
            .await
            .unwrap();
        let plain = self.vault.open(&credential_context(name), &sealed).unwrap();
        Secret::from_sealable_bytes(&plain).unwrap()
    }

    pub(super) async fn secret_text(&self, name: &str) -> String {
        let bytes = self.secret(name).await.to_sealable_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

#[tokio::test]
async fn a_password_is_sealed_and_on_no_page() {
    let desk = Desk::furnished().await;
    assert_eq!(
        desk.secret_text("core").await,
        r#"{"password":"swordfish"}"#
    );
    for page in [
        "/manage/credentials",
        "/manage/credentials/1",
        "/manage/devices/1",
    ] {
        desk.get(page).await.hides("swordfish");
    }
    desk.get("/manage/credentials/1")
        .await
        .shows("Used by 1 device");
    let both = [
        ("name", "edge"),
        ("username", "u"),
        ("password", "hunter2"),
        ("private_key", "hunter3"),
        ("passphrase", "hunter4"),
    ];
    let answer = desk.post("/manage/credentials/new", &both).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.shows("value=\"edge\"");
    answer.hides("hunter");
    let audit = desk
        .text("SELECT string_agg(subject || detail, ' ') FROM audit")
        .await;
    assert!(
        audit.contains("credential core") && !audit.contains("swordfish"),
        "{audit}"
    );
}

#[tokio::test]
async fn another_name_keeps_the_secret_and_another_secret_replaces_it() {
    let desk = Desk::furnished().await;
    let stamp = desk.get("/manage/credentials/1").await.hidden("stamp");
    let renamed = [
        ("stamp", stamp.as_str()),
        ("name", "main"),
        ("username", "backup"),
    ];
    desk.post("/manage/credentials/1", &renamed)
        .await
        .location();
    assert_eq!(
        desk.secret_text("main").await,
        r#"{"password":"swordfish"}"#
    );
    let changed = [
        ("stamp", stamp.as_str()),
        ("name", "main"),
        ("username", "backup"),
        ("password", "marlin"),
    ];
    let late = desk.post("/manage/credentials/1", &changed).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.hides("marlin");
    let stamp = late.hidden("stamp");
    let changed = [
        ("stamp", stamp.as_str()),
        changed[1],
        changed[2],
        changed[3],
    ];
    desk.post("/manage/credentials/1", &changed)
        .await
        .location();
    assert_eq!(desk.secret_text("main").await, r#"{"password":"marlin"}"#);
}

#[tokio::test]
async fn of_a_private_key_the_public_half_is_shown() {
    let desk = Desk::empty().await;
    let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap();
    let pem = key.to_openssh(LineEnding::CRLF).unwrap();
    let fields = [
        ("name", "key"),
        ("username", "backup"),
        ("private_key", pem.as_str()),
    ];
    desk.post("/manage/credentials/new", &fields)
        .await
        .location();
    let page = desk.get("/manage/credentials/1").await;
    page.shows("ssh-ed25519 AAAA");
    page.hides("PRIVATE KEY-----");
    let Secret::PrivateKey {
        passphrase: None, ..
    } = desk.secret("key").await
    else {
        panic!("no key");
    };
}

#[tokio::test]
async fn a_credential_in_use_is_not_archived() {
    let desk = Desk::furnished().await;
    let refused = desk.post("/manage/credentials/1/archive", &[]).await;
    assert_eq!(refused.location(), "/manage/credentials/1?notice=in-use");
    desk.post("/manage/devices/1/archive", &[]).await.location();
    let archived = desk.post("/manage/credentials/1/archive", &[]).await;
    assert_eq!(archived.location(), "/manage/credentials?notice=archived");
    let device = super::with(&super::gateway(), ("name", "ap-1"), "");
    let answer = desk.post("/manage/devices/new", &device).await;
    answer.shows("The credential <code>core</code> is archived; restore it first");
}
