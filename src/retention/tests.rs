//! What rules say, of histories made by hand and by chance.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{Fate, Why, decide};
use crate::db::retention::KeptSnapshot;
use crate::model::{DeviceId, Retention, SnapshotId, Thinning, Verdict};

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A verified one that was seen once.
fn taken(id: i64, at: &str) -> KeptSnapshot {
    KeptSnapshot {
        id: SnapshotId(id),
        device: DeviceId(1),
        taken_at: utc(at),
        last_seen_at: utc(at),
        verdict: Verdict::Verified,
        version: None,
        pinned: false,
        sealed_bytes: 100,
        expires_at: None,
    }
}

fn thin(all_days: i32, daily_days: i32) -> Retention {
    Retention {
        thinning: Some(Thinning {
            all_days,
            daily_days,
        }),
        ..Retention::default()
    }
}

fn after(days: i32) -> Retention {
    Retention {
        days: Some(days),
        ..Retention::default()
    }
}

fn newest(count: i32) -> Retention {
    Retention {
        count: Some(count),
        ..Retention::default()
    }
}

fn going(snapshots: &[KeptSnapshot], rule: &Retention, now: &str) -> Vec<i64> {
    let decisions = decide(snapshots, rule, utc(now), Tz::UTC);
    let going = decisions.into_iter().filter(|decision| decision.goes());
    going.map(|decision| decision.id.0).collect()
}

/// One a day, from the first of May on.
fn days(count: i64) -> Vec<KeptSnapshot> {
    let first = utc("2026-05-01T02:00:00Z");
    (0..count)
        .map(|day| {
            let at = (first + TimeDelta::days(day)).to_rfc3339();
            taken(day + 1, &at)
        })
        .collect()
}

#[test]
fn without_a_rule_everything_stays_for_ever() {
    let decisions = decide(
        &days(40),
        &Retention::default(),
        utc("2036-01-01T00:00:00Z"),
        Tz::UTC,
    );
    assert!(
        decisions
            .iter()
            .all(|decision| decision.fate == Fate::Stays)
    );
    assert!(decide(&[], &newest(1), utc("2036-01-01T00:00:00Z"), Tz::UTC).is_empty());
}

#[test]
fn the_newest_so_many_stay() {
    assert_eq!(
        going(&days(5), &newest(2), "2026-05-06T00:00:00Z"),
        [1, 2, 3]
    );
    assert_eq!(going(&days(5), &newest(5), "2026-05-06T00:00:00Z"), [0; 0]);
}

#[test]
fn age_counts_from_when_a_snapshot_was_last_seen() {
    let mut kept = days(3);
    kept[0].last_seen_at = utc("2026-05-02T01:00:00Z");
    let now = "2026-05-12T01:00:00Z";
    assert_eq!(going(&kept, &after(10), now), [1]);
    let fates: Vec<Fate> = decide(&kept, &after(10), utc(now), Tz::UTC)
        .into_iter()
        .map(|decision| decision.fate)
        .collect();
    assert_eq!(
        fates,
        [
            Fate::Goes(Why::Age(10)),
            Fate::GoesAt(utc("2026-05-12T02:00:00Z")),
            Fate::Stays
        ]
    );
}

#[test]
fn the_last_verified_one_stands_for_its_day_and_then_for_its_week() {
    let mut kept = vec![
        taken(1, "2026-05-04T06:00:00Z"),
        taken(2, "2026-05-04T07:00:00Z"),
        taken(3, "2026-05-04T08:00:00Z"),
        taken(4, "2026-05-05T08:00:00Z"),
        taken(5, "2026-05-10T23:00:00Z"),
        taken(6, "2026-05-11T01:00:00Z"),
        taken(7, "2026-09-01T01:00:00Z"),
    ];
    kept[2].verdict = Verdict::Suspect;
    kept[4].verdict = Verdict::Suspect;
    assert_eq!(going(&kept, &thin(2, 30), "2026-05-12T02:00:00Z"), [1, 3]);
    // The fourth is the last verified one of its week, the sixth is of the next.
    assert_eq!(
        going(&kept, &thin(2, 30), "2026-08-01T00:00:00Z"),
        [1, 2, 3, 5]
    );
    let fates = decide(&kept, &thin(2, 30), utc("2026-05-05T00:00:00Z"), Tz::UTC);
    assert_eq!(fates[0].fate, Fate::GoesAt(utc("2026-05-06T06:00:00Z")));
    assert_eq!(fates[1].fate, Fate::GoesAt(utc("2026-06-03T07:00:00Z")));
}

