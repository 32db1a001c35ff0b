//! Archive plans in an archive: whose they are, when a restored one comes, and what is refused.

use routervault::archive::RestoreError;
use routervault::db::archives::{self as db, StoredPlan};
use routervault::scheduler::tick;
use serde_json::{Value, json};

use super::house::{House, at, everything};
use super::restored::{of_site, restore};
use super::settings::{lines, with_changed};
use crate::support::unpack;

const PLANS: &str = "archive_plans.jsonl";

async fn plans(house: &House) -> Vec<StoredPlan> {
    let mut conn = house.pool.acquire().await.unwrap();
    db::list_plans(&mut conn).await.unwrap()
}

async fn of_everything(house: &House) -> Vec<u8> {
    let (path, _) = house.archive(&everything()).await;
    std::fs::read(path).unwrap()
}

#[tokio::test]
async fn an_archive_of_a_site_has_its_plans_alone() {
    let house = House::with(2, 1, 1).await.with_plans().await;
    let names = |text: &[u8]| {
        let records = lines(text).into_iter();
        records
            .map(|one| one["name"].clone())
            .collect::<Vec<Value>>()
    };
    let files = unpack(of_site(&house).await).await;
    assert_eq!(names(&files[PLANS]), ["Of site 1"]);
    let files = unpack(of_everything(&house).await).await;
    assert_eq!(names(&files[PLANS]), ["Weekly", "Newest", "Of site 1"]);
}

#[tokio::test]
async fn a_restored_plan_comes_as_it_did_from_then_on() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let first = first.with_plans().await;
    let restored = restore(&second, &of_everything(&first).await, None)
        .await
        .unwrap();
    let log = restored.log.join("\n");
    let line = "3 archive plans made: Weekly, Newest, Of site 1";
    assert!(log.contains(line), "{log}");
    tick(&second.pool, at(0)).await.unwrap();
    let due = plans(&second).await;
    let due: Vec<bool> = due.iter().map(|plan| plan.due_at.is_some()).collect();
    assert_eq!(due, [true, false, true], "one that was off is off");
    let archives = "SELECT count(*) FROM archives";
    let made: i64 = sqlx::query_scalar(archives)
        .fetch_one(&second.pool)
        .await
        .unwrap();
    assert_eq!(made, 0, "what was missed elsewhere is not made up for here");
}

#[tokio::test]
async fn the_plan_of_a_site_follows_it_to_its_new_name_unless_its_own_is_taken() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let first = first.with_plans().await;
    let zip = of_site(&first).await;
    restore(&second, &zip, Some("again")).await.unwrap();
    let made = plans(&second).await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].values.choice.site.as_deref(), Some("again"));
    assert_eq!(made[0].zone_name(), "Europe/Vienna");

    let before = plans(&first).await;
    let restored = restore(&first, &zip, Some("again")).await.unwrap();
    let log = restored.log.join("\n");
    let line = "1 archive plan there before, not changed: Of site 1";
    assert!(log.contains(line), "{log}");
    assert_eq!(plans(&first).await.len(), before.len());
}

#[tokio::test]
async fn what_a_plan_here_and_one_of_the_archive_say_is_told_where_it_differs() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let first = first.with_plans().await;
    let here = "INSERT INTO archive_plans (name, history, contents, secrets, rhythm, keep)
                VALUES ('Weekly', 'newest', 'everything', 'exact', 'off', 2)";
    sqlx::query(here).execute(&second.pool).await.unwrap();
    let checked = second.check(&of_everything(&first).await).await.unwrap();
    let mut conn = second.pool.acquire().await.unwrap();
    let plan = routervault::archive::plan(&mut conn, &checked, None)
        .await
        .unwrap();
    let words = plan.in_words().join("\n");
    for line in [
        "2 archive plans would be made: Newest, Of site 1",
        "1 archive plan would stay as here: Weekly",
        "the archive plan Weekly here: of everything, newest backups,",
        "Sunday at 04:00, Europe/London, 9 kept, comment `For the \"auditor\"`",
    ] {
        assert!(words.contains(line), "{words}");
    }
}

#[tokio::test]
async fn a_plan_that_could_not_have_been_typed_is_refused_and_changes_nothing() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let first = first.with_plans().await;
    let of = |site: &str| json!({"site": site, "history": "whole", "contents": "everything", "secrets": "exact"});
    for (field, value, words) in [
        (
            "rhythm",
            json!("often"),
            "the archive plan Of site 1 can not be read",
        ),
        ("rhythm", json!("cron 0 0 31 2 *"), "never comes"),
        ("timezone", json!("Europe/Londn"), "Europe/Londn"),
        ("keep", json!(0), "from 1 to 100"),
        ("name", json!(" x"), "can not be read"),
        ("name", json!(""), "is empty"),
        (
            "name",
            json!("Weekly"),
            "the archive plan Weekly is in it twice",
        ),
        ("comment", json!("x".repeat(501)), "at most 500 characters"),
        ("choice", of("nowhere"), "is for what is not in it"),
    ] {
        let zip = with_changed(&first, PLANS, |line| line[field] = value.clone()).await;
        let refused = restore(&second, &zip, None).await.unwrap_err();
        assert!(matches!(refused, RestoreError::Wrong(_)), "{refused}");
        let sentence = refused.to_string();
        assert!(sentence.contains(words), "{sentence}");
    }
    assert_eq!(second.told().await.len(), 1);
}

#[tokio::test]
async fn more_plans_than_there_can_be_are_refused() {
    let (first, second) = (House::with(1, 1, 1).await, House::empty().await);
    let many = "INSERT INTO archive_plans (name, history, contents, secrets, rhythm, keep)
                SELECT number, 'newest', 'everything', 'exact', 'off', 1
                FROM generate_series(1, 41) AS number";
    sqlx::query(many).execute(&first.pool).await.unwrap();
    let zip = of_everything(&first).await;
    let refused = restore(&second, &zip, None).await.unwrap_err().to_string();
    let words = "it has 41 archive plans, and there are at most 40";
    assert!(refused.contains(words), "{refused}");
}
