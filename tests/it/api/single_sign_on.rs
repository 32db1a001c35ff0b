//! Single sign-on as programs set it up: the client secret goes in, and never out.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const PROVIDER: &str = "/api/v1/single-sign-on";
const GROUPS: &str = "/api/v1/single-sign-on/groups";

/// What answers nothing.
const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn the_provider_is_set_up_checked_and_its_secret_never_told() {
    // It may be chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let program = Program::new().await;
    let check = format!("{PROVIDER}/check");
    for (method, address) in [("GET", PROVIDER), ("POST", &check)] {
        let none = program.send(method, address, &[], "").await;
        assert!(none.problem(404).contains("no such provider"));
    }
    let provider = json!({"issuer": NOWHERE, "client_id": "vault", "client_secret": "swordfish",
        "scopes": ["groups"], "own_address": "https://vault.example.net", "enabled": true});
    let set = program
        .send("PUT", PROVIDER, &[], &provider.to_string())
        .await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    let shown = program.ask("GET", PROVIDER, &[], "").await;
    assert_eq!(shown.json(), set.json());
    assert_eq!(shown.json()["has_secret"], true);
    assert_eq!(shown.json()["groups_claim"], "groups");
    let told = "SELECT string_agg(audit::text, ' ') FROM audit WHERE subject = 'single sign-on'";
    let told = program.text(told).await;
    assert!(told.contains(NOWHERE) && !told.contains("swordfish"));
    assert!(!String::from_utf8_lossy(&shown.body).contains("swordfish"));
    let checked = program.put("POST", &check, &json!({})).await;
    assert_eq!(checked["usable"], false);
    let problem = checked["problem"].as_str().unwrap();
    assert!(problem.contains("does not answer"), "{problem}");

    let seen = [("if-match", shown.header("etag"))];
    let mut silent = provider;
    silent.as_object_mut().unwrap().remove("client_secret");
    silent["label"] = json!("Company");
    let kept = program
        .send("PUT", PROVIDER, &seen, &silent.to_string())
        .await;
    assert_eq!(kept.json()["has_secret"], true, "{kept:?}");
    let late = program
        .send("PUT", PROVIDER, &seen, &silent.to_string())
        .await;
    late.problem(412);
    silent["issuer"] = json!("https://thief.example.com");
    let moved = program
        .send("PUT", PROVIDER, &[], &silent.to_string())
        .await;
    assert!(moved.problem(422).contains("entered again"));
}

#[tokio::test]
async fn a_group_is_added_once_changed_and_taken_away() {
    let program = Program::new().await;
    let north = json!({"name": "north", "role": "technician", "withheld": ["reveal"],
        "sites": ["site-0"], "tags": ["old town"]});
    let key = [("idempotency-key", "north-1")];
    let made = program.send("POST", GROUPS, &key, &north.to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = program.send("POST", GROUPS, &key, &north.to_string()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let taken = program.send("POST", GROUPS, &[], &north.to_string()).await;
    assert!(taken.problem(422).contains("of that name already"));
    assert_eq!(program.get(GROUPS).await["items"], json!([made.json()]));
    for (name, value, words) in [
        ("sites", json!(["nowhere"]), "no site nowhere"),
        ("sites", json!(["site-0 site-0"]), "one word"),
        ("withheld", json!(["manage"]), "can not be withheld"),
        ("name", json!(" "), "Enter the name"),
    ] {
        let mut wrong = north.clone();
        wrong[name] = value;
        let refused = program.send("POST", GROUPS, &[], &wrong.to_string()).await;
        let told = refused.problem(422);
        assert!(told.contains(words), "{told}");
    }
    let address = made.header("location").to_owned();
    let shown = program.ask("GET", &address, &[], "").await;
    assert_eq!(shown.json(), made.json());
    let seen = [("if-match", shown.header("etag"))];
    let admins = json!({"name": "admins", "role": "administrator"}).to_string();
    let changed = program.send("PUT", &address, &seen, &admins).await;
    assert_eq!(changed.json()["settings"]["all_sites"], true, "{changed:?}");
    program
        .send("PUT", &address, &seen, &admins)
        .await
        .problem(412);
    program
        .ask("DELETE", &address, &seen, "")
        .await
        .problem(412);
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let missing = program.ask("GET", &address, &[], "").await;
    assert!(missing.problem(404).contains("no such group"));
    let recorded = "SELECT string_agg(subject, '; ' ORDER BY id) FROM audit
                    WHERE subject LIKE 'single sign-on, group %'";
    assert_eq!(
        program.text(recorded).await,
        "single sign-on, group north; single sign-on, group admins; single sign-on, group admins"
    );
}
