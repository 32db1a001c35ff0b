//! The monthly report over all sites: what its rows add up, who sees which of them, and its file.
//! Noon is that of 3 May 2026.

use axum::http::StatusCode;
use routervault::model::Role;

use super::reports::{file, page, stage};
use crate::support::kim;

const APRIL: &str = "/reports/2026-04";

#[tokio::test]
async fn a_month_has_a_row_a_site_and_who_missed_most_stands_first() {
    let stage = stage().await;
    let april = page(&stage, APRIL).await;
    for words in [
        "All sites Backups of router configurations, April 2026 Made on 3 May 2026, 12:00 UTC by RouterVault.",
        "2 sites with 4 devices. 1 site was backed up and verified whenever due. Of 100 days on which a device was due, \
         4 were missed: 96.0 % are covered. 3 changes of the configuration, at 2 sites. 3 backups failed, at 1 site. \
         1 backup was suspect, at 1 site: kept, but not counted as verified.",
        "Acme &#38; Sons 3 94.2 % 4 of 70 2 3 1 Other 1 100 % 0 1 0 0",
    ] {
        assert!(april.contains(words), "{words}\n{april}");
    }
    for words in ["not over", "until now", "deleted"] {
        assert!(!april.contains(words), "{words}");
    }
    let html = stage.get(APRIL).await.text();
    assert!(html.contains("\"/sites/acme/reports/2026-04\""), "{html}");
    let home = stage.get("/").await.text();
    assert!(home.contains("\"/reports\""), "{home}");
}

#[tokio::test]
async fn the_rows_are_those_of_the_reports_of_the_sites() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO schedules (origin, site_id, rhythm, spread_secs)
             VALUES ('browser', 1, 'weekly wed,sun 02:00', 3600);
             UPDATE devices SET schedule_id = schedules.id FROM schedules
             WHERE schedules.site_id = devices.site_id",
        )
        .await;
    let all = file(&stage, &format!("{APRIL}.csv")).await;
    let site = file(&stage, "/sites/acme/reports/2026-04.csv").await;
    let sum = |column: &str| -> u32 {
        let at = site[0].iter().position(|name| name == column).unwrap();
        site[1..]
            .iter()
            .map(|line| line[at].parse::<u32>().unwrap())
            .sum()
    };
    let acme = all.iter().find(|line| line[0] == "acme").unwrap();
    let told = |column: &str| -> u32 {
        let at = all[0].iter().position(|name| name == column).unwrap();
        acme[at].parse().unwrap()
    };
    for (of_all, of_site) in [
        ("device_days_counted", "days_counted"),
        ("device_days_verified", "days_verified"),
        ("device_days_not_verified", "days_not_verified"),
        ("changes", "changes"),
        ("failures", "failures"),
        ("suspect", "suspect"),
    ] {
        assert_eq!(told(of_all), sum(of_site), "{of_all}");
    }
    // Nine days of April are a Wednesday or a Sunday; gw-3 was there for three of them.
    assert_eq!((told("devices"), told("device_days_counted")), (3, 21));
}