#[test]
fn days_begin_where_the_site_is() {
    let kept = [
        taken(1, "2026-05-04T23:30:00Z"),
        taken(2, "2026-05-05T08:00:00Z"),
        taken(3, "2026-05-20T08:00:00Z"),
    ];
    let goes = |zone| {
        let decisions = decide(&kept, &thin(2, 30), utc("2026-05-20T09:00:00Z"), zone);
        decisions[0].goes()
    };
    assert!(!goes(Tz::UTC));
    assert!(goes(Tz::Asia__Tokyo));
}

#[test]
fn pinned_the_newest_the_newest_verified_and_one_of_each_version_stay() {
    let mut kept = days(8);
    for (snapshot, version) in kept
        .iter_mut()
        .zip(["7.1", "7.1", "7.2", "7.2", "7.2", "7.3"])
    {
        snapshot.version = Some(version.to_owned());
    }
    kept[2].pinned = true;
    kept[4].verdict = Verdict::Suspect;
    kept[7].verdict = Verdict::Suspect;
    // The 2nd is the newest of 7.1, the 4th of 7.2, the 6th of 7.3, the 7th the newest verified.
    let now = "2036-01-01T00:00:00Z";
    assert_eq!(going(&kept, &after(1), now), [1, 5]);
    assert_eq!(going(&kept, &newest(1), now), [1, 5]);
}

fn a_snapshot() -> impl Strategy<Value = KeptSnapshot> {
    let version = prop_oneof![Just(None), "7\\.[1-4]".prop_map(Some)];
    (0..200_i64 * 24, 0..40_i64, any::<bool>(), version, 0..20).prop_map(
        |(hour, seen_hours, is_verified, version, pin)| {
            let taken_at = utc("2026-01-01T00:00:00Z") + TimeDelta::hours(hour);
            KeptSnapshot {
                last_seen_at: taken_at + TimeDelta::hours(seen_hours * seen_hours),
                taken_at,
                verdict: if is_verified {
                    Verdict::Verified
                } else {
                    Verdict::Suspect
                },
                version,
                pinned: pin == 0,
                ..taken(0, "2026-01-01T00:00:00Z")
            }
        },
    )
}

fn a_history() -> impl Strategy<Value = Vec<KeptSnapshot>> {
    prop::collection::vec(a_snapshot(), 0..60).prop_map(|mut history| {
        for (snapshot, id) in history.iter_mut().zip(1..) {
            snapshot.id = SnapshotId(id);
        }
        history
    })
}

fn a_rule() -> impl Strategy<Value = Retention> {
    let thinning = (1..20, 0..60).prop_map(|(all_days, more)| Thinning {
        all_days,
        daily_days: all_days + more,
    });
    (
        prop::option::of(1..30),
        prop::option::of(1..200),
        prop::option::of(thinning),
    )
        .prop_map(|(count, days, thinning)| Retention {
            count,
            days,
            thinning,
        })
}

fn a_time() -> impl Strategy<Value = DateTime<Utc>> {
    (100..400_i64).prop_map(|day| utc("2026-01-01T12:00:00Z") + TimeDelta::days(day))
}

