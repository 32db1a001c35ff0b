//! Configurations that programs bring, take away together, and restore by hand.

use axum::http::StatusCode;
use serde_json::json;

use super::Program;

const NEAR: &str = "/api/v1/sites/site-0/devices/near/snapshots";

/// An export as a router prints it.
const EXPORT: &str = "# 2026-05-01 02:00:00 by RouterOS 7.16.2\n# software id = AAAA-BBBB\n#\n\
    /system identity\nset name=near\n/system note\nset note=brought\n";

#[tokio::test]
async fn an_export_is_brought_once_byte_for_byte_and_never_counts_as_a_backup() {
    let program = Program::new().await;
    let headers = [
        ("content-type", "text/plain"),
        ("idempotency-key", "brought-1"),
    ];
    let made = program.ask("POST", NEAR, &headers, EXPORT).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.json()["verdict"], "suspect");
    let again = program.ask("POST", NEAR, &headers, EXPORT).await;
    assert_eq!((again.status, again.json()), (made.status, made.json()));
    let other = format!("{EXPORT}set note=other\n");
    let other = program.ask("POST", NEAR, &headers, &other).await;
    assert!(other.problem(409).contains("another request"));
    let address = made.header("location").to_owned();
    assert_eq!(program.get(&address).await, made.json());
    let text = program
        .ask("GET", &format!("{address}/text"), &[], "")
        .await;
    assert_eq!(text.body, EXPORT.as_bytes());
    let device = program.get("/api/v1/sites/site-0/devices/near").await;
    assert_eq!(device["last_verified_at"], json!(null));
    let recorded = "SELECT count(*)::text FROM audit WHERE action = 'backup_uploaded'";
    assert_eq!(program.text(recorded).await, "1");

    let none = program.ask("POST", NEAR, &[], "hello\n").await;
    assert!(none.problem(422).contains("no export"));
    let large = format!("{EXPORT}{}", "\n".repeat(16 << 20));
    let refused = program.ask("POST", NEAR, &[], &large).await;
    assert!(refused.problem(400).contains("16 MB"));
    let nowhere = NEAR.replace("near", "none");
    program
        .ask("POST", &nowhere, &[], EXPORT)
        .await
        .problem(404);
}

#[tokio::test]
async fn what_is_to_be_done_to_restore_is_told_for_its_own_device_and_for_another() {
    let program = Program::new().await;
    program.world.back_up().await;
    let device = program.get("/api/v1/sites/site-0/devices/near").await;
    let steps = format!("/api/v1/snapshots/{}/restore", device["newest_snapshot"]);
    let own = program.get(&steps).await;
    assert_eq!(
        (&own["site"], &own["device"]),
        (&json!("site-0"), &json!("near"))
    );
    assert_eq!(own["verdict"], "verified");
    assert!(own["steps"].as_array().unwrap().len() > 2);
    assert!(own["menus"][0]["items"].as_u64().unwrap() > 0);
    let other = program.get(&format!("{steps}?device=site-0/far")).await;
    assert_eq!(other["device"], "far");
    for named in ["site-0/none", "far"] {
        let missing = program
            .ask("GET", &format!("{steps}?device={named}"), &[], "")
            .await;
        assert!(missing.problem(404).contains("no such device"));
    }
}

#[tokio::test]
async fn several_configurations_come_as_one_zip() {
    let program = Program::new().await;
    program.world.back_up().await;
    for address in [
        "/api/v1/snapshots.zip?ids=1,2,1",
        "/api/v1/sites/site-0/newest.zip",
    ] {
        let zip = program.ask("GET", address, &[], "").await;
        assert_eq!(zip.status, StatusCode::OK, "{zip:?}");
        assert_eq!(zip.header("content-type"), "application/zip");
        assert!(zip.body.starts_with(b"PK"));
    }
    for (ids, status) in [("1,99", 404), ("1,", 400), ("x", 400)] {
        let address = format!("/api/v1/snapshots.zip?ids={ids}");
        program.ask("GET", &address, &[], "").await.problem(status);
    }
    let recorded = "SELECT count(*)::text FROM audit WHERE action = 'download'";
    assert_eq!(program.text(recorded).await, "2");
}
