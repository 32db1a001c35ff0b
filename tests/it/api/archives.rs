//! Archives as programs ask for them.

use axum::http::StatusCode;
use routervault::archive::Worker;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Program;
use crate::support::vault;

const ARCHIVES: &str = "/api/v1/archives";

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_asked_for_once_followed_taken_away_and_deleted() {
    let program = Program::new().await;
    program.world.back_up().await;
    let wanted = json!({"site": "site-0", "history": "newest", "contents": "everything",
        "secrets": "exact", "comment": "before the move", "days": null})
    .to_string();
    let key = [("idempotency-key", "move-1")];
    let asked = program.send("POST", ARCHIVES, &key, &wanted).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    assert_eq!(asked.json()["state"], "queued");
    assert_eq!(asked.json()["expires_at"], json!(null));
    let again = program.send("POST", ARCHIVES, &key, &wanted).await;
    assert_eq!(again.json(), asked.json());
    let address = asked.header("location").to_owned();
    let file = format!("{address}/file");
    let early = program.ask("GET", &file, &[], "").await;
    assert!(early.problem(409).contains("not completed"));
    let early = program.ask("DELETE", &address, &[], "").await;
    assert!(early.problem(409).contains("Cancel it first"));

    let folder = program.folder.path().to_owned();
    let worker = Worker::new(program.world.pool.clone(), vault(), folder);
    assert!(worker.make_next().await.unwrap());
    let made = program.get(&address).await;
    assert_eq!(made["state"], "completed", "{made}");
    assert_eq!(made["snapshots"], 2);
    assert_eq!(program.get(ARCHIVES).await["items"], json!([made]));
    let zip = program.ask("GET", &file, &[], "").await;
    assert_eq!(zip.header("content-type"), "application/zip");
    let sum = hex::encode(Sha256::digest(&zip.body));
    assert_eq!(zip.header("x-sha256"), sum);
    assert_eq!(made["sha256"], sum);
    let gone = program.ask("DELETE", &address, &[], "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    program.ask("GET", &address, &[], "").await.problem(404);
    let recorded = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit
                    WHERE action LIKE 'archive%' OR action = 'download'";
    let recorded = program.text(recorded).await;
    assert_eq!(recorded, "archive_requested download archive_deleted");
}

#[tokio::test]
async fn an_archive_is_cancelled_and_what_makes_no_sense_is_refused() {
    let program = Program::new().await;
    let masked = json!({"history": "whole", "contents": "configurations", "secrets": "masked"});
    let asked = program.put("POST", ARCHIVES, &masked).await;
    assert!(asked["expires_at"].is_string(), "{asked}");
    let address = format!("{ARCHIVES}/{}", asked["id"]);
    for _ in 0..2 {
        let cancelled = program
            .send("POST", &format!("{address}/cancel"), &[], "")
            .await;
        assert_eq!(cancelled.json()["state"], "cancelled");
    }
    for (field, value, status, words) in [
        ("site", json!("nowhere"), 404, "no such site"),
        ("days", json!(0), 422, "3650 days"),
        ("comment", json!("x".repeat(501)), 422, "500 characters"),
        ("history", json!("some"), 400, "unknown variant"),
        ("since", json!("ever"), 400, "unknown field"),
    ] {
        let mut wanted = masked.clone();
        wanted[field] = value;
        let refused = program
            .send("POST", ARCHIVES, &[], &wanted.to_string())
            .await;
        let told = refused.problem(status);
        assert!(told.contains(words), "{told}");
    }
}
