//! Mail: what a real mail server takes over, and in what form.

use chrono::{DateTime, TimeDelta, Utc};
use routervault::model::MessageState;
use routervault::notify::sealed;

use super::house::{House, ORIGIN, PASSWORD, Rule, noon};
use super::mail_server::MailServer;

fn after(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

async fn house_with_failure(server: &MailServer, recipients: &[&str]) -> House {
    let house = House::new().await;
    let to = house.mail(server, recipients).await;
    house.rule(to, Rule::default()).await;
    house.ended("a1", "failed", after(0)).await;
    house.worker().look(after(0)).await.unwrap();
    house
}

#[tokio::test]
async fn a_mail_has_text_and_html_and_says_that_no_person_wrote_it() {
    let server = MailServer::start(&[]);
    let house = house_with_failure(&server, &["kim@example.com", "lee@example.com"]).await;
    assert_eq!(house.send(after(1)).await, 1);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.from, "vault@example.com");
    assert_eq!(mail.to, ["kim@example.com", "lee@example.com"]);
    assert_eq!(
        mail.header("subject"),
        "RouterVault: Backup failed: a1 at Alpha"
    );
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    assert_eq!(mail.header("date"), "Sun, 22 Nov 2026 12:01:00 +0000");
    assert_eq!(mail.kind, "multipart/alternative");
    let token: String = sqlx::query_scalar("SELECT token FROM alert_messages")
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(mail.header("message-id"), format!("<{token}@example.com>"));
    for text in [&mail.plain, &mail.html] {
        assert!(
            text.contains("It did not answer within 10 seconds."),
            "{text}"
        );
        assert!(text.contains(&format!("{ORIGIN}/runs/1")), "{text}");
        assert!(
            text.contains("Backup failed, 2026-11-22 12:00 UTC"),
            "{text}"
        );
    }
    for foreign in ["<img", "<link", "<script", "<style", "src=", "url("] {
        assert!(!mail.html.contains(foreign), "{}", mail.html);
    }
}

