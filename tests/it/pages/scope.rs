//! What somebody who reaches one of two sites learns of the other: nothing, not even that it
//! exists.

use axum::http::StatusCode;
use routervault::model::Role;
use routervault::search::index_next;

use super::{Answer, Stage};
use crate::support::kim;

/// The other customer's name stands in everything that is known of it. No search here has the
/// whole word, so that a page that has it was told by the database.
const PLANTED: &str = "otherplant";
/// What else is known of the other customer.
const PLANTED_TOO: [&str; 2] = ["203.0.113.", "OP99"];

const OWN: &[u8] = b"/interface bridge\nadd name=shared\n/system identity\nset name=gw-1\n";
const OTHERS: &[u8] =
    b"/interface bridge\nadd name=shared\n/system identity\nset name=otherplant-identity\n";

/// Two sites with a device each and two snapshots of it, all but the last one searched: 1 and 2
/// are of `acme`, 3 and 4 of the other.
async fn stage() -> Stage {
    let stage = Stage::acme().await;
    stage
        .run(
            "UPDATE sites SET tags = '{own}';
             INSERT INTO sites (slug, name, timezone, tags, notes)
             VALUES ('otherplant', 'Otherplant Ltd', 'UTC', '{otherplant-tag}', 'otherplant notes');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, tags, identity, model, serial)
             VALUES (2, 'otherplant-gw', '203.0.113.77', 22, 'routeros', 1, '{otherplant-core}',
                     'otherplant-identity', 'otherplant-model', 'OP99');
             INSERT INTO batches (trigger, requested_by, site_id) VALUES ('manual', 'otherplant-person', 2)",
        )
        .await;
    let old = stage
        .keep(b"/interface bridge\n", "2026-05-01T02:00:11Z", None)
        .await;
    stage.keep(OWN, "2026-05-02T02:00:11Z", Some(old)).await;
    let old = stage
        .keep_of(2, b"/interface bridge\n", "2026-05-01T02:00:11Z", None)
        .await;
    stage
        .keep_of(2, OTHERS, "2026-05-02T02:00:11Z", Some(old))
        .await;
    while index_next(&stage.pool, &stage.vault).await.unwrap() {}
    stage
        .run(
            "UPDATE devices SET newest_snapshot_id = 2 * id, last_verified_snapshot_id = 2 * id,
                 last_verified_at = '2026-05-03T02:00:00Z', snapshot_count = 2",
        )
        .await;
    stage
}

/// The pages as a technician of `acme` sees them.
async fn technician(stage: &Stage) -> Stage {
    stage.seen_by(kim(Role::Technician.rights(), &[1])).await
}

/// What of the other customer stands in an answer, its head included.
fn told(answer: &Answer) -> Option<String> {
    let head = format!("{:?}", answer.headers).to_lowercase();
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    let all = head + &body.to_lowercase();
    let mut words = [PLANTED].into_iter().chain(PLANTED_TOO);
    words
        .find(|word| all.contains(&word.to_lowercase()))
        .map(str::to_owned)
}

/// Where an administrator is told of the other customer, and a technician of `acme` is not.
const TELLING: [&str; 21] = [
    "/",
    "/?q=plant",
    "/?q=113.77",
    "/?state=verified",
    "/scripts",
    "/scripts?q=plant",
    "/scripts?q=99&d=2",
    "/scripts?d=1&d=2",
    "/scripts/open?device=2",
    "/snapshots/1/restore?q=plant",
    "/search?q=plant",
    "/search?q=shared",
    "/search?q=shared&when=ever",
    "/search?q=plant-id.*&regex=1",
    "/search?menu=/system%20identity",
    "/search?q=shared&site=plant",
    "/runs?device=a",
    "/runs?site=pla",
    "/batches?site=pla",
    "/runs?site=a&device=plant-g",
    "/search/lines/{shared}",
];

/// Where nobody is told of it, as long as what is there is right.
const OWN_PAGES: [&str; 9] = [
    "/sites/acme",
    "/sites/acme?q=plant",
    "/sites/acme/devices/gw-1",
    "/snapshots/2",
    "/snapshots/2?find=plant",
    "/snapshots/2/text",
    "/snapshots/2/restore",
    "/compare?s=1&s=2",
    "/compare.diff?s=1&s=2",
];

async fn with_line(stage: &Stage, address: &str) -> String {
    let shared: i64 = line(stage, "add name=shared").await;
    address.replace("{shared}", &shared.to_string())
}

