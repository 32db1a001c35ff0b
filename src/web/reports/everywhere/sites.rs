//! What a month comes to for each site, of its devices: pure.

use std::collections::HashMap;

use crate::db::pages::ReportAttendance;
use crate::model::SiteId;
use crate::web::reports::attendance::{Attendance, Tried};
use crate::web::reports::due::{Asking, DueDays};
use crate::web::reports::month::DaySet;
use crate::web::reports::period::Period;

/// Numbers of one site, or of all. A day counts once for each device: two devices that were not
/// verified on the same day missed two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub devices: u64,
    /// Of those that are to be backed up by now, how many had no verified backup in the month, due
    /// or not.
    pub unverified: u64,
    /// How many days count, and on how many of these none was verified.
    pub days: u64,
    pub missed: u64,
    pub changes: i64,
    pub failures: i64,
    pub suspects: i64,
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.devices += other.devices;
        self.unverified += other.unverified;
        self.days += other.days;
        self.missed += other.missed;
        self.changes += other.changes;
        self.failures += other.failures;
        self.suspects += other.suspects;
    }

    /// On how many of the days a backup was verified.
    pub const fn verified(&self) -> u64 {
        self.days.saturating_sub(self.missed)
    }

    /// The share of the days on which one was, in per cent with one digit; all of them alone are
    /// 100. `None`: no day counts.
    pub fn coverage(&self) -> Option<String> {
        let permille = (self.verified() * 1_000).checked_div(self.days)?;
        Some(match permille {
            1_000 => "100 %".to_owned(),
            some => format!("{}.{} %", some / 10, some % 10),
        })
    }
}

/// A site of the report.
#[derive(Debug)]
pub struct SiteLine {
    pub slug: String,
    pub name: String,
    /// Whether the results of the month are deleted, so that days and failures are not known.
    pub is_forgotten: bool,
    pub figures: Figures,
}

/// Every site that had a device, those that missed most days first, then those with most devices that
/// were never verified, then by name; and how many
/// devices had backups deleted by retention.
pub fn sites(
    periods: &HashMap<String, Period>,
    rows: Vec<ReportAttendance>,
) -> (Vec<SiteLine>, u64) {
    let mut due_days: HashMap<&str, DueDays<'_>> = HashMap::new();
    let mut sites: HashMap<SiteId, SiteLine> = HashMap::new();
    let mut thinned = 0;
    for row in rows {
        let Some((timezone, period)) = periods.get_key_value(&row.timezone) else {
            continue;
        };
        let due_days = due_days
            .entry(timezone)
            .or_insert_with(|| DueDays::new(period));
        let figures = figures(period, due_days, &row);
        thinned += u64::from(row.is_thinned);
        let site = sites.entry(row.site).or_insert_with(|| SiteLine {
            slug: row.site_slug,
            name: row.site_name,
            is_forgotten: period.is_forgotten(),
            figures: Figures::default(),
        });
        site.figures.add(figures);
    }
    let mut sites: Vec<SiteLine> = sites.into_values().collect();
    sites.sort_by_cached_key(|site| {
        let worst = std::cmp::Reverse((site.figures.missed, site.figures.unverified));
        (worst, site.name.to_lowercase(), site.slug.clone())
    });
    (sites, thinned)
}

/// The sum of all.
pub fn total(sites: &[SiteLine]) -> Figures {
    let mut total = Figures::default();
    for site in sites {
        total.add(site.figures);
    }
    total
}

