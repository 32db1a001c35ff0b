//! Archive plans of the inventory file: applied, shown, and changed there only.

use chrono::{DateTime, TimeDelta, Utc};
use routervault::scheduler::tick;

use super::{Desk, with};

const SITE: &str =
    "[[site]]\nslug = \"acme\"\n[[site.device]]\nname = \"gw-1\"\naddress = \"192.0.2.1\"\n";

const STORED: &str = "SELECT string_agg(concat_ws(' ', archive_plans.origin, archive_plans.name, slug, rhythm, keep), '; '
                                        ORDER BY archive_plans.name)
                      FROM archive_plans
                      LEFT JOIN sites ON sites.id = site_id";

const DUE_AT: &str = "SELECT due_at::text FROM archive_plans WHERE name = 'Nightly'";

/// What the form sends to make the plan `Nightly`.
const NIGHTLY: [(&str, &str); 7] = [
    ("name", "Nightly"),
    ("history", "newest"),
    ("contents", "everything"),
    ("secrets", "exact"),
    ("rhythm", "daily"),
    ("time", "04:00"),
    ("keep", "3"),
];

fn nightly(keep: u32) -> String {
    format!(
        "{SITE}[[archive]]\nname = \"Nightly\"\nhistory = \"newest\"\nrhythm = \"daily\"\n\
         time = \"04:00\"\nkeep = {keep}\n"
    )
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

#[tokio::test]
async fn the_file_has_the_say_and_the_archives_of_a_plan_that_leaves_it_stay() {
    let desk = Desk::empty().await;
    let made = desk.post("/manage/archives/plans/new", &NIGHTLY).await;
    assert_eq!(made.location(), "/manage/archives/plans/1?notice=made");
    let both = format!(
        "{}[[archive]]\nname = \"Acme\"\nsite = \"acme\"\nrhythm = \"off\"\n",
        nightly(3)
    );
    let told = desk.apply(&both).await.in_words();
    assert!(
        told.ends_with("archive plans: 1 added, 1 changed"),
        "{told}"
    );
    let stored = "file Acme acme off 7; file Nightly daily 04:00 3";
    assert_eq!(desk.text(STORED).await, stored);
    assert_eq!(desk.apply(&both).await.in_words(), "", "written twice");

    tick(&desk.pool, at(0)).await.unwrap();
    tick(&desk.pool, at(24)).await.unwrap();
    let due_at = desk.text(DUE_AT).await;
    // Another number keeps the plan, its next time and its archives.
    let told = desk.apply(&nightly(5)).await.in_words();
    assert_eq!(told, "archive plans: 1 changed, 1 deleted");
    assert_eq!(desk.text(STORED).await, "file Nightly daily 04:00 5");
    assert_eq!(desk.text(DUE_AT).await, due_at);
    let archives =
        "SELECT string_agg(concat_ws(' ', requested_by, state, plan_id), '; ') FROM archives";
    assert_eq!(desk.text(archives).await, "archive plan Nightly queued 1");

    assert_eq!(
        desk.apply(SITE).await.in_words(),
        "archive plans: 1 deleted"
    );
    assert_eq!(desk.text(STORED).await, "");
    assert_eq!(desk.text(archives).await, "archive plan Nightly queued");
    desk.get("/manage/archives")
        .await
        .shows("No archive is made by itself yet");
}

#[tokio::test]
async fn a_plan_of_the_file_is_shown_and_not_changed_by_hand() {
    let desk = Desk::empty().await;
    desk.apply(&nightly(3)).await;
    desk.get("/manage/archives")
        .await
        .shows("From devices.toml");
    let page = desk.get("/manage/archives/plans/1").await;
    page.shows("This plan comes from the inventory file");
    page.shows("fieldset disabled");
    page.hides("Delete plan");
    page.hides(">Save<");
    let stamp = page.hidden("stamp");
    let fewer = with(&NIGHTLY, ("keep", "1"), &stamp);
    let refused = desk.post("/manage/archives/plans/1", &fewer).await;
    assert_eq!(
        refused.location(),
        "/manage/archives/plans/1?notice=in-file"
    );
    let refused = desk.post("/manage/archives/plans/1/delete", &[]).await;
    assert_eq!(
        refused.location(),
        "/manage/archives/plans/1?notice=in-file"
    );
    assert_eq!(desk.text(STORED).await, "file Nightly daily 04:00 3");
    // Its name is taken; another one may be made beside it.
    let taken = desk.post("/manage/archives/plans/new", &NIGHTLY).await;
    taken.shows("There is a plan <code>Nightly</code> already; choose another name");
    let other = with(&NIGHTLY, ("name", "Other"), "");
    let made = desk.post("/manage/archives/plans/new", &other).await;
    assert_eq!(made.location(), "/manage/archives/plans/2?notice=made");
}
