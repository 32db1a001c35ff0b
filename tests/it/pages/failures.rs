//! What is refused or fails, and what the page says then.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use super::Stage;

#[tokio::test]
async fn a_damaged_body_is_a_sentence_and_never_part_of_the_text() {
    let stage = Stage::backed_up().await;
    stage
        .run("UPDATE snapshots SET body = set_byte(body, 50, get_byte(body, 50) # 1) WHERE id = 2")
        .await;
    // Snapshot 1 is a patch against 2, so it can not be read either.
    for address in [
        "/snapshots/2",
        "/snapshots/2/download",
        "/snapshots/1",
        "/compare?s=1&s=2",
        "/compare.diff?s=1&s=2",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{address}"
        );
        assert!(answer.text().contains("can not be read"), "{address}");
        assert!(!answer.text().contains("192.0.2."), "{address}");
    }
}

#[tokio::test]
async fn what_does_not_exist_or_makes_no_sense_is_refused_with_a_page() {
    let stage = Stage::backed_up().await;
    for (address, status) in [
        ("/nope", 404),
        ("/sites/nope", 404),
        ("/sites/acme/devices/nope", 404),
        ("/snapshots/99", 404),
        ("/snapshots/99/download", 404),
        ("/compare?s=1&s=99", 404),
        ("/batches/99", 404),
        ("/batches?by=nobody", 400),
        ("/assets/0000000000000000/style/base.css", 404),
        ("/snapshots/x", 400),
        ("/snapshots/99999999999999999999", 400),
        ("/compare", 400),
        ("/compare?s=1&s=x", 400),
        ("/compare.diff?s=1", 400),
        ("/compare?s=1&s=2&s=3&s=4&s=5&s=6&s=7", 400),
        ("/?page=x", 400),
        ("/sites/%ff", 400),
        ("/sites/%00", 400),
        ("/sites/acme/devices/%00", 400),
        ("/?q=%00", 400),
        ("/batches?site=%00", 400),
        ("/sites/acme/backups", 405),
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        assert!(answer.text().contains("<h1>"), "{address}");
    }
}

#[tokio::test]
async fn assets_may_be_kept_for_ever_and_are_compressed() {
    let stage = Stage::empty().await;
    let page = stage.get("/").await.text();
    let from = page.find("/assets/").unwrap();
    let address = page[from..].split('"').next().unwrap();
    let asset = stage.get(address).await;
    assert_eq!(asset.status, StatusCode::OK);
    assert!(asset.header("cache-control").contains("immutable"));
    let again = Request::get(address)
        .header("host", "localhost")
        .header("if-none-match", asset.header("etag"));
    let again = stage.send(again.body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let packed = Request::get("/")
        .header("host", "localhost")
        .header("accept-encoding", "gzip");
    let packed = stage.send(packed.body(Body::empty()).unwrap()).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn a_database_that_is_away_is_a_sentence_and_a_time_to_come_back() {
    let stage = Stage::acme().await;
    stage.pool.close().await;
    let answer = stage.get("/").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.text().contains("The database does not answer"));
    assert!(answer.text().contains(answer.header("x-request-id")));
    assert_eq!(
        stage.get("/healthz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn a_fault_of_ours_tells_its_number_and_nothing_else() {
    let stage = Stage::acme().await;
    stage
        .run("ALTER TABLE devices RENAME COLUMN serial TO mislaid")
        .await;
    let answer = stage.get("/sites/acme").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text().contains(answer.header("x-request-id")));
    assert!(!answer.text().contains("serial"));
}

#[tokio::test]
async fn what_is_posted_without_being_a_form_is_refused_with_a_page() {
    let stage = Stage::backed_up().await;
    for address in [
        "/sites/acme/backups",
        "/snapshots/1/comment",
        "/snapshots/1/pin",
        "/snapshots/1/delete",
    ] {
        for kind in [None, Some("application/json")] {
            let mut request = Request::post(address).header("host", "localhost");
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            let answer = stage.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            let text = answer.text();
            assert!(text.contains("This can not be done") && text.contains("as application/x-www"));
        }
    }
    assert_eq!(stage.count_runs().await, 0);
}
