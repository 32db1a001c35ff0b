//! By which schedules a site is backed up.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{ScheduleId, Scope, SiteId};

/// A schedule that devices of a site have.
#[derive(Debug)]
pub struct SiteSchedule {
    pub id: ScheduleId,
    /// As the database keeps it.
    pub rhythm: String,
    /// `None`: not reckoned yet.
    pub due_at: Option<DateTime<Utc>>,
}

/// The schedules by which a site of the scope is due, the next first, at most `limit`; none that
/// is off.
///
/// # Errors
/// When the query fails.
pub async fn list_site_schedules(
    conn: &mut PgConnection,
    scope: &Scope,
    site: SiteId,
    limit: i64,
) -> Result<Vec<SiteSchedule>, sqlx::Error> {
    let reach = scope.ids();
    sqlx::query_as!(
        SiteSchedule,
        r#"SELECT schedules.id AS "id: ScheduleId", schedules.rhythm, due_times.due_at
           FROM due_times
           JOIN schedules ON schedules.id = due_times.schedule_id
           WHERE due_times.site_id = $1
             AND ($2::bigint[] IS NULL OR due_times.site_id = ANY ($2))
           ORDER BY due_times.due_at, schedules.id
           LIMIT $3"#,
        site.0,
        reach.as_deref(),
        limit,
    )
    .fetch_all(conn)
    .await
}
