//! The rules, and the limits of runs.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{Origin, Retention, RetentionTarget, RunLimits, SiteId, Thinning};

/// How many rules there may be: all are in memory when one is asked.
pub const MOST_RULES: i64 = 10_000;

/// A rule with what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRule {
    pub target: RetentionTarget,
    pub rule: Retention,
    /// Slug and name of the site that it is for.
    pub site: Option<(String, String)>,
    pub origin: Origin,
}

struct Row {
    origin: Origin,
    site_id: Option<SiteId>,
    site_slug: Option<String>,
    site_name: Option<String>,
    tag: Option<String>,
    keep_count: Option<i32>,
    keep_days: Option<i32>,
    thin_all_days: Option<i32>,
    thin_daily_days: Option<i32>,
}

impl From<Row> for StoredRule {
    fn from(row: Row) -> Self {
        let thinning = row.thin_all_days.zip(row.thin_daily_days);
        Self {
            target: match (row.site_id, row.tag) {
                (Some(site), _) => RetentionTarget::Site(site),
                (None, Some(tag)) => RetentionTarget::Tag(tag),
                (None, None) => RetentionTarget::All,
            },
            rule: Retention {
                count: row.keep_count,
                days: row.keep_days,
                thinning: thinning.map(|(all_days, daily_days)| Thinning {
                    all_days,
                    daily_days,
                }),
            },
            site: row.site_slug.zip(row.site_name),
            origin: row.origin,
        }
    }
}

/// Every rule: that of everything, those of tags, those of sites, each by name.
///
/// # Errors
/// When the database fails.
pub async fn list_rules(conn: &mut PgConnection) -> Result<Vec<StoredRule>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT retention_rules.origin AS "origin: Origin",
                  retention_rules.site_id AS "site_id: SiteId",
                  sites.slug AS "site_slug?",
                  sites.name AS "site_name?",
                  retention_rules.tag,
                  retention_rules.keep_count,
                  retention_rules.keep_days,
                  retention_rules.thin_all_days,
                  retention_rules.thin_daily_days
           FROM retention_rules
           LEFT JOIN sites ON sites.id = retention_rules.site_id
           ORDER BY retention_rules.target = 'site', retention_rules.tag NULLS FIRST, sites.slug
           LIMIT $1"#,
        MOST_RULES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(StoredRule::from).collect())
}

/// Says how long the snapshots of a target are kept, in place of what was said of it before.
///
/// # Errors
/// When the database fails.
pub async fn save_rule(
    conn: &mut PgConnection,
    origin: Origin,
    (target, rule): (&RetentionTarget, &Retention),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    delete_rule(conn, target, now).await?;
    let (kind, site, tag) = columns(target);
    sqlx::query!(
        "INSERT INTO retention_rules
             (target, site_id, tag, keep_count, keep_days, thin_all_days, thin_daily_days, origin)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        kind,
        site,
        tag,
        rule.count,
        rule.days,
        rule.thinning.map(|thinning| thinning.all_days),
        rule.thinning.map(|thinning| thinning.daily_days),
        origin.as_str(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Says nothing of a target any more.
///
/// # Errors
/// When the database fails.
pub async fn delete_rule(
    conn: &mut PgConnection,
    target: &RetentionTarget,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let (kind, site, tag) = columns(target);
    // The one row, so that two who change rules at once wait for each other.
    sqlx::query!("UPDATE retention SET rules_changed_at = $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "DELETE FROM retention_rules
         WHERE target = $1
           AND site_id IS NOT DISTINCT FROM $2
           AND tag IS NOT DISTINCT FROM $3",
        kind,
        site,
        tag,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn columns(target: &RetentionTarget) -> (&'static str, Option<i64>, Option<&str>) {
    match target {
        RetentionTarget::All => ("all", None, None),
        RetentionTarget::Site(site) => ("site", Some(site.0), None),
        RetentionTarget::Tag(tag) => ("tag", None, Some(tag)),
    }
}

/// Keeps others from changing rules until the caller's transaction ends; gives the time by the
/// clock of the database.
///
/// # Errors
/// When the database fails.
pub async fn lock_rules(conn: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!" FROM retention FOR UPDATE"#)
        .fetch_one(conn)
        .await
}

/// When a rule was changed last.
///
/// # Errors
/// When the database fails.
pub async fn changed_at(conn: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!("SELECT rules_changed_at FROM retention")
        .fetch_one(conn)
        .await
}

/// The same, and nobody changes a rule until the caller's transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold_rules(conn: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!("SELECT rules_changed_at FROM retention FOR SHARE")
        .fetch_one(conn)
        .await
}

/// How long runs are kept.
///
/// # Errors
/// When the database fails.
pub async fn get_run_limits(conn: &mut PgConnection) -> Result<RunLimits, sqlx::Error> {
    sqlx::query_as!(RunLimits, "SELECT runs_days, trails_days FROM retention")
        .fetch_one(conn)
        .await
}

/// Says how long runs are kept.
///
/// # Errors
/// When the database fails.
pub async fn set_run_limits(
    conn: &mut PgConnection,
    limits: &RunLimits,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE retention SET runs_days = $1, trails_days = $2",
        limits.runs_days,
        limits.trails_days,
    )
    .execute(conn)
    .await?;
    Ok(())
}
