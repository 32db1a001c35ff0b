//! Alerts as programs set them up: passwords and addresses of webhooks go in, and never out.

use axum::http::StatusCode;
use routervault::model::DestinationId;
use routervault::notify::sealed::{mail_password_context, secret_context, url_context};
use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::vault;

const MAIL_SERVER: &str = "/api/v1/alerts/mail-server";
const DESTINATIONS: &str = "/api/v1/alerts/destinations";
const RULES: &str = "/api/v1/alerts/rules";
const MESSAGES: &str = "/api/v1/alerts/messages";

impl Program {
    /// A secret of alerts, opened.
    async fn opened(&self, statement: &'static str, context: &str) -> String {
        let sealed: Vec<u8> = sqlx::query_scalar(statement)
            .fetch_one(&self.world.pool)
            .await
            .unwrap();
        let plain = vault().open(context, &sealed).unwrap();
        String::from_utf8(plain.to_vec()).unwrap()
    }

    /// A destination for mail, and a rule that leads to it; as they are told.
    async fn night_shift(&self) -> (Value, Value) {
        let mail =
            json!({"kind": "mail", "name": "Night shift", "recipients": ["ops@example.com"]});
        let mail = self.put("POST", DESTINATIONS, &mail).await;
        let rule = json!({"name": "Failures", "destination": "Night shift",
            "kinds": ["first_failure", "recovered"], "sites": ["site-0"], "overdue_hours": 24,
            "quiet_from": "22:00", "quiet_until": "06:30", "timezone": "Europe/London"});
        let rule = self.put("POST", RULES, &rule).await;
        (mail, rule)
    }
}

fn tells(answer: &Answer, word: &str) -> bool {
    String::from_utf8_lossy(&answer.body).contains(word)
}

#[tokio::test]
async fn the_password_of_the_mail_server_is_written_kept_and_never_told() {
    let program = Program::new().await;
    let none = program.ask("GET", MAIL_SERVER, &[], "").await;
    assert!(none.problem(404).contains("no such mail server"));
    let server = json!({"host": "mail.example.com", "port": 587, "security": "starttls",
        "username": "vault", "password": "swordfish", "sender": "vault@example.com"});
    let any = [("if-match", "*")];
    let set = program
        .send("PUT", MAIL_SERVER, &[], &server.to_string())
        .await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    let shown = program.ask("GET", MAIL_SERVER, &[], "").await;
    assert_eq!(shown.json(), set.json());
    assert_eq!(shown.json()["has_password"], true);
    assert!(!tells(&shown, "swordfish"));
    let sealed = "SELECT password_sealed FROM mail_server";
    let opened = program.opened(sealed, mail_password_context()).await;
    assert_eq!(opened, "swordfish");

    // Another password makes another version, though nothing of it is told.
    let seen = [("if-match", shown.header("etag"))];
    let mut other = server.clone();
    other["password"] = json!("trout");
    let other = other.to_string();
    let changed = program.send("PUT", MAIL_SERVER, &seen, &other).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let late = program.send("PUT", MAIL_SERVER, &seen, &other).await;
    late.problem(412);
    let mut silent = server;
    silent.as_object_mut().unwrap().remove("password");
    silent["sender"] = json!("alerts@example.com");
    let kept = program
        .send("PUT", MAIL_SERVER, &any, &silent.to_string())
        .await;
    assert_eq!(kept.json()["sender"], "alerts@example.com", "{kept:?}");
    let opened = program.opened(sealed, mail_password_context()).await;
    assert_eq!(opened, "trout");
    silent["host"] = json!("thief.example.com");
    let moved = program
        .send("PUT", MAIL_SERVER, &[], &silent.to_string())
        .await;
    assert!(moved.problem(422).contains("entered again"));
    let recorded = "SELECT string_agg(detail, '; ') FROM audit WHERE subject = 'mail server'";
    let recorded = program.text(recorded).await;
    assert!(recorded.contains("its password") && !recorded.contains("swordfish"));
}

