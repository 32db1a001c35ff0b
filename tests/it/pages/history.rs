//! Config Backups of a device: what each row tells, and comments, pins and deletions.

use axum::http::StatusCode;

use super::Stage;

const DEVICE: &str = "/sites/acme/devices/gw-1";

async fn notes(stage: &Stage) -> Vec<(i64, String, bool)> {
    sqlx::query_as("SELECT id, comment, pinned FROM snapshots ORDER BY id")
        .fetch_all(&stage.pool)
        .await
        .unwrap()
}

async fn change(stage: &Stage, address: &str, form: &'static str) -> String {
    let answer = stage.post(address, form, "same-origin").await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{address}: {}",
        answer.text()
    );
    answer.header("location").to_owned()
}

#[tokio::test]
async fn a_row_tells_validity_changes_version_maker_and_expiry() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE snapshots SET version = '7.15.2', times_seen = 1, expires_at = '2027-05-01T00:00:00Z' WHERE id = 1;
             UPDATE snapshots SET added_lines = 3, removed_lines = 1, times_seen = 171, last_seen_at = '2026-05-03T02:00:00Z' WHERE id = 2",
        )
        .await;
    let page = stage.get(DEVICE).await.text();
    for told in [
        "unchanged from 2 May to today, seen 171 times",
        "seen once, 1 May",
        "+3 −1",
        ">first<",
        "was 7.15.2",
        "Scheduled",
        "For ever",
        "Until 1 May 2027",
        "/compare?s=1&#38;s=2",
    ] {
        assert!(page.contains(told), "{told}");
    }
    stage
        .run("UPDATE batches SET trigger = 'manual', requested_by = '<i>Ada' || chr(8238)")
        .await;
    let page = stage.get(DEVICE).await.text();
    assert!(page.contains("&#60;i&#62;Ada&#60;U+202E&#62;"));
}

#[tokio::test]
async fn a_failing_device_says_what_to_do_and_links_its_runs() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at, failure_code, failure_message)
             VALUES (1, 1, 1, 1, 'failed', '2026-05-03T11:00:00Z', 'auth_failed', 'Run `trust` & try.');
             INSERT INTO runs (batch_id, device_id, site_id, priority) VALUES (1, 1, 1, 1)",
        )
        .await;
    let page = stage.get(DEVICE).await.text();
    assert!(
        page.contains("The last backup failed")
            && page.contains("Run <code>trust</code> &#38; try.")
    );
    assert!(page.contains("href=\"/runs/1\"") && page.contains("href=\"/runs/2\""));
    assert!(page.contains("href=\"/runs?site=acme&#38;device=gw-1\""));
}

#[tokio::test]
async fn a_comment_is_kept_shown_as_text_and_taken_away() {
    let stage = Stage::backed_up().await;
    let to = change(
        &stage,
        "/snapshots/1/comment",
        "comment=+before%0D%0A%3Cscript%3E%E2%80%AE+&before=1777687211000000-2",
    )
    .await;
    assert_eq!(
        to,
        format!("{DEVICE}?notice=comment-saved&before=1777687211000000-2")
    );
    assert_eq!(notes(&stage).await[0].1, "before\n<script>\u{202e}");
    let page = stage.get(&to).await.text();
    assert!(page.contains("The comment was saved."));
    assert!(page.contains("before &#60;script&#62;&#60;U+202E&#62;"));
    let form = stage
        .get("/snapshots/1/comment?before=1777687211000000-2")
        .await
        .text();
    assert!(
        form.contains("name=\"before\" value=\"1777687211000000-2\"")
            && form.contains("before\n&#60;script&#62;")
    );
    let question = stage.get("/snapshots/1/delete").await.text();
    assert!(question.contains("before<br>&#60;script&#62;&#60;U+202E&#62;"));
    let to = change(&stage, "/snapshots/1/comment", "comment=").await;
    assert_eq!(to, format!("{DEVICE}?notice=comment-saved"));
    assert_eq!(notes(&stage).await[0].1, "");
}

#[tokio::test]
async fn a_comment_that_can_not_be_kept_is_refused_with_a_sentence() {
    let stage = Stage::backed_up().await;
    let long: &'static str = format!("comment={}", "%C3%BC".repeat(2001)).leak();
    let fits: &'static str = format!("comment={}", "%C3%BC".repeat(2000)).leak();
    for (form, status) in [(long, 400), ("comment=a%00b", 400), ("", 422), (fits, 303)] {
        let answer = stage
            .post("/snapshots/1/comment", form, "same-origin")
            .await;
        assert_eq!(answer.status.as_u16(), status);
    }
    assert_eq!(notes(&stage).await[0].1.chars().count(), 2000);
}

#[tokio::test]
async fn a_pin_is_set_shown_and_taken_away() {
    let stage = Stage::backed_up().await;
    let to = change(
        &stage,
        "/snapshots/1/pin",
        "pinned=true&before=1777687211000000-2",
    )
    .await;
    assert_eq!(
        to,
        format!("{DEVICE}?notice=pinned&before=1777687211000000-2")
    );
    assert!(notes(&stage).await[0].2);
    let page = stage.get(DEVICE).await.text();
    assert!(page.contains(">Pinned<") && page.contains("For ever: pinned"));
    assert!(page.contains("formaction=\"/snapshots/1/pin\" name=\"pinned\" value=\"false\">Unpin"));
    let to = change(&stage, "/snapshots/1/pin", "pinned=false").await;
    assert_eq!(to, format!("{DEVICE}?notice=unpinned"));
    assert!(!notes(&stage).await[0].2);
}

