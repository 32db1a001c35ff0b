//! Archives that are made by themselves: due once, kept so many, and their form.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use routervault::archive::Worker;
use routervault::db::archives::{self as db, PlanValues, StoredPlan};
use routervault::model::{ArchivePlanId, ArchiveState, Origin};
use routervault::scheduler::tick;

use super::house::{House, at, everything};
use super::pages::Desk;

/// A house with a plan in it.
struct Planned {
    house: House,
    folder: tempfile::TempDir,
    plan: ArchivePlanId,
}

fn nightly() -> PlanValues {
    PlanValues {
        name: "Nightly".to_owned(),
        choice: everything(),
        comment: "by night".to_owned(),
        rhythm: "daily 04:00".parse().unwrap(),
        timezone: None,
        keep: 2,
    }
}

impl Planned {
    /// Daily at 04:00 in UTC, of which two are kept; reckoned at the moment 0.
    async fn daily() -> Self {
        let house = House::with(1, 1, 1).await;
        let mut conn = house.pool.acquire().await.unwrap();
        let plan = db::insert_plan(&mut conn, Origin::Browser, &nightly())
            .await
            .unwrap();
        drop(conn);
        tick(&house.pool, at(0)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self {
            house,
            folder,
            plan,
        }
    }

    async fn stored(&self) -> StoredPlan {
        let mut conn = self.house.pool.acquire().await.unwrap();
        db::get_plan(&mut conn, self.plan).await.unwrap().unwrap()
    }

    /// When the archives of the plan were due, the oldest first, and where each stands.
    async fn archives(&self) -> Vec<(DateTime<Utc>, String)> {
        sqlx::query_as("SELECT due_at, state FROM archives WHERE plan_id = $1 ORDER BY id")
            .bind(self.plan.0)
            .fetch_all(&self.house.pool)
            .await
            .unwrap()
    }

    fn worker(&self) -> Worker {
        let vault = Arc::clone(&self.house.vault);
        Worker::new(
            self.house.pool.clone(),
            vault,
            self.folder.path().to_owned(),
        )
    }
}

#[tokio::test]
async fn what_was_missed_is_made_up_for_once_whoever_ticks() {
    let planned = Planned::daily().await;
    assert_eq!(planned.archives().await, []);
    let first = planned.stored().await.due_at.unwrap();
    assert!(first > at(0) && first <= at(24), "{first}");

    let late = at(24 * 10);
    let ticks = (0..4).map(|_| {
        let pool = planned.house.pool.clone();
        tokio::spawn(async move { tick(&pool, late).await })
    });
    for ticked in futures_util::future::join_all(ticks).await {
        ticked.unwrap().unwrap();
    }
    let queued = [(first, "queued".to_owned())];
    assert_eq!(planned.archives().await, queued);
    let next = planned.stored().await.due_at.unwrap();
    assert!(next > late && next <= late + TimeDelta::days(1), "{next}");

    // While one still waits, another is not asked for.
    tick(&planned.house.pool, next).await.unwrap();
    assert_eq!(planned.archives().await, queued);
    assert!(planned.stored().await.due_at.unwrap() > next);
}

#[tokio::test]
async fn a_plan_keeps_as_many_as_it_says_and_the_files_of_the_others_go() {
    let planned = Planned::daily().await;
    for day in 1..=4 {
        tick(&planned.house.pool, at(24 * day)).await.unwrap();
        assert!(planned.worker().make_next().await.unwrap());
    }
    let kept = planned.archives().await;
    let states: Vec<&str> = kept.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["completed", "completed"]);
    assert!(kept[0].0 > at(24 * 2), "{kept:?}");
    assert_eq!(std::fs::read_dir(planned.folder.path()).unwrap().count(), 2);
    assert_eq!(planned.stored().await.kept, 2);
    let told: Vec<(String, i64)> = sqlx::query_as(
        "SELECT action, count(*)
         FROM audit
         WHERE user_name = 'archive plan Nightly'
         GROUP BY action
         ORDER BY action",
    )
    .fetch_all(&planned.house.pool)
    .await
    .unwrap();
    let expected = [("archive_deleted", 2), ("archive_requested", 4)];
    assert_eq!(
        told,
        expected.map(|(action, count)| (action.to_owned(), count))
    );
}

#[tokio::test]
async fn one_that_fails_takes_no_place_of_one_that_is_whole() {
    let planned = Planned::daily().await;
    tick(&planned.house.pool, at(24)).await.unwrap();
    planned.worker().make_next().await.unwrap();
    let blocked = planned.folder.path().join("file");
    std::fs::write(&blocked, b"no folder").unwrap();
    let vault = Arc::clone(&planned.house.vault);
    let failing = Worker::new(planned.house.pool.clone(), vault, blocked);
    for day in 2..=5 {
        tick(&planned.house.pool, at(24 * day)).await.unwrap();
        assert!(failing.make_next().await.unwrap());
    }
    planned.worker().sweep().await.unwrap();
    let states: Vec<String> = planned
        .archives()
        .await
        .into_iter()
        .map(|(_, state)| state)
        .collect();
    assert_eq!(states, ["completed", "failed", "failed"]);
}

