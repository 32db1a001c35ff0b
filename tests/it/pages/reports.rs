//! The monthly report of a site: what it counts, what it can not know, and its file. Noon is that of
//! 3 May 2026.

use axum::http::StatusCode;
use routervault::model::Role;

use super::Stage;
use crate::support::kim;

const APRIL: &str = "/sites/acme/reports/2026-04";

pub(super) async fn stage() -> Stage {
    let stage = Stage::empty().await;
    stage.run(include_str!("reports.sql")).await;
    stage
}

/// The text of a page, without its marks, each gap one blank.
fn words(page: &str) -> String {
    let mut words = String::new();
    let mut is_mark = false;
    for c in page.chars() {
        match c {
            '<' => is_mark = true,
            '>' => {
                is_mark = false;
                words.push(' ');
            }
            c if !is_mark => words.push(c),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) async fn page(stage: &Stage, address: &str) -> String {
    let answer = stage.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    words(&answer.text())
}

/// The lines of a file, each by its columns.
pub(super) async fn file(stage: &Stage, address: &str) -> Vec<Vec<String>> {
    let answer = stage.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    let lines = answer.text();
    let lines = lines.strip_prefix('\u{feff}').unwrap().lines();
    let cells = |line: &str| {
        let line = line
            .strip_prefix('"')
            .and_then(|line| line.strip_suffix('"'));
        line.unwrap().split("\",\"").map(str::to_owned).collect()
    };
    lines.map(cells).collect()
}

#[tokio::test]
async fn a_month_tells_what_was_verified_what_changed_and_what_failed() {
    let april = page(&stage().await, APRIL).await;
    for words in [
        "Acme &#38; Sons Backups of router configurations, April 2026 Made on 3 May 2026, 14:00 CEST by RouterVault.",
        "3 devices; 1 was backed up and verified whenever due. gw-2 was not verified on 3 days. gw-1 was not verified on 1 day.",
        "2 changes of the configuration, on 1 device. 3 backups failed, on 1 device; most often: sign-in refused. \
         1 backup was suspect: kept, but not counted as verified. 1 device showed another host key than the trusted one. 1 device added.",
        "gw-2 RB760iGS 7.16.2 27 of 30 days not on 3\u{2013}5 4 d 30 Apr 2026 02:00 0 3 most often sign-in refused 0 1",
        "gw-1 RB5009UG+S+ 7.16.2 29 of 30 days not on 7 2 d 30 Apr 2026 02:00 2 +13 \u{2212}4 0 1 0",
        "=gw-3 added in this month \u{2013} \u{2013} 10 of 10 days 24 h",
        "gw-2 sign-in refused 2 3, 4 gw-2 unreachable 1 5",
        "10 Apr 2026 02:00 gw-1 +12 \u{2212}3 What changed 20 Apr 2026 02:00 gw-1 +1 \u{2212}1 What changed",
        "3 Apr 2026 02:00 gw-2 ssh-ed25519 not decided yet",
    ] {
        assert!(april.contains(words), "{words}\n{april}");
    }
    for words in ["elsewhere", "of-may", "not over", "until now", "deleted"] {
        assert!(!april.contains(words), "{words}");
    }
}

#[tokio::test]
async fn who_is_due_once_a_week_is_not_blamed_for_the_days_between() {
    let stage = stage().await;
    // What is left of gw-2 are its Sundays, and one that was made up for on a Tuesday.
    stage
        .run(
            "INSERT INTO schedules (origin, device_id, rhythm, spread_secs)
             VALUES ('browser', 2, 'weekly sun 02:00', 3600);
             UPDATE devices
             SET schedule_id = schedules.id
             FROM schedules
             WHERE schedules.device_id = devices.id;
             DELETE FROM runs
             WHERE device_id = 2
                 AND state = 'succeeded'
                 AND extract(day FROM queued_at) NOT IN (7, 12, 26)",
        )
        .await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains("gw-2 RB760iGS 7.16.2 3 of 4 days due not on 19 Sunday at 02:00"),
        "{april}"
    );
    assert!(april.contains("gw-2 was not verified on 1 day."), "{april}");
    let lines = file(&stage, &format!("{APRIL}.csv")).await;
    let gw_2 = lines
        .iter()
        .find(|line| line.contains(&"gw-2".to_owned()))
        .unwrap();
    assert!(
        gw_2.ends_with(&["3".to_owned(), "weekly sun 02:00".to_owned()]),
        "{gw_2:?}"
    );
}

#[tokio::test]
async fn days_before_a_schedule_was_changed_count_only_where_a_backup_was_tried() {
    let stage = stage().await;
    stage
        .run(
            "UPDATE devices SET schedule_since = '2026-04-10T12:00:00Z';
             DELETE FROM runs WHERE device_id = 1 AND extract(day FROM queued_at) IN (2, 22)",
        )
        .await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains("gw-1 its schedule was changed in this month RB5009UG+S+ 7.16.2 27 of 29 days not on 7, 22"),
        "{april}"
    );
    assert!(april.contains("27 of 30 days not on 3\u{2013}5"), "{april}");
}

