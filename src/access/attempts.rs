//! Attempts of somebody who is known already: counted as failed before they are looked at, so
//! that of many at once no more are taken than one after the other would be.

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection};

use super::throttle::{self, FORGOTTEN_AFTER, Kind};
use crate::db::sign_in_failures;

/// Why an attempt is not looked at.
#[derive(Debug, thiserror::Error)]
pub enum Held {
    /// Too many failed; the next one is taken then.
    #[error("too many attempts failed; the next is taken at {until}")]
    TooMany { until: DateTime<Utc> },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Counts one; who succeeds forgets it with [`sign_in_failures::delete`].
///
/// # Errors
/// [`Held`].
pub async fn count(
    conn: &mut PgConnection,
    kind: Kind,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Held> {
    let mut tx = conn.begin().await?;
    let so_far = sign_in_failures::lock(&mut tx, key, now).await?;
    if let Some(until) = throttle::blocked_until(kind, so_far.failures, so_far.last_at, now) {
        return Err(Held::TooMany { until });
    }
    sign_in_failures::count(&mut tx, key, now, now - FORGOTTEN_AFTER).await?;
    tx.commit().await?;
    Ok(())
}