#[tokio::test]
async fn a_plan_is_previewed_made_followed_and_deleted_in_the_browser() {
    let desk = Desk::of(House::with(1, 1, 1).await).await;
    let page = "/manage/archives/plans/new";
    let form = "name=Site+one&site=site-1&history=newest&contents=everything&secrets=exact&rhythm=daily&time=04:00&keep=3&comment=By+night";
    let preview = desk.post(page, &format!("{form}&action=preview")).await;
    preview.shows("Archives would be made at these times (Europe/Vienna):");
    preview.shows(", 04:00</li>");
    assert_eq!(desk.number("SELECT count(*) FROM archive_plans").await, 0);

    let wrong = desk.post(page, &form.replace("site-1", "nowhere")).await;
    wrong.shows("There is no such site");
    let made = desk.post(page, form).await;
    assert_eq!(made.location, "/manage/archives/plans/1?notice=made");
    desk.get("/manage/archives").await.shows(">Site one</a>");
    let taken = desk.post(page, form).await;
    taken.shows("There is a plan <code>Site one</code> already; choose another name");
    tick(&desk.house.pool, at(0)).await.unwrap();
    tick(&desk.house.pool, at(24)).await.unwrap();
    let list = desk.get("/manage/archives").await;
    list.shows("<a href=\"/manage/archives/plans/1\">archive plan Site one</a>");
    list.shows("Newer ones replace it");
    list.shows("By night");

    let shown = desk.get("/manage/archives/plans/1").await;
    shown.shows("the next one is due");
    let stale = desk
        .post("/manage/archives/plans/1", &format!("{form}&stamp=0"))
        .await;
    stale.shows("somebody changed this after you opened the form");
    let text = shown.text();
    let (_, rest) = text.split_once("name=\"stamp\" value=\"").unwrap();
    let stamp = rest.split('"').next().unwrap();
    let off = form.replace("rhythm=daily", "rhythm=off");
    let saved = desk
        .post("/manage/archives/plans/1", &format!("{off}&stamp={stamp}"))
        .await;
    assert_eq!(saved.location, "/manage/archives/plans/1?notice=saved");
    tick(&desk.house.pool, at(72)).await.unwrap();
    assert_eq!(desk.number("SELECT count(*) FROM archives").await, 1);

    let deleted = desk.post("/manage/archives/plans/1/delete", "").await;
    assert_eq!(deleted.location, "/manage/archives?notice=deleted");
    let mut conn = desk.house.pool.acquire().await.unwrap();
    let left = db::list(
        &mut conn,
        routervault::db::pages::Slice {
            limit: 10,
            offset: 0,
        },
    );
    let left = left.await.unwrap();
    assert_eq!(
        (left[0].plan_id, left[0].state),
        (None, ArchiveState::Queued)
    );
    let changes = "SELECT count(*) FROM audit WHERE action = 'settings_changed' AND subject = 'archive plan Site one'";
    assert_eq!(desk.number(changes).await, 3);
}

#[tokio::test]
async fn there_is_a_limit_to_the_number_of_plans() {
    let desk = Desk::of(House::empty().await).await;
    let form = |name: usize| {
        format!("name={name}&history=newest&contents=everything&secrets=exact&rhythm=off&keep=3")
    };
    for name in 0..db::MOST_PLANS {
        let made = desk.post("/manage/archives/plans/new", &form(name)).await;
        assert!(made.location.ends_with("?notice=made"), "{}", made.text());
    }
    let one_more = form(db::MOST_PLANS);
    let refused = desk.post("/manage/archives/plans/new", &one_more).await;
    refused.shows("There are 20 plans already; change or delete one of them");
}

#[tokio::test]
async fn a_plan_for_a_site_that_is_gone_is_none_for_everything() {
    let planned = Planned::daily().await;
    let mut gone = nightly();
    gone.choice.site = Some("gone".to_owned());
    let mut conn = planned.house.pool.acquire().await.unwrap();
    let inserted = db::insert_plan(&mut conn, Origin::Browser, &gone).await;
    assert!(matches!(inserted, Err(sqlx::Error::RowNotFound)));
    let updated = db::update_plan(&mut conn, planned.plan, Origin::Browser, &gone).await;
    assert!(matches!(updated, Err(sqlx::Error::RowNotFound)));
    assert_eq!(db::list_plans(&mut conn).await.unwrap().len(), 1);
    assert_eq!(planned.stored().await.values.choice.site, None);
}
