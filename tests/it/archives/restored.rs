//! What comes back from an archive.

use chrono::Utc;
use routervault::archive::{self, RestoreError, Restored};
use routervault::db::audit::Actor;
use routervault::model::{ArchiveChoice, ArchivedSecrets, Contents, History};

use super::house::{House, everything, export};
use crate::support::unpack;

/// Restores the bytes of an archive.
pub async fn restore(
    house: &House,
    zip: &[u8],
    name: Option<&str>,
) -> Result<Restored, RestoreError> {
    let mut checked = house.check(zip).await.unwrap();
    let actor = Actor {
        name: "admin".to_owned(),
        ..Actor::default()
    };
    archive::restore(
        &house.pool,
        &house.vault,
        &mut checked,
        name,
        (&actor, Utc::now()),
    )
    .await
}

pub async fn of_site(house: &House) -> Vec<u8> {
    let choice = ArchiveChoice {
        site: Some("site-1".to_owned()),
        ..everything()
    };
    let (path, _) = house.archive(&choice).await;
    std::fs::read(path).unwrap()
}

async fn count(house: &House, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql)
        .fetch_one(&house.pool)
        .await
        .unwrap()
}

/// Archives a house, restores that into an empty one, and compares the two.
async fn there_and_back(first: House) -> archive::Manifest {
    let first = first.with_plans().await;
    let second = House::empty().await;
    let (path, manifest) = first.archive(&everything()).await;
    let restored = restore(&second, &std::fs::read(path).unwrap(), None)
        .await
        .unwrap();
    assert_eq!(restored.counts, manifest.counts);
    assert_eq!(second.told().await, first.told().await);
    assert_eq!(second.bodies().await, first.bodies().await);
    let never_due = "devices WHERE schedule_id IS NULL AND enabled AND archived_at IS NULL";
    assert_eq!(count(&second, never_due).await, 0);
    for table in ["schedules", "archive_plans"] {
        assert_eq!(
            count(&second, &format!("{table} WHERE origin = 'file'")).await,
            0
        );
    }
    // And what would be archived there is the same, byte for byte, but for people, who have no
    // access there yet.
    let (_, again) = second.archive(&everything()).await;
    let files = |manifest: &archive::Manifest| {
        let files = manifest.files.iter();
        let kept = files.filter(|file| file.path != "users.jsonl");
        kept.cloned().collect::<Vec<_>>()
    };
    assert_eq!(files(&again), files(&manifest));
    manifest
}

#[tokio::test]
async fn a_thousand_devices_restored_into_an_empty_installation_are_equal_in_every_byte_and_count()
{
    let manifest = there_and_back(House::with(10, 100, 1).await).await;
    let counts = manifest.counts;
    assert_eq!(
        (counts.sites, counts.devices, counts.snapshots),
        (10, 1000, 1000)
    );
    let settings = (
        counts.schedules,
        counts.maintenance_windows,
        counts.retention_rules,
        counts.archive_plans,
    );
    assert_eq!(settings, (4, 3, 3, 3));
}

#[tokio::test]
async fn a_long_history_restored_is_equal_with_its_chains_of_bodies() {
    let manifest = there_and_back(House::with(1, 3, 120).await).await;
    assert_eq!(manifest.counts.snapshots, 360);
}

#[tokio::test]
async fn people_are_made_without_access_and_credentials_open_with_the_key_of_here() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let (path, _) = first.archive(&everything()).await;
    let restored = restore(&second, &std::fs::read(path).unwrap(), None)
        .await
        .unwrap();
    assert!(
        restored
            .log
            .contains(&"2 users made without access".to_owned()),
        "{:?}",
        restored.log
    );
    let people: Vec<(String, String, bool, bool)> = sqlx::query_as(
        "SELECT name, role, archived_at IS NOT NULL, password_hash IS NOT NULL
         FROM users
         ORDER BY name",
    )
    .fetch_all(&second.pool)
    .await
    .unwrap();
    let expected = [("admin", "administrator"), ("kim", "technician")];
    let expected = expected.map(|(name, role)| (name.to_owned(), role.to_owned(), true, false));
    assert_eq!(people, expected);
    assert_eq!(count(&second, "user_sites").await, 1);
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM credentials")
        .fetch_one(&second.pool)
        .await
        .unwrap();
    let secret = second.vault.open("credential:core", &sealed).unwrap();
    assert_eq!(secret.as_slice(), br#"{"password":"swordfish"}"#);
}

