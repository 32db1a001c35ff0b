//! Ill routers: whatever they do, the good snapshot stays the newest verified one, the run says
//! what happened, and nobody else waits.

use std::time::{Duration, Instant};

use routervault::demo::{Algorithms, Fault, RouterSpec};
use routervault::model::{Outcome, RunState, Verdict};

use crate::support::{Deadlines, World};

/// What a run on a device with a good snapshot is to come to.
enum Expected {
    /// Failed, with one of these codes.
    Failed(&'static [&'static str]),
    /// Kept, and not counted; this check failed.
    Suspect(&'static str),
    /// Nothing wrong with it: verified.
    Verified,
}

fn expected(fault: Fault) -> Expected {
    use Expected::{Failed, Suspect, Verified};
    match fault {
        Fault::Refuse => Failed(&["unreachable"]),
        Fault::HangAccept
        | Fault::HangKex
        | Fault::HangAuth
        | Fault::HangChannel
        | Fault::HangExec
        | Fault::HangMidExport
        | Fault::HangClose
        | Fault::Slow => Failed(&["timeout"]),
        Fault::Cut | Fault::BannerGarbage => Failed(&["connection_lost"]),
        // The reset may come before the connection is seen to be made.
        Fault::Flap => Failed(&["connection_lost", "unreachable"]),
        Fault::CutClean | Fault::Interrupted | Fault::Empty => Failed(&["export_incomplete"]),
        Fault::NoExitStatus | Fault::NonzeroExit => Failed(&["export_incomplete"]),
        Fault::PermissionRefused => Failed(&["export_refused"]),
        // On a busy machine the deadline may come before the limit.
        Fault::Flood => Failed(&["export_too_large", "timeout"]),
        Fault::WrongPassword => Failed(&["auth_failed"]),
        Fault::ChangedHostKey => Failed(&["host_key_changed"]),
        Fault::MenuTimeouts => Suspect("no_timeout"),
        Fault::ErrorMenus => Suspect("error_menus"),
        Fault::ExportShrunk => Suspect("size"),
        Fault::SerialChanged => Suspect("identity"),
        Fault::HiddenSecrets => Suspect("secrets"),
        // The inventory of such a router allows the weak algorithms; without, see below.
        Fault::LegacyOnly
        | Fault::NoShell
        | Fault::Latin1
        | Fault::StatusNoise
        | Fault::WindowTruncation
        | Fault::SentinelUnsupported => Verified,
    }
}

