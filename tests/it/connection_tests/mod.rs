//! Connection tests over real SSH: what each comes to, and that nothing is stored of any.

mod pages;
mod queue;

use std::time::Duration;

use routervault::collector::{Collector, Settings};
use routervault::db::connection_tests::{self as db, Requested, Target};
use routervault::db::devices;
use routervault::db::pages::{ConnectionTestHead, get_connection_test};
use routervault::demo::{Fault, RouterSpec};
use routervault::model::{
    ConnectionTestId, DeviceId, FailureCode, KeyStanding, Scope, TestState, UserId, Verdict,
};
use sqlx::{Connection, PgPool};
use tokio_util::sync::CancellationToken;

use crate::support::{Deadlines, World, until, vault};

/// Who asks.
pub const KIM: UserId = UserId(7);

/// What a test must leave as it is.
const KEPT: &str = "SELECT concat_ws(' ',
        (SELECT count(*) FROM batches), (SELECT count(*) FROM runs),
        (SELECT count(*) FROM snapshots), (SELECT count(*) FROM search_lines),
        (SELECT md5(string_agg(host_keys::text, ' ' ORDER BY host_keys::text)) FROM host_keys),
        (SELECT md5(string_agg(devices::text, ' ' ORDER BY id)) FROM devices),
        (SELECT md5(string_agg(credentials::text, ' ' ORDER BY id)) FROM credentials))";

/// Asks for a test of the device, and gives its number.
pub async fn ask(pool: &PgPool, target: &Target) -> ConnectionTestId {
    let mut conn = pool.acquire().await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let requested = db::request(&mut tx, KIM, target).await.unwrap();
    tx.commit().await.unwrap();
    match requested {
        Requested::Queued(id) => id,
        other => panic!("{other:?}"),
    }
}

pub async fn head(pool: &PgPool, id: ConnectionTestId) -> ConnectionTestHead {
    let mut conn = pool.acquire().await.unwrap();
    let head = get_connection_test(&mut conn, &Scope::All, KIM, id)
        .await
        .unwrap();
    head.unwrap()
}

/// What a test of the only device of this name tries.
pub async fn target(world: &World, device: &str) -> Target {
    let mut conn = world.pool.acquire().await.unwrap();
    let places = devices::list_places(&mut conn).await.unwrap();
    let place = places.iter().find(|place| place.name == device).unwrap();
    let target = db::get_device_target(&mut conn, place.id).await.unwrap();
    target.unwrap()
}

/// Tries a target out with a collector.
async fn try_out(world: &World, target: &Target) -> ConnectionTestHead {
    let before = kept(&world.pool).await;
    let id = ask(&world.pool, target).await;
    let stop = CancellationToken::new();
    let settings: Settings = World::settings();
    let collector = Collector::new(world.pool.clone(), vault(), settings);
    let collecting = tokio::spawn(collector.run(stop.clone()));
    let ended = until("the test ends", async || {
        let head = head(&world.pool, id).await;
        (!head.state.is_active()).then_some(head)
    })
    .await;
    stop.cancel();
    collecting.await.unwrap();
    assert_eq!(kept(&world.pool).await, before, "something was stored");
    ended
}

async fn kept(pool: &PgPool) -> String {
    sqlx::query_scalar(KEPT).fetch_one(pool).await.unwrap()
}

fn spec(version: &str) -> RouterSpec {
    RouterSpec {
        size_bytes: 6_000,
        ..RouterSpec::new("gw", 1).running(version.parse().unwrap())
    }
}

