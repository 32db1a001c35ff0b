//! What a digest says of the devices that its rule is about: silence alone would not tell that all
//! is well.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::Source;
use crate::db::alerts::content as db;
use crate::model::AlertRuleId;
use crate::visible;

/// How old a verified backup may be to count, as everywhere on the pages.
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// How many devices without a backup are named.
const MAX_NAMED: i64 = 50;

/// How the devices stand.
#[derive(Debug, Serialize)]
pub struct CoveragePart {
    /// Those that are to be backed up.
    pub devices: i64,
    /// Those that were verified in the last 24 hours.
    pub verified: i64,
    /// Those whose last backup failed.
    pub failing: i64,
    /// Those whose last backup is suspect.
    pub suspect: i64,
    /// Those that were not verified in the last 24 hours, at most 50, the longest overdue first.
    pub overdue: Vec<OverdueDevice>,
}

/// A device that was not verified in the last 24 hours.
#[derive(Debug, Serialize)]
pub struct OverdueDevice {
    pub site: String,
    pub device: String,
    /// `None`: never.
    pub last_verified_at: Option<DateTime<Utc>>,
}

impl CoveragePart {
    /// How many overdue devices are not named.
    #[must_use]
    pub fn unnamed(&self) -> i64 {
        let named = i64::try_from(self.overdue.len()).unwrap_or(i64::MAX);
        (self.devices - self.verified - named).max(0)
    }
}

impl OverdueDevice {
    /// `Alpha, core-1: last verified 2026-11-22 02:00 UTC`.
    #[must_use]
    pub fn line(&self) -> String {
        let since = match self.last_verified_at {
            Some(at) => format!("last verified {}", super::minute(at)),
            None => "never verified".to_owned(),
        };
        format!("{}, {}: {since}", self.site, self.device)
    }
}

pub(super) async fn coverage(
    conn: &mut PgConnection,
    rule: AlertRuleId,
    source: &Source<'_>,
) -> Result<CoveragePart, sqlx::Error> {
    let since = source.now - WINDOW;
    let counts = db::get_coverage(conn, rule, since).await?;
    let overdue = db::list_uncovered(conn, rule, since, MAX_NAMED).await?;
    let overdue = overdue.into_iter().map(|device| OverdueDevice {
        site: visible::text(&device.site_name),
        device: visible::text(&device.device),
        last_verified_at: device.last_verified_at,
    });
    Ok(CoveragePart {
        devices: counts.devices,
        verified: counts.verified,
        failing: counts.failing,
        suspect: counts.suspect,
        overdue: overdue.collect(),
    })
}
