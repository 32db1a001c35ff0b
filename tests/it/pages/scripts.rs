//! Backup Scripts: devices of all sites are found, chosen, and lead to a view or a comparison.

use axum::http::StatusCode;

use super::Stage;

async fn two_sites() -> Stage {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO sites (slug, name, timezone) VALUES ('other', 'Other <place>', 'UTC');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, serial, model, identity)
             VALUES (2, 'edge', '198.51.100.7', 22, 'routeros', 1, 'HX77', 'RB5009', 'mast');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, archived_at, snapshot_count)
             VALUES (2, 'gone', '198.51.100.8', 22, 'routeros', 1, now(), 1), (2, 'gone-too', '198.51.100.9', 22, 'routeros', 1, now(), 0)",
        )
        .await;
    stage
}

fn devices(page: &str) -> Vec<String> {
    page.split("name=\"d\" value=\"")
        .skip(1)
        .filter(|part| part.contains("aria-label"))
        .filter_map(|part| Some(part.split('"').next()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_device_is_found_by_whatever_is_known_of_it() {
    let stage = two_sites().await;
    for search in [
        "EDGE",
        "198.51.100.7",
        "hx7",
        "rb50",
        "mast",
        "edge+other",
        "oth+hx",
    ] {
        let page = stage.get(&format!("/scripts?q={search}")).await.text();
        assert_eq!(devices(&page), ["2"], "{search}");
    }
    assert_eq!(
        devices(&stage.get("/scripts").await.text()),
        ["1", "2", "3"]
    );
    let gone = stage.get("/scripts?q=gone").await.text();
    assert!(gone.contains("Not in the inventory") && devices(&gone) == ["3"]);
    let nothing = stage.get("/scripts?q=edge+acme").await.text();
    assert!(nothing.contains("Nothing found"));
    let page = stage.get("/scripts?q=edge").await.text();
    assert!(page.contains("href=\"/sites/other/devices/edge\""));
    assert!(page.contains("Other &#60;place&#62;"));
}

#[tokio::test]
async fn what_is_special_in_a_pattern_is_searched_for_as_text() {
    let stage = two_sites().await;
    stage
        .run(
            r"UPDATE devices SET name = 'a_b' WHERE id = 1;
              UPDATE devices SET name = 'axb 50% c:\ap' WHERE id = 2",
        )
        .await;
    for (search, found) in [
        ("a_b", "1"),
        ("%25", "2"),
        ("0%25+%5C", "2"),
        (r"c:\ap", "2"),
    ] {
        let page = stage.get(&format!("/scripts?q={search}")).await.text();
        assert_eq!(devices(&page), [found], "{search}");
    }
}

#[tokio::test]
async fn chosen_devices_show_their_backups_and_stay_chosen() {
    let stage = two_sites().await;
    let page = stage.get("/scripts?q=edge&d=1&d=2&d=1").await.text();
    assert!(page.contains("name=\"s\" value=\"1\"") && page.contains("name=\"s\" value=\"2\""));
    assert!(
        page.contains("Ticked before"),
        "device 1 is not found by edge"
    );
    assert!(page.contains("No backup yet."), "device 2 has none");
    assert!(page.contains("seen once, 1 May"));
    let unknown = stage.get("/scripts?d=99").await;
    assert_eq!(unknown.status, StatusCode::OK);
}

#[tokio::test]
async fn only_the_newest_twenty_backups_are_listed_with_a_link_to_all() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256, size_bytes, line_count, has_secrets, codec, body)
             SELECT 1, now() - i * interval '1 day', now(), 'verified', '[]', '', '', 1, 1, true, 'whole', '' FROM generate_series(1, 60) i;
             UPDATE devices SET snapshot_count = 62",
        )
        .await;
    let page = stage.get("/scripts?d=1").await.text();
    assert_eq!(page.matches("name=\"s\"").count(), 20);
    assert!(
        page.contains(
            "href=\"/sites/acme/devices/gw-1#backups\">All 62 backups of this device</a>"
        )
    );
}

#[tokio::test]
async fn one_tick_views_and_several_compare() {
    let stage = two_sites().await;
    for (ticks, to) in [
        ("s=2", "/snapshots/2"),
        ("s=2&s=2", "/snapshots/2"),
        ("s=2&s=1", "/compare?s=2&s=1"),
        (
            "s=1&s=2&s=3&s=4&s=5&s=6",
            "/compare?s=1&s=2&s=3&s=4&s=5&s=6",
        ),
        (
            "q=a%26b&d=1",
            "/scripts?q=a%26b&d=1&notice=nothing-ticked-here",
        ),
        (
            "device=1",
            "/sites/acme/devices/gw-1?notice=nothing-ticked-here",
        ),
        ("device=99", "/scripts?q=&notice=nothing-ticked-here"),
        ("device=x", "/scripts?q=&notice=nothing-ticked-here"),
    ] {
        let answer = stage.get(&format!("/scripts/open?{ticks}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{ticks}");
        assert_eq!(answer.header("location"), to);
    }
    for address in [
        "/scripts?q=&notice=nothing-ticked-here",
        "/sites/acme/devices/gw-1?notice=nothing-ticked-here",
    ] {
        let page = stage.get(address).await.text();
        assert!(page.contains("tick at least one backup first"), "{address}");
    }
}

#[tokio::test]
async fn too_many_ticks_and_senseless_ones_are_refused() {
    let stage = two_sites().await;
    let eleven: String = (1..=11).map(|id| format!("d={id}&")).collect();
    let seven: String = (1..=7).map(|id| format!("s={id}&")).collect();
    for address in [
        format!("/scripts?{eleven}"),
        format!("/scripts/open?{seven}"),
        "/scripts?d=x".to_owned(),
        "/scripts?d=99999999999999999999".to_owned(),
        "/scripts/open?s=1&s=-".to_owned(),
        "/scripts?page=x".to_owned(),
    ] {
        let answer = stage.get(&address).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
        assert!(answer.text().contains("<h1>"), "{address}");
    }
}
