//! Schedules by the form: previewed, saved, overridden, deleted; and what the tick makes of them.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use routervault::scheduler::tick;

use super::{Desk, gateway, with};

/// A schedule as the form sends it.
fn weekly() -> Vec<(&'static str, &'static str)> {
    vec![
        ("action", "save"),
        ("kind", "tag"),
        ("target", "edge"),
        ("rhythm", "weekly"),
        ("time", "03:30"),
        ("fri", "true"),
        ("spread_minutes", "0"),
        ("timezone", "Europe/Berlin"),
        ("per_site", "2"),
    ]
}

async fn ticked(desk: &Desk, now: &str) -> usize {
    let now: DateTime<Utc> = now.parse().unwrap();
    tick(&desk.pool, now).await.unwrap()
}

/// Which rhythm each device has.
const EFFECTIVE: &str = "SELECT string_agg(name || ': ' || rhythm, '; ' ORDER BY name)
                         FROM devices LEFT JOIN schedules ON schedules.id = schedule_id";

#[tokio::test]
async fn the_preview_shows_the_next_five_times_and_saves_nothing() {
    let desk = Desk::furnished().await;
    let asked = with(&weekly(), ("action", "preview"), "");
    let page = desk.post("/manage/schedules/new", &asked).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text.matches("<li>Fri ").count(), 5, "{}", page.text);
    page.shows(", 03:30</li>");
    page.shows("Nothing is saved yet");
    page.shows("value=\"03:30\"");
    let count = "SELECT count(*)::text FROM schedules";
    assert_eq!(desk.text(count).await, "1");
    // Of one site, the exact times: its place in the spread is in them.
    let of_site = [
        ("action", "preview"),
        ("kind", "site"),
        ("target", "acme"),
        ("rhythm", "daily"),
        ("time", "02:00"),
        ("spread_minutes", "60"),
    ];
    let page = desk.post("/manage/schedules/new", &of_site).await;
    page.hides("at its own place");
    page.hides(", 02:00</li>");
    let everything = desk.post("/manage/schedules/1", &of_site).await;
    everything.shows(", 02:00</li>");
    everything.shows("on each site's own clock");
    everything.shows("at its own place in the 60 minutes after");
    let wrong = with(&asked, ("time", "25:00"), "");
    let page = desk.post("/manage/schedules/new", &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.shows("id=\"time-wrong\"");
}

#[tokio::test]
async fn a_schedule_is_made_shown_changed_deleted_and_recorded() {
    let desk = Desk::furnished().await;
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: daily 02:00");
    let made = desk.post("/manage/schedules/new", &weekly()).await;
    assert_eq!(made.location(), "/manage/schedules/2?notice=made");
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: weekly fri 03:30");
    let list = desk.get("/manage/schedules").await;
    for words in [
        "Everything",
        "daily at 02:00",
        "Tag edge",
        "Friday at 03:30",
    ] {
        list.shows(words);
    }
    desk.get("/sites/acme").await.shows("/manage/schedules/2");
    desk.get("/sites/acme/devices/gw-1")
        .await
        .shows("Friday at 03:30");
    let again = desk.post("/manage/schedules/new", &weekly()).await;
    again.shows("There is a schedule for tag edge already; change it");
    let stamp = desk.get("/manage/schedules/2").await.hidden("stamp");
    let off = with(&weekly(), ("rhythm", "off"), &stamp);
    desk.post("/manage/schedules/2", &off).await.location();
    assert_eq!(desk.text("SELECT count(*)::text FROM due_times").await, "0");
    desk.get("/sites/acme").await.shows("nothing is scheduled");
    let late = desk.post("/manage/schedules/2", &off).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let gone = desk.post("/manage/schedules/2/delete", &[]).await;
    assert_eq!(gone.location(), "/manage/schedules?notice=deleted");
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: daily 02:00");
    let kept = desk.post("/manage/schedules/1/delete", &[]).await;
    assert_eq!(kept.location(), "/manage/schedules/1?notice=always-there");
    let audit = "SELECT string_agg(subject || ': ' || detail, '; ' ORDER BY id) FROM audit
                 WHERE subject LIKE 'schedule%'";
    assert_eq!(
        desk.text(audit).await,
        "schedule for tag edge: made: Friday at 03:30; schedule for tag edge: rhythm from \
         `weekly` to `off`, time from `03:30` to `02:00`, fri from `true` to ``; \
         schedule for tag edge: deleted"
    );
}

