//! What each page shows: coverage, text, downloads, differences, and hostile text as text.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use sha2::{Digest, Sha256};

use super::{OLD_EXPORT, Stage};

#[tokio::test]
async fn every_page_answers_with_the_headers_of_safety() {
    let stage = Stage::backed_up().await;
    for address in [
        "/",
        "/?q=ac&tag=&state=&page=2",
        "/sites/acme",
        "/sites/acme/devices/gw-1",
        "/snapshots/2",
        "/snapshots/2/comment",
        "/snapshots/1/delete",
        "/scripts?d=1",
        "/snapshots/2?find=set&secrets=shown&view=joined",
        "/snapshots/2/restore?q=gw",
        "/compare?s=1&s=2",
        "/batches",
        "/batches?site=acme",
        "/batches/1",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'"),
            "{address}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store", "{address}");
        let text = answer.text();
        assert!(
            !text.contains(" style=") && !text.contains("<style"),
            "{address}"
        );
        assert!(!text.contains("<script>"), "{address}");
    }
}

#[tokio::test]
async fn the_health_check_tells_who_works_and_who_does_not() {
    let stage = Stage::empty().await;
    let silent = stage.get("/healthz").await;
    assert_eq!(silent.status, 503);
    assert!(
        silent
            .text()
            .starts_with("Neither a scheduler nor a collector is running")
    );
    stage
        .run(
            "INSERT INTO heartbeats (service, seen_at) VALUES ('scheduler', '2026-05-03T11:59:50Z');
             INSERT INTO collectors (name, seen_at) VALUES ('a', '2026-05-03T11:59:58Z')",
        )
        .await;
    let healthy = stage.get("/healthz").await;
    assert_eq!(healthy.status, 200);
    let lines = "ok\ndatabase: works\nscheduler: works\ncollector: works\nalerts: not needed\n";
    assert_eq!(healthy.text(), lines);
    stage
        .run("UPDATE collectors SET seen_at = '2026-05-03T11:58:00Z'")
        .await;
    let without = stage.get("/healthz").await;
    assert_eq!(without.status, 503);
    assert!(
        without
            .text()
            .ends_with("scheduler: works\ncollector: silent\nalerts: not needed\n")
    );
}

#[tokio::test]
async fn a_dead_worker_of_alerts_is_named_once_somebody_waits_for_it() {
    let stage = Stage::acme().await;
    stage
        .run(
            "INSERT INTO heartbeats (service, seen_at)
             VALUES ('scheduler', '2026-05-03T11:59:50Z'), ('alerts', '2026-05-03T11:58:00Z');
             INSERT INTO collectors (name, seen_at) VALUES ('a', '2026-05-03T11:59:58Z');
             INSERT INTO alert_destinations (name, kind, recipients)
             VALUES ('desk', 'mail', '{a@example.com}');
             INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, timezone)
             VALUES ('all', 1, false, '{overdue}', true, 'UTC')",
        )
        .await;
    const NAMED: &str = "No worker of alerts is running";
    for (change, status, line) in [
        ("UPDATE alert_rules SET enabled = false", 200, "not needed"),
        ("UPDATE alert_rules SET enabled = true", 503, "silent"),
        (
            "UPDATE heartbeats SET seen_at = '2026-05-03T11:58:01Z' WHERE service = 'alerts'",
            200,
            "works",
        ),
        (
            "UPDATE heartbeats SET seen_at = '2026-05-03T11:57:00Z' WHERE service = 'alerts';
             UPDATE alert_rules SET enabled = false;
             INSERT INTO alert_messages (token, destination_id, destination_name, kind, created_at, due_at)
             VALUES ('a', 1, 'desk', 'test', '2026-05-03T11:59:00Z', '2026-05-03T11:59:00Z')",
            503,
            "silent",
        ),
        ("DELETE FROM heartbeats WHERE service = 'alerts'", 503, "silent"),
        ("UPDATE alert_messages SET state = 'sent'", 200, "not needed"),
    ] {
        stage.run(change).await;
        let health = stage.get("/healthz").await;
        assert_eq!(health.status, status, "{change}");
        let text = health.text();
        assert!(text.ends_with(&format!("\nalerts: {line}\n")), "{text}");
        let home = stage.get("/").await.text();
        for told in [&text, &home] {
            assert_eq!(told.contains(NAMED), status == 503, "{change}: {told}");
        }
        assert!(home.contains("<b>On</b>"), "backups go on");
    }
}

#[tokio::test]
async fn an_empty_house_says_what_to_do() {
    let text = Stage::empty().await.get("/").await.text();
    assert!(text.contains("Add your first site") && text.contains("--inventory devices.toml"));
}