/// The ids that go, and those that stay.
fn split(history: &[KeptSnapshot], rule: &Retention, now: DateTime<Utc>) -> (Vec<i64>, Vec<i64>) {
    let decisions = decide(history, rule, now, Tz::Europe__Vienna);
    let (going, staying): (Vec<_>, Vec<_>) = decisions.iter().partition(|one| one.goes());
    let ids = |decisions: Vec<&super::Decision>| decisions.iter().map(|one| one.id.0).collect();
    (ids(going), ids(staying))
}

proptest! {
    #[test]
    fn what_never_goes_never_goes(history in a_history(), rule in a_rule(), now in a_time()) {
        let (_, staying) = split(&history, &rule, now);
        let stays = |kept: &KeptSnapshot| staying.contains(&kept.id.0);
        let latest = |of: Vec<&KeptSnapshot>| of.into_iter().max_by_key(|kept| (kept.taken_at, kept.id)).is_none_or(stays);
        prop_assert!(history.iter().filter(|kept| kept.pinned).all(stays));
        prop_assert!(latest(history.iter().collect()));
        let verified: Vec<_> = history.iter().filter(|kept| kept.verdict == Verdict::Verified).collect();
        prop_assert!(latest(verified.clone()));
        for version in ["7.1", "7.2", "7.3", "7.4"] {
            let of_version = verified.iter().filter(|kept| kept.version.as_deref() == Some(version));
            prop_assert!(latest(of_version.copied().collect()), "{version}");
        }
    }

    #[test]
    fn once_it_was_done_nothing_more_goes(history in a_history(), rule in a_rule(), now in a_time()) {
        let (_, staying) = split(&history, &rule, now);
        let left: Vec<_> = history.into_iter().filter(|kept| staying.contains(&kept.id.0)).collect();
        prop_assert_eq!(split(&left, &rule, now), (Vec::new(), staying));
    }

    #[test]
    fn a_part_done_oldest_first_takes_nothing_that_was_to_stay(
        history in a_history(), rule in a_rule(), now in a_time(), done in 0..60_usize,
    ) {
        let (going, staying) = split(&history, &rule, now);
        let done = &going[..done.min(going.len())];
        let left: Vec<_> = history.into_iter().filter(|kept| !done.contains(&kept.id.0)).collect();
        let (_, staying_then) = split(&left, &rule, now);
        prop_assert!(staying.iter().all(|id| staying_then.contains(id)));
    }

    #[test]
    fn a_later_day_brings_nothing_back(
        history in a_history(), rule in a_rule(), now in a_time(), later in 0..100_i64, newer in a_snapshot(),
    ) {
        let (going, _) = split(&history, &rule, now);
        let later = now + TimeDelta::days(later);
        let newer = KeptSnapshot { id: SnapshotId(1000), taken_at: now, last_seen_at: later, ..newer };
        let with_newer = [history, vec![newer]].concat();
        let (going_then, _) = split(&with_newer, &rule, later);
        prop_assert!(going.iter().all(|id| going_then.contains(id)), "{:?} {:?}", going, going_then);
    }

    #[test]
    fn the_order_of_the_snapshots_does_not_matter(history in a_history(), rule in a_rule(), now in a_time()) {
        let forwards = decide(&history, &rule, now, Tz::UTC);
        let backwards: Vec<_> = history.into_iter().rev().collect();
        prop_assert_eq!(decide(&backwards, &rule, now, Tz::UTC), forwards);
    }

    #[test]
    fn what_is_said_to_go_goes_then_and_not_before(history in a_history(), rule in a_rule(), now in a_time()) {
        for decision in decide(&history, &rule, now, Tz::UTC) {
            let Some(at) = decision.goes_at() else { continue };
            let goes = |now| decide(&history, &rule, now, Tz::UTC).iter().any(|one| one.id == decision.id && one.goes());
            prop_assert!(goes(at));
            prop_assert!(!goes(at - TimeDelta::seconds(1)));
        }
    }
}
