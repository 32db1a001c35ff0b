//! What programs do: list, back up, follow, read, annotate.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const BACKUPS: &str = "/api/v1/sites/site-0/backups";

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let program = Program::new().await;
    let first = program.get("/api/v1/devices?limit=1").await;
    let next = first["next"].as_str().unwrap();
    let second = program
        .get(&format!("/api/v1/devices?limit=1&cursor={next}"))
        .await;
    let names = [&first, &second].map(|page| page["items"][0]["name"].clone());
    assert_ne!(names[0], names[1]);
    assert_eq!(second["next"], json!(null));

    let site = program.get("/api/v1/sites/site-0").await;
    assert_eq!(site["coverage"], json!({"devices": 2, "verified": 0}));
    assert_eq!(program.get("/api/v1/sites").await["items"], json!([site]));
    let device = program.get("/api/v1/sites/site-0/devices/near").await;
    let all = program.get("/api/v1/sites/site-0/devices").await;
    assert!(all["items"].as_array().unwrap().contains(&device));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_asked_for_followed_and_read() {
    let program = Program::new().await;
    let asked = program.send("POST", BACKUPS, &[], "{}").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    assert_eq!(asked.json()["queued"], 2);
    let address = asked.header("location").to_owned();
    let batch = program.get(&address).await;
    assert_eq!(batch["trigger"], "api");
    assert_eq!(batch["requested_by"], "admin");
    assert_eq!(batch["runs"]["queued"], 2);

    // What is being done already is not queued again.
    let again = program
        .send("POST", BACKUPS, &[], "{\"devices\": [\"near\"]}")
        .await;
    assert_eq!(again.json()["queued"], 0);
    assert_eq!(again.header("location"), address);

    program.world.back_up().await;
    let batch = program.get(&address).await;
    assert_eq!(batch["runs"]["succeeded"], 2, "{batch}");
    assert!(batch["finished_at"].is_string());
    let runs = program.get(&format!("{address}/runs")).await;
    let run = runs["items"][0]["id"].as_i64().unwrap();
    let run = program.get(&format!("/api/v1/runs/{run}")).await;
    assert_eq!(run["verdict"], "verified");
    assert!(run["steps"].as_array().unwrap().len() > 3);

    let device = run["device"].as_str().unwrap();
    let history = format!("/api/v1/sites/site-0/devices/{device}/snapshots");
    let history = program.get(&history).await;
    assert_eq!(history["items"][0]["id"], run["snapshot"]);
    let address = format!("/api/v1/snapshots/{}", run["snapshot"]);
    let snapshot = program.get(&address).await;
    assert_eq!(snapshot["device"], run["device"]);
    let text = program
        .ask("GET", &format!("{address}/text"), &[], "")
        .await;
    let sent = program.world.router(device).sent_export().unwrap();
    assert_eq!(text.body, sent);
}

#[tokio::test]
async fn what_is_asked_for_twice_under_one_key_is_done_once() {
    let program = Program::new().await;
    let key = [("idempotency-key", "job-17")];
    let near = "{\"devices\": [\"near\"]}";
    let (first, second) = tokio::join!(
        program.send("POST", BACKUPS, &key, near),
        program.send("POST", BACKUPS, &key, near),
    );
    assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
    assert_eq!(first.json(), second.json());
    assert_eq!(first.json()["queued"], 1);
    assert_eq!(first.header("location"), second.header("location"));
    let replayed = [&first, &second].map(|answer| answer.header("idempotency-replayed"));
    assert!(replayed.contains(&"true") && replayed.contains(&""));
    let batches = program.get("/api/v1/batches").await;
    assert_eq!(batches["items"].as_array().unwrap().len(), 1);

    let other = program.send("POST", BACKUPS, &key, "{}").await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{other:?}");
    let cancel = format!("{}/cancel", first.header("location"));
    let cancelled = program.send("POST", &cancel, &[], "").await.json();
    assert_eq!(cancelled["runs"]["cancelled"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_sent_again_and_what_changed_is_not_overwritten() {
    let program = Program::new().await;
    program.world.back_up().await;
    let snapshot = program.world.snapshots().await.remove(0).id;
    let address = format!("/api/v1/snapshots/{snapshot}");
    let first = program.ask("GET", &address, &[], "").await;
    let tag = first.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    let second = program.ask("GET", &address, &known, "").await;
    assert_eq!(second.status, StatusCode::NOT_MODIFIED);
    assert!(second.body.is_empty());

    let seen = [("if-match", tag.as_str())];
    let comment = "{\"comment\": \"before the move\", \"pinned\": true}";
    let changed = program.send("PATCH", &address, &seen, comment).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.json()["comment"], "before the move");
    assert_eq!(changed.json()["pinned"], true);
    let late = program
        .send("PATCH", &address, &seen, "{\"comment\": \"\"}")
        .await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(program.get(&address).await["comment"], "before the move");
    let refused = program.send("DELETE", &address, &[], "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
}
