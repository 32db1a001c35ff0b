//! Home: coverage in words, the worst first, found by two letters, filtered; and the strips.

use super::Stage;

/// Acme with a device that is covered, one that is overdue and one without any backup; a good
/// site with one device; and one without.
async fn three_sites() -> Stage {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE sites SET tags = '{vip,north}';
             INSERT INTO sites (slug, name, timezone, tags) VALUES ('bright', 'Bright', 'UTC', '{north}'), ('void', 'Void', 'UTC', '{}');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, last_verified_at, snapshot_count) VALUES
                 (1, 'core-sw', '192.0.2.2', 22, 'routeros', 1, '2026-04-29T12:00:00Z', 4),
                 (1, 'attic', '198.51.100.7', 22, 'routeros', 1, NULL, 0),
                 (2, 'edge', '192.0.2.8', 22, 'routeros', 1, '2026-05-03T11:00:00Z', 1);
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at, failure_code, failure_message)
             VALUES (1, 2, 1, 1, 'failed', '2026-05-03T11:00:00Z', 'unreachable', 'Nothing answers.');
             UPDATE devices SET last_run_id = 1 WHERE id = 2",
        )
        .await;
    stage
}

fn text_of(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sites(page: &str) -> Vec<&str> {
    page.split("class=\"strong\" href=\"/sites/")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect()
}

#[tokio::test]
async fn a_row_tells_coverage_overdue_devices_and_the_worst_cause() {
    let stage = three_sites().await;
    let page = stage.get("/").await.text();
    assert_eq!(sites(&page), ["acme", "bright", "void"], "worst first");
    let text = text_of(&page);
    assert!(
        text.contains(
            "1 of 3 verified in the last 24 h, 1 overdue 3 d, 1 never backed up, one of them: unreachable"
        ),
        "{text}"
    );
    assert!(text.contains("No devices to back up"));
    stage
        .run("UPDATE devices SET last_verified_at = NULL WHERE id = 2")
        .await;
    let text = text_of(&stage.get("/").await.text());
    assert!(
        text.contains(
            "1 of 3 verified in the last 24 h, 2 never backed up, one of them: unreachable"
        )
    );
}

#[tokio::test]
async fn the_bar_tells_the_backups_kept_and_whether_they_are_automatic() {
    let stage = three_sites().await;
    let text = text_of(&stage.get("/").await.text());
    assert!(
        text.contains("2 of 4 devices verified in the last 24 h"),
        "{text}"
    );
    assert!(text.contains("Backups kept 5"), "{text}");
    assert!(text.contains("Last backup 1 h ago"));
    assert!(text.contains("Off: no scheduler is running"));
    assert!(text.contains("so nothing is backed up: start `routervault serve`"));
    assert!(text.contains("Next run due Not set yet"));
    stage
        .run(
            "INSERT INTO heartbeats (service, seen_at) VALUES ('scheduler', '2026-05-03T11:58:30Z'), ('indexer', '2026-05-03T12:00:00Z');
             INSERT INTO collectors (name, seen_at) VALUES ('a', '2026-05-03T02:00:00Z'), ('b', '2026-05-03T11:59:58Z');
             INSERT INTO due_times (site_id, schedule_id, due_at) VALUES (1, 1, '2026-05-04T00:00:00Z')",
        )
        .await;
    let text = text_of(&stage.get("/").await.text());
    assert!(text.contains("Automatic backups On") && text.contains("Next run due in 12 h"));
    stage
        .run(
            "UPDATE heartbeats SET seen_at = '2026-05-03T11:58:00Z' WHERE service = 'scheduler';
             UPDATE due_times SET due_at = '2026-05-03T02:00:00Z'",
        )
        .await;
    let text = text_of(&stage.get("/").await.text());
    assert!(
        text.contains("Off: no scheduler") && text.contains("Next run due Now"),
        "{text}"
    );
    assert!(text.contains("No scheduler is running, so no backup begins by itself"));
    stage
        .run(
            "UPDATE heartbeats SET seen_at = '2026-05-03T11:59:50Z';
             UPDATE collectors SET seen_at = '2026-05-03T11:57:00Z' WHERE name = 'b'",
        )
        .await;
    let text = text_of(&stage.get("/").await.text());
    assert!(text.contains("Off: no collector is running"), "{text}");
    assert!(text.contains("No collector is running, so backups wait in the queue"));
}

#[tokio::test]
async fn a_device_is_found_by_two_letters_and_by_its_address() {
    let stage = three_sites().await;
    for (search, device) in [("Co", "core-sw"), ("198.51", "attic"), ("EDGE", "edge")] {
        let page = stage.get(&format!("/?q={search}")).await.text();
        assert_eq!(sites(&page).len(), 1, "{search}");
        assert!(
            page.contains(&format!("/devices/{device}\">{device}</a>")),
            "{search}"
        );
    }
    let by_site = stage.get("/?q=BRIG").await.text();
    assert_eq!(sites(&by_site), ["bright"]);
    assert!(!by_site.contains("/devices/"));
    let nothing = stage.get("/?q=%25").await.text();
    assert!(
        nothing.contains("Nothing found"),
        "no pattern but text is meant"
    );
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id)
              SELECT 2, 'ap-' || i, '203.0.113.1', 22, 'routeros', 1 FROM generate_series(1, 9) i",
        )
        .await;
    let many = stage.get("/?q=ap-").await.text();
    assert_eq!(many.matches("/devices/ap-").count(), 5);
    assert!(many.contains("/sites/bright?q=ap-&#38;state=\">and 4 more</a>"));
}

