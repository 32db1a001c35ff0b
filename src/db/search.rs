//! The search index as the indexer writes it: each distinct masked line once, and for each
//! device the spans of its verified snapshots that had it. How it is asked is in
//! `pages::search`.

use sqlx::PgConnection;

use crate::model::{DeviceId, LineId, SnapshotId};

/// The advisory lock of whoever changes spans: one transaction at a time in the whole database,
/// so that indexing and deleting never see half of each other's work. An arbitrary number.
const LOCK: i64 = 0x5356_5345_4152_4348;

/// How many lines are looked at in one go for whether a snapshot has them.
const SWEPT_LINES: i64 = 20_000;

/// How long one statement on the index may take, as PostgreSQL reads it.
const STATEMENT_TIMEOUT: &str = "30s";

/// The distinct lines of a snapshot, as columns of equal length, sorted by digest.
#[derive(Debug, Default)]
pub struct Lines {
    /// First 16 bytes of the SHA-256 of menu, LF and text.
    pub digests: Vec<Vec<u8>>,
    /// `/ip firewall filter`, or empty above the first menu.
    pub menus: Vec<String>,
    /// Masked, with invisible characters made visible.
    pub texts: Vec<String>,
    /// Whether there were more than the index keeps of one snapshot.
    pub left_out: bool,
}

/// A verified snapshot that is not in the index yet.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub snapshot: SnapshotId,
    pub device: DeviceId,
}

/// Takes the lock on the index until the caller's transaction ends, waiting for it; for
/// whoever deletes snapshots.
///
/// # Errors
/// When the database fails, or the lock is not free within half a minute.
pub async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    limit_statements(conn).await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", LOCK)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Takes the lock on the index if it is free; false when another transaction has it.
///
/// # Errors
/// When the database fails.
pub async fn try_lock(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    limit_statements(conn).await?;
    sqlx::query_scalar!(r#"SELECT pg_try_advisory_xact_lock($1) AS "locked!""#, LOCK)
        .fetch_one(conn)
        .await
}

async fn limit_statements(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "SELECT set_config('statement_timeout', $1, true)",
        STATEMENT_TIMEOUT
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// The oldest verified snapshot that is not in the index.
///
/// # Errors
/// When the database fails.
pub async fn get_waiting(conn: &mut PgConnection) -> Result<Option<Waiting>, sqlx::Error> {
    sqlx::query_as!(
        Waiting,
        r#"SELECT id AS "snapshot: SnapshotId", device_id AS "device: DeviceId"
           FROM snapshots
           WHERE indexed_at IS NULL
             AND index_failed_at IS NULL
             AND verdict = 'verified'
           ORDER BY id
           LIMIT 1"#,
    )
    .fetch_optional(conn)
    .await
}

/// The newest snapshot of a device that is in the index.
///
/// # Errors
/// When the database fails.
pub async fn get_newest(
    conn: &mut PgConnection,
    device: DeviceId,
) -> Result<Option<SnapshotId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: SnapshotId"
           FROM snapshots
           WHERE device_id = $1
             AND indexed_at IS NOT NULL
           ORDER BY id DESC
           LIMIT 1"#,
        device.0,
    )
    .fetch_optional(conn)
    .await
}

