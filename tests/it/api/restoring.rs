//! Archives that programs bring and restore.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use routervault::archive::Worker;
use serde_json::{Value, json};

use super::{Answer, Program};
use crate::support::vault;

impl Program {
    /// Has an archive of the only site made; its address.
    async fn archive(&self) -> String {
        let wanted = json!({"site": "site-0", "history": "whole", "contents": "everything",
            "secrets": "exact"});
        let asked = self.put("POST", "/api/v1/archives", &wanted).await;
        let folder = self.folder.path().to_owned();
        let worker = Worker::new(self.world.pool.clone(), vault(), folder);
        assert!(worker.make_next().await.unwrap());
        format!("/api/v1/archives/{}", asked["id"])
    }

    /// What a restore would do, once the archive was read.
    async fn report(&self, address: &str) -> Value {
        loop {
            let answer = self.ask("GET", address, &[], "").await;
            if answer.status != StatusCode::ACCEPTED {
                assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
                return answer.json();
            }
            assert_eq!(answer.header("retry-after"), "3");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restore_would_do_is_told_then_done_under_another_name_and_never_over_what_is_there()
{
    let program = Program::new().await;
    program.world.back_up().await;
    let restore = format!("{}/restore", program.archive().await);
    let taken = program.report(&restore).await;
    assert_eq!(taken["possible"], false);
    let problem = taken["problem"].as_str().unwrap();
    assert!(
        problem.contains("there is a site site-0 already"),
        "{problem}"
    );
    let refused = program.send("POST", &restore, &[], "{}").await;
    assert_eq!(refused.problem(422), problem);

    let report = program.report(&format!("{restore}?slug=site-9")).await;
    assert_eq!(
        (&report["possible"], &report["problem"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(report["sites"][0]["slug"], "site-9");
    assert_eq!(report["sites"][0]["devices"], 2);
    assert_eq!(report["counts"]["snapshots"], 2);
    assert_eq!(
        report["plan"][0].as_str().unwrap().split(' ').nth(1),
        Some("site-9")
    );
    let other = json!({"slug": "site-9"}).to_string();
    let done = program.send("POST", &restore, &[], &other).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    assert_eq!(done.json()["counts"], report["counts"]);
    assert_eq!(done.json()["log"][1], "site site-9: 2 devices, 2 backups");
    let site = program.get("/api/v1/sites/site-9/devices").await;
    assert_eq!(site["items"].as_array().unwrap().len(), 2);
    let again = program.send("POST", &restore, &[], &other).await;
    assert!(again.problem(422).contains("site-9 already"));
    let recorded = "SELECT string_agg(subject, ' ') FROM audit WHERE action = 'archive_restored'";
    assert_eq!(program.text(recorded).await, "site-9");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_archive_that_is_completed_is_restored_and_nothing_is_asked_for_that_is_not_known()
{
    let program = Program::new().await;
    let restore = format!("{}/restore", program.archive().await);
    let wanted = json!({"history": "newest", "contents": "everything", "secrets": "masked"});
    let waits = program.put("POST", "/api/v1/archives", &wanted).await;
    let waiting = format!("/api/v1/archives/{}/restore", waits["id"]);
    for method in ["GET", "POST"] {
        let early = program.send(method, &waiting, &[], "{}").await;
        assert!(early.problem(409).contains("not completed"));
        let nowhere = program
            .send(method, "/api/v1/archives/99/restore", &[], "{}")
            .await;
        nowhere.problem(404);
    }
    let odd = program
        .send("POST", &restore, &[], "{\"name\": \"x\"}")
        .await;
    assert!(odd.problem(400).contains("unknown field"));
}

impl Program {
    /// Brings a file, under a key.
    async fn bring(&self, file: &[u8], key: &str) -> Answer {
        let request = Request::post("/api/v1/archives/file")
            .header("host", "localhost:8080")
            .header("content-type", "application/zip")
            .header("idempotency-key", key);
        self.answer(request.body(Body::from(file.to_vec())).unwrap())
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_brought_is_listed_once_and_a_damaged_one_never() {
    let program = Program::new().await;
    program.world.back_up().await;
    let made = program.archive().await;
    let file = program
        .ask("GET", &format!("{made}/file"), &[], "")
        .await
        .body;
    let cut = program.bring(&file[..file.len() - 9], "cut").await;
    assert!(cut.problem(422).contains("cut short"));
    let brought = program.bring(&file, "whole").await;
    assert_eq!(brought.status, StatusCode::CREATED, "{brought:?}");
    assert_eq!(brought.json()["uploaded"], true);
    assert_eq!(brought.json()["sha256"], program.get(&made).await["sha256"]);
    let again = program.bring(&file, "whole").await;
    assert_eq!(
        (again.status, again.json()),
        (brought.status, brought.json())
    );
    program.bring(b"other", "whole").await.problem(422);
    assert_eq!(
        program.text("SELECT count(*)::text FROM archives").await,
        "2"
    );
    let files = std::fs::read_dir(program.folder.path()).unwrap();
    assert_eq!(files.count(), 2, "nothing half is left");
    let restore = format!("{}/restore?slug=site-9", brought.header("location"));
    assert_eq!(program.report(&restore).await["possible"], true);
}

#[tokio::test]
async fn archives_that_come_at_once_do_not_pass_the_limit() {
    let program = Program::new().await;
    let file = format!("{}/file", program.archive().await);
    let zip = program.ask("GET", &file, &[], "").await.body;
    let kept = "INSERT INTO archives (history, contents, secrets, comment, requested_by, state, created_at)
                SELECT 'newest', 'configurations', 'masked', '', 'kim', 'queued', now()
                FROM generate_series(1, 18)";
    sqlx::query(kept)
        .execute(&program.world.pool)
        .await
        .unwrap();
    let bring = || {
        let request = Request::post("/api/v1/archives/file")
            .header("host", "localhost:8080")
            .header("content-type", "application/zip");
        program.answer(request.body(Body::from(zip.clone())).unwrap())
    };
    let answers = futures_util::future::join_all((0..4).map(|_| bring())).await;
    let mut statuses: Vec<u16> = answers.iter().map(|one| one.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}