#[tokio::test]
async fn a_deletion_asks_first_and_leaves_the_rest_readable() {
    let stage = Stage::backed_up().await;
    let question = stage.get("/snapshots/1/delete").await.text();
    assert!(question.contains("gone for good") && question.contains("Delete for good"));
    assert_eq!(notes(&stage).await.len(), 2, "asking deletes nothing");
    let to = change(&stage, "/snapshots/1/delete", "").await;
    assert_eq!(to, format!("{DEVICE}?notice=deleted"));
    assert_eq!(notes(&stage).await.len(), 1);
    assert_eq!(
        stage.get("/snapshots/1/download").await.status.as_u16(),
        404
    );
    assert_eq!(
        stage.get("/snapshots/2/download").await.body,
        super::NEW_EXPORT
    );
}

#[tokio::test]
async fn a_page_of_the_history_goes_on_behind_a_snapshot_that_was_deleted() {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256, size_bytes, line_count, has_secrets, codec, body)
             SELECT 1, '2026-04-30T02:00:00Z'::timestamptz - i * interval '1 day', now(), 'verified', '[]', '', '', 1, 1, true, 'whole', '' FROM generate_series(0, 59) i",
        )
        .await;
    let older = |page: &str| {
        let (_, link) = page.split_once("rel=\"next\" href=\"").unwrap();
        link.split('#').next().unwrap().to_owned()
    };
    let listed = |page: &str| page.matches("<tr id=\"s").count();
    let second = older(&stage.get(DEVICE).await.text());
    assert_eq!(listed(&stage.get(&second).await.text()), 12);
    stage.run("DELETE FROM snapshots WHERE id = 50").await;
    let page = stage.get(&second).await.text();
    assert_eq!(listed(&page), 12, "what follows is still there");
    assert!(page.contains("id=\"s51\"") && !page.contains("end of the history"));
    let no_place = stage.get(&format!("{DEVICE}?before=50")).await;
    assert_eq!(no_place.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_pinned_or_the_newest_verified_one_stays() {
    let stage = Stage::backed_up().await;
    stage
        .run("UPDATE snapshots SET pinned = true WHERE id = 1")
        .await;
    for (id, notice, sentence) in [
        (1, "pinned-stays", "This backup is pinned"),
        (
            2,
            "newest-stays",
            "the newest verified backup of a device in the inventory",
        ),
    ] {
        let address = format!("/snapshots/{id}/delete");
        let question = stage.get(&address).await.text();
        assert!(question.contains(sentence) && !question.contains("Delete for good"));
        let to = change(&stage, &address, "").await;
        assert_eq!(to, format!("{DEVICE}?notice={notice}"));
    }
    assert_eq!(notes(&stage).await.len(), 2);
}

#[tokio::test]
async fn no_get_and_no_foreign_form_changes_a_snapshot() {
    let stage = Stage::backed_up().await;
    let before = notes(&stage).await;
    for address in [
        "/snapshots/1/comment?comment=x",
        "/snapshots/1/pin?pinned=true",
        "/snapshots/1/delete",
    ] {
        stage.get(address).await;
    }
    for (address, form) in [
        ("/snapshots/1/comment", "comment=x"),
        ("/snapshots/1/pin", "pinned=true"),
        ("/snapshots/1/delete", ""),
    ] {
        let forged = stage.post(address, form, "cross-site").await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{address}");
        let missing = address.replace("/1/", "/99/");
        let missing = stage.post(&missing, form, "same-origin").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(notes(&stage).await, before);
}

#[tokio::test]
async fn a_name_of_300_characters_breaks_no_page() {
    let stage = Stage::backed_up().await;
    stage
        .run("UPDATE devices SET name = repeat('x', 300), model = repeat('y', 300); UPDATE sites SET name = repeat('z', 300)")
        .await;
    let device = format!("/sites/acme/devices/{}", "x".repeat(300));
    for address in [
        "/",
        "/sites/acme",
        &device,
        "/scripts?d=1",
        "/snapshots/1/delete",
        "/sites/acme/newest.zip",
    ] {
        assert_eq!(stage.get(address).await.status, StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn what_was_posted_from_the_page_of_a_snapshot_leads_back_to_it_and_nowhere_else() {
    let stage = Stage::backed_up().await;
    let view = stage.get("/snapshots/1").await.text();
    let field = "<input type=\"hidden\" name=\"back\" value=\"snapshot\">";
    assert_eq!(view.matches(field).count(), 2, "of the comment and the pin");
    let to = change(&stage, "/snapshots/1/comment", "back=snapshot&comment=x").await;
    assert_eq!(to, "/snapshots/1?notice=comment-saved");
    assert!(
        stage
            .get(&to)
            .await
            .text()
            .contains("The comment was saved.")
    );
    let to = change(&stage, "/snapshots/1/pin", "back=snapshot&pinned=true").await;
    assert_eq!(to, "/snapshots/1?notice=pinned");
    let to = change(&stage, "/snapshots/1/pin", "back=history&pinned=false").await;
    assert_eq!(to, format!("{DEVICE}?notice=unpinned"));
    for (address, form) in [
        (
            "/snapshots/1/comment",
            "comment=y&back=https://evil.example/",
        ),
        ("/snapshots/1/pin", "pinned=true&back=//evil.example"),
    ] {
        let refused = stage.post(address, form, "same-origin").await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{address}"
        );
    }
    assert_eq!(notes(&stage).await[0], (1, "x".to_owned(), false));
}
