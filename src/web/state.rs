//! What every handler needs.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgPool, Postgres, pool::PoolConnection};

use super::{error::PageError, served::Served};
use crate::model::UserId;
use crate::vault::Vault;

/// How old a verified backup may be to count as coverage.
const COVERAGE_WINDOW: TimeDelta = TimeDelta::hours(24);

/// What the pages share; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub pool: PgPool,
    /// Opens snapshot bodies.
    pub vault: Arc<Vault>,
    /// The time, so that tests can set it.
    pub clock: fn() -> DateTime<Utc>,
    /// Of a demo, whose routers are simulated, its visitor, who need not sign in; the pages say
    /// so. `None` everywhere else.
    pub demo: Option<UserId>,
    /// The folder that archives are kept in.
    pub archives: Arc<Path>,
    /// How the pages are reached.
    pub address: Arc<Served>,
}

impl AppState {
    /// Now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// The time since when a verified backup counts as coverage.
    pub(super) fn covered_since(&self) -> DateTime<Utc> {
        self.now() - COVERAGE_WINDOW
    }

    /// A connection for one request.
    pub(super) async fn connection(&self) -> Result<PoolConnection<Postgres>, PageError> {
        Ok(self.pool.acquire().await?)
    }
}