#[tokio::test]
async fn who_sees_some_sites_has_a_report_of_these() {
    let stage = stage().await;
    let viewer = Role::Viewer.rights();
    let elsewhere = stage.seen_by(kim(viewer, &[2])).await;
    let april = page(&elsewhere, APRIL).await;
    assert!(
        april.contains("1 site with 1 device. All sites were backed up"),
        "{april}"
    );
    assert!(!april.contains("Acme"), "{april}");
    let lines = file(&elsewhere, &format!("{APRIL}.csv")).await;
    assert_eq!(lines.len(), 2);
    let nowhere = stage.seen_by(kim(viewer, &[])).await;
    let may = page(&nowhere, "/reports/2026-05").await;
    assert!(
        may.contains("There was no device at any site in this month."),
        "{may}"
    );
    assert_eq!(nowhere.get(APRIL).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_file_has_a_line_a_site_and_no_formula() {
    let stage = stage().await;
    stage
        .run("UPDATE sites SET name = '=1+1' WHERE id = 2")
        .await;
    let lines = file(&stage, &format!("{APRIL}.csv")).await;
    let acme = "acme|Acme & Sons|2026-04|true|2026-05-03T12:00:00Z|3|70|66|4|2|3|1|0";
    let other = "other|'=1+1|2026-04|true|2026-05-03T12:00:00Z|1|30|30|0|1|0|0|0";
    assert_eq!(
        lines[1..]
            .iter()
            .map(|line| line.join("|"))
            .collect::<Vec<_>>(),
        [acme, other]
    );
    let answer = stage.get(&format!("{APRIL}.csv")).await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"report_2026-04.csv\""
    );
}

#[tokio::test]
async fn there_is_a_report_of_each_month_since_the_first_site_came() {
    let stage = stage().await;
    let list = page(&stage, "/reports").await;
    let months = "May 2026 until now CSV April 2026 CSV March 2026 CSV February 2026 CSV";
    assert!(list.ends_with(months), "{list}");
    for month in ["2026-01", "2026-06", "now", "2026-04.pdf", "2026-01.csv"] {
        let answer = stage.get(&format!("/reports/{month}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{month}");
    }
    let may = page(&stage, "/reports/2026-05").await;
    assert!(may.contains("May 2026, until now Made on"), "{may}");
    assert!(may.contains("The month is not over."), "{may}");
}

#[tokio::test]
async fn of_a_month_whose_results_are_deleted_only_changes_are_told() {
    let stage = stage().await;
    stage
        .run(
            "UPDATE retention SET runs_gone_to = '2026-05-02T00:00:00Z';
             DELETE FROM runs",
        )
        .await;
    let april = page(&stage, APRIL).await;
    assert!(
        april.contains(
            "2 sites with 4 devices. 3 changes of the configuration, at 2 sites. The results"
        ),
        "{april}"
    );
    assert!(
        april.contains("Acme &#38; Sons 3 not known not known 2 not known not known"),
        "{april}"
    );
    let lines = file(&stage, &format!("{APRIL}.csv")).await;
    assert_eq!(lines[1][6..], ["", "", "", "2", "", "", ""]);
}

#[tokio::test]
async fn many_sites_are_shown_a_page_at_a_time_and_the_file_has_all() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO sites (slug, name, timezone, created_at)
             SELECT 's-' || n, 'Site ' || lpad(n::text, 3, '0'), 'Asia/Tokyo', '2026-02-10T12:00:00Z'
             FROM generate_series(1, 120) AS n;
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, created_at, schedule_id, schedule_since)
             SELECT id, 'gw', '192.0.2.7', 22, 'routeros', 1, created_at, 1, created_at
             FROM sites
             WHERE slug LIKE 's-%'",
        )
        .await;
    let first = page(&stage, APRIL).await;
    assert!(first.contains("122 sites with 124 devices."), "{first}");
    assert!(
        first.contains("120 devices had no verified backup"),
        "{first}"
    );
    assert!(first.contains("3,604 were missed"), "{first}");
    assert!(
        first.contains("Site 001 1 1 not verified 0.0 % 30 of 30 0 0 0 Site 002"),
        "{first}"
    );
    assert!(
        first.contains("Sites 1\u{2013}100 of 122 Site Devices"),
        "{first}"
    );
    assert!(first.contains("1\u{2013}100 of 122 sites"), "{first}");
    assert!(
        !first.contains("Site 101") && !first.contains("Acme"),
        "{first}"
    );
    let second = page(&stage, &format!("{APRIL}?page=2")).await;
    assert!(second.contains("Failures Suspect Site 101"), "{second}");
    assert!(second.contains("Acme"), "{second}");
    let beyond = page(&stage, &format!("{APRIL}?page=9")).await;
    assert!(beyond.contains("beyond the end of the list"), "{beyond}");
    assert_eq!(file(&stage, &format!("{APRIL}.csv")).await.len(), 1 + 122);
}
