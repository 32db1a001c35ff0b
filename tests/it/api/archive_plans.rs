//! Archive plans as programs manage them.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const PLANS: &str = "/api/v1/archive-plans";

#[tokio::test]
async fn a_plan_is_made_once_changed_and_deleted() {
    let program = Program::new().await;
    let weekly = json!({"name": "Weekly", "site": "site-0", "history": "newest",
        "contents": "everything", "secrets": "masked", "rhythm": "weekly", "time": "04:00",
        "weekdays": ["sun"], "timezone": "Europe/Berlin"});
    let key = [("idempotency-key", "weekly-1")];
    let made = program.send("POST", PLANS, &key, &weekly.to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = program.send("POST", PLANS, &key, &weekly.to_string()).await;
    assert_eq!((again.status, &again.body), (made.status, &made.body));
    assert_eq!(made.json()["settings"]["keep"], 7);
    assert_eq!(made.json()["from_file"], false);
    let address = made.header("location").to_owned();
    let plan = program.ask("GET", &address, &[], "").await;
    assert_eq!(plan.json(), made.json());
    assert_eq!(program.get(PLANS).await["items"], json!([made.json()]));
    let twice = program.send("POST", PLANS, &[], &weekly.to_string()).await;
    assert!(twice.problem(422).contains("already"));

    let mut off = made.json()["settings"].clone();
    off["rhythm"] = json!("off");
    let seen = [("if-match", plan.header("etag"))];
    let changed = program.send("PUT", &address, &seen, &off.to_string()).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.json()["settings"]["rhythm"], "off");
    let late = program.send("PUT", &address, &seen, &off.to_string()).await;
    assert!(late.problem(412).contains("changed since you looked"));
    let late = program.ask("DELETE", &address, &seen, "").await;
    late.problem(412);
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let missing = program.ask("GET", &address, &[], "").await;
    assert!(missing.problem(404).contains("no such archive plan"));
    let recorded = "SELECT string_agg(left(detail, 7), '; ' ORDER BY id) FROM audit
                    WHERE subject = 'archive plan Weekly'";
    let recorded = program.text(recorded).await;
    assert!(
        recorded.starts_with("made of; ") && recorded.ends_with("; deleted"),
        "{recorded}"
    );
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_refused_and_one_of_the_file_is_changed_there() {
    let program = Program::new().await;
    let plan = json!({"name": "Nightly", "history": "whole", "contents": "everything",
        "secrets": "exact", "rhythm": "daily", "time": "02:00"});
    for (field, value, status, words) in [
        ("site", json!("nowhere"), 422, "no such site"),
        ("keep", json!(101), 422, "number of archives"),
        ("time", json!(null), 422, "time"),
        ("minute", json!(60), 422, "0 to 59"),
        ("secrets", json!("all"), 400, "unknown variant"),
        ("spread", json!(1), 400, "unknown field"),
    ] {
        let mut wanted = plan.clone();
        wanted[field] = value;
        let refused = program.send("POST", PLANS, &[], &wanted.to_string()).await;
        let told = refused.problem(status);
        assert!(told.contains(words), "{told}");
    }
    let made = program.put("POST", PLANS, &plan).await;
    sqlx::query("UPDATE archive_plans SET origin = 'file'")
        .execute(&program.world.pool)
        .await
        .unwrap();
    let address = format!("{PLANS}/{}", made["id"]);
    assert_eq!(program.get(&address).await["from_file"], true);
    for method in ["PUT", "DELETE"] {
        let refused = program.send(method, &address, &[], &plan.to_string()).await;
        assert!(
            refused
                .problem(409)
                .contains("comes from the inventory file")
        );
    }
}
