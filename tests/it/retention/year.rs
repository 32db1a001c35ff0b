//! A year of nights over two hundred devices, with rules of each kind. Time is a parameter; what is
//! stored is stored by the functions that store backups, unchanged nights by one statement.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use routervault::db::retention as db;
use routervault::model::{Origin, Retention, RetentionTarget, SiteId, Thinning};
use routervault::retention::{Change, Preview, Rules, pass, preview};

use super::house::{Backup, House};
use super::promise::promised;
use crate::support::{database, vault};

/// A site each.
const ZONES: [&str; 5] = [
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
];
const DEVICES_PER_SITE: usize = 40;
const DAYS: i64 = 365;

/// Every so many days what is to go is deleted. In truth it is every hour: what is left is the same.
const DAYS_PER_PASS: i64 = 15;

const FOR_EVER: Retention = Retention {
    count: None,
    days: None,
    thinning: None,
};
const COUNT: Retention = Retention {
    count: Some(12),
    ..FOR_EVER
};
const AGE: Retention = Retention {
    days: Some(60),
    ..FOR_EVER
};
const THINNING: Retention = Retention {
    thinning: Some(Thinning {
        all_days: 14,
        daily_days: 90,
    }),
    ..FOR_EVER
};
const ALL: Retention = Retention {
    count: Some(40),
    days: Some(200),
    ..THINNING
};

/// The rules: one for everything, one for a tag of devices, one for a tag of a site, two for sites.
fn rules() -> [(RetentionTarget, Retention); 5] {
    [
        (RetentionTarget::All, THINNING),
        (RetentionTarget::Tag("odd".to_owned()), COUNT),
        (RetentionTarget::Tag("gold".to_owned()), AGE),
        (RetentionTarget::Site(SiteId(1)), FOR_EVER),
        (RetentionTarget::Site(SiteId(2)), ALL),
    ]
}

/// The nearest of them to a device, as a person would tell.
fn rule_of(site: usize, device: usize) -> Retention {
    // The first device of a site has the number 1.
    let is_odd = (device + 1) % 2 == 1;
    match site {
        0 => FOR_EVER,
        1 => ALL,
        _ if is_odd => COUNT,
        2 => AGE,
        _ => THINNING,
    }
}

fn midnight() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Which device of each site is busy: one under each of the rules.
const BUSY: [usize; 5] = [0, 0, 1, 1, 0];

/// What a day brings of a device: the hours at which something new was there. The busy ones change
/// every day, or twice, the others every ten weeks.
fn hours(device: usize, day: i64) -> &'static [i64] {
    let place = i64::try_from(device).unwrap();
    match device % DEVICES_PER_SITE == BUSY[device / DEVICES_PER_SITE] {
        true if day % 3 == 0 => &[2, 21],
        true => &[2],
        false if (day + place * 7) % 70 == 0 => &[2],
        _ => &[],
    }
}

/// Lives through a day.
async fn live(house: &mut House, day: i64) {
    let night = midnight() + TimeDelta::days(day) + TimeDelta::hours(2);
    let devices = 0..house.histories.len();
    let same: Vec<usize> = devices
        .clone()
        .filter(|one| hours(*one, day).is_empty())
        .collect();
    house.see_again(&same, night).await;
    for device in devices {
        for hour in hours(device, day) {
            let revision = u32::try_from(day * 24 + hour).unwrap();
            let backup = Backup {
                revision,
                at: midnight() + TimeDelta::days(day) + TimeDelta::hours(*hour),
                is_verified: revision % 11 != 0,
                version: ["7.14", "7.15", "7.16"][usize::try_from(day / 150).unwrap()],
            };
            house.store(device, &backup).await;
        }
    }
}

/// Pins the newest of every fourth device.
async fn pin(house: &mut House) {
    for device in (0..house.histories.len()).step_by(4) {
        if let Some(newest) = house.histories[device].last_mut() {
            newest.pinned = true;
            let id = newest.id;
            let update = format!("UPDATE snapshots SET pinned = true WHERE id = {id}");
            house.run(&update).await;
        }
    }
}

async fn say(house: &House, target: &RetentionTarget, rule: &Retention, now: DateTime<Utc>) {
    let mut conn = house.pool.acquire().await.unwrap();
    db::save_rule(&mut conn, Origin::Browser, (target, rule), now)
        .await
        .unwrap();
}

