//! Killed at any moment: nothing half done is to be seen, and the next time it goes on.

use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use routervault::db;
use routervault::db::retention::save_rule;
use routervault::keyring;
use routervault::model::{Origin, Retention, RetentionTarget};
use routervault::vault::KeyPlace;

use super::house::{Backup, House};
use crate::support::{database_url, routervault, until};

const DEVICES: usize = 30;
const BACKUPS: u32 = 24;

/// How many of a device stay.
const KEPT: i32 = 7;

/// A house whose devices have as many backups each, and a rule that was not followed yet.
async fn house(url: &str, key_file: &Path) -> House {
    let pool = db::connect(url, 12).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    let vault = keyring::open(&mut conn, &KeyPlace::at(key_file))
        .await
        .unwrap();
    let begun: DateTime<Utc> = "2026-01-01T02:00:00Z".parse().unwrap();
    let mut house = House::new(pool, Arc::new(vault), &["UTC", "UTC", "UTC"], DEVICES / 3).await;
    for device in 0..DEVICES {
        for revision in 0..BACKUPS {
            let backup = Backup {
                revision,
                at: begun + TimeDelta::days(revision.into()),
                is_verified: true,
                version: "7.16",
            };
            house.store(device, &backup).await;
        }
    }
    // Some in the middle stay, so that bodies are encoded anew.
    house
        .run("UPDATE snapshots SET pinned = true WHERE id % 5 = 0")
        .await;
    let keep = Retention {
        count: Some(KEPT),
        ..Retention::default()
    };
    save_rule(
        &mut conn,
        Origin::Browser,
        (&RetentionTarget::All, &keep),
        Utc::now(),
    )
    .await
    .unwrap();
    house
}

fn start(url: &str, key_file: &Path) -> Child {
    let key_file = key_file.to_str().unwrap();
    routervault(&["retention", "--database-url", url, "--key-file", key_file])
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

const COUNT: &str = "SELECT count(*) FROM snapshots";

/// What was told of, or is to be: neither more nor less than what went.
const TOLD: &str = "
    SELECT coalesce((SELECT sum(snapshots) FROM retention_untold), 0)::bigint
         + coalesce((SELECT sum(split_part(detail, ' ', 1)::bigint) FROM audit
                     WHERE action = 'snapshot_deleted'), 0)::bigint";

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_loses_nothing_and_ends_where_it_was_to_end() {
    let (url, folder) = (database_url().await, tempfile::tempdir().unwrap());
    let key_file = folder.path().join("routervault.key");
    let house = house(&url, &key_file).await;
    let all = house.count(COUNT).await;
    let (mut kills, mut left) = (0, all);
    loop {
        let mut child = start(&url, &key_file);
        // A little further each time, so that it is hit at another place of its work.
        let wanted = left - 1 - kills % 4 * 9;
        let ended = until("it works or ends", async || {
            match child.try_wait().unwrap() {
                Some(status) => Some(Some(status)),
                None => (house.count(COUNT).await <= wanted).then_some(None),
            }
        })
        .await;
        if let Some(status) = ended {
            assert!(status.success(), "{status}");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        left = i64::try_from(house.check().await).unwrap();
    }
    assert!(kills >= 10, "it was killed {kills} times only");
    house.check().await;
    let excess = "SELECT count(*) FROM (
                      SELECT pinned, row_number() OVER (PARTITION BY device_id ORDER BY taken_at DESC) AS place
                      FROM snapshots
                  ) AS placed
                  WHERE NOT pinned AND place > 7";
    assert_eq!(house.count(excess).await, 0);
    let pinned = "SELECT count(*) FROM snapshots WHERE pinned";
    assert_eq!(house.count(pinned).await, all / 5);
    assert_eq!(house.count(TOLD).await, all - house.count(COUNT).await);
    assert_eq!(
        house.count("SELECT count(*) FROM retention_untold").await,
        0
    );
}
