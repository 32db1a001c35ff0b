//! Where the routers' time comes from. A parameter, so that a test can say what an export is
//! dated.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

/// A source of time, shared by the routers of a fleet.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock that stands still.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Arc::new(move || at))
    }

    /// The time now, but a second after `last` at the least: two exports are never dated alike,
    /// however quickly they follow each other.
    pub(super) fn after(&self, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let now = (self.0)();
        last.map_or(now, |last| now.max(last + TimeDelta::seconds(1)))
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
