//! Changed host keys: noted by the collector, decided on by a person, and who did is kept.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::Utc;
use routervault::db::runs::Report;
use routervault::demo::RouterSpec;
use routervault::model::Verdict;
use tower::ServiceExt as _;

use crate::support::{Deadlines, World, app_state, signed_in, vault};

/// Two routers at one site, each of which was backed up and then has the key of the other pinned:
/// as if both had been replaced.
async fn swapped() -> (World, Router) {
    let specs = (1..3).map(|seed| RouterSpec::new(format!("gw-{seed}"), seed));
    let world = World::with(specs.collect(), Deadlines::GENEROUS).await;
    world.back_up().await;
    sqlx::query(
        "UPDATE host_keys mine
         SET public_key = other.public_key, fingerprint = other.fingerprint
         FROM host_keys other
         WHERE other.device_id <> mine.device_id AND other.algorithm = mine.algorithm",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let app = signed_in(app_state(&world.pool, &vault(), Utc::now)).await;
    (world, app)
}

fn codes(reports: &[Report]) -> Vec<Option<&str>> {
    reports
        .iter()
        .map(|report| report.failure_code.as_ref().map(|code| code.as_str()))
        .collect()
}

async fn shown(app: &Router, path: &str) -> String {
    let request = Request::get(path).header("host", "localhost");
    let answer = app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.into()).unwrap()
}

/// Where the answer leads.
async fn decide(app: &Router, form: &str) -> String {
    let request = Request::post("/manage/host-keys")
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = app
        .clone()
        .oneshot(request.body(Body::from(form.to_owned())).unwrap())
        .await
        .unwrap();
    let location = answer.headers().get(header::LOCATION);
    location.map_or_else(
        || answer.status().to_string(),
        |to| to.to_str().unwrap().to_owned(),
    )
}

async fn decisions(world: &World) -> Vec<(Option<String>, i32)> {
    sqlx::query_as("SELECT decision, times_seen FROM host_key_changes ORDER BY device_id, id")
        .fetch_all(&world.pool)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_waits_once_however_often_it_is_seen() {
    let (world, app) = swapped().await;
    for _ in 0..2 {
        let reports = world.back_up().await;
        assert_eq!(codes(&reports), [Some("host_key_changed"); 2]);
    }
    assert_eq!(decisions(&world).await, [(None, 2), (None, 2)]);
    let page = shown(&app, "/manage/host-keys").await;
    let keys: Vec<(String,)> = sqlx::query_as(
        "SELECT fingerprint FROM host_key_changes UNION SELECT trusted_fingerprint FROM host_key_changes",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    assert_eq!(keys.len(), 2, "each shows the key of the other");
    for (key,) in keys {
        assert_eq!(page.matches(&key).count(), 2, "{key}");
    }
    assert!(page.contains("2 times, first"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_key_is_trusted_and_the_next_backup_works() {
    let (world, app) = swapped().await;
    world.back_up().await;
    let to = decide(&app, "change=1&decision=accept").await;
    assert_eq!(to, "/manage/host-keys?notice=keys-accepted");
    // Deciding twice changes nothing.
    let again = decide(&app, "change=1&decision=reject").await;
    assert_eq!(again, "/manage/host-keys?notice=keys-decided-already");
    let mut reports = world.back_up().await;
    reports.sort_by_key(|report| report.verdict != Some(Verdict::Verified));
    assert_eq!(codes(&reports), [None, Some("host_key_changed")]);
    let audit: Vec<(String, String, String)> =
        sqlx::query_as("SELECT user_name, action, subject FROM audit")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (audit[0].0.as_str(), audit[0].1.as_str()),
        ("admin", "host_key_accepted")
    );
    assert!(audit[0].2.starts_with("site-0/gw-"));
    let decided = shown(&app, "/manage/host-keys?decided=1").await;
    assert!(decided.contains("Accepted") && decided.contains("by admin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_key_stays_refused_and_does_not_ask_again() {
    let (world, app) = swapped().await;
    world.back_up().await;
    decide(&app, "change=1&decision=reject").await;
    let reports = world.back_up().await;
    assert_eq!(codes(&reports), [Some("host_key_changed"); 2]);
    let mut decisions = decisions(&world).await;
    decisions.sort();
    assert_eq!(decisions, [(None, 2), (Some("rejected".to_owned()), 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_site_is_accepted_after_its_hardware_was_replaced() {
    let (world, app) = swapped().await;
    // The new hardware has another serial number, too.
    sqlx::query("UPDATE devices SET serial = 'OLD' || serial")
        .execute(&world.pool)
        .await
        .unwrap();
    world.back_up().await;
    let to = decide(&app, "change=1&change=2&replaced=1&decision=accept").await;
    assert_eq!(to, "/manage/host-keys?notice=keys-accepted");
    let reports = world.back_up().await;
    let verdicts: Vec<_> = reports.iter().map(|report| report.verdict).collect();
    assert_eq!(verdicts, [Some(Verdict::Verified); 2], "{reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unclear_decides_nothing() {
    let (world, app) = swapped().await;
    world.back_up().await;
    for form in [
        "change=1",
        "decision=accept",
        "change=x&decision=accept",
        "change=1&decision=accept&decision=reject",
        "change=1&decision=perhaps",
    ] {
        assert_eq!(decide(&app, form).await, "400 Bad Request", "{form}");
    }
    assert_eq!(decisions(&world).await, [(None, 1), (None, 1)]);
}
