//! What a press of a button does, and who may press it.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use routervault::model::Role;

use super::Stage;
use crate::support::kim;

#[tokio::test]
async fn backup_site_queues_once_and_leads_to_the_batch() {
    let stage = Stage::acme().await;
    let first = stage.post("/sites/acme/backups", "", "same-origin").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let batch = first
        .header("location")
        .strip_suffix("?notice=queued")
        .unwrap();
    assert_eq!(stage.count_runs().await, 1);
    let again = stage.post("/sites/acme/backups", "", "same-origin").await;
    assert_eq!(
        again.header("location"),
        format!("{batch}?notice=already-running")
    );
    assert_eq!(stage.count_runs().await, 1);
    let page = stage.get(again.header("location")).await.text();
    assert!(page.contains("Nothing was started twice") && page.contains("Queued"));
}

#[tokio::test]
async fn ticked_devices_are_backed_up_and_only_those_of_the_site() {
    let stage = Stage::acme().await;
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             VALUES (1, 'gw-2', '192.0.2.2', 22, 'routeros', 1);
             INSERT INTO sites (slug, name, timezone) VALUES ('other', 'Other', 'UTC')",
        )
        .await;
    let nothing = stage
        .post("/sites/acme/backups", "scope=ticked", "same-origin")
        .await;
    assert_eq!(
        nothing.header("location"),
        "/sites/acme?notice=nothing-ticked"
    );
    let foreign = stage
        .post(
            "/sites/other/backups",
            "scope=ticked&device=1",
            "same-origin",
        )
        .await;
    assert_eq!(
        foreign.header("location"),
        "/sites/other?notice=ticked-gone"
    );
    // The rest of a form that was cut is not the whole site.
    let cut = stage
        .post("/sites/acme/backups", "device=2", "same-origin")
        .await;
    assert_eq!(cut.status, StatusCode::BAD_REQUEST);
    let senseless = stage
        .post(
            "/sites/acme/backups",
            "scope=ticked&device=x",
            "same-origin",
        )
        .await;
    assert_eq!(senseless.status, StatusCode::BAD_REQUEST);
    assert_eq!(stage.count_runs().await, 0);
    let ticked = stage
        .post(
            "/sites/acme/backups",
            "device=2&scope=ticked",
            "same-origin",
        )
        .await;
    assert_eq!(ticked.status, StatusCode::SEE_OTHER);
    let devices: Vec<i64> = sqlx::query_scalar("SELECT device_id FROM runs")
        .fetch_all(&stage.pool)
        .await
        .unwrap();
    assert_eq!(devices, [2]);
}

#[tokio::test]
async fn a_form_of_another_site_and_a_foreign_name_are_refused() {
    let stage = Stage::acme().await;
    for fetch_site in ["cross-site", "same-site"] {
        let forged = stage.post("/sites/acme/backups", "", fetch_site).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{fetch_site}");
    }
    let old_browser = Request::post("/sites/acme/backups")
        .header("host", "localhost:8080")
        .header("origin", "http://evil.example");
    let forged = stage.send(old_browser.body(Body::empty()).unwrap()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(stage.count_runs().await, 0);
    let rebound = Request::get("/").header("host", "rebind.example:8080");
    let rebound = stage.send(rebound.body(Body::empty()).unwrap()).await;
    assert_eq!(rebound.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(!rebound.text().contains("Acme"));
}

#[tokio::test]
async fn a_batch_moves_until_its_last_run_ended() {
    let stage = Stage::acme().await;
    let batch = stage.post("/sites/acme/backups", "", "same-origin").await;
    let address = batch.header("location").to_owned();
    let page = stage.get(&address).await.text();
    assert!(
        page.contains("hx-sse:connect=\"/batches/2/events?page=1\"")
            && page.contains("http-equiv=\"refresh\"")
    );
    let part = Request::get(address.as_str())
        .header("host", "localhost")
        .header("hx-request", "true");
    let part = stage.send(part.body(Body::empty()).unwrap()).await.text();
    assert!(
        part.starts_with("<title>0 of 1 device done · Batch 2") && !part.contains("<html"),
        "{part}"
    );
    stage
        .run(
            "UPDATE runs SET state = 'failed', failure_code = 'unreachable',
                 failure_message = 'Nothing answers. Is <ssh> on?', finished_at = now(),
                 steps = '[{\"at_ms\": 12, \"text\": \"resolved\"}]'",
        )
        .await;
    let page = stage.get(&address).await.text();
    assert!(
        !page.contains("hx-trigger")
            && !page.contains("hx-sse")
            && !page.contains("http-equiv=\"refresh\"")
    );
    assert!(page.contains("Nothing answers. Is &#60;ssh&#62; on?"));
    assert!(page.contains("12 ms") && page.contains("resolved"));
}

#[tokio::test]
async fn what_was_pressed_in_the_browser_says_by_whom_wherever_it_is_listed() {
    let stage = Stage::backed_up().await;
    let kim = stage.seen_by(kim(Role::Technician.rights(), &[1])).await;
    let batch = kim.post("/sites/acme/backups", "", "same-origin").await;
    assert_eq!(batch.header("location"), "/batches/2?notice=queued");
    stage
        .run("UPDATE snapshots SET batch_id = 2 WHERE id = 2")
        .await;
    for address in [
        "/batches",
        "/batches?by=manual",
        "/batches/2",
        "/runs",
        "/runs?by=manual",
        "/runs/1",
        "/sites/acme",
        "/sites/acme/devices/gw-1",
        "/snapshots/2",
        "/scripts?d=1",
    ] {
        let text = stage.get(address).await.text();
        assert!(text.contains("By kim, in the browser"), "{address}");
    }
    let nightly = stage.get("/runs?by=scheduled").await.text();
    assert!(!nightly.contains("kim"));
}
