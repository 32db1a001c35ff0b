//! What monitoring reads: the numbers, who gets them, and whether traffic may come.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use routervault::access::Token;
use routervault::model::Role;
use routervault::web;

use super::{Answer, Stage, noon};
use crate::support::{app_state, kim};

/// Asks as nobody, from this address, perhaps with a token.
async fn ask_from(stage: &Stage, peer: &str, token: Option<&Token>) -> Answer {
    let state = app_state(&stage.pool, &stage.vault, noon);
    let peer: SocketAddr = format!("{peer}:40000").parse().unwrap();
    let mut request = Request::get("/metrics")
        .header("host", "localhost")
        .extension(ConnectInfo(peer));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {}", token.expose()));
    }
    let outside = Stage {
        pool: stage.pool.clone(),
        vault: stage.vault.clone(),
        app: web::router(state),
    };
    outside.send(request.body(Body::empty()).unwrap()).await
}

/// The value of a sample, written as it stands before it.
fn value<'a>(text: &'a str, sample: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '))
}

#[tokio::test]
async fn the_numbers_count_and_name_neither_sites_nor_devices_nor_people() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id, enabled)
             VALUES (1, 'gw-2', '192.0.2.2', 22, 'routeros', 1, true),
                    (1, 'gw-3', '192.0.2.3', 22, 'routeros', 1, false);
             UPDATE devices SET snapshot_count = 2 WHERE name = 'gw-1';
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, failure_code, failure_message)
             VALUES (1, 1, 1, 0, 'failed', 'timeout', 'x'), (1, 2, 1, 0, 'queued', NULL, NULL);
             UPDATE devices SET last_run_id = 1 WHERE id = 1;
             INSERT INTO heartbeats (service, seen_at) VALUES ('scheduler', '2026-05-03T11:59:50Z')",
        )
        .await;
    let answer = stage.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = answer.text();
    for (sample, expected) in [
        ("routervault_database_up", "1"),
        ("routervault_runs{state=\"queued\"}", "1"),
        ("routervault_runs{state=\"running\"}", "0"),
        ("routervault_devices", "2"),
        ("routervault_devices_covered", "1"),
        ("routervault_devices_overdue", "1"),
        ("routervault_devices_never_verified", "1"),
        ("routervault_snapshots", "2"),
        (
            "routervault_devices_by_last_run{result=\"failed\",code=\"timeout\"}",
            "1",
        ),
        ("routervault_seen_seconds_ago{service=\"scheduler\"}", "10"),
    ] {
        assert_eq!(value(&text, sample), Some(expected), "{sample}\n{text}");
    }
    for word in ["acme", "gw-1", "192.0.2", "admin"] {
        assert!(!text.contains(word), "{word} is told");
    }
    let counted = "routervault_page_duration_seconds_count{class=\"2xx\"}";
    let again = stage.get("/metrics").await.text();
    let pages: u64 = value(&again, counted).unwrap().parse().unwrap();
    assert!(pages > 0);
}

#[tokio::test]
async fn the_numbers_are_for_this_machine_and_for_who_sees_every_site() {
    let stage = Stage::acme().await;
    assert_eq!(ask_from(&stage, "127.0.0.1", None).await.status, 200);
    assert_eq!(ask_from(&stage, "[::1]", None).await.status, 200);
    let wrong = Token::presented("rvt_nobody");
    let refused = ask_from(&stage, "127.0.0.1", Some(&wrong)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let narrow = stage.seen_by(kim(Role::Technician.rights(), &[1])).await;
    assert_eq!(narrow.get("/metrics").await.status, StatusCode::FORBIDDEN);
    // Plain HTTP from elsewhere is refused before anything else; see `listening` for TLS.
    let elsewhere = ask_from(&stage, "192.0.2.9", None).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_numbers_of_the_process_are_there_while_the_database_is_away() {
    let stage = Stage::acme().await;
    let app = web::router(app_state(&stage.pool, &stage.vault, noon));
    let stage = Stage { app, ..stage };
    stage.pool.close().await;
    let answer = stage.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = answer.text();
    assert_eq!(value(&text, "routervault_database_up"), Some("0"));
    assert_eq!(value(&text, "routervault_devices"), None);
}

#[tokio::test]
async fn it_is_ready_while_the_database_answers_and_has_our_schema() {
    let stage = Stage::acme().await;
    let ready = stage.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.text(), "database ok\nschema ok\n");
    stage
        .run("DELETE FROM _sqlx_migrations WHERE version = 2")
        .await;
    let behind = stage.get("/readyz").await;
    assert_eq!(behind.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(behind.text(), "database ok\nschema behind\n");
    stage.pool.close().await;
    let away = stage.get("/readyz").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(away.text(), "database away\nschema unknown\n");
}
