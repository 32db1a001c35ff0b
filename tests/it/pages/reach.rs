//! Batches, runs and files for somebody who reaches some of the sites: what is theirs, as if there
//! were nothing else; and nothing that they may not do.

use axum::http::StatusCode;
use routervault::db::snapshots::{self, Deleted};
use routervault::model::{Person, Right, Role, Scope, SiteId, SnapshotId};
use routervault::web;

use super::{Answer, Stage, archives::unpack, noon};
use crate::support::{app_state, cookie_of, insert_user, kim, with_cookie};

/// What belongs to the other customer, and the name of who works for them.
const FOREIGN: [&str; 6] = ["zebra", "Zebra", "zx-core", "zx-edge", "zoe", "203.0.113."];

/// A technician of these sites.
fn technician(sites: &[i64]) -> Person {
    kim(Role::Technician.rights(), sites)
}

impl Stage {
    /// Three customers. Acme has device 1 and the backups 1 and 2; Zebra has 2 and 3 and backup 3;
    /// Birch has 4. Batches: 1 the night of Acme; 2 of Zebra, by `zoe`; 3 over all sites, by `lee`,
    /// with one run that failed at Acme and others that go on elsewhere; 4 over Zebra and Birch, by
    /// `zoe`; 5 tries again what failed of 3 at Zebra.
    async fn of_three_customers() -> Self {
        let stage = Self::backed_up().await;
        stage
            .run(
                "INSERT INTO sites (slug, name, timezone)
                 VALUES ('zebra', 'Zebra Dairy', 'UTC'), ('birch', 'Birch', 'UTC');
                 INSERT INTO devices (site_id, name, address, port, platform, credential_id)
                 VALUES (2, 'zx-core', '203.0.113.1', 22, 'routeros', 1),
                     (2, 'zx-edge', '203.0.113.2', 22, 'routeros', 1),
                     (3, 'ap-9', '192.0.2.9', 22, 'routeros', 1);
                 UPDATE batches SET finished_at = created_at;
                 INSERT INTO batches (trigger, requested_by, site_id, created_at, retry_of_batch_id)
                 VALUES ('manual', 'zoe', 2, '2026-05-02T01:00:00Z', NULL),
                     ('manual', 'lee', NULL, '2026-05-02T02:00:00Z', NULL),
                     ('manual', 'zoe', NULL, '2026-05-02T03:00:00Z', NULL),
                     ('manual', 'zoe', NULL, '2026-05-02T04:00:00Z', 3);
                 INSERT INTO runs (batch_id, device_id, site_id, priority, state, attempt, queued_at, finished_at,
                                   claimed_by, lease_until, verdict, outcome, failure_code, failure_message)
                 VALUES (1, 1, 1, 1, 'succeeded', 1, '2026-05-01T02:00:00Z', '2026-05-01T02:01:00Z', NULL, NULL, 'verified', 'changed', NULL, NULL),
                     (3, 1, 1, 0, 'failed', 1, '2026-05-02T02:00:00Z', '2026-05-02T02:01:00Z', NULL, NULL, NULL, NULL, 'unreachable', 'It is down. Check it.'),
                     (3, 2, 2, 0, 'failed', 1, '2026-05-02T02:00:00Z', '2026-05-02T02:02:00Z', NULL, NULL, NULL, NULL, 'unreachable', '203.0.113.1 is down. Check it.'),
                     (3, 3, 2, 0, 'queued', 0, '2026-05-02T02:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                     (3, 4, 3, 0, 'succeeded', 1, '2026-05-02T02:00:00Z', '2026-05-02T02:03:00Z', NULL, NULL, 'verified', 'changed', NULL, NULL),
                     (2, 2, 2, 0, 'running', 1, '2026-05-02T01:00:00Z', NULL, 'c', '2100-01-01', NULL, NULL, NULL, NULL),
                     (4, 4, 3, 0, 'queued', 0, '2026-05-02T03:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                     (4, 2, 2, 0, 'succeeded', 1, '2026-05-02T03:00:00Z', '2026-05-02T03:03:00Z', NULL, NULL, 'verified', 'changed', NULL, NULL),
                     (5, 2, 2, 0, 'succeeded', 1, '2026-05-02T04:00:00Z', '2026-05-02T04:03:00Z', NULL, NULL, 'verified', 'changed', NULL, NULL)",
            )
            .await;
        stage
            .keep_of(
                2,
                b"# zebra\r\n/ip address\r\n",
                "2026-05-01T02:00:11Z",
                None,
            )
            .await;
        stage
    }

    /// Everything that a page could have changed.
    async fn everything(&self) -> String {
        sqlx::query_scalar(
            "SELECT concat(
                 (SELECT string_agg(concat_ws(' ', runs.id, state, cancel_requested_at), ';' ORDER BY id) FROM runs), '|',
                 (SELECT string_agg(concat_ws(' ', id, finished_at), ';' ORDER BY id) FROM batches), '|',
                 (SELECT string_agg(concat_ws(' ', id, comment, pinned), ';' ORDER BY id) FROM snapshots))",
        )
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn states(&self) -> Vec<(i64, String)> {
        sqlx::query_as("SELECT id, state FROM runs ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}

/// What of the other customer an answer has.
fn leaks(answer: &Answer) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let found = FOREIGN.into_iter().filter(|word| text.contains(word));
    found.collect()
}

/// The numbers that stand in links to this.
fn linked(page: &str, prefix: &str) -> Vec<String> {
    let mut linked: Vec<String> = page
        .split(&format!("href=\"{prefix}"))
        .skip(1)
        .map(|rest| rest.split(['"', '?', '/', '#']).next().unwrap().to_owned())
        .collect();
    linked.dedup();
    linked
}

#[tokio::test]
async fn no_page_of_work_names_another_customer() {
    let house = Stage::of_three_customers().await;
    let stage = house.seen_by(technician(&[1])).await;
    for address in [
        "/batches",
        "/batches?by=manual",
        "/batches?name=lee",
        "/batches?name=zoe",
        "/batches?site=zebra",
        "/batches?site=e",
        "/batches?before=5",
        "/batches/1",
        "/batches/3",
        "/batches/3?page=2",
        "/runs",
        "/runs?by=manual",
        "/runs?name=zoe",
        "/runs?site=zebra",
        "/runs?device=zx",
        "/runs?state=failed",
        "/runs?state=queued",
        "/runs/1",
        "/runs/2",
        "/sites/acme",
        "/snapshots/2/comment",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        // What was typed stands in its field again.
        let typed = ["zebra", "zoe"].map(|word| format!("value=\"{word}\""));
        let body = typed
            .iter()
            .fold(answer.text(), |text, typed| text.replace(typed, ""));
        let answer = Answer {
            body: body.into_bytes(),
            ..answer
        };
        assert_eq!(leaks(&answer), [""; 0], "{address}");
    }
}

#[tokio::test]
async fn lists_have_what_is_of_the_scope_and_no_more() {
    let house = Stage::of_three_customers().await;
    for (sites, batches, runs) in [
        (&[1][..], &["3", "1"][..], &["2", "1"][..]),
        (&[3], &["4", "3"], &["7", "5"]),
        (&[1, 3], &["4", "3", "1"], &["7", "5", "2", "1"]),
        (&[2], &["5", "4", "3", "2"], &["9", "8", "6", "4", "3"]),
        (&[], &[], &[]),
    ] {
        let stage = house.seen_by(technician(sites)).await;
        let page = stage.get("/batches").await.text();
        assert_eq!(linked(&page, "/batches/"), batches, "{sites:?}");
        let page = stage.get("/runs").await.text();
        assert_eq!(linked(&page, "/runs/"), runs, "{sites:?}");
    }
    let everything = house.get("/batches").await.text();
    assert_eq!(linked(&everything, "/batches/"), ["5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn a_batch_over_several_sites_is_what_it_has_at_ones_own() {
    let house = Stage::of_three_customers().await;
    let acme = house.seen_by(technician(&[1])).await;
    let list = acme.get("/batches").await.text();
    assert!(!list.contains("Several sites") && list.contains("0 of 1 verified"));
    let page = acme.get("/batches/3").await.text();
    // One run, which has ended, whatever goes on at the others.
    assert!(page.contains("<h1>Acme</h1>") && page.contains("0 of 1 device backed up"));
    assert!(page.contains("ended <time datetime=\"2026-05-02T02:01:00"));
    assert!(page.contains("Retry failed (1)") && !page.contains("Retried in"));
    assert!(!page.contains("id=\"cancel\"") && !page.contains("hx-sse"));
    let birch = house
        .seen_by(technician(&[3]))
        .await
        .get("/batches/3")
        .await;
    assert!(birch.text().contains("1 device backed up and verified"));
    let both = house
        .seen_by(technician(&[1, 3]))
        .await
        .get("/batches/3")
        .await;
    assert!(
        both.text().contains("<h1>Several sites</h1>") && both.text().contains("1 of 2 devices")
    );
    let zebra = house
        .seen_by(technician(&[2]))
        .await
        .get("/batches/3")
        .await;
    assert!(zebra.text().contains("Retried in <a href=\"/batches/5\""));
    let all = house.get("/batches/3").await.text();
    assert!(all.contains("3 of 4 devices done") && all.contains("Retried in"));
}

#[tokio::test]
async fn what_is_outside_is_as_if_it_did_not_exist_and_nothing_changes_it() {
    let house = Stage::of_three_customers().await;
    let stage = house.seen_by(technician(&[1])).await;
    let before = house.everything().await;
    for (outside, nowhere) in [
        ("/batches/2", "/batches/99"),
        ("/batches/4", "/batches/99"),
        ("/batches/4/events", "/batches/99/events"),
        ("/runs/3", "/runs/99"),
        ("/runs/4/events", "/runs/99/events"),
        ("/snapshots/3/download", "/snapshots/99/download"),
        (
            "/snapshots/3/download?masked=1",
            "/snapshots/99/download?masked=1",
        ),
        ("/snapshots/3/comment", "/snapshots/99/comment"),
        ("/snapshots.zip?s=1&s=3", "/snapshots.zip?s=1&s=99"),
        ("/sites/zebra/newest.zip", "/sites/nowhere/newest.zip"),
    ] {
        let (outside, nowhere) = (stage.get(outside).await, stage.get(nowhere).await);
        assert_eq!(outside.status, StatusCode::NOT_FOUND);
        assert_eq!(outside.text(), nowhere.text());
    }
    for (outside, nowhere, form) in [
        ("/batches/2/cancel", "/batches/99/cancel", ""),
        ("/batches/4/cancel", "/batches/99/cancel", ""),
        ("/batches/4/retry", "/batches/99/retry", ""),
        ("/runs/4/cancel", "/runs/99/cancel", ""),
        ("/sites/zebra/backups", "/sites/nowhere/backups", ""),
        ("/snapshots/3/comment", "/snapshots/99/comment", "comment=x"),
        ("/snapshots/3/pin", "/snapshots/99/pin", "pinned=true"),
    ] {
        let refused = stage.post(outside, form, "same-origin").await;
        let missing = stage.post(nowhere, form, "same-origin").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{outside}");
        assert_eq!(refused.text(), missing.text(), "{outside}");
    }
    assert_eq!(house.everything().await, before);
    let own = Scope::Sites(vec![SiteId(1)]);
    let mut conn = house.pool.acquire().await.unwrap();
    let deleted = snapshots::delete(&mut conn, &own, &house.vault, SnapshotId(3)).await;
    assert_eq!(deleted.unwrap(), Deleted::Missing);
    let foreign = "scope=ticked&device=2&device=3";
    let ticked = stage
        .post("/sites/acme/backups", foreign, "same-origin")
        .await;
    assert_eq!(ticked.header("location"), "/sites/acme?notice=ticked-gone");
    assert_eq!(house.everything().await, before);
}

#[tokio::test]
async fn cancel_and_retry_touch_what_is_of_the_scope() {
    let house = Stage::of_three_customers().await;
    let acme = house.seen_by(technician(&[1])).await;
    let before = house.everything().await;
    let nothing = acme.post("/batches/3/cancel", "", "same-origin").await;
    assert_eq!(
        nothing.header("location"),
        "/batches/3?notice=nothing-to-cancel"
    );
    assert_eq!(house.everything().await, before);
    let retried = acme.post("/batches/3/retry", "", "same-origin").await;
    assert_eq!(retried.header("location"), "/batches/6?notice=retried");
    let new: Vec<(i64, Option<String>)> = sqlx::query_as(
        "SELECT device_id, requested_by FROM runs JOIN batches ON batches.id = batch_id WHERE batch_id = 6",
    )
    .fetch_all(&house.pool)
    .await
    .unwrap();
    assert_eq!(new, [(1, Some("kim".to_owned()))]);
    let page = acme.get("/batches/6").await.text();
    assert!(page.contains("By kim, in the browser") && page.contains("id=\"cancel\""));
    // Everything at Birch waits still, and at Zebra.
    let birch = house.seen_by(technician(&[3])).await;
    let cancelled = birch.post("/batches/4/cancel", "", "same-origin").await;
    assert_eq!(cancelled.header("location"), "/batches/4?notice=cancelled");
    let states = house.states().await;
    let state = |run| states.iter().find(|(id, _)| *id == run).unwrap().1.as_str();
    assert_eq!(
        (state(7), state(4), state(10)),
        ("cancelled", "queued", "queued")
    );
}

#[tokio::test]
async fn who_may_only_look_finds_no_button_on_the_pages_of_work() {
    let house = Stage::of_three_customers().await;
    house
        .run("UPDATE runs SET state = 'queued', finished_at = NULL WHERE id = 1; UPDATE batches SET finished_at = NULL WHERE id = 1; UPDATE runs SET sha256 = '\\xabcdef' WHERE id = 2")
        .await;
    let pages = ["/batches/1", "/batches/3", "/runs/1", "/runs/2"];
    let (viewer, worker) = (
        house.seen_by(kim(Role::Viewer.rights(), &[1])).await,
        house.seen_by(technician(&[1])).await,
    );
    for page in pages {
        let (seen, worked) = (viewer.get(page).await.text(), worker.get(page).await.text());
        let buttons = ["id=\"cancel\"", "id=\"retry\"", "id=\"again\""];
        assert!(
            !buttons.iter().any(|button| seen.contains(button)),
            "{page}"
        );
        assert!(
            buttons.iter().any(|button| worked.contains(button)),
            "{page}"
        );
    }
    // With it, a short password could be guessed.
    assert!(!viewer.get("/runs/2").await.text().contains("abcdef"));
    assert!(worker.get("/runs/2").await.text().contains("abcdef"));
}

#[tokio::test]
async fn who_may_not_see_secrets_downloads_masked_files_only() {
    let house = Stage::of_three_customers().await;
    let export = b"# by RouterOS 7.16.2\r\n/ppp secret\r\nadd name=a password=planted-8841\r\n";
    house.keep(export, "2026-05-03T02:00:11Z", None).await;
    house
        .run("UPDATE devices SET last_verified_snapshot_id = 4 WHERE id = 1")
        .await;
    let masked_only = Role::Technician.rights().without(&[Right::Reveal]);
    let stage = house.seen_by(kim(masked_only, &[1])).await;
    for exact in [
        "/snapshots/4/download",
        "/snapshots/4/download?menu=/ppp%20secret",
    ] {
        let refused = stage.get(exact).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{exact}");
        let page = refused.text();
        assert!(page.contains("<h1>Not allowed</h1>") && page.contains("secrets masked"));
        assert!(!page.contains("planted"));
    }
    let masked = stage.get("/snapshots/4/download?masked=1").await;
    assert!(masked.status.is_success() && masked.text().contains("password=*****"));
    for (address, name) in [
        (
            "/sites/acme/newest.zip",
            "acme_newest_masked_2026-05-03.zip",
        ),
        (
            "/snapshots.zip?s=4",
            "backups_masked_2026-05-03T120000Z.zip",
        ),
    ] {
        let zip = stage.get(address).await;
        assert!(zip.header("content-disposition").contains(name));
        let files = unpack(zip).await;
        assert_eq!(files.len(), 2, "{address}");
        for (name, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("planted-8841"), "{address}: {name}");
            assert!(name.ends_with("_masked.rsc") || text.contains("Secrets are masked"));
        }
    }
    let exact = house.seen_by(technician(&[1])).await;
    let exact = unpack(exact.get("/snapshots.zip?s=4").await).await;
    assert!(exact.values().any(|bytes| bytes == export));
}

#[tokio::test]
async fn the_newest_of_a_site_that_is_not_theirs_is_no_archive() {
    let house = Stage::of_three_customers().await;
    let stage = house.seen_by(technician(&[1])).await;
    let own = stage.get("/sites/acme/newest.zip").await;
    assert_eq!(leaks(&own), [""; 0]);
    let readme = unpack(own).await["README.txt"].clone();
    assert!(!String::from_utf8(readme).unwrap().contains("zx-"));
}

#[tokio::test]
async fn a_moving_block_is_drawn_for_each_who_sees_it_differently() {
    let house = Stage::of_three_customers().await;
    // All watch the same at the same time, in one program.
    let state = app_state(&house.pool, &house.vault, noon);
    let shared = web::router(state.clone());
    let watch = async |person: Person, address: &str| {
        let user = insert_user(&house.pool, &person).await;
        let cookie = cookie_of(&state, user).await;
        let stage = Stage {
            pool: house.pool.clone(),
            vault: house.vault.clone(),
            app: with_cookie(shared.clone(), cookie),
        };
        let mut stream = stage.listen(address).await;
        (stream.next().await.unwrap(), stream)
    };
    let (zebra, _zebra) = watch(technician(&[2]), "/batches/3/events").await;
    assert!(zebra.contains("zx-core") && zebra.contains("id=\"cancel\""));
    let (acme, _acme) = watch(technician(&[1]), "/batches/3/events").await;
    assert!(acme.contains("gw-1") && !acme.contains("zx-") && !acme.contains("203.0.113"));
    let viewer = kim(Role::Viewer.rights(), &[2]);
    let (viewer, _viewer) = watch(viewer, "/batches/3/events").await;
    assert!(viewer.contains("zx-core") && !viewer.contains("<form"));
    let (zebra, _zebra) = watch(technician(&[2]), "/batches/events").await;
    assert!(zebra.contains("batch-4") && zebra.contains("batch-3"));
    let (acme, _acme) = watch(technician(&[1]), "/batches/events").await;
    assert!(!acme.contains("batch-4") && acme.contains("batch-3"));
}