#[tokio::test]
async fn sites_are_filtered_by_tag_and_by_state() {
    let stage = three_sites().await;
    for (filter, expected) in [
        ("tag=north", &["acme", "bright"][..]),
        ("tag=vip", &["acme"]),
        ("tag=nor", &[]),
        ("state=attention", &["acme"]),
        ("state=verified", &["bright"]),
        ("state=never", &["acme"]),
        ("state=&tag=", &["acme", "bright", "void"]),
        ("tag=north&state=verified&q=b", &["bright"]),
    ] {
        let page = stage.get(&format!("/?{filter}")).await.text();
        assert_eq!(sites(&page), expected, "{filter}");
    }
    assert_eq!(stage.get("/?state=nonsense").await.status.as_u16(), 400);
    let page = stage.get("/?tag=vip").await.text();
    assert!(page.contains("<option value=\"vip\" selected>"));
}

#[tokio::test]
async fn a_tag_of_a_device_finds_its_site_and_is_shown_where_it_is() {
    let stage = three_sites().await;
    stage
        .run(
            "UPDATE devices SET tags = '{core,<i>}' WHERE id = 2;
             UPDATE devices SET tags = '{core}' WHERE id = 4;
             UPDATE devices SET tags = '{gone}', archived_at = now() WHERE id = 3",
        )
        .await;
    let page = stage.get("/?tag=core").await.text();
    assert_eq!(sites(&page), ["acme", "bright"]);
    assert!(page.contains("<option value=\"core\" selected>") && !page.contains("\"gone\""));
    assert!(page.contains(">core-sw</a>") && !page.contains(">gw-1</a>"));
    assert_eq!(sites(&stage.get("/?tag=gone").await.text()), [""; 0]);
    let page = stage.get("/?tag=core&q=edge").await.text();
    assert_eq!(sites(&page), ["bright"]);
    let page = stage.get("/?tag=vip&q=gw").await.text();
    assert!(page.contains(">gw-1</a>"), "its site has the tag");
    for address in ["/sites/acme", "/sites/acme/devices/core-sw"] {
        let page = stage.get(address).await.text();
        assert!(page.contains("href=\"/?tag=core\">core</a>"), "{address}");
        assert!(page.contains("&#60;i&#62;</a>"), "{address}");
    }
    let page = stage.get("/sites/acme?q=core").await.text();
    assert!(page.contains(">core-sw</a>") && !page.contains(">gw-1</a>"));
}

#[tokio::test]
async fn a_strip_has_a_text_and_a_site_sums_its_devices() {
    let stage = three_sites().await;
    stage
        .run(
            "UPDATE devices SET days = 'cus', days_until = '2026-05-03' WHERE id = 1;
             UPDATE devices SET days = 'f', days_until = '2026-05-02' WHERE id = 2;
             UPDATE devices SET days = repeat('u', 30), days_until = '2026-05-03' WHERE id = 4",
        )
        .await;
    let page = stage.get("/").await.text();
    assert!(page.contains(
        "<title>Last 30 days of 3 devices, summed: 2 verified (1 changed), 1 suspect, 1 failed, 86 not tried</title>"
    ));
    assert!(page.contains("<title>Last 30 days: 30 verified</title>"));
    assert_eq!(page.matches("class=\"legend\"").count(), 1);
    let page = stage.get("/sites/acme").await.text();
    assert!(page.contains("<title>3 May: 1 suspect, 2 not tried</title>"));
    assert!(
        page.contains(
            "<title>Last 30 days: 2 verified (1 changed), 1 suspect, 27 not tried</title>"
        )
    );
    let page = stage.get("/sites/acme/devices/gw-1").await.text();
    assert!(page.contains("<title>1 May: verified, changed</title>"));
    assert_eq!(page.matches("pointer-events=\"all\"").count(), 30);
}

#[tokio::test]
async fn devices_of_a_site_are_searched_and_filtered() {
    let stage = three_sites().await;
    stage
        .run("UPDATE devices SET serial = 'HX77' WHERE id = 3")
        .await;
    for (filter, expected) in [
        ("q=CORE", &["core-sw"][..]),
        ("q=hx7", &["attic"]),
        ("q=192.0.2", &["core-sw", "gw-1"]),
        ("state=attention", &["attic", "core-sw"]),
        ("state=never", &["attic"]),
        ("state=verified", &["gw-1"]),
        ("q=nope", &[]),
    ] {
        let page = stage.get(&format!("/sites/acme?{filter}")).await.text();
        let found: Vec<&str> = page
            .split("class=\"strong\" href=\"/sites/acme/devices/")
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .collect();
        assert_eq!(found, expected, "{filter}");
        assert_eq!(
            page.contains("Nothing found"),
            expected.is_empty(),
            "{filter}"
        );
    }
}
