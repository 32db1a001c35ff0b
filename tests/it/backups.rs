//! Backing up healthy routers: every one verified, every byte kept, nothing twice.

use routervault::demo::{RouterSpec, Version};
use routervault::model::{Outcome, RunState, Verdict};

use crate::support::{Deadlines, World};

fn fleet_of(count: u64) -> Vec<RouterSpec> {
    (0..count)
        .map(|seed| {
            let spec = RouterSpec {
                size_bytes: 3_000,
                ..RouterSpec::new(format!("device-{seed}"), seed)
            };
            match seed % 5 {
                // An RSA host key and the group exchange cost ten times as much.
                0 if seed < 20 => spec.running(version(6, 49, 18)),
                _ => spec,
            }
        })
        .collect()
}

fn version(major: u32, minor: u32, patch: u32) -> Version {
    Version {
        major,
        minor,
        patch: Some(patch),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_devices_are_verified_byte_for_byte_and_then_unchanged() {
    let world = World::over_sites(10, fleet_of(200), Deadlines::GENEROUS).await;

    let reports = world.back_up().await;
    assert_eq!(reports.len(), 200);
    for report in &reports {
        assert_eq!(report.state, RunState::Succeeded, "{report:?}");
        assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
        assert_eq!(report.outcome, Some(Outcome::Changed));
        let sent = world.router(&report.device).sent_export().unwrap();
        assert_eq!(world.body(report.snapshot.unwrap()).await, sent);
        assert_eq!(report.size_bytes, Some(i64::try_from(sent.len()).unwrap()));
    }
    let first = world.snapshots().await;
    assert_eq!(first.len(), 200);

    let reports = world.back_up().await;
    assert!(
        reports
            .iter()
            .all(|report| report.outcome == Some(Outcome::Unchanged))
    );
    let second = world.snapshots().await;
    assert_eq!(second.len(), 200);
    for (before, after) in first.iter().zip(&second) {
        assert_eq!(before.id, after.id);
        assert_eq!(before.taken_at, after.taken_at);
        assert!(after.last_seen_at > before.last_seen_at);
        assert_eq!(after.times_seen, 2);
    }
    for router in world.fleet.routers() {
        assert_eq!(router.connections(), 2, "one connection a run");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_revision_stays_readable_as_newer_ones_come() {
    let world = World::with(fleet_of(2), Deadlines::GENEROUS).await;
    let mut sent = Vec::new();
    for _ in 0..6 {
        for report in world.back_up().await {
            let bytes = world.router(&report.device).sent_export().unwrap();
            sent.push((report.snapshot.unwrap(), bytes));
        }
        for router in world.fleet.routers() {
            router.change();
        }
    }
    assert_eq!(world.snapshots().await.len(), 12);
    for (snapshot, bytes) in &sent {
        assert_eq!(world.body(*snapshot).await, *bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn version_and_secrets_are_told_of_each_snapshot() {
    let specs = vec![
        RouterSpec::new("v7", 1),
        RouterSpec::new("v6", 2).running(version(6, 49, 18)),
    ];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    world.back_up().await;
    let snapshots = world.snapshots().await;
    let versions: Vec<_> = snapshots
        .iter()
        .map(|snapshot| (snapshot.device.as_str(), snapshot.version.as_deref()))
        .collect();
    assert_eq!(versions, [("v6", Some("6.49.18")), ("v7", Some("7.18.2"))]);
    assert!(snapshots.iter().all(|snapshot| snapshot.has_secrets));
    assert!(snapshots.iter().all(|snapshot| snapshot.serial.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_from_6_to_7_is_noticed_and_exported_with_secrets() {
    let spec = RouterSpec::new("gw", 1).running(version(6, 49, 18));
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    world.back_up().await;
    let export = world.router("gw").sent_export().unwrap();
    assert!(!export.is_empty());

    sqlx::query("UPDATE devices SET version = '7.18.2'")
        .execute(&world.pool)
        .await
        .unwrap();
    // The guess is wrong now: the router is asked in the words of 7, refuses, and is asked anew.
    let reports = world.back_up().await;
    assert_eq!(reports[0].verdict, Some(Verdict::Verified), "{reports:?}");
    assert_eq!(reports[0].outcome, Some(Outcome::Unchanged));
}
