//! What a message is made of, and where it goes.

use chrono::{DateTime, NaiveTime, Utc};
use sqlx::PgConnection;

use crate::model::{
    AlertEventId, AlertKind, AlertMessageId, AlertRuleId, DestinationId, DestinationKind,
    MailSecurity, MessageKind, RunId, SnapshotId,
};

/// A message that is to be sent.
#[derive(Debug)]
pub struct Outgoing {
    pub id: AlertMessageId,
    /// The same however often it is tried.
    pub token: String,
    pub kind: MessageKind,
    pub created_at: DateTime<Utc>,
    /// How often it was begun to be sent, this time included.
    pub attempt: i32,
    pub requested_by: Option<String>,
    /// `None`: it is gone, or there was none.
    pub rule: Option<AlertRuleId>,
    pub rule_name: Option<String>,
    pub quiet_from: Option<NaiveTime>,
    pub quiet_until: Option<NaiveTime>,
    pub timezone: Option<String>,
    /// `None`: it is gone.
    pub destination: Option<DestinationId>,
}

/// A message that is to be sent.
///
/// # Errors
/// When the database fails.
pub async fn get_outgoing(
    conn: &mut PgConnection,
    id: AlertMessageId,
) -> Result<Option<Outgoing>, sqlx::Error> {
    sqlx::query_as!(
        Outgoing,
        r#"SELECT messages.id AS "id: AlertMessageId", messages.token,
                  messages.kind AS "kind: MessageKind", messages.created_at, messages.attempt,
                  messages.requested_by, messages.rule_id AS "rule: AlertRuleId",
                  rules.name AS "rule_name?", rules.quiet_from, rules.quiet_until,
                  rules.timezone AS "timezone?",
                  messages.destination_id AS "destination: DestinationId"
           FROM alert_messages AS messages
           LEFT JOIN alert_rules AS rules ON rules.id = messages.rule_id
           WHERE messages.id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// Where a message goes, its secrets sealed.
pub struct Destination {
    pub id: DestinationId,
    pub kind: DestinationKind,
    /// Addresses of mail.
    pub recipients: Vec<String>,
    pub url_sealed: Option<Vec<u8>>,
    pub secret_sealed: Option<Vec<u8>>,
}

/// Where a message goes.
///
/// # Errors
/// When the database fails.
pub async fn get_destination(
    conn: &mut PgConnection,
    id: DestinationId,
) -> Result<Option<Destination>, sqlx::Error> {
    sqlx::query_as!(
        Destination,
        r#"SELECT id AS "id: DestinationId", kind AS "kind: DestinationKind", recipients, url_sealed,
                  secret_sealed
           FROM alert_destinations
           WHERE id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// Where mail is handed over, the password sealed.
pub struct MailServer {
    pub host: String,
    pub port: i32,
    pub security: MailSecurity,
    pub username: Option<String>,
    pub password_sealed: Option<Vec<u8>>,
    pub sender: String,
}

/// Where mail is handed over; `None`: nobody has said.
///
/// # Errors
/// When the database fails.
pub async fn get_mail_server(conn: &mut PgConnection) -> Result<Option<MailServer>, sqlx::Error> {
    sqlx::query_as!(
        MailServer,
        r#"SELECT host, port, security AS "security: MailSecurity", username, password_sealed, sender
           FROM mail_server"#
    )
    .fetch_optional(conn)
    .await
}

/// Something that happened, as it is told.
#[derive(Debug, Clone)]
pub struct Happened {
    pub id: AlertEventId,
    pub kind: AlertKind,
    pub occurred_at: DateTime<Utc>,
    pub site_slug: String,
    pub site_name: String,
    pub device: String,
    pub detail: String,
    pub run: Option<RunId>,
    pub snapshot: Option<SnapshotId>,
    pub previous_snapshot: Option<SnapshotId>,
}

/// What a message tells, by site and device.
///
/// # Errors
/// When the database fails.
pub async fn list_events(
    conn: &mut PgConnection,
    message: AlertMessageId,
) -> Result<Vec<Happened>, sqlx::Error> {
    sqlx::query_as!(
        Happened,
        r#"SELECT events.id AS "id: AlertEventId", events.kind AS "kind: AlertKind",
                  events.occurred_at, sites.slug AS site_slug, sites.name AS site_name,
                  devices.name AS device, events.detail, events.run_id AS "run: RunId",
                  events.snapshot_id AS "snapshot: SnapshotId",
                  events.previous_snapshot_id AS "previous_snapshot: SnapshotId"
           FROM alert_message_events AS told
           JOIN alert_events AS events ON events.id = told.event_id
           JOIN devices ON devices.id = events.device_id
           JOIN sites ON sites.id = devices.site_id
           WHERE told.message_id = $1
           ORDER BY sites.name, sites.slug, devices.name, events.occurred_at, events.id"#,
        message.0,
    )
    .fetch_all(conn)
    .await
}

/// How the devices that a rule is about stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Those that are to be backed up.
    pub devices: i64,
    /// Those with a verified backup since a time.
    pub verified: i64,
    /// Those whose last backup failed.
    pub failing: i64,
    /// Those whose last backup is suspect.
    pub suspect: i64,
}

/// Counts the devices that a rule is about; verified are those that were since `since`.
///
/// # Errors
/// When the database fails.
pub async fn get_coverage(
    conn: &mut PgConnection,
    rule: AlertRuleId,
    since: DateTime<Utc>,
) -> Result<Coverage, sqlx::Error> {
    sqlx::query_as!(
        Coverage,
        r#"SELECT count(*) AS "devices!",
                  count(*) FILTER (WHERE devices.last_verified_at >= $2) AS "verified!",
                  count(*) FILTER (WHERE states.state = 'failing') AS "failing!",
                  count(*) FILTER (WHERE states.state = 'suspect') AS "suspect!"
           FROM alert_concerned AS concerned
           JOIN devices ON devices.id = concerned.device_id
           LEFT JOIN alert_device_states AS states ON states.device_id = devices.id
           WHERE concerned.rule_id = $1
             AND devices.enabled
             AND devices.archived_at IS NULL"#,
        rule.0,
        since,
    )
    .fetch_one(conn)
    .await
}

/// A device without a verified backup.
#[derive(Debug, Clone)]
pub struct Uncovered {
    pub site_slug: String,
    pub site_name: String,
    pub device: String,
    /// `None`: never.
    pub last_verified_at: Option<DateTime<Utc>>,
}

/// The devices that a rule is about and that were not verified since `since`, those never verified
/// and the longest overdue first.
///
/// # Errors
/// When the database fails.
pub async fn list_uncovered(
    conn: &mut PgConnection,
    rule: AlertRuleId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Uncovered>, sqlx::Error> {
    sqlx::query_as!(
        Uncovered,
        r#"SELECT sites.slug AS site_slug, sites.name AS site_name, devices.name AS device,
                  devices.last_verified_at
           FROM alert_concerned AS concerned
           JOIN devices ON devices.id = concerned.device_id
           JOIN sites ON sites.id = devices.site_id
           WHERE concerned.rule_id = $1
             AND devices.enabled
             AND devices.archived_at IS NULL
             AND (devices.last_verified_at IS NULL OR devices.last_verified_at < $2)
           ORDER BY devices.last_verified_at NULLS FIRST, sites.name, devices.name
           LIMIT $3"#,
        rule.0,
        since,
        limit,
    )
    .fetch_all(conn)
    .await
}