#[tokio::test]
async fn the_secret_of_a_webhook_is_told_once_and_its_address_never() {
    let program = Program::new().await;
    let hook = json!({"kind": "webhook", "name": "Tickets",
        "url": "https://tickets.example.com/in/swordfish"});
    let key = [("idempotency-key", "tickets-1")];
    let made = program
        .send("POST", DESTINATIONS, &key, &hook.to_string())
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let secret = made.json()["signing_secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let again = program
        .send("POST", DESTINATIONS, &key, &hook.to_string())
        .await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), made.header("location"));
    let address = made.header("location").to_owned();
    let shown = program.ask("GET", &address, &[], "").await;
    let list = program.ask("GET", DESTINATIONS, &[], "").await;
    for answer in [&again, &shown, &list] {
        assert!(!tells(answer, "whsec_") && !tells(answer, "swordfish"));
        assert!(tells(answer, "tickets.example.com"), "{answer:?}");
    }
    let kept = "SELECT coalesce(string_agg(body::text, ''), '') FROM idempotency_keys";
    let kept = program.text(kept).await;
    assert!(kept.contains("Tickets") && !kept.contains("whsec_"));

    let seen = [("if-match", shown.header("etag"))];
    let renew = format!("{address}/secret");
    let renewed = program.send("POST", &renew, &seen, "").await;
    let second = renewed.json()["signing_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(second, secret);
    program.send("POST", &renew, &seen, "").await.problem(412);
    let id = DestinationId(made.json()["id"].as_i64().unwrap());
    let sealed = "SELECT secret_sealed FROM alert_destinations";
    assert_eq!(program.opened(sealed, &secret_context(id)).await, second);
    let renamed = json!({"kind": "webhook", "name": "Desk"}).to_string();
    let changed = program.send("PUT", &address, &[], &renamed).await;
    assert_eq!(changed.json()["name"], "Desk", "{changed:?}");
    let sealed = "SELECT url_sealed FROM alert_destinations";
    let url = program.opened(sealed, &url_context(id)).await;
    assert_eq!(url, "https://tickets.example.com/in/swordfish");
    let other = json!({"kind": "slack", "name": "Desk"}).to_string();
    let other = program.send("PUT", &address, &[], &other).await;
    assert!(other.problem(422).contains("stays of its kind"));
}

