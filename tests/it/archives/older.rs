//! Archives of older formats, in the words in which they were written: they stay restorable.

use sha2::{Digest, Sha256};

use super::damaged::{Files, packed};
use super::house::House;
use super::restored::restore;

/// What the router sent, and what the credential is.
const EXPORT: &str = "# 2026-11-21 02:00:13 by RouterOS 7.18.2\r\n# software id = AAAA-BBBB\r\n\
                      /system identity\r\nset name=gw-1\r\n";

/// The files of format 1 but for the manifest, in their order.
fn files() -> Files {
    let sha256 = hex::encode(Sha256::digest(EXPORT));
    let snapshots = include_str!("older/snapshots.jsonl").replace("$SHA256", &sha256);
    let named = [
        ("sites/acme/site.json", include_str!("older/site.json")),
        ("sites/acme/gw-1/2026-11-21T020013Z_verified.rsc", EXPORT),
        ("sites/acme/gw-1/snapshots.jsonl", &snapshots),
        (
            "sites/acme/gw-1/device.json",
            include_str!("older/device.json"),
        ),
        ("credentials.jsonl", include_str!("older/credentials.jsonl")),
        ("users.jsonl", include_str!("older/users.jsonl")),
        ("README.txt", "An archive of everything.\n"),
    ];
    named
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into()
}

/// The same of format 2.
fn files_2() -> Files {
    let mut files = files();
    let added = [
        ("schedules.jsonl", include_str!("older/schedules.jsonl")),
        (
            "maintenance_windows.jsonl",
            include_str!("older/maintenance_windows.jsonl"),
        ),
        (
            "retention_rules.jsonl",
            include_str!("older/retention_rules.jsonl"),
        ),
    ];
    let readme = files.pop();
    files.extend(added.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    files.extend(readme);
    files
}

/// The archive with this manifest, in which `$FILES` stands for the list of its files.
async fn archive(mut files: Files, manifest: &str) -> Vec<u8> {
    let listed = files.iter().map(|(path, bytes)| {
        let sha256 = hex::encode(Sha256::digest(bytes));
        format!(
            r#"{{"path":"{path}","size_bytes":{},"sha256":"{sha256}"}}"#,
            bytes.len()
        )
    });
    let listed = listed.collect::<Vec<_>>().join(",");
    let manifest = manifest.replace("$FILES", &listed);
    files.push(("manifest.json".to_owned(), manifest.into_bytes()));
    packed(&files).await
}

#[tokio::test]
async fn an_archive_of_format_1_is_restored_as_it_was() {
    let house = House::empty().await;
    let zip = archive(files(), include_str!("older/manifest.json")).await;
    let restored = restore(&house, &zip, None).await.unwrap();
    let counts = restored.counts;
    assert_eq!((counts.sites, counts.devices, counts.snapshots), (1, 1, 1));
    assert_eq!(
        (counts.credentials, counts.users, counts.schedules),
        (1, 1, 0)
    );
    assert_eq!(house.bodies().await, [EXPORT.as_bytes()]);
    let device: (String, String, i32) = sqlx::query_as(
        "SELECT devices.name, host_keys.fingerprint, snapshot_count
         FROM devices
         JOIN host_keys ON host_keys.device_id = devices.id
         WHERE schedule_id IS NOT NULL",
    )
    .fetch_one(&house.pool)
    .await
    .unwrap();
    assert_eq!(device, ("gw-1".to_owned(), "SHA256:invented".to_owned(), 1));
}

#[tokio::test]
async fn an_archive_of_format_2_is_restored_as_it_was() {
    let house = House::empty().await;
    let zip = archive(files_2(), include_str!("older/manifest_2.json")).await;
    let restored = restore(&house, &zip, None).await.unwrap();
    let counts = restored.counts;
    let settings = (
        counts.schedules,
        counts.maintenance_windows,
        counts.retention_rules,
        counts.archive_plans,
    );
    assert_eq!(settings, (2, 1, 2, 0));
    assert_eq!(house.bodies().await, [EXPORT.as_bytes()]);
    let set: (String, String, i32, i32) = sqlx::query_as(
        "SELECT schedules.rhythm, span, rules.keep_count, of_tag.thin_daily_days
         FROM devices
         JOIN schedules ON schedules.id = devices.schedule_id
         JOIN maintenance_windows ON maintenance_windows.site_id = devices.site_id
         JOIN retention_rules AS rules ON rules.site_id = devices.site_id
         JOIN retention_rules AS of_tag ON of_tag.tag = 'gold'",
    )
    .fetch_one(&house.pool)
    .await
    .unwrap();
    let (rhythm, span) = ("weekly mon,fri 23:30", "weekly fri 22:00 180");
    assert_eq!(set, (rhythm.to_owned(), span.to_owned(), 400, 365));
}

#[tokio::test]
async fn format_2_has_no_plans_and_one_that_has_is_refused() {
    let house = House::empty().await;
    let mut with_plan = files_2();
    let plan = r#"{"name":"Weekly","choice":{"site":null,"history":"whole","contents":"everything","secrets":"exact"},"comment":"","rhythm":"off","timezone":null,"keep":7}"#;
    with_plan.push((
        "archive_plans.jsonl".to_owned(),
        format!("{plan}\n").into_bytes(),
    ));
    let zip = archive(with_plan, include_str!("older/manifest_2.json")).await;
    let refused = house.check(&zip).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("its counts are wrong"), "{refused}");
}

#[tokio::test]
async fn format_1_has_no_schedules_and_one_that_has_is_refused() {
    let house = House::empty().await;
    let mut with_schedule = files();
    let schedule = br#"{"target":"everything","rhythm":"off","timezone":null,"spread_secs":0,"per_site":null}"#;
    let schedule = [schedule.as_slice(), b"\n"].concat();
    with_schedule.push(("schedules.jsonl".to_owned(), schedule));
    let zip = archive(with_schedule, include_str!("older/manifest.json")).await;
    let refused = house.check(&zip).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("its counts are wrong"), "{refused}");
}