fn code(head: &ConnectionTestHead) -> Option<FailureCode> {
    head.failure_code.as_ref().and_then(|code| code.known())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_finds_the_lacking_policy_and_passes_once_it_is_given() {
    for version in ["6.49.18", "7.18.2"] {
        let world = World::with(vec![spec(version)], Deadlines::GENEROUS).await;
        let target = target(&world, "gw").await;
        world.router("gw").set_policies(&["ssh", "read", "write"]);
        let failed = try_out(&world, &target).await;
        assert_eq!(failed.state, TestState::Failed);
        assert_eq!(code(&failed), Some(FailureCode::PolicyMissing));
        let message = failed.failure_message.unwrap();
        assert!(message.contains("lacks sensitive"), "{message}");
        assert_eq!(failed.policies.unwrap(), ["ssh", "read", "write"]);
        assert_eq!(failed.version.as_deref(), Some(version));
        assert_eq!(failed.host_key_standing, Some(KeyStanding::New));

        world
            .router("gw")
            .set_policies(&["ssh", "read", "sensitive"]);
        let passed = try_out(&world, &target).await;
        assert_eq!(passed.state, TestState::Succeeded, "{passed:?}");
        assert_eq!(passed.verdict, Some(Verdict::Verified));
        assert_eq!(passed.has_secrets, Some(true));
        assert!(passed.size_bytes > Some(3_000) && passed.checks.iter().all(|check| check.ok));
        assert!(passed.serial.is_some() && passed.identity.as_deref() == Some("gw"));
        let trail: Vec<&str> = passed.steps.iter().map(|step| step.text.as_str()).collect();
        assert!(
            trail.contains(&"the account may: ssh, read, sensitive"),
            "{trail:?}"
        );
        assert!(
            trail.iter().any(|step| step.contains("and not kept")),
            "{trail:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_read_is_refused_and_can_not_say_what_it_may() {
    let world = World::with(vec![spec("7.18.2")], Deadlines::GENEROUS).await;
    world.router("gw").set_policies(&["ssh"]);
    let failed = try_out(&world, &target(&world, "gw").await).await;
    assert_eq!(code(&failed), Some(FailureCode::ExportRefused));
    assert_eq!(failed.policies, None);
    let last = failed.steps.last().unwrap();
    assert_eq!(last.text, "the router does not say what the account may");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_sentence_and_the_password_is_sent_once() {
    let world = World::with(vec![spec("7.18.2")], Deadlines::SHORT).await;
    let (target, router) = (target(&world, "gw").await, world.router("gw"));
    for (fault, expected) in [
        (Fault::WrongPassword, FailureCode::AuthFailed),
        (Fault::Refuse, FailureCode::Unreachable),
        (Fault::HangExec, FailureCode::Timeout),
        (Fault::HangMidExport, FailureCode::Timeout),
        (Fault::HangAuth, FailureCode::Timeout),
        (Fault::PermissionRefused, FailureCode::ExportRefused),
        (Fault::CutClean, FailureCode::ExportIncomplete),
    ] {
        router.set_fault(Some(fault)).unwrap();
        let before = router.passwords_seen();
        let failed = try_out(&world, &target).await;
        assert_eq!(code(&failed), Some(expected), "{fault}: {failed:?}");
        let message = failed.failure_message.unwrap();
        assert!(
            message.contains(". ") && message.ends_with('.'),
            "{message}"
        );
        assert!(router.passwords_seen() <= before + 1, "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_key_is_told_with_both_prints_and_nothing_is_sent() {
    let world = World::with(vec![spec("7.18.2")], Deadlines::GENEROUS).await;
    world.back_up().await;
    let (target, router) = (target(&world, "gw").await, world.router("gw"));
    let known = try_out(&world, &target).await;
    assert_eq!(known.host_key_standing, Some(KeyStanding::Pinned));
    assert_eq!(known.verdict, Some(Verdict::Verified));
    router.set_fault(Some(Fault::ChangedHostKey)).unwrap();
    let before = router.login_attempts();
    let changed = try_out(&world, &target).await;
    assert_eq!(code(&changed), Some(FailureCode::HostKeyChanged));
    assert_eq!(changed.host_key_standing, Some(KeyStanding::Changed));
    let [old, new] = [&known, &changed].map(|head| head.host_key_fingerprint.clone().unwrap());
    assert_ne!(old, new);
    let message = changed.failure_message.unwrap();
    assert!(
        message.contains(&old) && message.contains(&new),
        "{message}"
    );
    assert_eq!(router.login_attempts(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_not_saved_is_tried_with_a_credential_that_is() {
    let world = World::with(
        vec![spec("7.18.2"), RouterSpec::new("new", 2)],
        Deadlines::GENEROUS,
    )
    .await;
    let saved = target(&world, "gw").await;
    let unsaved = Target {
        device: None,
        name: "not saved".to_owned(),
        ..saved
    };
    let passed = try_out(&world, &unsaved).await;
    assert_eq!(passed.state, TestState::Succeeded, "{passed:?}");
    assert_eq!(
        (passed.device_id, passed.name.as_str()),
        (None, "not saved")
    );
    let nowhere = Target {
        address: "192.0.2.1".to_owned(),
        connect_timeout: Duration::from_secs(1),
        ..unsaved
    };
    let failed = try_out(&world, &nowhere).await;
    assert!(matches!(
        code(&failed),
        Some(FailureCode::Unreachable | FailureCode::Timeout)
    ));
    assert_eq!(failed.host_key_standing, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_a_replaced_router_says_so() {
    let world = World::with(vec![spec("7.18.2")], Deadlines::GENEROUS).await;
    world.back_up().await;
    let router = world.router("gw");
    router.set_fault(Some(Fault::SerialChanged)).unwrap();
    let told = try_out(&world, &target(&world, "gw").await).await;
    assert_eq!(told.verdict, Some(Verdict::Suspect));
    assert!(
        told.checks
            .iter()
            .any(|check| check.name == "identity" && !check.ok)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_made_while_every_slot_for_backups_is_taken() {
    let world = World::with(
        vec![
            spec("7.18.2"),
            RouterSpec {
                fault: Some(Fault::HangMidExport),
                ..RouterSpec::new("slow", 2)
            },
        ],
        Deadlines::GENEROUS,
    )
    .await;
    let slow = target(&world, "slow").await.device.unwrap();
    world.request_devices(vec![slow]).await;
    let settings = Settings {
        concurrency: 1,
        idle_timeout: Duration::from_secs(60),
        ..World::settings()
    };
    let stop = CancellationToken::new();
    let collector = Collector::new(world.pool.clone(), vault(), settings);
    let collecting = tokio::spawn(collector.run(stop.clone()));
    until("the run is at work", async || running(&world, slow).await).await;
    let id = ask(&world.pool, &target(&world, "gw").await).await;
    until("the test ends", async || {
        let head = head(&world.pool, id).await;
        (head.state == TestState::Succeeded).then_some(())
    })
    .await;
    assert!(running(&world, slow).await.is_some(), "the run gave way");
    stop.cancel();
    collecting.await.unwrap();
}

async fn running(world: &World, device: DeviceId) -> Option<()> {
    let query = "SELECT state = 'running' FROM runs WHERE device_id = $1";
    let running: bool = sqlx::query_scalar(query)
        .bind(device.0)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    running.then_some(())
}
