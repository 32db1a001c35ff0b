//! What goes into an archive of several snapshots: their names and times, never the bodies.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{RunState, Scope, SiteId, SnapshotId, StoredFailureCode, Verdict};

/// A device of a site, with its newest verified snapshot, if any.
#[derive(Debug)]
pub struct NewestRow {
    pub device_name: String,
    pub enabled: bool,
    pub snapshot_id: Option<SnapshotId>,
    pub taken_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_state: Option<RunState>,
    pub last_verdict: Option<Verdict>,
    pub last_failure_code: Option<StoredFailureCode>,
    pub last_failure: Option<String>,
}

/// Every device of a site, archived ones left out, by name.
///
/// # Errors
/// When the query fails.
pub async fn list_newest(
    conn: &mut PgConnection,
    site_id: SiteId,
) -> Result<Vec<NewestRow>, sqlx::Error> {
    sqlx::query_as!(
        NewestRow,
        r#"
        SELECT
            d.name AS device_name,
            d.enabled,
            n.id AS "snapshot_id?: SnapshotId",
            n.taken_at AS "taken_at?",
            n.last_seen_at AS "last_seen_at?",
            r.state AS "last_state?: RunState",
            r.verdict AS "last_verdict?: Verdict",
            r.failure_code AS "last_failure_code?: StoredFailureCode",
            r.failure_message AS "last_failure?"
        FROM devices d
        LEFT JOIN snapshots n ON n.id = d.last_verified_snapshot_id
        LEFT JOIN runs r ON r.id = d.last_run_id
        WHERE d.site_id = $1
            AND d.archived_at IS NULL
        ORDER BY d.name, d.id
        "#,
        site_id as SiteId
    )
    .fetch_all(conn)
    .await
}

/// A snapshot that was ticked.
#[derive(Debug)]
pub struct TickedRow {
    pub id: SnapshotId,
    pub device_name: String,
    pub site_id: SiteId,
    pub site_slug: String,
    pub taken_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub verdict: Verdict,
}

/// Those of `ids` that exist in the scope, by site, device and time.
///
/// # Errors
/// When the query fails.
pub async fn list_ticked(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: &[SnapshotId],
) -> Result<Vec<TickedRow>, sqlx::Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        TickedRow,
        r#"
        SELECT
            s.id AS "id: SnapshotId",
            d.name AS device_name,
            d.site_id AS "site_id: SiteId",
            site.slug AS site_slug,
            s.taken_at,
            s.last_seen_at,
            s.verdict AS "verdict: Verdict"
        FROM snapshots s
        JOIN devices d ON d.id = s.device_id
        JOIN sites site ON site.id = d.site_id
        WHERE s.id = ANY ($1)
            AND ($2::bigint[] IS NULL OR d.site_id = ANY ($2))
        ORDER BY site.slug, d.name, s.taken_at, s.id
        "#,
        &ids,
        scope.ids() as Option<Vec<i64>>
    )
    .fetch_all(conn)
    .await
}