#[tokio::test]
async fn the_nearest_schedule_is_that_of_a_device_whatever_changes() {
    let desk = Desk::furnished().await;
    let make = async |kind: &str, target: &str, minute: &str| {
        let fields = [
            ("kind", kind),
            ("target", target),
            ("rhythm", "hourly"),
            ("minute", minute),
            ("spread_minutes", "0"),
        ];
        let made = desk.post("/manage/schedules/new", &fields).await;
        made.location().to_owned()
    };
    let mut nearer = Vec::new();
    for (kind, target, minute) in [
        ("tag", "gold", "1"),
        ("site", "acme", "2"),
        ("tag", "edge", "3"),
        ("tag", "east", "4"),
        ("device", "acme/gw-1", "5"),
    ] {
        nearer.push(make(kind, target, minute).await);
        let expected = match minute {
            "4" => "gw-1: hourly 3".to_owned(),
            minute => format!("gw-1: hourly {minute}"),
        };
        assert_eq!(desk.text(EFFECTIVE).await, expected, "{kind} {target}");
    }
    let delete = async |page: &str| {
        let page = page.split('?').next().unwrap();
        desk.post(&format!("{page}/delete"), &[]).await.location();
    };
    delete(&nearer[4]).await;
    // Another tag of the device, of which the first by name counts.
    let stamp = desk.get("/manage/devices/1").await.hidden("stamp");
    let tagged = with(&gateway(), ("tags", "edge, east"), &stamp);
    desk.post("/manage/devices/1", &tagged).await.location();
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: hourly 4");
    delete(&nearer[2]).await;
    delete(&nearer[3]).await;
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: hourly 2");
    delete(&nearer[1]).await;
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: hourly 1");
    let stamp = desk.get("/manage/sites/acme/edit").await.hidden("stamp");
    let site = [
        ("stamp", stamp.as_str()),
        ("name", "A"),
        ("timezone", "UTC"),
    ];
    desk.post("/manage/sites/acme/edit", &site).await.location();
    assert_eq!(desk.text(EFFECTIVE).await, "gw-1: daily 02:00");
}

#[tokio::test]
async fn what_is_not_there_has_no_schedule_and_a_tag_with_one_is_not_renamed() {
    let desk = Desk::furnished().await;
    for (kind, target, words) in [
        ("site", "nope", "There is no site nope"),
        ("device", "acme/nope", "There is no device acme/nope"),
        ("device", "acme", "SITE/NAME"),
        ("everybody", "", "Choose what it is for"),
    ] {
        let fields = [
            ("kind", kind),
            ("target", target),
            ("rhythm", "off"),
            ("spread_minutes", "0"),
        ];
        let refused = desk.post("/manage/schedules/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        refused.shows(words);
    }
    desk.post("/manage/schedules/new", &weekly())
        .await
        .location();
    let rename = [("tag", "edge"), ("action", "rename"), ("new", "rim")];
    let refused = desk.post("/manage/tags", &rename).await;
    assert_eq!(refused.location(), "/manage/tags?notice=tag-scheduled");
    assert_eq!(desk.get("/manage/schedules/99").await.status, 404);
    assert_eq!(
        desk.post("/manage/schedules/99/delete", &[]).await.status,
        404
    );
}

#[tokio::test]
async fn a_changed_schedule_is_planned_anew_and_its_cap_goes_with_the_runs() {
    let desk = Desk::furnished().await;
    desk.post("/manage/schedules/new", &weekly())
        .await
        .location();
    // 2026-05-01 is a Friday; 03:30 in Berlin is 01:30.
    assert_eq!(ticked(&desk, "2026-04-30T12:00:00Z").await, 0);
    let due = "SELECT to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM due_times";
    assert_eq!(desk.text(due).await, "2026-05-01 01:30");
    let stamp = desk.get("/manage/schedules/2").await.hidden("stamp");
    let capped = with(&weekly(), ("per_site", "1"), &stamp);
    desk.post("/manage/schedules/2", &capped).await.location();
    assert_eq!(
        desk.text(due).await,
        "2026-05-01 01:30",
        "a cap moves nothing"
    );
    let stamp = desk.get("/manage/schedules/2").await.hidden("stamp");
    let later = with(&capped, ("time", "05:00"), &stamp);
    desk.post("/manage/schedules/2", &later).await.location();
    assert_eq!(desk.text(due).await, "");
    assert_eq!(ticked(&desk, "2026-04-30T12:00:05Z").await, 0);
    assert_eq!(desk.text(due).await, "2026-05-01 03:00");
    assert_eq!(ticked(&desk, "2026-05-01T03:00:00Z").await, 1);
    assert_eq!(desk.text("SELECT per_site::text FROM runs").await, "1");
    assert_eq!(
        desk.text("SELECT schedule_id::text FROM batches").await,
        "2"
    );
}

#[tokio::test]
async fn a_device_remembers_since_when_it_is_due_on_its_days() {
    let desk = Desk::furnished().await;
    let long_ago = "UPDATE devices SET schedule_since = '2026-01-01T00:00:00Z'";
    let is_new = "SELECT (schedule_since > '2026-01-01T00:00:00Z')::text FROM devices";
    desk.post("/manage/schedules/new", &weekly())
        .await
        .location();
    assert_eq!(desk.text(is_new).await, "true", "another schedule");

    desk.run(long_ago).await;
    let stamp = desk.get("/manage/schedules/2").await.hidden("stamp");
    let later = with(&weekly(), ("time", "05:00"), &stamp);
    desk.post("/manage/schedules/2", &later).await.location();
    assert_eq!(desk.text(is_new).await, "false", "another time of the day");

    let stamp = desk.get("/manage/schedules/2").await.hidden("stamp");
    let daily = with(&later, ("rhythm", "daily"), &stamp);
    desk.post("/manage/schedules/2", &daily).await.location();
    assert_eq!(desk.text(is_new).await, "true", "other days");

    desk.run(long_ago).await;
    desk.post("/manage/schedules/2/delete", &[])
        .await
        .location();
    assert_eq!(desk.text(is_new).await, "true", "the next nearest");
}
