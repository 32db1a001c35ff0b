//! Credentials as programs manage them: secrets go in, and never out.

use axum::http::StatusCode;
use routervault::vault::credential_context;
use serde_json::json;

use super::Program;
use crate::support::vault;

const CREDENTIALS: &str = "/api/v1/credentials";

async fn secret(program: &Program, name: &str) -> Vec<u8> {
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM credentials WHERE name = $1")
        .bind(name.to_owned())
        .fetch_one(&program.world.pool)
        .await
        .unwrap();
    vault()
        .open(&credential_context(name), &sealed)
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn a_secret_is_written_kept_and_never_told() {
    let program = Program::new().await;
    let edge = json!({"name": "edge", "username": "backup", "password": "swordfish"}).to_string();
    let key = [("idempotency-key", "edge-1")];
    let made = program.send("POST", CREDENTIALS, &key, &edge).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = program.send("POST", CREDENTIALS, &key, &edge).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let address = made.header("location").to_owned();
    let shown = program.ask("GET", &address, &[], "").await;
    let list = program.ask("GET", CREDENTIALS, &[], "").await;
    for answer in [&made, &shown, &list] {
        assert!(!String::from_utf8_lossy(&answer.body).contains("swordfish"));
    }
    assert!(
        list.json()["items"]
            .as_array()
            .unwrap()
            .contains(&made.json())
    );
    let stored = secret(&program, "edge").await;
    assert!(String::from_utf8_lossy(&stored).contains("swordfish"));

    let seen = [("if-match", shown.header("etag"))];
    let renamed = json!({"name": "edge", "username": "reader"}).to_string();
    let changed = program.send("PUT", &address, &seen, &renamed).await;
    assert_eq!(changed.json()["username"], "reader", "{changed:?}");
    assert_eq!(secret(&program, "edge").await, stored);
    program
        .send("PUT", &address, &seen, &renamed)
        .await
        .problem(412);

    let archived = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(archived.status, StatusCode::NO_CONTENT, "{archived:?}");
    let past = program.get(&format!("{CREDENTIALS}?archived=true")).await;
    assert_eq!(past["items"][0]["name"], "edge");
    let back = program
        .send("POST", &format!("{address}/restore"), &[], "")
        .await;
    assert_eq!(back.json()["archived"], false, "{back:?}");
    let recorded = "SELECT string_agg(detail, '; ') FROM audit WHERE subject = 'credential edge'";
    assert!(!program.text(recorded).await.contains("swordfish"));
}

#[tokio::test]
async fn one_without_a_secret_or_with_two_is_refused_and_one_that_is_used_stays() {
    let program = Program::new().await;
    for (more, words) in [
        (json!({}), "Give a password or a private key"),
        (json!({"password": "a", "private_key": "b"}), "not both"),
        (json!({"private_key": "swordfish"}), "key"),
    ] {
        let mut wanted = json!({"name": "edge", "username": "backup"});
        for (name, value) in more.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let refused = program
            .send("POST", CREDENTIALS, &[], &wanted.to_string())
            .await;
        let told = refused.problem(422);
        assert!(
            told.contains(words) && !told.contains("swordfish"),
            "{told}"
        );
    }
    let edge = json!({"name": "edge", "username": "backup", "password": "swordfish"});
    let edge = program.put("POST", CREDENTIALS, &edge).await;
    program
        .put("POST", "/api/v1/sites", &json!({"slug": "acme"}))
        .await;
    let gateway = json!({"name": "gw-1", "address": "192.0.2.1", "credential": "edge"});
    program
        .put("POST", "/api/v1/sites/acme/devices", &gateway)
        .await;
    let address = format!("{CREDENTIALS}/{}", edge["id"]);
    let kept = program.ask("DELETE", &address, &[], "").await;
    assert!(kept.problem(409).contains("devices use this credential"));
}