fn name(fault: Fault) -> String {
    format!("ill-{}", fault.name())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_illness_replaces_a_good_snapshot_or_delays_the_others() {
    let faults = Fault::all();
    let specs = faults
        .iter()
        .enumerate()
        .map(|(seed, fault)| RouterSpec {
            size_bytes: 6_000,
            ..RouterSpec::new(name(*fault), seed as u64)
        })
        .chain((100..110).map(|seed| RouterSpec::new(format!("well-{seed}"), seed)))
        .collect();
    let world = World::with(specs, Deadlines::GENEROUS).await;
    let good = world.back_up().await;
    assert!(
        good.iter()
            .all(|report| report.verdict == Some(Verdict::Verified)),
        "{good:?}"
    );

    let world = World {
        deadlines: Deadlines::SHORT,
        ..world
    };
    for fault in faults {
        world.router(&name(*fault)).set_fault(Some(*fault)).unwrap();
    }
    world.apply_inventory().await;
    let begin = Instant::now();
    let reports = world.back_up().await;
    // Two connect timeouts and the export's, and time for a busy machine: a hang would last for
    // ever, so this is no measure of speed.
    assert!(begin.elapsed() < Duration::from_secs(60));

    let newest_verified: Vec<(String, Option<i64>)> = sqlx::query_as(
        "SELECT devices.name, snapshots.id
         FROM devices
         LEFT JOIN snapshots ON snapshots.id = devices.last_verified_snapshot_id
             AND snapshots.verdict = 'verified'",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    for report in &reports {
        let before = good.iter().find(|before| before.device == report.device);
        let before = before.unwrap().snapshot.unwrap().0;
        let (_, after) = newest_verified
            .iter()
            .find(|(device, _)| *device == report.device)
            .unwrap();
        let Some(fault) = faults.iter().find(|fault| name(**fault) == report.device) else {
            assert_eq!(report.outcome, Some(Outcome::Unchanged), "{report:?}");
            continue;
        };
        match expected(*fault) {
            Expected::Failed(codes) => {
                assert_eq!(report.state, RunState::Failed, "{report:?}");
                let code = report
                    .failure_code
                    .as_ref()
                    .map(|code| code.as_str())
                    .unwrap();
                assert!(codes.contains(&code), "{report:?}");
                let message = report.failure_message.as_deref().unwrap();
                assert!(
                    message.contains(". ") && message.ends_with('.'),
                    "{message}"
                );
                assert_eq!(*after, Some(before), "{report:?}");
            }
            Expected::Suspect(check) => {
                assert_eq!(report.verdict, Some(Verdict::Suspect), "{report:?}");
                let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
                assert!(
                    failed.iter().any(|failed| failed.name == check),
                    "{failed:?}"
                );
                assert_eq!(*after, Some(before), "{report:?}");
            }
            Expected::Verified => {
                assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_fault_loses_the_tail_of_a_large_export_and_is_found_out() {
    let spec = RouterSpec {
        size_bytes: 3_000_000,
        fault: Some(Fault::WindowTruncation),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let report = world.back_up().await.remove(0);
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("export_incomplete"),
        "{report:?}"
    );
    assert!(
        report.size_bytes.unwrap() >= 2_000_000,
        "the whole window was used"
    );
    assert!(world.snapshots().await.is_empty());

    world.router("gw").set_fault(None).unwrap();
    let report = world.back_up().await.remove(0);
    assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_is_sent_once_and_a_changed_key_gets_none() {
    let specs = vec![RouterSpec::new("a", 1), RouterSpec::new("b", 2)];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    world.back_up().await;
    let seen = |device| world.router(device).passwords_seen();
    let before = (seen("a"), seen("b"));
    world
        .router("a")
        .set_fault(Some(Fault::WrongPassword))
        .unwrap();
    world
        .router("b")
        .set_fault(Some(Fault::ChangedHostKey))
        .unwrap();
    world.apply_inventory().await;
    // With the policy that tries again: neither may be.
    let reports = world
        .back_up_with(routervault::collector::Settings::default())
        .await;
    assert!(
        reports.iter().all(|report| report.attempts == 1),
        "{reports:?}"
    );
    assert_eq!(seen("a"), before.0 + 1);
    assert_eq!(seen("b"), before.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_fails_once_is_backed_up_by_the_second_attempt() {
    let spec = RouterSpec {
        fault: Some(Fault::Flap),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let mut settings = World::settings();
    settings.retry.manual = vec![Duration::ZERO];
    let report = world.back_up_with(settings).await.remove(0);
    assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
    assert_eq!(report.attempts, 2);
    assert_eq!(report.failure_code, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_router_is_reached_when_weak_algorithms_are_allowed() {
    let spec = RouterSpec {
        algorithms: Algorithms::LegacyOnly,
        ..RouterSpec::new("old", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    assert!(world.inventory().contains("legacy_ssh = true"));
    let report = world.back_up().await.remove(0);
    assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");

    sqlx::query("UPDATE devices SET legacy_ssh = false")
        .execute(&world.pool)
        .await
        .unwrap();
    let report = world.back_up().await.remove(0);
    let message = report.failure_message.unwrap();
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("no_common_algorithm")
    );
    assert!(
        message.contains("the router offers") && message.contains("we offer"),
        "{message}"
    );
    assert!(message.contains("legacy_ssh"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_without_sentinel_is_fetched_twice_and_one_without_secrets_is_labelled() {
    let specs = [Fault::SentinelUnsupported, Fault::HiddenSecrets]
        .into_iter()
        .enumerate()
        .map(|(seed, fault)| RouterSpec {
            fault: Some(fault),
            ..RouterSpec::new(fault.name(), seed as u64)
        })
        .collect();
    let world = World::with(specs, Deadlines::GENEROUS).await;
    for report in world.back_up().await {
        assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
    }
    let snapshots = world.snapshots().await;
    let has_secrets = |device: &str| {
        let mut found = snapshots
            .iter()
            .filter(|snapshot| snapshot.device == device);
        found.next().unwrap().has_secrets
    };
    assert!(has_secrets(&Fault::SentinelUnsupported.name()));
    assert!(!has_secrets(&Fault::HiddenSecrets.name()));
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_that_never_export_are_accepted_once_they_recur() {
    let spec = RouterSpec {
        fault: Some(Fault::ErrorMenus),
        ..RouterSpec::new("chr", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let first = world.back_up().await.remove(0);
    assert_eq!(first.verdict, Some(Verdict::Suspect), "{first:?}");
    let second = world.back_up().await.remove(0);
    assert_eq!(second.verdict, Some(Verdict::Verified), "{second:?}");
    let third = world.back_up().await.remove(0);
    assert_eq!(third.outcome, Some(Outcome::Unchanged), "{third:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_cut_off_at_the_limit() {
    let spec = RouterSpec {
        fault: Some(Fault::Flood),
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let report = world.back_up().await.remove(0);
    let message = report.failure_message.unwrap();
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("export_too_large"),
        "{message}"
    );
    assert!(world.snapshots().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_pin_is_no_reason_to_trust_whoever_answers() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    world.back_up().await;
    let before = world.router("gw").passwords_seen();
    sqlx::query("UPDATE host_keys SET public_key = '\\x00'")
        .execute(&world.pool)
        .await
        .unwrap();
    let report = world.back_up().await.remove(0);
    assert_eq!(
        report.failure_code.as_ref().map(|code| code.as_str()),
        Some("host_key_changed"),
        "{report:?}"
    );
    assert_eq!(world.router("gw").passwords_seen(), before);
}
