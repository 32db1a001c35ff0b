//! Zips: the exact bytes under harmless names, and a README that says what is missing and why.

use std::collections::BTreeMap;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use tower::ServiceExt as _;

use super::{Answer, NEW_EXPORT, OLD_EXPORT, Stage};
use crate::support;

/// The files of an archive by their names.
pub(super) async fn unpack(answer: Answer) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/zip");
    support::unpack(answer.body).await
}

fn readme(files: &BTreeMap<String, Vec<u8>>) -> String {
    String::from_utf8(files["README.txt"].clone()).unwrap()
}

#[tokio::test]
async fn the_newest_of_a_site_are_exact_and_the_readme_says_who_is_missing() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id, enabled)
             VALUES (1, 'gw-2' || chr(8238), '192.0.2.2', 22, 'routeros', 1, true), (1, 'gw-3', '192.0.2.3', 22, 'routeros', 1, false);
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at, failure_code, failure_message)
             VALUES (1, 2, 1, 1, 'failed', '2026-05-03T11:00:00Z', 'auth_failed', 'x');
             UPDATE devices SET last_run_id = 1 WHERE id = 2",
        )
        .await;
    let answer = stage.get("/sites/acme/newest.zip").await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"acme_newest_2026-05-03.zip\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let files = unpack(answer).await;
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["README.txt", "acme/gw-1_2026-05-02_verified.rsc"]
    );
    assert_eq!(files["acme/gw-1_2026-05-02_verified.rsc"], NEW_EXPORT);
    let readme = readme(&files);
    assert!(readme.contains("gw-2<U+202E>: sign-in refused"), "{readme}");
    assert!(
        readme.contains("gw-3: disabled in the inventory"),
        "{readme}"
    );
    assert!(
        readme.contains("gw-1: taken 2026-05-02 02:00:11 UTC"),
        "{readme}"
    );
}

#[tokio::test]
async fn the_readme_tells_a_failure_of_an_unknown_code_by_its_sentence() {
    let stage = Stage::with_history().await;
    stage
        .run(
            "UPDATE runs SET failure_code = 'of_tomorrow', failure_message = 'Down' || chr(8238) || '. Check it.' WHERE id = 2;
             UPDATE devices SET last_run_id = 2 WHERE id = 2",
        )
        .await;
    let files = unpack(stage.get("/sites/acme/newest.zip").await).await;
    assert!(readme(&files).contains("gw-2: Down<U+202E>.\n"));
}

#[tokio::test]
async fn ticked_backups_come_as_one_archive() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE snapshots SET verdict = 'suspect' WHERE id = 1;
             UPDATE devices SET name = '../x.auto'; UPDATE sites SET slug = 'a\"b'",
        )
        .await;
    let files = unpack(stage.get("/snapshots.zip?s=2&s=1&s=2&device=1").await).await;
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        [
            "README.txt",
            "a_b/_x.auto_2026-05-01T020011Z_suspect.rsc",
            "a_b/_x.auto_2026-05-02T020011Z_verified.rsc",
        ]
    );
    assert_eq!(
        files["a_b/_x.auto_2026-05-01T020011Z_suspect.rsc"],
        OLD_EXPORT
    );
    assert_eq!(
        files["a_b/_x.auto_2026-05-02T020011Z_verified.rsc"],
        NEW_EXPORT
    );
}

#[tokio::test]
async fn a_damaged_backup_is_left_out_and_named() {
    let stage = Stage::backed_up().await;
    stage
        .run("UPDATE snapshots SET body = set_byte(body, 50, get_byte(body, 50) # 1) WHERE id = 1")
        .await;
    let files = unpack(stage.get("/snapshots.zip?s=1&s=2").await).await;
    assert_eq!(files.len(), 2);
    let readme = readme(&files);
    let (_, damaged) = readme
        .split_once("Can not be read, so not in here:")
        .unwrap();
    assert!(damaged.contains("taken 2026-05-01"), "{readme}");
}

#[tokio::test]
async fn what_makes_no_archive_is_refused_before_it_begins() {
    let stage = Stage::backed_up().await;
    let many: String = (1..=101).map(|id| format!("s={id}&")).collect();
    for (address, status) in [
        (format!("/snapshots.zip?{many}"), 400),
        ("/snapshots.zip?s=1&s=99".to_owned(), 404),
        ("/snapshots.zip?s=x".to_owned(), 400),
        ("/snapshots.zip".to_owned(), 303),
        ("/sites/nope/newest.zip".to_owned(), 404),
    ] {
        let answer = stage.get(&address).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
    }
    let nothing = stage.get("/snapshots.zip?device=1").await;
    assert_eq!(
        nothing.header("location"),
        "/sites/acme/devices/gw-1?notice=nothing-ticked-here"
    );
}

#[tokio::test]
async fn a_receiver_that_waits_holds_no_connection_to_the_database() {
    let stage = Stage::backed_up().await;
    // Larger than what may be in flight, even compressed.
    let noise: Vec<u8> = (0..600_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
        .collect();
    let large = stage.keep(&noise, "2026-05-03T02:00:11Z", None).await;
    let address = format!("/snapshots.zip?s=1&s={large}");
    let request = Request::get(address.as_str()).header("host", "localhost");
    let request = request.body(Body::empty()).unwrap();
    let response = stage.app.clone().oneshot(request).await.unwrap();
    // Nothing of the body was asked for yet, and every connection can be had.
    let mut all = Vec::new();
    for _ in 0..stage.pool.options().get_max_connections() {
        all.push(stage.pool.acquire().await.unwrap());
    }
    drop(all);
    let whole = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(
        whole.len() > 1_000_000,
        "it was larger than what may be in flight"
    );
}

#[tokio::test]
async fn an_archive_that_can_not_be_finished_breaks_off() {
    let stage = Stage::backed_up().await;
    stage
        .run("ALTER TABLE snapshots RENAME COLUMN codec TO mislaid")
        .await;
    let request = Request::get("/snapshots.zip?s=1&s=2").header("host", "localhost");
    let request = request.body(Body::empty()).unwrap();
    let response = stage.app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = to_bytes(response.into_body(), usize::MAX).await;
    assert!(body.is_err(), "half an archive is no archive");
}
