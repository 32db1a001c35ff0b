//! How long what was kept stays, as it is stored and as pages and the file say it.

use serde::{Deserialize, Serialize};

use super::SiteId;

/// The most days that may be asked for: a hundred years.
pub const MOST_DAYS: i32 = 36_500;

/// The most snapshots that may be asked for.
pub const MOST_SNAPSHOTS: i32 = 1_000_000;

/// How long snapshots are kept. Nothing set: for ever. When several are set, a snapshot goes when
/// any of them says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The newest so many of a device stay; at least 1.
    pub count: Option<i32>,
    /// How many days a snapshot stays after it was last seen; at least 1.
    pub days: Option<i32>,
    pub thinning: Option<Thinning>,
}

impl Retention {
    /// Whether nothing ever goes.
    #[must_use]
    pub fn is_for_ever(&self) -> bool {
        *self == Self::default()
    }
}

/// Fewer and fewer the older they are: all, then one a day, then one a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thinning {
    /// How many days all are kept; at least 1.
    pub all_days: i32,
    /// How many days one of each day is kept, and one of each week after that; not below
    /// `all_days`.
    pub daily_days: i32,
}

impl Thinning {
    /// What a form offers: all for a month, one a day for a year.
    pub const USUAL: Self = Self {
        all_days: 30,
        daily_days: 365,
    };
}

/// What a rule is for; there is one rule for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionTarget {
    /// Every device that no other rule is for.
    All,
    /// The devices of a site.
    Site(SiteId),
    /// The devices that have this tag, and those of the sites that have it.
    Tag(String),
}

/// How long runs are kept, whatever becomes of what they stored. `None`: for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunLimits {
    /// How many days; the newest run of a device stays.
    pub runs_days: Option<i32>,
    /// How many days their step trails and checks are kept.
    pub trails_days: Option<i32>,
}