#[tokio::test]
async fn coverage_counts_devices_verified_within_24_hours() {
    let stage = Stage::backed_up().await;
    assert!(stage.get("/").await.text().contains("1 of 1 verified"));
    stage
        .run("UPDATE devices SET last_verified_at = '2026-05-02T11:59:59Z'")
        .await;
    assert!(stage.get("/").await.text().contains("0 of 1 verified"));
    assert!(stage.get("/sites/acme").await.text().contains("Overdue"));
}

#[tokio::test]
async fn hostile_names_are_shown_and_do_nothing() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE sites SET slug = 'a\"b', name = '\"><script>alert(1)</script>' || chr(8238);
             UPDATE devices SET name = 'x/y?z'' <img src=x onerror=alert(2)>' || chr(7), model = '<b>';
             UPDATE sites SET tags = ARRAY['<script>s'];
             UPDATE devices SET tags = ARRAY['<img src=x>'];
             UPDATE snapshots SET comment = '<script>alert(3)</script>';
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, failure_code,
                               failure_message, finished_at)
             VALUES (1, 1, 1, 0, 'failed', 'unreachable', '<img src=x>' || chr(27) || chr(8238),
                     '2026-05-03T02:00:00Z')",
        )
        .await;
    let device =
        "/sites/a%22b/devices/x%2Fy%3Fz%27%20%3Cimg%20src%3Dx%20onerror%3Dalert%282%29%3E%07";
    for address in [
        "/",
        "/?q=img",
        "/sites/a%22b",
        device,
        "/scripts?d=1&q=img",
        "/snapshots/1/comment",
        "/snapshots/1/delete",
        "/snapshots/1",
        "/snapshots/1/restore?q=x",
        "/compare?s=1&s=2",
        "/batches",
        "/batches?site=%3Cscript%3E",
        "/batches/1",
        "/runs",
        "/runs?device=img&state=failed",
        "/runs/1",
        "/search?q=%3Cimg&site=img",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let text = answer.text();
        assert!(
            !text.contains("<script>") && !text.contains("<img"),
            "{address}"
        );
        assert!(!text.contains(['\u{202e}', '\u{7}', '\u{1b}']), "{address}");
    }
    let site = stage.get("/sites/a%22b").await.text();
    assert!(site.contains("&#60;b&#62;"), "the model is shown as it is");
    assert!(
        site.contains("&#60;U+202E&#62;"),
        "the mark is made visible"
    );
    assert!(site.contains(device), "the link leads to the device");
}

#[tokio::test]
async fn a_snapshot_is_shown_by_line_and_menu() {
    let text = Stage::backed_up().await.get("/snapshots/1").await.text();
    assert!(text.contains("href=\"/snapshots/1?line=4#L4\">identity</a>"));
    assert!(text.contains("id=\"L5\"") && !text.contains("id=\"L6\""));
    assert!(text.contains("&#60;script&#62;&#60;E9&#62;&#60;U+001B&#62;[31m"));
    assert!(text.contains("1 of 1 check passed"));
}

#[tokio::test]
async fn a_download_is_the_exact_bytes_under_a_harmless_name() {
    let stage = Stage::backed_up().await;
    let answer = stage.get("/snapshots/1/download").await;
    assert_eq!(answer.body, OLD_EXPORT);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"acme_gw-1_2026-05-01T020011Z.rsc\""
    );
    let etag = answer.header("etag");
    assert_eq!(
        etag,
        format!("\"{}\"", hex::encode(Sha256::digest(OLD_EXPORT)))
    );
    let again = Request::get("/snapshots/1/download")
        .header("host", "localhost")
        .header("if-none-match", etag);
    let again = stage.send(again.body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn lists_are_cut_into_pages() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO sites (slug, name, timezone) SELECT 's' || i, 'Site ' || i, 'UTC' FROM generate_series(1, 60) i;
             INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             SELECT 1, 'd' || i, '192.0.2.3', 22, 'routeros', 1 FROM generate_series(1, 120) i;
             INSERT INTO batches (trigger, site_id) SELECT 'manual', 1 FROM generate_series(1, 60);
             INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256, size_bytes, line_count, has_secrets, codec, body)
             SELECT 1, now() - i * interval '1 day', now(), 'verified', '[]', '', '', 1, 1, true, 'whole', '' FROM generate_series(1, 60) i",
        )
        .await;
    for (address, next, rows) in [
        ("/", "/?q=&amp;tag=&amp;state=&amp;page=2", 50),
        ("/?page=2", "rel=\"prev\"", 11),
        (
            "/sites/acme",
            "/sites/acme?q=&amp;state=&amp;page=2",
            100 + 5,
        ),
        ("/sites/acme/devices/gw-1", "?before=", 50),
        ("/batches", "/batches?before=12", 50),
    ] {
        let text = stage.get(address).await.text();
        let text = text.replace("&#38;", "&amp;");
        assert!(text.contains(next), "{address}");
        assert_eq!(
            text.matches("<tr").count(),
            rows + text.matches("<thead>").count(),
            "{address}"
        );
    }
}