#[tokio::test]
async fn a_name_that_is_there_is_refused_and_another_one_is_taken() {
    let house = House::with(2, 2, 2).await;
    let zip = of_site(&house).await;
    let before = house.told().await;
    let refused = restore(&house, &zip, None).await.unwrap_err().to_string();
    assert!(
        refused.contains("there is a site site-1 already"),
        "{refused}"
    );
    let refused = restore(&house, &zip, Some("site-2"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("there is a site site-2 already"),
        "{refused}"
    );
    let refused = restore(&house, &zip, Some("Not a slug"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("the new name may hold a-z"), "{refused}");
    assert_eq!(house.told().await, before);
    let restored = restore(&house, &zip, Some("site-1-again")).await.unwrap();
    assert_eq!(restored.log[0], "1 credential there before, not changed");
    assert_eq!(restored.log[1], "site site-1-again: 2 devices, 4 backups");
    assert_eq!(count(&house, "sites").await, 3);
    assert_eq!(count(&house, "snapshots").await, 12);
    assert_eq!(
        count(
            &house,
            "audit WHERE action = 'archive_restored' AND site_id = 3"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn several_sites_get_no_other_name() {
    let (first, second) = (House::with(2, 1, 1).await, House::empty().await);
    let (path, _) = first.archive(&everything()).await;
    let refused = restore(&second, &std::fs::read(path).unwrap(), Some("new")).await;
    assert!(matches!(refused, Err(RestoreError::SeveralSites(2))));
}

#[tokio::test]
async fn what_is_for_reading_holds_no_secret_and_is_checked_and_not_restored() {
    let house = House::with(1, 2, 2).await;
    for (contents, secrets) in [
        (Contents::Everything, ArchivedSecrets::Masked),
        (Contents::Configurations, ArchivedSecrets::Masked),
        (Contents::Configurations, ArchivedSecrets::Exact),
    ] {
        let choice = ArchiveChoice {
            contents,
            secrets,
            ..everything()
        };
        let (path, manifest) = house.archive(&choice).await;
        let zip = std::fs::read(path).unwrap();
        assert_eq!(manifest.counts.snapshots, 4);
        let files = unpack(zip.clone()).await;
        let all = files
            .values()
            .map(|text| String::from_utf8_lossy(text))
            .collect::<String>();
        assert!(!all.contains("swordfish"));
        assert_eq!(all.contains("hunter2"), secrets == ArchivedSecrets::Exact);
        let refused = restore(&House::empty().await, &zip, None).await;
        assert!(matches!(refused, Err(RestoreError::ForReading(_))));
    }
}

#[tokio::test]
async fn the_newest_alone_are_the_newest_verified_ones() {
    let (first, second) = (House::with(1, 2, 3).await, House::empty().await);
    let choice = ArchiveChoice {
        history: History::Newest,
        ..everything()
    };
    let (path, manifest) = first.archive(&choice).await;
    assert_eq!(manifest.counts.snapshots, 2);
    restore(&second, &std::fs::read(path).unwrap(), None)
        .await
        .unwrap();
    assert_eq!(
        second.bodies().await,
        [export("gw 1", 1), export("gw 2", 1)]
    );
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_left_out_and_said() {
    let house = House::with(1, 1, 2).await;
    sqlx::query("UPDATE snapshots SET body = 'x' WHERE codec = 'patch'")
        .execute(&house.pool)
        .await
        .unwrap();
    let (path, manifest) = house.archive(&everything()).await;
    assert_eq!((manifest.counts.snapshots, manifest.left_out.len()), (1, 1));
    let zip = std::fs::read(path).unwrap();
    let readme = String::from_utf8(unpack(zip.clone()).await["README.txt"].clone()).unwrap();
    assert!(
        readme.contains("Could not be read, so not in here:\n    site-1/gw 1, taken"),
        "{readme}"
    );
    restore(&House::empty().await, &zip, None).await.unwrap();
}
