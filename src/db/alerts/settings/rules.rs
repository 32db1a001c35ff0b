//! Who hears of what.

use chrono::NaiveTime;
use serde::Serialize;
use sqlx::PgConnection;

use crate::model::{AlertKind, AlertRuleId, DestinationId, DestinationKind};

/// What is said of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertRuleValues {
    /// What people call it; unique.
    pub name: String,
    pub destination: DestinationId,
    pub enabled: bool,
    /// In the order of [`AlertKind::ALL`]; at least one.
    pub kinds: Vec<AlertKind>,
    pub all_sites: bool,
    /// Slugs, in alphabetical order.
    pub sites: Vec<String>,
    /// Of devices or of sites.
    pub tags: Vec<String>,
    /// How long after its last verified export a device counts as overdue, 1 to 8760.
    pub overdue_hours: i32,
    /// The time of its one message a day; `None`: a message as soon as something happens.
    pub digest_at: Option<NaiveTime>,
    /// From when until when nothing is sent.
    pub quiet: Option<(NaiveTime, NaiveTime)>,
    /// IANA name of the zone of these times.
    pub timezone: String,
}

/// A rule as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRule {
    pub id: AlertRuleId,
    pub values: AlertRuleValues,
    pub destination_name: String,
    pub destination_kind: DestinationKind,
}

struct Row {
    id: AlertRuleId,
    name: String,
    destination_id: DestinationId,
    enabled: bool,
    kinds: Vec<String>,
    all_sites: bool,
    sites: Vec<String>,
    tags: Vec<String>,
    overdue_hours: i32,
    digest_at: Option<NaiveTime>,
    quiet_from: Option<NaiveTime>,
    quiet_until: Option<NaiveTime>,
    timezone: String,
    destination_name: String,
    destination_kind: DestinationKind,
}

impl From<Row> for AlertRule {
    fn from(row: Row) -> Self {
        let is_told = |kind: &AlertKind| row.kinds.iter().any(|text| text == kind.as_str());
        Self {
            id: row.id,
            values: AlertRuleValues {
                kinds: AlertKind::ALL.into_iter().filter(is_told).collect(),
                name: row.name,
                destination: row.destination_id,
                enabled: row.enabled,
                all_sites: row.all_sites,
                sites: row.sites,
                tags: row.tags,
                overdue_hours: row.overdue_hours,
                digest_at: row.digest_at,
                quiet: row.quiet_from.zip(row.quiet_until),
                timezone: row.timezone,
            },
            destination_name: row.destination_name,
            destination_kind: row.destination_kind,
        }
    }
}

async fn list(
    conn: &mut PgConnection,
    id: Option<AlertRuleId>,
) -> Result<Vec<AlertRule>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT alert_rules.id AS "id: AlertRuleId", alert_rules.name,
                  destination_id AS "destination_id: DestinationId", enabled, kinds, all_sites,
                  ARRAY(
                      SELECT sites.slug
                      FROM alert_rule_sites
                      JOIN sites ON sites.id = alert_rule_sites.site_id
                      WHERE alert_rule_sites.rule_id = alert_rules.id
                      ORDER BY sites.slug COLLATE "C"
                  ) AS "sites!",
                  tags, overdue_hours, digest_at, quiet_from, quiet_until, timezone,
                  alert_destinations.name AS destination_name,
                  alert_destinations.kind AS "destination_kind: DestinationKind"
           FROM alert_rules
           JOIN alert_destinations ON alert_destinations.id = alert_rules.destination_id
           WHERE $1::bigint IS NULL OR alert_rules.id = $1
           ORDER BY lower(alert_rules.name), alert_rules.name"#,
        id.map(|id| id.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(AlertRule::from).collect())
}

/// Every rule, by name.
///
/// # Errors
/// When the database fails.
pub async fn list_alert_rules(conn: &mut PgConnection) -> Result<Vec<AlertRule>, sqlx::Error> {
    list(conn, None).await
}

/// One rule; `None`: there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn get_alert_rule(
    conn: &mut PgConnection,
    id: AlertRuleId,
) -> Result<Option<AlertRule>, sqlx::Error> {
    Ok(list(conn, Some(id)).await?.pop())
}

fn kinds_of(values: &AlertRuleValues) -> Vec<String> {
    values.kinds.iter().map(|kind| kind.to_string()).collect()
}

/// Stores a new rule. Its destination and its sites are there.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn insert_alert_rule(
    conn: &mut PgConnection,
    values: &AlertRuleValues,
) -> Result<AlertRuleId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        r#"INSERT INTO alert_rules (name, destination_id, enabled, kinds, all_sites, tags,
                                    overdue_hours, digest_at, quiet_from, quiet_until, timezone)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           RETURNING id AS "id: AlertRuleId""#,
        values.name,
        values.destination.0,
        values.enabled,
        &kinds_of(values),
        values.all_sites,
        &values.tags,
        values.overdue_hours,
        values.digest_at,
        values.quiet.map(|(from, _)| from),
        values.quiet.map(|(_, until)| until),
        values.timezone,
    )
    .fetch_one(&mut *conn)
    .await?;
    insert_sites(conn, id, &values.sites).await?;
    Ok(id)
}

/// Changes a rule. Its destination and its sites are there.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn update_alert_rule(
    conn: &mut PgConnection,
    id: AlertRuleId,
    values: &AlertRuleValues,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert_rules
         SET name = $2,
             destination_id = $3,
             enabled = $4,
             kinds = $5,
             all_sites = $6,
             tags = $7,
             overdue_hours = $8,
             digest_at = $9,
             quiet_from = $10,
             quiet_until = $11,
             timezone = $12
         WHERE id = $1",
        id.0,
        values.name,
        values.destination.0,
        values.enabled,
        &kinds_of(values),
        values.all_sites,
        &values.tags,
        values.overdue_hours,
        values.digest_at,
        values.quiet.map(|(from, _)| from),
        values.quiet.map(|(_, until)| until),
        values.timezone,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM alert_rule_sites WHERE rule_id = $1", id.0)
        .execute(&mut *conn)
        .await?;
    insert_sites(conn, id, &values.sites).await
}

async fn insert_sites(
    conn: &mut PgConnection,
    id: AlertRuleId,
    slugs: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO alert_rule_sites (rule_id, site_id)
         SELECT $1, id
         FROM sites
         WHERE slug = ANY ($2)",
        id.0,
        slugs,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a rule; messages that it made stay in the log.
///
/// # Errors
/// When the database fails.
pub async fn delete_alert_rule(
    conn: &mut PgConnection,
    id: AlertRuleId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM alert_rules WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether a rule is for this tag.
///
/// # Errors
/// When the database fails.
pub async fn is_tag_in_alert_rule(conn: &mut PgConnection, tag: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM alert_rules WHERE $1 = ANY (tags)) AS "is!""#,
        tag,
    )
    .fetch_one(conn)
    .await
}
