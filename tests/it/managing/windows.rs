//! Maintenance windows by the form, and what they hold back.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use routervault::scheduler::tick;

use super::{Desk, with};

/// A window as the form sends it: two hours of every night from one o'clock on.
fn nights() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Patch night"),
        ("kind", "site"),
        ("target", "acme"),
        ("span", "weekly"),
        ("mon", "true"),
        ("tue", "true"),
        ("wed", "true"),
        ("thu", "true"),
        ("fri", "true"),
        ("sat", "true"),
        ("sun", "true"),
        ("time", "01:00"),
        ("minutes", "180"),
    ]
}

async fn ticked(desk: &Desk, now: &str) -> usize {
    let now: DateTime<Utc> = now.parse().unwrap();
    tick(&desk.pool, now).await.unwrap()
}

const QUEUED: &str = "SELECT count(*)::text FROM runs WHERE state = 'queued'";
const END_ALL: &str = "UPDATE runs SET state = 'cancelled', finished_at = now()";

#[tokio::test]
async fn a_window_is_made_shown_changed_deleted_and_recorded() {
    let desk = Desk::furnished().await;
    desk.get("/manage/maintenance-windows")
        .await
        .shows("Backups that people ask for go on");
    let made = desk
        .post("/manage/maintenance-windows/new", &nights())
        .await;
    assert_eq!(made.location(), "/manage/maintenance-windows/1?notice=made");
    desk.get("/manage/maintenance-windows")
        .await
        .shows("Site acme");
    let taken = desk
        .post("/manage/maintenance-windows/new", &nights())
        .await;
    taken.shows("There is a window <code>Patch night</code> already");
    let stamp = desk
        .get("/manage/maintenance-windows/1")
        .await
        .hidden("stamp");
    let once = [
        ("stamp", stamp.as_str()),
        ("name", "Christmas"),
        ("kind", "all"),
        ("span", "once"),
        ("from", "2026-12-24 18:00"),
        ("until", "2026-12-27 06:00"),
    ];
    desk.post("/manage/maintenance-windows/1", &once)
        .await
        .location();
    let row =
        "SELECT string_agg(concat_ws('|', name, site_id, span), ';') FROM maintenance_windows";
    let kept = "Christmas|once 2026-12-24T18:00 2026-12-27T06:00";
    assert_eq!(desk.text(row).await, kept);
    let late = desk.post("/manage/maintenance-windows/1", &once).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let wrong = with(&once, ("until", "2026-12-01 00:00"), "");
    let wrong = desk.post("/manage/maintenance-windows/1", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.shows("id=\"until-wrong\"");
    desk.post("/manage/maintenance-windows/1/delete", &[])
        .await
        .location();
    assert_eq!(desk.text(row).await, "");
    let audit = "SELECT count(*)::text FROM audit WHERE subject LIKE 'maintenance window %'";
    assert_eq!(desk.text(audit).await, "3");
    assert_eq!(desk.get("/manage/maintenance-windows/9").await.status, 404);
}

#[tokio::test]
async fn times_in_a_window_are_marked_before_a_schedule_is_saved() {
    let desk = Desk::furnished().await;
    desk.post("/manage/maintenance-windows/new", &nights())
        .await
        .location();
    let nightly = [
        ("action", "preview"),
        ("kind", "site"),
        ("target", "acme"),
        ("rhythm", "daily"),
        ("time", "02:00"),
        ("spread_minutes", "0"),
    ];
    let held = "In a maintenance window: done when it ends";
    let page = desk.post("/manage/schedules/new", &nightly).await;
    assert_eq!(page.text.matches(held).count(), 5);
    let later = with(&nightly, ("time", "04:00"), "");
    desk.post("/manage/schedules/new", &later).await.hides(held);
    // Of everything, only a part is held back then.
    let all = [
        ("action", "preview"),
        ("kind", "all"),
        ("rhythm", "daily"),
        ("time", "02:00"),
    ];
    desk.post("/manage/schedules/1", &all).await.hides(held);
}

#[tokio::test]
async fn a_window_that_never_opens_again_says_so() {
    let desk = Desk::furnished().await;
    desk.post("/manage/maintenance-windows/new", &nights())
        .await
        .location();
    let over = "<span class=\"badge tone-quiet\">Over</span>";
    desk.get("/manage/maintenance-windows").await.hides(over);
    desk.text(
        "UPDATE maintenance_windows SET span = 'once 2020-12-24T18:00 2020-12-27T06:00' RETURNING span",
    )
    .await;
    desk.get("/manage/maintenance-windows").await.shows(over);
}

#[tokio::test]
async fn what_is_due_in_a_window_is_done_once_when_it_ends_and_people_are_not_held_up() {
    let desk = Desk::furnished().await;
    desk.post("/manage/maintenance-windows/new", &nights())
        .await
        .location();
    assert_eq!(ticked(&desk, "2026-05-01T12:00:00Z").await, 0);
    assert_eq!(ticked(&desk, "2026-05-02T03:30:00Z").await, 0);
    assert_eq!(desk.text(QUEUED).await, "0");
    let asked = desk.post("/sites/acme/backups", &[("scope", "site")]).await;
    assert!(asked.location().starts_with("/batches/"));
    assert_eq!(desk.text(QUEUED).await, "1");
    assert_eq!(ticked(&desk, "2026-05-02T03:59:00Z").await, 0);
    assert_eq!(
        desk.text(QUEUED).await,
        "1",
        "what a person asked for stays"
    );
    desk.run(END_ALL).await;
    assert_eq!(ticked(&desk, "2026-05-02T04:00:00Z").await, 1);
    assert_eq!(ticked(&desk, "2026-05-02T04:00:05Z").await, 0);
    assert_eq!(
        desk.text("SELECT count(*)::text FROM held_backups").await,
        "0"
    );
}

#[tokio::test]
async fn what_waits_in_the_queue_when_a_window_opens_is_held_back_too() {
    let desk = Desk::furnished().await;
    assert_eq!(ticked(&desk, "2026-05-01T12:00:00Z").await, 0);
    assert_eq!(ticked(&desk, "2026-05-02T03:00:00Z").await, 1);
    let from = [
        ("span", "once"),
        ("from", "2026-05-02 03:10"),
        ("until", "2026-05-02 09:00"),
    ];
    let others = nights().into_iter().filter(|(name, _)| *name != "span");
    let fields: Vec<_> = others.chain(from).collect();
    desk.post("/manage/maintenance-windows/new", &fields)
        .await
        .location();
    assert_eq!(ticked(&desk, "2026-05-02T03:09:00Z").await, 0);
    assert_eq!(desk.text(QUEUED).await, "1");
    assert_eq!(ticked(&desk, "2026-05-02T03:09:55Z").await, 0);
    assert_eq!(desk.text(QUEUED).await, "0");
    assert_eq!(desk.text("SELECT count(*)::text FROM batches").await, "0");
    // Deleted early, it holds nothing back any more.
    desk.post("/manage/maintenance-windows/1/delete", &[])
        .await
        .location();
    assert_eq!(ticked(&desk, "2026-05-02T03:20:00Z").await, 1);
    assert_eq!(desk.text(QUEUED).await, "1");
}

#[tokio::test]
async fn a_night_after_the_window_does_what_was_held_back() {
    let desk = Desk::furnished().await;
    let weekend = [
        ("name", "Weekend"),
        ("kind", "tag"),
        ("target", "edge"),
        ("span", "once"),
        ("from", "2026-05-02 00:00"),
        ("until", "2026-05-04 02:00"),
    ];
    desk.post("/manage/maintenance-windows/new", &weekend)
        .await
        .location();
    assert_eq!(ticked(&desk, "2026-05-01T12:00:00Z").await, 0);
    for night in ["2026-05-02T03:00:00Z", "2026-05-03T03:00:00Z"] {
        assert_eq!(ticked(&desk, night).await, 0);
    }
    // The scheduler comes back after the next night was due: one backup does for all three.
    assert_eq!(ticked(&desk, "2026-05-04T03:00:00Z").await, 1);
    desk.run(END_ALL).await;
    assert_eq!(ticked(&desk, "2026-05-04T03:00:05Z").await, 0);
}
