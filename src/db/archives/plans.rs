//! Archives that are made by themselves: what is said of them, when each is due, and which of those
//! that came of it are one too many.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{
    ArchiveChoice, ArchiveId, ArchivePlanId, ArchivedSecrets, Contents, History, Origin, Rhythm,
};

/// How many plans people may make, and how many the inventory file may have.
pub const MOST_PLANS: usize = 20;

/// What is said of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanValues {
    /// No other plan has it.
    pub name: String,
    pub choice: ArchiveChoice,
    pub comment: String,
    pub rhythm: Rhythm,
    /// IANA name; `None`: that of its site, or UTC.
    pub timezone: Option<String>,
    /// How many of its archives are kept; 1 to 100.
    pub keep: u32,
}

/// A plan as it is stored.
#[derive(Debug, Clone)]
pub struct StoredPlan {
    pub id: ArchivePlanId,
    pub origin: Origin,
    pub values: PlanValues,
    /// IANA name; `None`: it is of everything.
    pub site_timezone: Option<String>,
    /// `None`: it is not reckoned yet, or it is off.
    pub due_at: Option<DateTime<Utc>>,
    /// How many of its archives there are that are completed.
    pub kept: i64,
}

impl StoredPlan {
    /// On whose clock its rhythm is.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        let named = self
            .values
            .timezone
            .as_ref()
            .or(self.site_timezone.as_ref());
        named.map_or("UTC", String::as_str)
    }

    /// What it is called where it asks for archives and deletes them.
    #[must_use]
    pub fn actor_name(&self) -> String {
        actor_name(&self.values.name)
    }
}

fn actor_name(plan: &str) -> String {
    format!("archive plan {plan}")
}

struct Row {
    id: ArchivePlanId,
    origin: Origin,
    name: String,
    site: Option<String>,
    site_timezone: Option<String>,
    history: History,
    contents: Contents,
    secrets: ArchivedSecrets,
    comment: String,
    rhythm: String,
    timezone: Option<String>,
    keep: i32,
    due_at: Option<DateTime<Utc>>,
    kept: i64,
}

impl TryFrom<Row> for StoredPlan {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let rhythm = row.rhythm.parse();
        let values = PlanValues {
            name: row.name,
            choice: ArchiveChoice {
                site: row.site,
                history: row.history,
                contents: row.contents,
                secrets: row.secrets,
            },
            comment: row.comment,
            rhythm: rhythm.map_err(|unwritten| sqlx::Error::Decode(Box::new(unwritten)))?,
            timezone: row.timezone,
            keep: row.keep.unsigned_abs(),
        };
        Ok(Self {
            id: row.id,
            origin: row.origin,
            values,
            site_timezone: row.site_timezone,
            due_at: row.due_at,
            kept: row.kept,
        })
    }
}

/// All plans, or those of these numbers, in their order.
async fn rows(
    conn: &mut PgConnection,
    ids: Option<&[i64]>,
) -> Result<Vec<StoredPlan>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT archive_plans.id AS "id: ArchivePlanId",
                  archive_plans.origin AS "origin: Origin", archive_plans.name,
                  sites.slug AS "site?", sites.timezone AS "site_timezone?", history AS "history: History",
                  contents AS "contents: Contents", secrets AS "secrets: ArchivedSecrets", comment,
                  rhythm, archive_plans.timezone, keep, due_at,
                  (SELECT count(*)
                   FROM archives
                   WHERE archives.plan_id = archive_plans.id
                     AND archives.state = 'completed') AS "kept!"
           FROM archive_plans
           LEFT JOIN sites ON sites.id = archive_plans.site_id
           WHERE $1::bigint[] IS NULL OR archive_plans.id = ANY ($1)
           ORDER BY archive_plans.id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(StoredPlan::try_from).collect()
}

/// Every plan, in the order in which they were made.
///
/// # Errors
/// When the database fails.
pub async fn list_plans(conn: &mut PgConnection) -> Result<Vec<StoredPlan>, sqlx::Error> {
    rows(conn, None).await
}

/// One plan.
///
/// # Errors
/// When the database fails.
pub async fn get_plan(
    conn: &mut PgConnection,
    id: ArchivePlanId,
) -> Result<Option<StoredPlan>, sqlx::Error> {
    Ok(rows(conn, Some(&[id.0])).await?.pop())
}

/// Inserts a plan; the next tick reckons when it is due.
///
/// # Errors
/// When the database fails, and [`RowNotFound`](sqlx::Error::RowNotFound) when its site is not
/// there: a plan for a site never becomes one for everything.
pub async fn insert_plan(
    conn: &mut PgConnection,
    origin: Origin,
    plan: &PlanValues,
) -> Result<ArchivePlanId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO archive_plans (site_id, history, contents, secrets, comment, rhythm, timezone,
                                      keep, name, origin)
           SELECT sites.id, $2, $3, $4, $5, $6, $7, $8, $9, $10
           FROM (SELECT $1::text AS slug) AS meant
           LEFT JOIN sites ON sites.slug = meant.slug
           WHERE meant.slug IS NULL OR sites.id IS NOT NULL
           RETURNING id AS "id: ArchivePlanId""#,
        plan.choice.site,
        plan.choice.history.as_str(),
        plan.choice.contents.as_str(),
        plan.choice.secrets.as_str(),
        plan.comment,
        plan.rhythm.to_string(),
        plan.timezone,
        i32::try_from(plan.keep).unwrap_or(i32::MAX),
        plan.name,
        origin.as_str(),
    )
    .fetch_one(conn)
    .await
}