#[tokio::test]
async fn a_rule_is_made_once_changed_and_deleted_and_its_destination_stays_until_then() {
    let program = Program::new().await;
    let (mail, rule) = program.night_shift().await;
    assert_eq!(program.get(RULES).await["items"], json!([rule]));
    let leads_here = format!("{DESTINATIONS}/{}", mail["id"]);
    let kept = program.ask("DELETE", &leads_here, &[], "").await;
    assert!(kept.problem(409).contains("a rule tells this destination"));
    let address = format!("{RULES}/{}", rule["id"]);
    let shown = program.ask("GET", &address, &[], "").await;
    assert_eq!(shown.json(), rule);
    let seen = [("if-match", shown.header("etag"))];
    let daily = json!({"name": "Failures", "destination": "Night shift", "enabled": false,
        "kinds": ["suspect"], "all_sites": true, "digest_at": "07:15"})
    .to_string();
    let changed = program.send("PUT", &address, &seen, &daily).await;
    assert_eq!(
        changed.json()["settings"]["digest_at"],
        "07:15",
        "{changed:?}"
    );
    assert_eq!(changed.json()["settings"]["overdue_hours"], 48);
    program
        .send("PUT", &address, &seen, &daily)
        .await
        .problem(412);
    for (wrong, words) in [
        (json!({"destination": "none"}), "Choose where"),
        (json!({"all_sites": false}), "Choose everything"),
        (json!({"sites": ["site-0"]}), "`all_sites`"),
        (json!({"digest_at": "24:00"}), "no time"),
        (json!({"quiet_from": "22:00"}), "`digest_at`"),
    ] {
        let mut rule: Value = serde_json::from_str(&daily).unwrap();
        for (name, value) in wrong.as_object().unwrap() {
            rule[name] = value.clone();
        }
        let refused = program.send("PUT", &address, &[], &rule.to_string()).await;
        let told = refused.problem(422);
        assert!(told.contains(words), "{told}");
    }
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let gone = program.ask("DELETE", &leads_here, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let recorded = "SELECT string_agg(detail, '; ' ORDER BY id) FROM audit
                    WHERE subject = 'alert rule Failures'";
    let recorded = program.text(recorded).await;
    assert!(
        recorded.starts_with("made: ") && recorded.ends_with("; deleted"),
        "{recorded}"
    );
}

/// Two things that happened, in a message that was given up.
const GIVEN_UP: &str = "
    WITH events AS (
        INSERT INTO alert_events (kind, device_id, occurred_at, detail)
        SELECT kind, min(devices.id), now(), 'The router did not answer.'
        FROM devices, unnest(ARRAY['first_failure', 'suspect']) AS kind
        GROUP BY kind
        ORDER BY kind
        RETURNING id
    ),
    message AS (
        INSERT INTO alert_messages (token, rule_id, destination_id, destination_name, kind, state,
                                    created_at, due_at, attempt, finished_at, failure)
        SELECT 't', alert_rules.id, destination_id, 'Night shift', 'events', 'failed', now(), now(),
               5, now(), 'The mail server refused the sender.'
        FROM alert_rules
        RETURNING id
    )
    INSERT INTO alert_message_events SELECT message.id, events.id FROM message, events";

#[tokio::test]
async fn a_test_is_followed_and_a_message_that_was_given_up_is_tried_again() {
    let program = Program::new().await;
    let (mail, rule) = program.night_shift().await;
    let test = format!("{DESTINATIONS}/{}/test", mail["id"]);
    let key = [("idempotency-key", "test-1")];
    let asked = program.send("POST", &test, &key, "").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let again = program.send("POST", &test, &key, "").await;
    assert_eq!((again.status, &again.body), (asked.status, &asked.body));
    let message = program.get(asked.header("location")).await;
    assert_eq!(message, asked.json());
    assert_eq!(
        (&message["kind"], &message["state"]),
        (&json!("test"), &json!("waiting"))
    );
    let early = format!("{}/retry", asked.header("location"));
    let early = program.send("POST", &early, &[], "").await;
    assert!(early.problem(409).contains("has not failed"));

    sqlx::query(GIVEN_UP)
        .execute(&program.world.pool)
        .await
        .unwrap();
    let failed = program.get(&format!("{MESSAGES}?state=failed")).await;
    let failed = &failed["items"][0];
    assert_eq!(
        (&failed["rule"], &failed["events"]),
        (&rule["id"], &json!(2))
    );
    let first = program.get(&format!("{MESSAGES}?limit=1")).await;
    assert_eq!(&first["items"][0], failed);
    let next = format!(
        "{MESSAGES}?limit=1&cursor={}",
        first["next"].as_str().unwrap()
    );
    let second = program.get(&next).await;
    assert_eq!(
        (&second["items"][0], &second["next"]),
        (&message, &Value::Null)
    );
    let address = format!("{MESSAGES}/{}", failed["id"]);
    let events = program.get(&format!("{address}/events?limit=1")).await;
    assert_eq!(events["items"][0]["kind"], "first_failure");
    assert_eq!(events["items"][0]["site"], "site-0");
    assert_eq!(events["next"], "1");
    let retried = program
        .send("POST", &format!("{address}/retry"), &[], "")
        .await;
    assert_eq!(retried.json()["state"], "waiting", "{retried:?}");
    let recorded =
        "SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'alert%'";
    assert_eq!(program.text(recorded).await, "alert_tested alert_retried");
}
