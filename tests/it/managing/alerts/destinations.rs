//! Destinations, their addresses and their secrets.

use axum::http::StatusCode;
use routervault::model::DestinationId;
use routervault::notify::sealed::{secret_context, url_context};

use super::{Answer, DESTINATIONS, Desk, NIGHT_SHIFT, assert_refused, with};

const PAGE: &str = "/manage/alerts/destinations/1";

const HOOK: [(&str, &str); 3] = [
    ("kind", "webhook"),
    ("name", "Tickets"),
    ("url", "https://tickets.example.com/in/swordfish"),
];

impl Desk {
    /// The address and the secret of destination 1, opened under its number.
    async fn opened(&self) -> (String, String) {
        let query = "SELECT url_sealed, secret_sealed FROM alert_destinations WHERE id = 1";
        let sealed: (Vec<u8>, Vec<u8>) = sqlx::query_as(query).fetch_one(&self.pool).await.unwrap();
        let open = |context: String, sealed: &[u8]| {
            let plain = self.vault.open(&context, sealed).unwrap();
            String::from_utf8(plain.to_vec()).unwrap()
        };
        let id = DestinationId(1);
        (
            open(url_context(id), &sealed.0),
            open(secret_context(id), &sealed.1),
        )
    }
}

/// The secret that a page shows.
fn secret(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let (_, rest) = answer.text.split_once("id=\"secret\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_secret_of_a_webhook_is_shown_once_and_its_address_never() {
    let desk = Desk::empty().await;
    let made = desk.post(DESTINATIONS, &HOOK).await;
    let first = secret(&made);
    assert!(first.starts_with("whsec_"));
    let address = "https://tickets.example.com/in/swordfish".to_owned();
    assert_eq!(desk.opened().await, (address.clone(), first.clone()));
    assert_refused(
        &desk.post(DESTINATIONS, &HOOK).await,
        "There is a destination",
    );

    let page = desk.get(PAGE).await;
    page.shows("tickets.example.com");
    for text in [&first, "swordfish"] {
        for page in [PAGE, "/manage/alerts", "/manage/audit"] {
            desk.get(page).await.hides(text);
        }
    }

    let press = [("stamp", page.hidden("stamp"))];
    let press = press
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let renew = format!("{PAGE}/secret");
    let second = secret(&desk.post(&renew, &press).await);
    assert_ne!(second, first);
    assert_eq!(desk.opened().await, (address, second.clone()));
    let again = desk.post(&renew, &press).await;
    assert_eq!(again.location(), format!("{PAGE}?notice=secret-kept"));
    assert_eq!(desk.opened().await.1, second, "pressed twice, it makes one");
    let audit = desk.audit_of_alerts().await;
    assert!(
        audit.contains("made: Webhook to tickets.example.com"),
        "{audit}"
    );
    assert!(audit.contains("a new secret for its signature"), "{audit}");
}

#[tokio::test]
async fn an_address_left_empty_is_kept_and_one_that_leads_astray_is_refused() {
    let desk = Desk::empty().await;
    secret(&desk.post(DESTINATIONS, &HOOK).await);
    let before = desk.opened().await;
    let change = async |url: &str| {
        let stamp = desk.get(PAGE).await.hidden("stamp");
        let fields = [("name", "Desk"), ("url", url)];
        desk.post(PAGE, &with(&fields, ("name", "Desk"), &stamp))
            .await
    };
    assert_eq!(change("").await.location(), format!("{PAGE}?notice=saved"));
    assert_eq!(desk.opened().await, before);
    let wrong = change("http://tickets.example.com/marlin").await;
    assert_refused(&wrong, "use <code>https://</code>");
    wrong.hides("marlin");
    let stamp = desk.get(PAGE).await.hidden("stamp");
    change("https://desk.example.com/marlin").await.location();
    assert_eq!(desk.opened().await.0, "https://desk.example.com/marlin");
    let late = [("stamp", stamp.as_str()), ("name", "Desk"), ("url", "")];
    let late = desk.post(PAGE, &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "an address counts, too");
    late.hides("marlin");
    let audit = desk.audit_of_alerts().await;
    assert!(
        audit.contains("its address, at desk.example.com"),
        "{audit}"
    );
    assert!(!audit.contains("marlin"), "{audit}");
}

#[tokio::test]
async fn mail_has_recipients_and_stays_mail() {
    let desk = Desk::empty().await;
    let wrong = with(&NIGHT_SHIFT, ("recipients", "ops@example.com\nkim"), "");
    assert_refused(&desk.post(DESTINATIONS, &wrong).await, "<code>kim</code>");
    let made = desk.post(DESTINATIONS, &NIGHT_SHIFT).await;
    let id = desk.text("SELECT id::text FROM alert_destinations").await;
    let page = format!("/manage/alerts/destinations/{id}");
    assert_eq!(made.location(), format!("{page}?notice=destination-made"));
    let stamp = desk.get(&page).await.hidden("stamp");
    let hook = with(&HOOK, ("recipients", "lee@example.com"), &stamp);
    desk.post(&page, &hook).await.location();
    let kept = "SELECT concat_ws(' ', name, kind, recipients) FROM alert_destinations";
    assert_eq!(desk.text(kept).await, "Tickets mail {lee@example.com}");
}

#[tokio::test]
async fn a_destination_goes_when_no_rule_leads_to_it() {
    let desk = Desk::with_alerts().await;
    let delete = format!("{PAGE}/delete");
    let refused = desk.post(&delete, &[]).await;
    assert_eq!(refused.location(), format!("{PAGE}?notice=rules-lead-here"));
    desk.get(refused.location())
        .await
        .shows("a rule tells this destination");
    desk.post("/manage/alerts/rules/1/delete", &[])
        .await
        .location();
    let gone = desk.post(&delete, &[]).await;
    assert_eq!(gone.location(), "/manage/alerts?notice=deleted");
    assert_eq!(desk.get(PAGE).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.post(&delete, &[]).await.status, StatusCode::NOT_FOUND);
}
