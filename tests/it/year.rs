//! A year of ticks over 200 devices, with outages of the scheduler, maintenance windows, and
//! schedules of every kind in several time zones: each schedule is met, or caught up once.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use routervault::db::schedules::resolve;
use routervault::model::{SiteId, Span};
use routervault::scheduler::{Clock, is_open, place, tick};
use sqlx::PgPool;

use crate::support::database;

/// The time zones of the ten sites.
const ZONES: [Tz; 10] = [
    Tz::UTC,
    Tz::Europe__Vienna,
    Tz::America__New_York,
    Tz::Asia__Tokyo,
    Tz::Australia__Lord_Howe,
    Tz::Europe__London,
    Tz::America__Sao_Paulo,
    Tz::Asia__Kathmandu,
    Tz::Pacific__Apia,
    Tz::Africa__Casablanca,
];

/// Twenty devices at each, and schedules and windows for some of them. The one for everything is
/// that of the migration.
const HOUSE: &str = "
    INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
    INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags)
    SELECT sites.id, 'gw-' || n, '192.0.2.1', 22, 'routeros', 1, ARRAY['t' || n]
    FROM sites CROSS JOIN generate_series(1, 20) AS n ORDER BY sites.id, n;
    INSERT INTO schedules (origin, tag, site_id, device_id, rhythm, timezone, spread_secs) VALUES
        ('browser', 't1', NULL, NULL, 'weekly sun 04:00', NULL, 3600),
        ('browser', 't2', NULL, NULL, 'off', NULL, 0),
        ('browser', NULL, 3, NULL, 'cron 0 */6 * * *', NULL, 600),
        ('browser', NULL, 4, NULL, 'daily 12:00', 'Europe/Berlin', 0),
        ('browser', NULL, NULL, 25, 'hourly 30', NULL, 3600);
    INSERT INTO maintenance_windows (origin, name, site_id, tag, span, timezone) VALUES
        ('browser', 'nights', 5, NULL, 'weekly mon,wed,fri 01:00 240', NULL),
        ('browser', 'fair', NULL, 't7', 'once 2026-06-01T00:00 2026-06-15T00:00', 'UTC'),
        ('browser', 'sundays', NULL, NULL, 'weekly sun 03:00 120', NULL)";

/// How often the scheduler ticks: rarely enough that hours are missed all the time.
const STEP: TimeDelta = TimeDelta::hours(4);

/// A device as it should be treated, by its number among its site's.
struct Device {
    id: i64,
    site: usize,
    number: i64,
    clock: Clock,
    behind: TimeDelta,
    /// Whether a backup is held back.
    is_owed: bool,
}

impl Device {
    fn new(id: i64) -> Self {
        let site = usize::try_from((id - 1) / 20).unwrap();
        let number = (id - 1) % 20 + 1;
        let own = ZONES[site];
        let (rhythm, zone, spread) = match (id, number, site + 1) {
            (25, _, _) => ("hourly 30", own, 3600),
            (_, 1, _) => ("weekly sun 04:00", own, 3600),
            (_, 2, _) => ("off", own, 0),
            (_, _, 3) => ("cron 0 */6 * * *", own, 600),
            (_, _, 4) => ("daily 12:00", Tz::Europe__Berlin, 0),
            _ => ("daily 02:00", own, 3600),
        };
        Self {
            id,
            site,
            number,
            clock: Clock::new(&rhythm.parse().unwrap(), zone).unwrap(),
            behind: place(SiteId((id - 1) / 20 + 1), spread),
            is_owed: false,
        }
    }

    fn is_forbidden(&self, now: DateTime<Utc>) -> bool {
        let own = ZONES[self.site];
        let is_open = |span: &str, zone| {
            let span: Span = span.parse().unwrap();
            is_open(&span, zone, now, now)
        };
        self.site == 4 && is_open("weekly mon,wed,fri 01:00 240", own)
            || self.number == 7 && is_open("once 2026-06-01T00:00 2026-06-15T00:00", Tz::UTC)
            || is_open("weekly sun 03:00 120", own)
    }

    /// Whether it is to be queued at `now`, when the scheduler last looked at `last`.
    fn is_expected(&mut self, last: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let due = self.clock.next_due(self.behind, last);
        self.is_owed |= due.is_some_and(|at| at <= now);
        let is_expected = self.is_owed && !self.is_forbidden(now);
        self.is_owed &= !is_expected;
        is_expected
    }
}

async fn house() -> PgPool {
    let pool = database().await;
    for (number, zone) in ZONES.iter().enumerate() {
        sqlx::query("INSERT INTO sites (slug, name, timezone) VALUES ($1, $1, $2)")
            .bind(format!("site-{number}"))
            .bind(zone.name())
            .execute(&pool)
            .await
            .unwrap();
    }
    sqlx::raw_sql(HOUSE).execute(&pool).await.unwrap();
    resolve(&mut pool.acquire().await.unwrap()).await.unwrap();
    pool
}

/// The devices that were queued, which are done at once.
async fn done(pool: &PgPool) -> BTreeSet<i64> {
    let queued: Vec<i64> = sqlx::query_scalar("DELETE FROM runs RETURNING device_id")
        .fetch_all(pool)
        .await
        .unwrap();
    let devices: BTreeSet<i64> = queued.iter().copied().collect();
    assert_eq!(devices.len(), queued.len(), "a device was queued twice");
    sqlx::query("DELETE FROM batches")
        .execute(pool)
        .await
        .unwrap();
    devices
}

/// Whether the scheduler is down: for one to ten days, ten times a year.
fn is_out(day: i64) -> bool {
    let (outage, into) = (day / 36, day % 36);
    into >= 20 && into < 20 + 1 + outage
}

#[tokio::test]
async fn in_a_year_over_200_devices_every_schedule_is_met_or_caught_up_once() {
    let pool = house().await;
    let begin: DateTime<Utc> = "2026-01-01T00:10:00Z".parse().unwrap();
    let mut devices: Vec<Device> = (1..=200).map(Device::new).collect();
    tick(&pool, begin).await.unwrap();
    assert!(done(&pool).await.is_empty(), "what is new is planned only");
    let (mut last, mut total, mut caught_up) = (begin, 0, 0);
    let mut now = begin;
    while now < begin + TimeDelta::days(365) {
        now += STEP;
        if is_out((now - begin).num_days()) {
            continue;
        }
        tick(&pool, now).await.unwrap();
        let expected = devices
            .iter_mut()
            .filter_map(|device| device.is_expected(last, now).then_some(device.id));
        let expected: BTreeSet<i64> = expected.collect();
        assert_eq!(done(&pool).await, expected, "at {now}");
        total += expected.len();
        caught_up += if now - last > STEP { expected.len() } else { 0 };
        last = now;
    }
    assert!(total > 50_000, "{total} backups");
    assert!(caught_up > 1_000, "{caught_up} of them after an outage");
    let held = "SELECT count(*) FROM held_backups";
    let held: i64 = sqlx::query_scalar(held).fetch_one(&pool).await.unwrap();
    let owed = devices.iter().filter(|device| device.is_owed).count();
    assert_eq!(held, i64::try_from(owed).unwrap());
}