async fn line(stage: &Stage, text: &str) -> i64 {
    sqlx::query_scalar("SELECT id FROM search_lines WHERE text = $1")
        .bind(text)
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn nothing_of_another_customer_is_on_any_page() {
    let stage = stage().await;
    stage
        .run("INSERT INTO runs (batch_id, device_id, site_id, priority) VALUES (2, 2, 2, 0), (1, 1, 1, 0)")
        .await;
    let kim = technician(&stage).await;
    for address in TELLING {
        let address = with_line(&stage, address).await;
        let all = stage.get(&address).await;
        assert!(told(&all).is_some(), "{address} has nothing to hide");
    }
    for address in TELLING.into_iter().chain(OWN_PAGES) {
        // Lists of runs and batches have tests of their own; here is asked which site they mean.
        let address = with_line(&stage, address).await;
        let answer = kim.get(&address).await;
        assert!(
            answer.status.is_success() || answer.status.is_redirection(),
            "{address} answered {}",
            answer.status
        );
        assert_eq!(told(&answer), None, "{address}");
    }
}

#[tokio::test]
async fn what_is_outside_answers_as_what_does_not_exist() {
    let stage = stage().await;
    let kim = technician(&stage).await;
    let others = line(&stage, "set name=otherplant-identity").await;
    let lines = format!("/search/lines/{others}");
    for (outside, nowhere) in [
        ("/sites/otherplant", "/sites/nowhere"),
        ("/sites/otherplant/newest.zip", "/sites/nowhere/newest.zip"),
        (
            "/sites/otherplant/devices/otherplant-gw",
            "/sites/nowhere/devices/otherplant-gw",
        ),
        (
            "/sites/acme/devices/otherplant-gw",
            "/sites/acme/devices/none",
        ),
        ("/snapshots/4", "/snapshots/999"),
        ("/snapshots/4/text", "/snapshots/999/text"),
        (
            "/snapshots/4/text?secrets=shown",
            "/snapshots/999/text?secrets=shown",
        ),
        ("/snapshots/4/restore", "/snapshots/999/restore"),
        (
            "/snapshots/2/restore?device=2",
            "/snapshots/2/restore?device=999",
        ),
        ("/snapshots/4/download", "/snapshots/999/download"),
        ("/compare?s=2&s=4", "/compare?s=2&s=999"),
        ("/compare?s=3&s=4", "/compare?s=998&s=999"),
        ("/compare.diff?s=2&s=4", "/compare.diff?s=2&s=999"),
        (lines.as_str(), "/search/lines/999999"),
    ] {
        let found = stage.get(outside).await.status;
        assert!(found.is_success() || outside.contains("acme"), "{outside}");
        let (mut hidden, mut missing) = (kim.get(outside).await, kim.get(nowhere).await);
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{outside}");
        hidden.headers.remove("x-request-id");
        missing.headers.remove("x-request-id");
        assert_eq!(hidden.headers, missing.headers, "{outside}");
        assert_eq!(hidden.text(), missing.text(), "{outside}");
    }
}

#[tokio::test]
async fn a_device_elsewhere_that_is_ticked_is_one_that_is_not_there() {
    let stage = stage().await;
    let kim = technician(&stage).await;
    for form in ["scope=ticked&device=2", "scope=ticked&device=999"] {
        let answer = kim.post("/sites/acme/backups", form, "same-origin").await;
        assert_eq!(answer.header("location"), "/sites/acme?notice=ticked-gone");
    }
    let refused = kim
        .post("/sites/otherplant/backups", "", "same-origin")
        .await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(stage.count_runs().await, 0);
    let two = kim.get("/scripts?d=1&d=2").await.text();
    let one = kim.get("/scripts?d=1&d=999").await.text();
    assert_eq!(two, one);
}

#[tokio::test]
async fn every_number_counts_the_sites_of_the_scope_only() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO due_times (site_id, schedule_id, due_at)
             VALUES (1, 1, '2026-05-04T02:00:00Z'), (2, 1, '2026-05-03T18:00:00Z');
             UPDATE devices SET last_verified_at = '2026-05-03T11:00:00Z' WHERE id = 2",
        )
        .await;
    let kim = technician(&stage).await;
    let (all, own) = (stage.get("/").await.text(), kim.get("/").await.text());
    assert!(all.contains("<b>2</b> of 2 devices") && own.contains("<b>1</b> of 1 device verified"));
    assert!(all.contains("<dd><b>4</b></dd>") && own.contains("<dd><b>2</b></dd>"));
    assert!(all.contains("2026-05-03T18:00:00") && !own.contains("2026-05-03T18:00:00"));
    assert!(all.contains("2026-05-03T11:00:00") && !own.contains("2026-05-03T11:00:00"));
    for when in ["now", "ever"] {
        let search = format!("/search?q=shared&when={when}");
        assert!(stage.get(&search).await.text().contains("on 2 devices now"));
        assert!(kim.get(&search).await.text().contains("on 1 device now"));
    }
}

#[tokio::test]
async fn what_the_search_lacks_of_others_is_not_told() {
    let stage = stage().await;
    let kim = technician(&stage).await;
    for lack in [
        "indexed_at = NULL",
        "index_failed_at = now()",
        "index_left_out = true",
    ] {
        for (device, own) in [(2, false), (1, true)] {
            let lacking = format!(
                "UPDATE snapshots SET indexed_at = now(), index_failed_at = NULL, index_left_out = false;
                 UPDATE snapshots SET {lack} WHERE device_id = {device}"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(lacking))
                .execute(&stage.pool)
                .await
                .unwrap();
            let is_told = |page: String| page.contains("class=\"alert");
            assert!(is_told(stage.get("/search").await.text()), "{lack}");
            assert_eq!(
                is_told(kim.get("/search").await.text()),
                own,
                "{lack} {device}"
            );
        }
    }
}

#[tokio::test]
async fn who_reaches_no_site_finds_an_empty_house_that_says_why() {
    let stage = stage().await;
    let nobody = stage.seen_by(kim(Role::Viewer.rights(), &[])).await;
    let home = nobody.get("/").await.text();
    assert!(home.contains("There is no site that you may see") && !home.contains("devices.toml"));
    for address in ["/search?q=shared", "/scripts", "/search?q=shared&when=ever"] {
        let text = nobody.get(address).await.text();
        assert!(
            !text.contains("gw-1") && !text.contains("add name="),
            "{address}"
        );
    }
    let missing = nobody.get("/sites/acme").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
