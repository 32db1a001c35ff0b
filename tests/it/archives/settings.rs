//! Schedules, maintenance windows and retention rules in an archive: whose they are, what stays as
//! it is, and what is refused.

use routervault::archive::RestoreError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::damaged::{Files, packed};
use super::house::{House, everything};
use super::restored::{of_site, restore};
use crate::support::unpack;

pub fn lines(text: &[u8]) -> Vec<Value> {
    let lines = text
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[tokio::test]
async fn an_archive_of_a_site_has_what_is_set_for_it_and_its_devices_alone() {
    let house = House::with(2, 2, 1).await;
    let files = unpack(of_site(&house).await).await;
    let targets = |name: &str| {
        let lines = lines(&files[name]).into_iter();
        lines.map(|one| one["target"].clone()).collect::<Vec<_>>()
    };
    let (site, device) = (
        json!({"site": "site-1"}),
        json!({"device": ["site-1", "gw 1"]}),
    );
    assert_eq!(targets("schedules.jsonl"), [site.clone(), device.clone()]);
    assert_eq!(targets("maintenance_windows.jsonl"), [device, site.clone()]);
    assert_eq!(targets("retention_rules.jsonl"), [site]);
    let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
    assert!(
        readme.contains("Never in an archive: passwords, second factors"),
        "{readme}"
    );
}

#[tokio::test]
async fn what_is_set_for_a_site_follows_it_to_its_new_name() {
    let house = House::with(1, 1, 1).await;
    let zip = of_site(&house).await;
    let restored = restore(&house, &zip, Some("again")).await.unwrap();
    let log = restored.log.join("\n");
    for line in [
        "2 schedules made: site again, device again/gw 1",
        "2 maintenance windows there before, not changed: Move of gw 1, Patch night",
        "1 retention rule made: site again",
    ] {
        assert!(log.contains(line), "{log}");
    }
    let rhythms: Vec<(String, String)> = sqlx::query_as(
        "SELECT sites.slug, schedules.rhythm
         FROM devices
         JOIN sites ON sites.id = devices.site_id
         JOIN schedules ON schedules.id = devices.schedule_id
         ORDER BY sites.slug",
    )
    .fetch_all(&house.pool)
    .await
    .unwrap();
    let hourly = |slug: &str| (slug.to_owned(), "hourly 15".to_owned());
    assert_eq!(rhythms, [hourly("again"), hourly("site-1")]);
}

#[tokio::test]
async fn what_is_there_for_a_target_stays_and_is_told() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    sqlx::query("UPDATE schedules SET rhythm = 'weekly sun 04:00' WHERE num_nonnulls(site_id, device_id, tag) = 0")
        .execute(&first.pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO retention_rules (target, tag, keep_count) VALUES ('tag', 'gold', 7)")
        .execute(&second.pool)
        .await
        .unwrap();
    let (path, _) = first.archive(&everything()).await;
    let zip = std::fs::read(path).unwrap();
    let checked = second.check(&zip).await.unwrap();
    let mut conn = second.pool.acquire().await.unwrap();
    let plan = routervault::archive::plan(&mut conn, &checked, None)
        .await
        .unwrap();
    drop(conn);
    let words = plan.in_words().join("\n");
    for line in [
        "3 schedules would be made: tag edge, site site-1, device site-1/gw 1",
        "1 schedule would stay as here: everything",
        "the schedule everything here: daily at 02:00, on each site's clock, spread over 60 min; in the archive: Sunday at 04:00,",
        "the retention rule tag gold here: the newest 7; in the archive: all for 30 days,",
    ] {
        assert!(words.contains(line), "{words}");
    }
    restore(&second, &zip, None).await.unwrap();
    let kept: (String, i32) = sqlx::query_as(
        "SELECT rhythm, keep_count
         FROM schedules, retention_rules
         WHERE num_nonnulls(schedules.site_id, schedules.device_id, schedules.tag) = 0
           AND retention_rules.tag = 'gold'",
    )
    .fetch_one(&second.pool)
    .await
    .unwrap();
    assert_eq!(kept, ("daily 02:00".to_owned(), 7));
}

/// The files of an archive in which a line of one is changed, with a manifest that fits.
pub async fn with_changed(house: &House, name: &str, change: impl Fn(&mut Value)) -> Vec<u8> {
    let (path, manifest) = house.archive(&everything()).await;
    let mut found = unpack(std::fs::read(path).unwrap()).await;
    let mut records = lines(&found[name]);
    change(records.last_mut().unwrap());
    let text: String = records.iter().map(|one| format!("{one}\n")).collect();
    let mut manifest = serde_json::to_value(manifest).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        if file["path"] == name {
            file["size_bytes"] = json!(text.len());
            file["sha256"] = json!(hex::encode(Sha256::digest(&text)));
        }
    }
    found.insert(name.to_owned(), text.into_bytes());
    let manifest = serde_json::to_vec(&manifest).unwrap();
    found.insert("manifest.json".to_owned(), manifest);
    packed(&found.into_iter().collect::<Files>()).await
}

#[tokio::test]
async fn what_could_not_have_been_typed_is_refused_and_changes_nothing() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let schedules = "schedules.jsonl";
    let windows = "maintenance_windows.jsonl";
    let rules = "retention_rules.jsonl";
    for (file, field, value, words) in [
        (
            schedules,
            "rhythm",
            json!("often"),
            "the schedule for device site-1/gw 1 can not be read",
        ),
        (schedules, "rhythm", json!("cron 0 0 31 2 *"), "never comes"),
        (schedules, "timezone", json!("Europe/Londn"), "Europe/Londn"),
        (schedules, "spread_secs", json!(61), "can not be read"),
        (
            schedules,
            "target",
            json!({"site": "nowhere"}),
            "is for what is not in it",
        ),
        (
            schedules,
            "target",
            json!("everything"),
            "the schedule everything is in it twice",
        ),
        (
            schedules,
            "target",
            json!({"tag": "a\u{0}b"}),
            "has a tag that",
        ),
        (
            windows,
            "span",
            json!("once 2026-12-24T18:00 2026-12-24T18:00"),
            "not after",
        ),
        (windows, "name", json!(" x"), "can not be read"),
        (
            rules,
            "target",
            json!({"device": ["site-1", "gw 1"]}),
            "rules are not for devices",
        ),
        (rules, "rule", json!({"count": 0}), "from 1 to"),
    ] {
        let zip = with_changed(&first, file, |line| line[field] = value.clone()).await;
        let refused = restore(&second, &zip, None).await.unwrap_err();
        assert!(matches!(refused, RestoreError::Wrong(_)), "{refused}");
        let sentence = refused.to_string();
        assert!(sentence.contains(words), "{sentence}");
    }
    assert_eq!(second.told().await.len(), 1);
}
