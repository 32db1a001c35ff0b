//! The next times at which something comes by itself, saved or not yet.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::PgConnection;

use crate::db::managing::{StoredSite, get_site};
use crate::db::schedules::{ScheduleValues, StoredWindow, list_windows};
use crate::model::Target;
use crate::scheduler::{Clock, is_open, place};

/// How many times are shown.
pub const TIMES: usize = 5;

/// `Mon 23 Nov 2026, 02:00`, on the clock of a zone.
pub fn in_words(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .format("%a %-d %b %Y, %H:%M")
        .to_string()
}

/// A time at which a schedule would come.
pub struct Coming {
    pub at: DateTime<Utc>,
    /// Whether all that is meant is in a maintenance window then.
    pub is_held: bool,
}

/// When a schedule would come next.
pub struct Upcoming {
    /// None where it is off.
    pub times: Vec<Coming>,
    /// On whose clock they are.
    pub zone: Tz,
    /// Whether each site has them on its own clock.
    pub is_of_each_site: bool,
    /// Over how many minutes the sites are spread after each; `None`: the times are those of the
    /// one site that is meant.
    pub spread_minutes: Option<u32>,
}

impl Upcoming {
    /// The next times after `now` by these values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        conn: &mut PgConnection,
        values: &ScheduleValues,
        now: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let site = match &values.target {
            Target::Site(slug) | Target::Device(slug, _) => get_site(conn, slug).await?,
            Target::Everything | Target::Tag(_) => None,
        };
        let of_site = site.as_ref().map(|site| site.values.timezone.as_str());
        let named = values.timezone.as_deref().or(of_site);
        let zone = named.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
        let behind = site
            .as_ref()
            .map_or_else(Default::default, |site| place(site.id, values.spread_secs));
        let clock = Clock::new(&values.rhythm, zone);
        let times = clock.map_or_else(Vec::new, |clock| clock.next_times(now - behind, TIMES));
        let mut windows = list_windows(conn).await?;
        windows.retain(|window| concerns(window, &values.target, site.as_ref()));
        let is_held = |at| windows.iter().any(|window| has(window, of_site, zone, at));
        let coming = |at| Coming {
            at,
            is_held: is_held(at),
        };
        let spread = values.spread_secs / 60;
        Ok(Self {
            times: times.into_iter().map(|at| coming(at + behind)).collect(),
            zone,
            is_of_each_site: named.is_none(),
            spread_minutes: (site.is_none() && spread > 0).then_some(spread),
        })
    }

    /// `Mon 23 Nov 2026, 02:00`, on the clock of the zone.
    pub fn in_words(&self, at: &DateTime<Utc>) -> String {
        in_words(*at, self.zone)
    }
}

/// Whether a window is for all that a schedule is for.
fn concerns(window: &StoredWindow, target: &Target, site: Option<&StoredSite>) -> bool {
    let target_of_window = &window.values.target;
    match target_of_window {
        Target::Everything => true,
        Target::Site(slug) => site.is_some_and(|site| site.values.slug == *slug),
        Target::Tag(tag) => {
            target_of_window == target || site.is_some_and(|site| site.values.tags.contains(tag))
        }
        Target::Device(..) => target_of_window == target,
    }
}

/// Whether a window is open at a time; one without a time zone has that of the site, or else the
/// one that the times are shown in.
fn has(window: &StoredWindow, of_site: Option<&str>, shown: Tz, at: DateTime<Utc>) -> bool {
    let named = window.values.timezone.as_deref().or(of_site);
    let zone = named.and_then(|name| name.parse().ok()).unwrap_or(shown);
    is_open(&window.values.span, zone, at, at)
}
