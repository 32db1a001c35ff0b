//! The mail server and its password.

use axum::http::StatusCode;
use routervault::notify::sealed::mail_password_context;

use super::{Desk, assert_refused, with};

const PAGE: &str = "/manage/alerts/mail-server";

const SERVER: [(&str, &str); 6] = [
    ("host", "mail.example.com"),
    ("port", "587"),
    ("security", "starttls"),
    ("username", "vault"),
    ("password", "swordfish"),
    ("sender", "vault@example.com"),
];

impl Desk {
    async fn mail_password(&self) -> Option<String> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT password_sealed FROM mail_server")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        let plain = self.vault.open(mail_password_context(), &sealed?).unwrap();
        Some(String::from_utf8(plain.to_vec()).unwrap())
    }

    /// Sends the form with one field changed, as it was filled just now.
    async fn change_server(&self, field: (&str, &str)) -> super::Answer {
        let stamp = self.get(PAGE).await.hidden("stamp");
        self.post(PAGE, &with(&SERVER, field, &stamp)).await
    }
}

#[tokio::test]
async fn a_password_is_sealed_kept_when_left_empty_and_on_no_page() {
    let desk = Desk::empty().await;
    let saved = desk.change_server(("port", "587")).await;
    assert_eq!(saved.location(), "/manage/alerts?notice=saved");
    assert_eq!(desk.mail_password().await.as_deref(), Some("swordfish"));
    for page in ["/manage/alerts", PAGE] {
        let page = desk.get(page).await;
        page.shows("mail.example.com");
        page.hides("swordfish");
    }
    desk.get(PAGE).await.shows("One is kept and is never shown");

    desk.change_server(("password", "")).await.location();
    assert_eq!(desk.mail_password().await.as_deref(), Some("swordfish"));

    let stamp = desk.get(PAGE).await.hidden("stamp");
    let elsewhere = with(&SERVER, ("password", ""), &stamp);
    let elsewhere = with(&elsewhere, ("host", "thief.example.com"), &stamp);
    assert_refused(
        &desk.post(PAGE, &elsewhere).await,
        "has to be entered again",
    );

    let nobody = with(&SERVER, ("password", ""), &stamp);
    let nobody = with(&nobody, ("username", ""), &stamp);
    desk.post(PAGE, &nobody).await.location();
    assert_eq!(desk.mail_password().await, None);
    let audit = desk.audit_of_alerts().await;
    assert!(audit.contains("its password taken away"), "{audit}");
    assert!(!audit.contains("swordfish"), "{audit}");
}

#[tokio::test]
async fn mail_is_never_handed_over_in_the_clear_to_another_machine() {
    let desk = Desk::empty().await;
    assert_refused(
        &desk.change_server(("security", "clear")).await,
        "this machine alone",
    );
    let none = desk.text("SELECT count(*)::text FROM mail_server").await;
    assert_eq!(none, "0");
}

#[tokio::test]
async fn who_comes_too_late_is_shown_both() {
    let desk = Desk::empty().await;
    desk.change_server(("port", "25")).await.location();
    let stamp = desk.get(PAGE).await.hidden("stamp");
    desk.change_server(("port", "465")).await.location();
    let late = desk
        .post(PAGE, &with(&SERVER, ("port", "26"), &stamp))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.shows("is now “465”, and you have “26”");
    late.hides("swordfish");
    let again = late.hidden("stamp");
    let over = with(&SERVER, ("port", "26"), &again);
    desk.post(PAGE, &over).await.location();
    assert_eq!(desk.text("SELECT port::text FROM mail_server").await, "26");
}