/// Takes a snapshot into the index as the newest of its device: lines that it lacks ended with
/// `previous`, lines that `previous` lacks begin with it.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut PgConnection,
    new: Waiting,
    previous: Option<SnapshotId>,
    lines: &Lines,
) -> Result<(), sqlx::Error> {
    insert_lines(conn, lines).await?;
    close_spans(conn, new.device, previous, lines).await?;
    open_spans(conn, new, lines).await?;
    sqlx::query!(
        "UPDATE snapshots
         SET indexed_at = now(),
             index_left_out = $2
         WHERE id = $1",
        new.snapshot.0,
        lines.left_out,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the lines that no snapshot had before. In the order of their digests: two that insert
/// the same lines wait for each other in one direction only.
async fn insert_lines(conn: &mut PgConnection, lines: &Lines) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO search_lines (digest, menu, text)
         SELECT wanted.digest, wanted.menu, wanted.text
         FROM unnest($1::bytea[], $2::text[], $3::text[]) AS wanted (digest, menu, text)
         WHERE NOT EXISTS (SELECT FROM search_lines WHERE search_lines.digest = wanted.digest)
         ORDER BY wanted.digest
         ON CONFLICT (digest) DO NOTHING",
        &lines.digests,
        &lines.menus,
        &lines.texts,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn close_spans(
    conn: &mut PgConnection,
    device: DeviceId,
    previous: Option<SnapshotId>,
    lines: &Lines,
) -> Result<(), sqlx::Error> {
    let Some(previous) = previous else {
        return Ok(());
    };
    sqlx::query!(
        "UPDATE search_spans
         SET last_snapshot_id = $2
         FROM search_lines
         WHERE search_spans.device_id = $1
           AND search_spans.last_snapshot_id IS NULL
           AND search_lines.id = search_spans.line_id
           AND NOT EXISTS (
               SELECT
               FROM unnest($3::bytea[]) AS kept (digest)
               WHERE kept.digest = search_lines.digest
           )",
        device.0,
        previous.0,
        &lines.digests,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn open_spans(
    conn: &mut PgConnection,
    new: Waiting,
    lines: &Lines,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO search_spans (line_id, device_id, first_snapshot_id)
         SELECT search_lines.id, $1, $2
         FROM unnest($3::bytea[]) AS wanted (digest)
         JOIN search_lines ON search_lines.digest = wanted.digest
         WHERE NOT EXISTS (
             SELECT
             FROM search_spans open
             WHERE open.line_id = search_lines.id
               AND open.device_id = $1
               AND open.last_snapshot_id IS NULL
         )",
        new.device.0,
        new.snapshot.0,
        &lines.digests,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves a snapshot out of the index, for its body can not be read.
///
/// # Errors
/// When the database fails.
pub async fn mark_failed(conn: &mut PgConnection, id: SnapshotId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE snapshots
         SET index_failed_at = now()
         WHERE id = $1",
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what the index knows of a device; the indexer takes all its snapshots in anew, those
/// that could not be read included. Wants the lock.
///
/// # Errors
/// When the database fails.
pub async fn rebuild(conn: &mut PgConnection, device: DeviceId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM search_spans WHERE device_id = $1", device.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "UPDATE snapshots
         SET indexed_at = NULL,
             index_failed_at = NULL
         WHERE device_id = $1
           AND (indexed_at IS NOT NULL OR index_failed_at IS NOT NULL)",
        device.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Merges the lines that were inserted lately into the index of words: until then each search
/// reads them one by one.
///
/// # Errors
/// When the database fails.
pub async fn merge_new_lines(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT gin_clean_pending_list('search_lines_text')")
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Deletes, of the next lines behind `after`, those that no snapshot has any more; gives the last
/// one that was looked at, `None` when there was none. Wants the lock.
///
/// # Errors
/// When the database fails.
pub async fn delete_unused(
    conn: &mut PgConnection,
    after: LineId,
) -> Result<Option<LineId>, sqlx::Error> {
    let last = sqlx::query_scalar!(
        r#"SELECT max(id) AS "id: LineId"
           FROM (SELECT id FROM search_lines WHERE id > $1 ORDER BY id LIMIT $2) next"#,
        after.0,
        SWEPT_LINES,
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(last) = last {
        sqlx::query!(
            "DELETE FROM search_lines
             WHERE id > $1
               AND id <= $2
               AND NOT EXISTS (SELECT FROM search_spans WHERE line_id = search_lines.id)",
            after.0,
            last.0,
        )
        .execute(conn)
        .await?;
    }
    Ok(last)
}

/// Notes that the indexer is alive.
///
/// # Errors
/// When the database fails.
pub async fn mark_alive(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO heartbeats (service, seen_at)
         VALUES ('indexer', now())
         ON CONFLICT (service) DO UPDATE SET seen_at = excluded.seen_at"
    )
    .execute(conn)
    .await?;
    Ok(())
}