#[tokio::test]
async fn changes_lead_to_their_comparison() {
    let april = stage().await.get(APRIL).await.text();
    assert!(
        april.contains("\"/compare?s=2&#38;s=3\"") && april.contains("\"/compare?s=3&#38;s=4\"")
    );
}

#[tokio::test]
async fn the_file_has_a_line_a_device_and_no_formula() {
    let stage = stage().await;
    let lines = file(&stage, &format!("{APRIL}.csv")).await;
    let column = |name: &str| lines[0].iter().position(|column| column == name).unwrap();
    let told = |name: &str| -> Vec<&str> {
        lines[1..]
            .iter()
            .map(|line| line[column(name)].as_str())
            .collect()
    };
    assert_eq!(told("device"), ["gw-2", "gw-1", "'=gw-3"]);
    assert_eq!(told("month_is_over"), ["true"; 3]);
    assert_eq!(told("made_at"), ["2026-05-03T12:00:00Z"; 3]);
    assert_eq!(told("days_counted"), ["30", "30", "10"]);
    assert_eq!(told("days_verified"), ["27", "29", "10"]);
    assert_eq!(told("days_not_verified"), ["3", "1", "0"]);
    assert_eq!(told("not_verified_on"), ["3-5", "7", ""]);
    assert_eq!(told("longest_gap_minutes"), ["5760", "2880", "1440"]);
    assert_eq!(told("last_verified_at"), ["2026-04-30T00:00:09Z"; 3]);
    assert_eq!(told("changes"), ["0", "2", "0"]);
    assert_eq!(told("lines_added"), ["0", "13", "0"]);
    assert_eq!(told("failures"), ["3", "0", "0"]);
    assert_eq!(told("most_frequent_failure"), ["auth_failed", "", ""]);
    assert_eq!(told("suspect"), ["0", "1", "0"]);
    assert_eq!(told("host_key_changes"), ["1", "0", "0"]);
    let answer = stage.get(&format!("{APRIL}.csv")).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"acme_report_2026-04.csv\""
    );
}

#[tokio::test]
async fn a_month_that_goes_on_says_so_and_counts_until_now() {
    let may = page(&stage().await, "/sites/acme/reports/2026-05").await;
    assert!(may.contains("May 2026, until now Made on"), "{may}");
    assert!(may.contains("The month is not over."), "{may}");
    // The third is not over; the device that came on the second has no whole day.
    assert!(
        may.contains("4 devices; 3 were backed up and verified whenever due. 1 not verified yet."),
        "{may}"
    );
    assert!(may.contains("2 of 2 days"), "{may}");
}

