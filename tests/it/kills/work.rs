//! What is asked of the program while it is killed: backups of routers that change, archives, and
//! restores of them under names that are new.

use chrono::Utc;
use rand::RngExt as _;
use rand::rngs::StdRng;
use routervault::db::archives::{self, NewArchive};
use routervault::db::batches::{self, DeviceScope, NewBatch};
use routervault::model::{
    ArchiveChoice, ArchiveId, ArchivedSecrets, Contents, DeviceId, History, Trigger,
};
use sqlx::{Connection as _, PgConnection};

use super::house::{House, SITES};
use super::moment::Archive;

/// How many archives are kept before the oldest is deleted.
const ARCHIVES: usize = 6;

/// A restore that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoring {
    /// The name that the site gets.
    pub slug: String,
    pub is_elsewhere: bool,
    pub file: String,
    /// What it is to have, as its archive said.
    pub devices: i64,
    pub snapshots: i64,
}

impl Restoring {
    /// The `number`th, of this archive.
    pub fn of(archive: &Archive, number: usize) -> Self {
        Self {
            slug: format!("copy-{number}"),
            is_elsewhere: number.is_multiple_of(2),
            file: archive.file_name.clone().unwrap(),
            devices: archive.devices.unwrap().into(),
            snapshots: archive.snapshots.unwrap().into(),
        }
    }
}

/// Changes about half of the routers, and asks for backups of about half of all.
pub async fn ask_for_backups(house: &House, rng: &mut StdRng) {
    for router in house.fleet.routers() {
        if rng.random_bool(0.5) {
            router.change();
        }
    }
    let devices = house.devices.iter().copied();
    let devices: Vec<DeviceId> = devices.filter(|_| rng.random_bool(0.5)).collect();
    let new = NewBatch {
        trigger: Trigger::Manual,
        requested_by: Some("test".to_owned()),
        site: None,
        scheduled: None,
        scope: DeviceScope::Devices(devices),
    };
    house
        .here
        .with(async |conn| {
            let mut tx = conn.begin().await?;
            batches::request(&mut tx, &new).await?;
            pin(&mut tx).await?;
            tx.commit().await
        })
        .await;
}

/// Some stay for ever, so that what is deleted lies between others.
async fn pin(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE snapshots SET pinned = true WHERE NOT pinned AND id % 40 = 0")
        .execute(conn)
        .await?;
    Ok(())
}

/// Asks for an archive of one of the sites when none is on its way.
pub async fn ask_for_an_archive(house: &House, rng: &mut StdRng, known: &[Archive]) {
    if known.iter().any(Archive::is_on_its_way) {
        return;
    }
    let choice = ArchiveChoice {
        site: Some(format!("site-{}", rng.random_range(0..SITES))),
        history: History::Whole,
        contents: Contents::Everything,
        secrets: ArchivedSecrets::Exact,
    };
    let new = NewArchive {
        choice: &choice,
        comment: "",
        requested_by: "test",
        now: Utc::now(),
        expires_at: None,
    };
    house
        .here
        .with(async |conn| {
            let mut tx = conn.begin().await?;
            archives::request(&mut tx, &new).await?;
            tx.commit().await
        })
        .await;
}

/// Deletes the oldest archive, as its page does, when there are many; gives which.
pub async fn delete_an_archive(
    house: &House,
    known: &[Archive],
    in_use: Option<&str>,
) -> Option<i64> {
    let completed = || known.iter().filter(|archive| archive.is_completed());
    let oldest = completed().find(|archive| archive.file_name.as_deref() != in_use)?;
    if completed().count() <= ARCHIVES {
        return None;
    }
    house
        .here
        .with(async |conn| archives::delete(conn, ArchiveId(oldest.id)).await)
        .await;
    let file = house.archives().join(oldest.file_name.as_deref()?);
    std::fs::remove_file(file).unwrap();
    Some(oldest.id)
}