/// What the test remembers becomes what is promised; gives how many went.
fn forget(house: &mut House, now: DateTime<Utc>) -> usize {
    let mut gone = 0;
    for device in 0..house.histories.len() {
        let site = house.site_of(device);
        let zone: Tz = ZONES[site].parse().unwrap();
        let history = &mut house.histories[device];
        let kept = promised(
            history,
            &rule_of(site, device % DEVICES_PER_SITE),
            now,
            zone,
        );
        gone += history.len() - kept.len();
        *history = kept;
    }
    gone
}

async fn assert_kept(house: &House) {
    for (device, history) in house.histories.iter().enumerate() {
        let remembered: Vec<_> = history.iter().map(|kept| kept.id).collect();
        assert_eq!(house.stored(device).await, remembered, "device {device}");
    }
}

async fn look(
    house: &House,
    target: &RetentionTarget,
    rule: Retention,
    now: DateTime<Utc>,
) -> Preview {
    let mut conn = house.pool.acquire().await.unwrap();
    let before: Rules = db::list_rules(&mut conn)
        .await
        .unwrap()
        .into_iter()
        .collect();
    let after = before.clone().with(target.clone(), Some(rule));
    let change = Change {
        target,
        before: &before,
        after: &after,
    };
    preview(&mut conn, &change, 0..100, now).await.unwrap()
}

const BYTES: &str = "SELECT sum(octet_length(body))::bigint FROM snapshots";

#[tokio::test(flavor = "multi_thread")]
async fn after_a_year_exactly_what_the_rules_promise_is_there_and_readable() {
    let mut house = House::new(database().await, vault(), &ZONES, DEVICES_PER_SITE).await;
    let mut gone = 0;
    for (target, rule) in rules() {
        say(&house, &target, &rule, midnight()).await;
    }
    for day in 0..DAYS {
        live(&mut house, day).await;
        if day == 20 {
            pin(&mut house).await;
        }
        if day % DAYS_PER_PASS == 0 || day == DAYS - 1 {
            let now = midnight() + TimeDelta::days(day + 1);
            let passed = pass(&house.pool, &house.vault, now).await.unwrap().unwrap();
            let went = forget(&mut house, now);
            assert_eq!(
                (passed.snapshots, passed.stuck_devices),
                (went, 0),
                "day {day}"
            );
            gone += went;
        }
    }
    assert_kept(&house).await;
    let left = house.check().await;
    assert!(gone > 1_000 && left > 1_000, "{gone} went, {left} are left");
    let detail = "SELECT sum(split_part(detail, ' ', 1)::bigint)::bigint FROM audit
                  WHERE action = 'snapshot_deleted' AND user_name = 'retention'";
    assert_eq!(house.count(detail).await, i64::try_from(gone).unwrap());
    keeps_its_word(&mut house).await;
}

/// The site that kept everything is to be thinned: what the preview says is what then happens.
async fn keeps_its_word(house: &mut House) {
    let now = midnight() + TimeDelta::days(DAYS);
    let target = RetentionTarget::Site(SiteId(1));
    let promised = look(house, &target, THINNING, now).await;
    assert_eq!((promised.sites, promised.concerned_devices), (1, 40));
    let (before, bytes) = (
        house.count("SELECT count(*) FROM snapshots").await,
        house.count(BYTES).await,
    );
    say(house, &target, &THINNING, now).await;
    let passed = pass(&house.pool, &house.vault, now).await.unwrap().unwrap();
    assert_eq!(promised.snapshots, i64::try_from(passed.snapshots).unwrap());
    let after = house.count("SELECT count(*) FROM snapshots").await;
    assert_eq!(before - after, promised.snapshots);
    assert_eq!(promised.going.len(), 100);
    let left = look(house, &target, THINNING, now).await;
    assert_eq!(
        (left.snapshots, left.bytes),
        (0, 0),
        "nothing is left to go"
    );
    let freed = bytes - house.count(BYTES).await;
    assert!(
        freed * 10 >= promised.bytes * 8 && freed * 10 <= promised.bytes * 12,
        "{freed} of about {} bytes were freed",
        promised.bytes
    );
    house.check().await;
    let again = pass(&house.pool, &house.vault, now).await.unwrap().unwrap();
    assert_eq!(again.snapshots, 0);
}