#[tokio::test]
async fn there_is_a_report_of_each_month_since_the_site_came_and_of_no_other() {
    let stage = stage().await;
    let list = page(&stage, "/sites/acme/reports").await;
    let months = "May 2026 until now CSV April 2026 CSV March 2026 CSV February 2026 CSV";
    assert!(list.ends_with(months), "{list}");
    for month in [
        "2026-01",
        "2026-06",
        "2026-13",
        "now",
        "2026-04-01",
        "2026-04.pdf",
        "2026-01.csv",
    ] {
        let answer = stage.get(&format!("/sites/acme/reports/{month}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{month}");
    }
}

#[tokio::test]
async fn who_does_not_see_the_site_finds_no_report_and_a_viewer_of_it_does() {
    let stage = stage().await;
    let viewer = Role::Viewer.rights();
    let elsewhere = stage.seen_by(kim(viewer, &[2])).await;
    for address in [
        APRIL,
        "/sites/acme/reports",
        "/sites/acme/reports/2026-04.csv",
    ] {
        assert_eq!(
            elsewhere.get(address).await.status,
            StatusCode::NOT_FOUND,
            "{address}"
        );
    }
    let here = stage.seen_by(kim(viewer, &[1])).await;
    assert!(page(&here, APRIL).await.contains("3 devices"));
    assert!(
        here.get("/sites/acme")
            .await
            .text()
            .contains("\"/sites/acme/reports\"")
    );
}

#[tokio::test]
async fn days_whose_results_are_deleted_are_told_and_not_counted() {
    let stage = stage().await;
    stage
        .run("UPDATE retention SET runs_gone_to = '2026-04-10T00:00:00Z'")
        .await;
    stage
        .run("DELETE FROM runs WHERE queued_at <= '2026-04-10T00:00:00Z'")
        .await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains("The results of backups before 10 Apr 2026 02:00 are deleted by now"),
        "{april}"
    );
    assert!(
        april.contains("3 devices; all were backed up and verified whenever due."),
        "{april}"
    );
    assert!(april.contains("20 of 20 days"), "{april}");

    stage
        .run("UPDATE retention SET runs_gone_to = '2026-05-02T00:00:00Z'")
        .await;
    stage.run("DELETE FROM runs").await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains("The results of backups of this month are deleted by now"),
        "{april}"
    );
    assert!(
        april.contains("3 devices. 2 changes of the configuration, on 1 device."),
        "{april}"
    );
    assert!(
        !april.contains(" of 30 days") && !april.contains("No backup failed"),
        "{april}"
    );
    let lines = file(&stage, &format!("{APRIL}.csv")).await;
    let verified = lines[0]
        .iter()
        .position(|column| column == "days_verified")
        .unwrap();
    assert!(lines[1..].iter().all(|line| line[verified].is_empty()));
}

#[tokio::test]
async fn changes_that_retention_may_have_taken_are_not_passed_over_in_silence() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO retention_devices (device_id, looked_at, snapshot_count, due_at, thinned_to)
             VALUES (2, now(), 1, now(), '2026-04-01T00:00:00Z')",
        )
        .await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains("Backups of 1 device were deleted by the rules of retention since"),
        "{april}"
    );
    // The oldest that is left is not the first there was.
    assert!(
        april.contains("3 changes of the configuration, on 2 devices."),
        "{april}"
    );
    assert!(
        april.contains("1 Apr 2026 02:00 gw-2 not compared View"),
        "{april}"
    );
}

#[tokio::test]
async fn a_large_site_has_a_page_with_bounds_and_a_file_with_all() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id, created_at, schedule_id, schedule_since)
             SELECT 2, 'ap-' || n, '192.0.2.7', 22, 'routeros', 1, '2026-04-01T00:00:00Z', 1, '2026-04-01T00:00:00Z'
             FROM generate_series(1, 1100) AS n;
             INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256,
                                    size_bytes, line_count, has_secrets, codec, body, added_lines, removed_lines)
             SELECT id, '2026-04-09T00:00:00Z', '2026-04-09T00:00:00Z', 'verified', '[]', '', '', 1, 1, true, 'whole', '', 1, 1
             FROM devices
             WHERE name LIKE 'ap-%'",
        )
        .await;
    let address = "/sites/other/reports/2026-04";
    let april = page(&stage, address).await;
    assert!(
        april.contains("101 more devices are in the file only"),
        "{april}"
    );
    assert!(april.contains("601 later changes are not listed"));
    assert!(april.contains("1100 devices were not verified on 30 days."));
    assert_eq!(
        file(&stage, &format!("{address}.csv")).await.len(),
        1 + 1101
    );
}