fn figures(period: &Period, due_days: &mut DueDays<'_>, row: &ReportAttendance) -> Figures {
    let asking = row.rhythm.as_deref().map(|rhythm| Asking {
        rhythm,
        timezone: row.schedule_timezone.as_deref(),
        spread_secs: row.spread_secs.unwrap_or(0).unsigned_abs(),
    });
    let attendance = Attendance {
        enabled: row.enabled,
        created_at: row.created_at,
        archived_at: row.archived_at,
        asked: asking
            .map(|asking| due_days.of(row.site, asking))
            .unwrap_or_default(),
        schedule_since: row.schedule_since,
    };
    let tried = Tried {
        verified: DaySet::from_bits(row.verified_days),
        all: DaySet::from_bits(row.tried_days),
    };
    let attended = attendance.reckon(period, tried);
    let is_meant = row.enabled && row.archived_at.is_none();
    Figures {
        devices: 1,
        unverified: u64::from(is_meant && row.verified_days == 0),
        days: attended.due.count().into(),
        missed: attended.missed.count().into(),
        changes: row.changes,
        failures: row.failures,
        suspects: row.suspects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::reports::period::tests::{april, at};

    /// A device of a site, backed up every day, that was verified on these days.
    fn device(site: i64, name: &str, verified_days: i64) -> ReportAttendance {
        ReportAttendance {
            site: SiteId(site),
            site_slug: format!("site-{site}"),
            site_name: name.to_owned(),
            timezone: "UTC".to_owned(),
            enabled: true,
            created_at: at("2026-03-01T12:00"),
            archived_at: None,
            rhythm: Some("daily 02:00".to_owned()),
            schedule_timezone: None,
            spread_secs: Some(3600),
            schedule_since: at("2026-03-01T12:00"),
            verified_days,
            tried_days: verified_days,
            failures: 1,
            suspects: 2,
            changes: 3,
            is_thinned: false,
        }
    }

    fn of(rows: Vec<ReportAttendance>) -> Vec<SiteLine> {
        let period = april("2026-05-03T12:00");
        sites(&HashMap::from([("UTC".to_owned(), period)]), rows).0
    }

    const ALL: i64 = (1 << 30) - 1;

    #[test]
    fn the_devices_of_a_site_are_one_row_and_who_missed_most_stands_first() {
        let rows = vec![
            device(1, "west", ALL),
            device(2, "East", ALL),
            device(3, "north", ALL - 0b11),
            device(3, "north", ALL - 0b10),
        ];
        let sites = of(rows);
        let told = sites
            .iter()
            .map(|site| (site.name.as_str(), site.figures.missed));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [("north", 3), ("East", 0), ("west", 0)]
        );
        let north = Figures {
            devices: 2,
            unverified: 0,
            days: 60,
            missed: 3,
            changes: 6,
            failures: 2,
            suspects: 4,
        };
        assert_eq!(sites[0].figures, north);
        let all = total(&sites);
        assert_eq!((all.devices, all.days, all.verified()), (4, 120, 117));
    }

    #[test]
    fn a_device_that_was_never_verified_is_told_though_nothing_was_due() {
        let mut new = device(1, "west", 0);
        new.created_at = at("2026-04-30T12:00");
        new.schedule_since = new.created_at;
        let mut spare = device(1, "west", 0);
        (spare.enabled, spare.tried_days) = (false, 0);
        let sites = of(vec![
            device(2, "East", ALL),
            device(1, "west", ALL),
            new,
            spare,
        ]);
        let west = &sites[0];
        assert_eq!(
            (
                west.name.as_str(),
                west.figures.missed,
                west.figures.unverified
            ),
            ("west", 0, 1)
        );
    }

    #[test]
    fn only_all_days_are_a_hundred_per_cent() {
        let coverage = |days, missed| {
            let figures = Figures {
                days,
                missed,
                ..Figures::default()
            };
            figures.coverage()
        };
        assert_eq!(coverage(30, 0).as_deref(), Some("100 %"));
        assert_eq!(coverage(310_000, 1).as_deref(), Some("99.9 %"));
        assert_eq!(coverage(30, 3).as_deref(), Some("90.0 %"));
        assert_eq!(coverage(30, 30).as_deref(), Some("0.0 %"));
        assert_eq!(coverage(0, 0), None);
    }
}
