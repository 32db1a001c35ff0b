//! Devices without a verified backup for longer than a rule allows, and which rule was told so.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::model::{AlertRuleId, DeviceId};

/// A device that became overdue for a rule.
#[derive(Debug)]
pub struct NewOverdue {
    pub rule: AlertRuleId,
    pub device: DeviceId,
    /// `None`: it never had a verified backup.
    pub last_verified_at: Option<DateTime<Utc>>,
}

/// Forgets the devices that no longer are overdue, so that they are told the next time they are.
///
/// # Errors
/// When the database fails.
pub async fn forget(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM alert_overdue
         USING alert_rules, devices
         WHERE alert_rules.id = alert_overdue.rule_id
           AND devices.id = alert_overdue.device_id
           AND (
               NOT devices.enabled
               OR devices.archived_at IS NOT NULL
               OR coalesce(devices.last_verified_at, devices.created_at)
                  >= $1::timestamptz - make_interval(hours => alert_rules.overdue_hours)
           )",
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes which devices became overdue for which rule that asks for it, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn note(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<NewOverdue>, sqlx::Error> {
    sqlx::query_as!(
        NewOverdue,
        r#"WITH noted AS (
               INSERT INTO alert_overdue (rule_id, device_id)
               SELECT rules.id, devices.id
               FROM alert_rules AS rules
               JOIN alert_concerned AS concerned ON concerned.rule_id = rules.id
               JOIN devices ON devices.id = concerned.device_id
               WHERE rules.enabled
                 AND 'overdue' = ANY (rules.kinds)
                 AND devices.enabled
                 AND devices.archived_at IS NULL
                 AND coalesce(devices.last_verified_at, devices.created_at)
                     < $1::timestamptz - make_interval(hours => rules.overdue_hours)
                 AND NOT EXISTS (
                     SELECT
                     FROM alert_overdue
                     WHERE alert_overdue.rule_id = rules.id
                       AND alert_overdue.device_id = devices.id
                 )
               ORDER BY rules.id, devices.id
               LIMIT $2
               RETURNING rule_id, device_id
           )
           SELECT noted.rule_id AS "rule: AlertRuleId", noted.device_id AS "device: DeviceId",
                  devices.last_verified_at
           FROM noted
           JOIN devices ON devices.id = noted.device_id
           ORDER BY noted.rule_id, noted.device_id"#,
        now,
        limit,
    )
    .fetch_all(conn)
    .await
}
