//! Comparisons as programs ask for them: what changed, masked unless asked otherwise.

use axum::http::StatusCode;
use routervault::model::{Right, Role};
use serde_json::json;

use super::Program;
use crate::support::kim;

/// A router's configuration with a secret in it.
fn export(identity: &str, password: &str) -> Vec<u8> {
    let lines = [
        "# 2026-05-02 02:00:11 by RouterOS 7.16.2",
        "# software id = ABCD-EFGH",
        "#",
        "# model = RB5009UG+S+",
        "# serial number = HXX00000001",
        "/ip firewall filter",
        "add action=accept chain=input protocol=icmp",
        "/ppp secret",
        &format!("add name=far password={password}"),
        "/system identity",
        &format!("set name={identity}"),
    ];
    format!("{}\n", lines.join("\r\n")).into_bytes()
}

/// With two snapshots of `near`, numbers 1 and 2 of it.
async fn changed(program: &Program) -> (i64, i64) {
    for (identity, password) in [("before", "swordfish-1"), ("after", "swordfish-2")] {
        let router = program.world.router("near");
        router.set_config(export(identity, password));
        program.world.back_up().await;
    }
    let address = "/api/v1/sites/site-0/devices/near/snapshots";
    let history = program.get(address).await;
    let id = |place: usize| history["items"][place]["id"].as_i64().unwrap();
    (id(1), id(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_tells_what_changed_item_by_item() {
    let program = Program::new().await;
    let (old, new) = changed(&program).await;
    let told = program
        .get(&format!("/api/v1/compare?from={old}&to={new}"))
        .await;
    assert_eq!(told["from"]["device"], "near");
    assert_eq!(told["to"]["id"], new);
    assert_eq!(told["identical"], false);
    assert_eq!(
        told["summary"],
        "ppp secret changed; system identity changed"
    );
    let differences = told["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 2, "{told}");
    let last = &differences[1];
    assert_eq!(last["menu"], "/system identity");
    assert_eq!(last["change"], "changed");
    assert_eq!(last["before"]["text"], "set name=before");
    assert_eq!(last["after"]["differing"], json!(["after"]));

    let back = program
        .get(&format!("/api/v1/compare?from={new}&to={old}"))
        .await;
    assert_eq!(back["differences"][1]["after"]["text"], "set name=before");
    let same = program
        .get(&format!("/api/v1/compare?from={new}&to={new}"))
        .await;
    assert_eq!(same["identical"], true);
    assert_eq!(same["differences"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_masked_unless_asked_for_and_that_is_recorded() {
    let program = Program::new().await;
    let (old, new) = changed(&program).await;
    let shown = "SELECT count(*)::text FROM audit WHERE action = 'secrets_shown'";
    for path in ["compare", "compare/text"] {
        let address = format!("/api/v1/{path}?from={old}&to={new}");
        let masked = program.ask("GET", &address, &[], "").await;
        assert!(!String::from_utf8_lossy(&masked.body).contains("swordfish"));
    }
    assert_eq!(program.text(shown).await, "0");
    let address = format!("/api/v1/compare/text?from={old}&to={new}&secrets=shown");
    let diff = program.ask("GET", &address, &[], "").await;
    assert_eq!(diff.header("content-type"), "text/plain; charset=utf-8");
    let diff = String::from_utf8(diff.body).unwrap();
    assert!(
        diff.contains("-add name=far password=swordfish-1"),
        "{diff}"
    );
    assert!(
        diff.contains("+add name=far password=swordfish-2"),
        "{diff}"
    );
    assert_eq!(program.text(shown).await, "2");
    let wrong = program
        .ask("GET", &address.replace("shown", "Shown"), &[], "")
        .await;
    wrong.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_secrets_gets_none_and_what_is_not_there_is_missing() {
    let rights = Role::Technician.rights().without(&[Right::Reveal]);
    let program = Program::of(kim(rights, &[1])).await;
    let (old, new) = changed(&program).await;
    let address = format!("/api/v1/compare?from={old}&to={new}&secrets=shown");
    let told = program.ask("GET", &address, &[], "").await;
    assert_eq!(told.status, StatusCode::OK);
    assert!(!String::from_utf8_lossy(&told.body).contains("swordfish"));
    let missing = program
        .ask("GET", "/api/v1/compare?from=1&to=9999", &[], "")
        .await;
    assert!(missing.problem(404).contains("no such backup"));
}