/// Changes a plan. When it is due is reckoned anew by the next tick if its times became others.
///
/// # Errors
/// As [`insert_plan`] says.
pub async fn update_plan(
    conn: &mut PgConnection,
    id: ArchivePlanId,
    origin: Origin,
    plan: &PlanValues,
) -> Result<(), sqlx::Error> {
    let changed = sqlx::query!(
        "WITH wanted AS (SELECT (SELECT id FROM sites WHERE slug = $2) AS site_id)
         UPDATE archive_plans
         SET site_id = wanted.site_id,
             history = $3,
             contents = $4,
             secrets = $5,
             comment = $6,
             rhythm = $7,
             timezone = $8,
             keep = $9,
             name = $10,
             origin = $11,
             due_at = CASE WHEN (archive_plans.site_id, rhythm, timezone)
                                IS NOT DISTINCT FROM (wanted.site_id, $7, $8) THEN due_at END
         FROM wanted
         WHERE archive_plans.id = $1 AND ($2::text IS NULL OR wanted.site_id IS NOT NULL)",
        id.0,
        plan.choice.site,
        plan.choice.history.as_str(),
        plan.choice.contents.as_str(),
        plan.choice.secrets.as_str(),
        plan.comment,
        plan.rhythm.to_string(),
        plan.timezone,
        i32::try_from(plan.keep).unwrap_or(i32::MAX),
        plan.name,
        origin.as_str(),
    )
    .execute(conn)
    .await?;
    match changed.rows_affected() {
        0 => Err(sqlx::Error::RowNotFound),
        _ => Ok(()),
    }
}

/// Deletes a plan; its archives stay, as if a person had asked for them.
///
/// # Errors
/// When the database fails.
pub async fn delete_plan(conn: &mut PgConnection, id: ArchivePlanId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM archive_plans WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The plans that are due at `now`, or not reckoned yet; locked against other schedulers until the
/// caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn list_due_plans(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> Result<Vec<StoredPlan>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id
         FROM archive_plans
         WHERE rhythm <> 'off'
           AND (due_at IS NULL OR due_at <= $1)
         ORDER BY id
         FOR UPDATE SKIP LOCKED",
        now,
    )
    .fetch_all(&mut *conn)
    .await?;
    rows(conn, Some(&ids)).await
}

/// Says when a plan is due next.
///
/// # Errors
/// When the database fails.
pub async fn mark_plan_due(
    conn: &mut PgConnection,
    id: ArchivePlanId,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE archive_plans SET due_at = $2 WHERE id = $1",
        id.0,
        due_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Queues the archive of a plan that was due at `due_at`. Gives `false` when there is one for that
/// time, or when another one of the plan still waits or is being made.
///
/// # Errors
/// When the database fails.
pub async fn queue_planned(
    conn: &mut PgConnection,
    plan: &StoredPlan,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let choice = &plan.values.choice;
    let queued = sqlx::query!(
        "INSERT INTO archives (site, history, contents, secrets, comment, requested_by, created_at,
                               plan_id, due_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
         WHERE NOT EXISTS (
             SELECT FROM archives
             WHERE plan_id = $8
               AND state IN ('queued', 'running')
         )
         ON CONFLICT (plan_id, due_at) DO NOTHING",
        choice.site,
        choice.history.as_str(),
        choice.contents.as_str(),
        choice.secrets.as_str(),
        plan.values.comment,
        plan.actor_name(),
        now,
        plan.id.0,
        due_at,
    )
    .execute(conn)
    .await?;
    Ok(queued.rows_affected() == 1)
}

/// An archive that its plan does not keep any more.
#[derive(Debug)]
pub struct Surplus {
    pub id: ArchiveId,
    /// The plan, as it is called where it acts.
    pub plan: String,
    /// The slug of its site; `None`: of everything.
    pub site: Option<String>,
    /// Its file, which is to go once the caller's transaction is kept.
    pub file_name: Option<String>,
}

/// Takes off the list what plans have above what they keep: of the completed ones the oldest, and
/// as many of those that failed or were cancelled are kept.
///
/// # Errors
/// When the database fails.
pub async fn delete_surplus(conn: &mut PgConnection) -> Result<Vec<Surplus>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"DELETE FROM archives
           USING (
               SELECT archives.id, archive_plans.keep, archive_plans.name,
                      row_number() OVER (
                          PARTITION BY plan_id, state = 'completed'
                          ORDER BY archives.id DESC
                      ) AS place
               FROM archives
               JOIN archive_plans ON archive_plans.id = archives.plan_id
               WHERE state NOT IN ('queued', 'running')
           ) AS placed
           WHERE archives.id = placed.id
             AND placed.place > placed.keep
           RETURNING archives.id AS "id: ArchiveId", placed.name AS plan, site, file_name"#,
    )
    .fetch_all(conn)
    .await?;
    let surplus = rows.into_iter().map(|row| Surplus {
        id: row.id,
        plan: actor_name(&row.plan),
        site: row.site,
        file_name: row.file_name,
    });
    Ok(surplus.collect())
}
