//! Maintenance windows as programs manage them.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const WINDOWS: &str = "/api/v1/maintenance-windows";

#[tokio::test]
async fn a_window_is_made_changed_and_deleted() {
    let program = Program::new().await;
    let weekly = json!({"name": "Patch night", "site": "site-0", "weekdays": ["sat"],
        "time": "22:00", "minutes": 90});
    let made = program.put("POST", WINDOWS, &weekly).await;
    let address = format!("{WINDOWS}/{}", made["id"]);
    let window = program.ask("GET", &address, &[], "").await;
    assert_eq!(window.json(), made);
    assert_eq!(program.get(WINDOWS).await["items"], json!([made]));
    let again = program
        .send("POST", WINDOWS, &[], &weekly.to_string())
        .await;
    assert!(again.problem(422).contains("choose another name"));

    let once = json!({"name": "Move", "from": "2026-12-24 18:00", "until": "2026-12-27 06:00",
        "timezone": "Europe/Berlin"});
    let seen = [("if-match", window.header("etag"))];
    let changed = program
        .send("PUT", &address, &seen, &once.to_string())
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let settings = &changed.json()["settings"];
    assert_eq!(settings["from"], "2026-12-24 18:00");
    assert_eq!(settings["site"], json!(null));
    assert_eq!(settings["weekdays"], json!([]));
    let late = program
        .send("PUT", &address, &seen, &once.to_string())
        .await;
    late.problem(412);
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let missing = program.ask("GET", &address, &[], "").await;
    assert!(missing.problem(404).contains("no such maintenance window"));
}

#[tokio::test]
async fn a_window_that_never_is_or_is_twice_is_refused() {
    let program = Program::new().await;
    for (settings, words) in [
        (json!({"name": "a"}), "Tick at least one day"),
        (json!({"name": "a", "from": "2026-12-24 18:00"}), "The end"),
        (
            json!({"name": "a", "time": "22:00", "from": "2026-12-24 18:00"}),
            "or `from`",
        ),
    ] {
        let answer = program
            .send("POST", WINDOWS, &[], &settings.to_string())
            .await;
        let told = answer.problem(422);
        assert!(told.contains(words), "{told}");
    }
}