#[tokio::test]
async fn a_hostile_name_is_neither_a_header_nor_markup() {
    let server = MailServer::start(&[]);
    let house = house_with_failure(&server, &["kim@example.com"]).await;
    sqlx::query("UPDATE devices SET name = $1 WHERE name = 'a1'")
        .bind("a1\r\nBcc: eve@example.net\r\n\r\n<script>alert(1)</script>\u{202e}")
        .execute(&house.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE sites SET name = $1")
        .bind("x\nX-Injected: 1")
        .execute(&house.pool)
        .await
        .unwrap();
    assert_eq!(house.send(after(1)).await, 1);
    let mail = &server.mails()[0];
    assert_eq!(mail.to, ["kim@example.com"]);
    assert!(mail.all("bcc").is_empty() && mail.all("x-injected").is_empty());
    assert!(mail.header("subject").contains("<U+000D><U+000A>Bcc: eve"));
    assert!(!mail.html.contains("<script>") && !mail.html.contains('\u{202e}'));
    assert!(mail.html.contains("&#60;script&#62;"), "{}", mail.html);
}

#[tokio::test]
async fn one_recipient_that_is_refused_keeps_the_others_from_nothing() {
    let server = MailServer::start(&["--refuse", "gone@example.com"]);
    let house = house_with_failure(&server, &["gone@example.com", "kim@example.com"]).await;
    assert_eq!(house.send(after(1)).await, 1);
    assert_eq!(server.mails()[0].to, ["kim@example.com"]);
    let message = &house.messages().await[0];
    assert_eq!(message.state, MessageState::Sent);
    let refused = "The mail server refused gone@example.com.";
    assert_eq!(message.failure.as_deref(), Some(refused));
}

#[tokio::test]
async fn a_mail_that_nobody_may_have_is_given_up_with_what_the_server_said() {
    let server = MailServer::start(&["--refuse", "gone@example.com"]);
    let house = house_with_failure(&server, &["gone@example.com"]).await;
    for minutes in [1, 2, 7] {
        house.send(after(minutes)).await;
    }
    assert_eq!(server.mails().len(), 0);
    let message = &house.messages().await[0];
    assert_eq!((message.state, message.attempt), (MessageState::Failed, 3));
    let failure = message.failure.as_deref().unwrap();
    assert!(failure.contains("550"), "{failure}");
}

#[tokio::test]
async fn a_mail_server_that_hangs_or_is_away_is_asked_again() {
    let server = MailServer::start(&["--hang"]);
    let house = house_with_failure(&server, &["kim@example.com"]).await;
    let worker = house.worker_with(std::time::Duration::from_secs(2));
    assert!(worker.send_next(after(1)).await.unwrap());
    let message = &house.messages().await[0];
    assert_eq!(
        message.failure.as_deref(),
        Some("It did not answer in time.")
    );
    drop(server);
    assert!(worker.send_next(after(2)).await.unwrap());
    let message = &house.messages().await[0];
    assert_eq!((message.state, message.attempt), (MessageState::Waiting, 2));
    let failure = message.failure.as_deref().unwrap();
    assert!(
        failure.starts_with("The mail server did not take it: "),
        "{failure}"
    );
}

#[tokio::test]
async fn without_a_mail_server_or_with_a_certificate_of_a_stranger_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path());
    let server = MailServer::start(&["--starttls", &cert, &key, "--user", "vault", PASSWORD]);
    let house = house_with_failure(&server, &["kim@example.com"]).await;
    secure(&house).await;
    house.send(after(1)).await;
    let failure = house.messages().await[0].failure.clone().unwrap();
    assert!(failure.contains("certificate"), "{failure}");
    house.run("DELETE FROM mail_server").await;
    house.send(after(2)).await;
    let failure = house.messages().await[0].failure.clone().unwrap();
    assert_eq!(failure, "No mail server is set up.");
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_sends_over_tls_signed_in_and_a_wrong_password_is_in_no_failure() {
    use routervault::vault::KeyPlace;
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = certificate(folder.path());
    let server = MailServer::start(&["--starttls", &cert, &key, "--user", "vault", PASSWORD]);
    let url = crate::support::database_url().await;
    let pool = routervault::db::connect(&url, 4).await.unwrap();
    let key_file = folder.path().join("routervault.key");
    let mut conn = pool.acquire().await.unwrap();
    let vault = routervault::keyring::open(&mut conn, &KeyPlace::at(&key_file))
        .await
        .unwrap();
    let house = House::over(pool.clone(), std::sync::Arc::new(vault));
    let to = house.mail(&server, &["kim@example.com"]).await;
    secure(&house).await;
    let mut command = crate::support::routervault(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .args([
            "--database-url",
            &url,
            "--key-file",
            key_file.to_str().unwrap(),
        ])
        .arg("--data-dir")
        .arg(folder.path().join("data"))
        .env("SSL_CERT_FILE", &cert);
    let mut program = crate::support::Program::start(command);
    program.line_with("http://127.0.0.1:");
    routervault::db::alerts::messages::request_test(&mut conn, to, "kim", Utc::now())
        .await
        .unwrap();
    let mail = crate::support::until("the mail comes", async || server.mails().pop()).await;
    assert!(mail.is_tls);
    assert_eq!(mail.user.as_deref(), Some("vault"));
    assert!(mail.plain.contains("kim asked for it"), "{}", mail.plain);
    let wrong = house
        .vault
        .seal(sealed::mail_password_context(), b"ZqVwrong-password");
    sqlx::query("UPDATE mail_server SET password_sealed = $1")
        .bind(wrong)
        .execute(&pool)
        .await
        .unwrap();
    routervault::db::alerts::messages::request_test(&mut conn, to, "kim", Utc::now())
        .await
        .unwrap();
    let failure = crate::support::until("it fails", async || {
        house.messages().await[1].failure.clone()
    })
    .await;
    assert_eq!(failure, "The mail server does not sign us in (535).");
    program.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(program.child.wait().unwrap().success());
    let mut said = String::new();
    let mut stderr = program.child.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    assert!(said.contains("An alert was sent"), "{said}");
    for secret in [PASSWORD, "ZqVwrong", "WnFV"] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// The mail server with STARTTLS under its name, and a password.
async fn secure(house: &House) {
    let password = house
        .vault
        .seal(sealed::mail_password_context(), PASSWORD.as_bytes());
    sqlx::query(
        "UPDATE mail_server
         SET host = 'localhost', security = 'starttls', username = 'vault', password_sealed = $1",
    )
    .bind(password)
    .execute(&house.pool)
    .await
    .unwrap();
}

/// Files with a certificate for `localhost` that vouches for itself, and its key.
fn certificate(folder: &std::path::Path) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let text = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    (text(cert), text(key))
}
