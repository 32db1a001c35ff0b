//! What the database tells at one moment, all of it of the same moment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use routervault::db::snapshots::{self, BodyError};
use routervault::model::SnapshotId;
use routervault::vault::Vault;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, FromRow, PgConnection};

use crate::support::WRONG_HISTORIES;

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Run {
    pub id: i64,
    pub device_id: i64,
    pub state: String,
    pub outcome: Option<String>,
    pub verdict: Option<String>,
    pub sha256: Option<Vec<u8>>,
    pub snapshot_id: Option<i64>,
    pub failure_code: Option<String>,
    pub failure: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Run {
    pub fn is_active(&self) -> bool {
        ["queued", "running"].contains(&self.state.as_str())
    }
}

#[derive(Debug, Clone, FromRow)]
pub struct Batch {
    pub id: i64,
    pub finished_at: Option<DateTime<Utc>>,
    /// How many of its runs have not ended.
    pub active: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Snapshot {
    pub id: i64,
    pub device_id: i64,
    pub taken_at: DateTime<Utc>,
    pub sha256: Vec<u8>,
    pub pinned: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Archive {
    pub id: i64,
    pub state: String,
    pub file_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub sha256: Option<Vec<u8>>,
    pub devices: Option<i32>,
    pub snapshots: Option<i32>,
    pub failure: Option<String>,
}

impl Archive {
    pub fn is_completed(&self) -> bool {
        self.state == "completed"
    }

    pub fn is_on_its_way(&self) -> bool {
        ["queued", "running"].contains(&self.state.as_str())
    }
}

/// A site that was restored, with as many snapshots as it came with.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Copy {
    pub slug: String,
    pub devices: i64,
    pub snapshots: i64,
}

pub struct Moment {
    /// From the one on that was asked for.
    pub runs: Vec<Run>,
    pub batches: Vec<Batch>,
    /// But for those that were restored.
    pub snapshots: BTreeMap<i64, Snapshot>,
    pub archives: Vec<Archive>,
    pub copies: Vec<Copy>,
    /// How many snapshots retention says that it deleted.
    pub told: i64,
    /// How many chains and devices are not as they say.
    pub wrong: i64,
}

const RUNS: &str = "
    SELECT id, device_id, state, outcome, verdict, sha256, snapshot_id, failure_code,
           failure_message AS failure, finished_at
    FROM runs
    WHERE id >= $1";

const BATCHES: &str = "
    SELECT id, finished_at,
           (SELECT count(*) FROM runs
            WHERE batch_id = batches.id AND state IN ('queued', 'running')) AS active
    FROM batches";

const SNAPSHOTS: &str = "
    SELECT snapshots.id, device_id, taken_at, sha256, pinned
    FROM snapshots
    JOIN devices ON devices.id = device_id
    JOIN sites ON sites.id = site_id
    WHERE slug LIKE 'site-%'";

const ARCHIVES: &str = "
    SELECT id, state, file_name, size_bytes, sha256, devices, snapshots, failure
    FROM archives
    ORDER BY id";

/// The rule of a site is restored with it, so what it took away since is counted, too.
const COPIES: &str = "
    SELECT slug,
           (SELECT count(*) FROM devices WHERE site_id = sites.id) AS devices,
           (SELECT count(*) FROM snapshots
            JOIN devices ON devices.id = device_id
            WHERE site_id = sites.id)
           + coalesce((SELECT snapshots FROM retention_untold WHERE site_id = sites.id), 0)
           + coalesce((SELECT sum(split_part(detail, ' ', 1)::bigint) FROM audit
                       WHERE action = 'snapshot_deleted' AND site_id = sites.id), 0)::bigint
           AS snapshots
    FROM sites
    WHERE slug LIKE 'copy-%'";

/// Of entries of the audit such as `3 backups by the rules ...`, and what none was written of yet.
const TOLD: &str = "
    SELECT coalesce(sum(
               coalesce((SELECT snapshots FROM retention_untold WHERE site_id = sites.id), 0)
               + coalesce((SELECT sum(split_part(detail, ' ', 1)::bigint) FROM audit
                           WHERE action = 'snapshot_deleted' AND site_id = sites.id), 0)
           ), 0)::bigint
    FROM sites
    WHERE slug LIKE 'site-%'";

impl Moment {
    /// Looks, at runs from `first_run` on, and reads the bodies that are not `known`; panics when
    /// one of them is not what its row says.
    pub async fn read(
        conn: &mut PgConnection,
        vault: &Vault,
        first_run: i64,
        known: &BTreeMap<i64, Snapshot>,
    ) -> Result<Self, sqlx::Error> {
        let mut tx = conn.begin().await?;
        sqlx::raw_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            .execute(&mut *tx)
            .await?;
        let rows: Vec<Snapshot> = sqlx::query_as(SNAPSHOTS).fetch_all(&mut *tx).await?;
        for snapshot in rows.iter().filter(|row| !known.contains_key(&row.id)) {
            check_body(&mut tx, vault, snapshot).await?;
        }
        let moment = Self {
            runs: sqlx::query_as(RUNS)
                .bind(first_run)
                .fetch_all(&mut *tx)
                .await?,
            batches: sqlx::query_as(BATCHES).fetch_all(&mut *tx).await?,
            snapshots: rows.into_iter().map(|row| (row.id, row)).collect(),
            archives: sqlx::query_as(ARCHIVES).fetch_all(&mut *tx).await?,
            copies: sqlx::query_as(COPIES).fetch_all(&mut *tx).await?,
            told: sqlx::query_scalar(TOLD).fetch_one(&mut *tx).await?,
            wrong: sqlx::query_scalar(WRONG_HISTORIES)
                .fetch_one(&mut *tx)
                .await?,
        };
        tx.rollback().await?;
        Ok(moment)
    }
}

async fn check_body(
    conn: &mut PgConnection,
    vault: &Vault,
    snapshot: &Snapshot,
) -> Result<(), sqlx::Error> {
    let body = match snapshots::load_body(conn, vault, SnapshotId(snapshot.id)).await {
        Ok(body) => body.unwrap(),
        Err(BodyError::Database(error)) => return Err(error),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(Sha256::digest(&body)[..], snapshot.sha256, "{snapshot:?}");
    Ok(())
}

/// What was restored where nothing else is, and perhaps not even the tables yet.
pub async fn copies(conn: &mut PgConnection) -> Result<Vec<Copy>, sqlx::Error> {
    let has_tables: bool = sqlx::query_scalar("SELECT to_regclass('archives') IS NOT NULL")
        .fetch_one(&mut *conn)
        .await?;
    if !has_tables {
        return Ok(Vec::new());
    }
    sqlx::query_as(COPIES).fetch_all(conn).await
}
