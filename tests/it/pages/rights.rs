//! Which buttons and secrets somebody finds who may do some things and not others. That the
//! server refuses what is not offered is tested with the guard.

use routervault::model::{Right, Rights, Role};

use super::Stage;
use crate::support::kim;

const EXPORT: &[u8] = b"/ppp secret\nadd name=branch password=hunter-22\n";
const CHANGED: &[u8] = b"/ppp secret\nadd name=branch password=hunter-33\n";

/// Every page of these areas.
const PAGES: [&str; 7] = [
    "/",
    "/sites/acme",
    "/sites/acme/devices/gw-1",
    "/scripts?d=1",
    "/snapshots/2",
    "/snapshots/2/restore",
    "/compare?s=1&s=2",
];

/// What stands in a page for each right.
const BACKING_UP: [&str; 3] = [
    "/sites/acme/backups\"",
    "Back up",
    "name=\"device\" value=\"1\" aria",
];
const ANNOTATING: [&str; 2] = ["/snapshots/2/comment", "/snapshots/2/pin"];
const EXACT: [&str; 2] = ["/download\"", "download?menu="];
/// Archives are masked, too, for who may not see secrets.
const MASKED: [&str; 3] = ["download?masked=1", "newest.zip", "snapshots.zip"];
const REVEALING: [&str; 2] = ["secrets=shown", "SHA-256"];
const DELETING: &str = "/delete";

async fn stage() -> Stage {
    let stage = Stage::acme().await;
    let old = stage.keep(EXPORT, "2026-05-01T02:00:11Z", None).await;
    stage.keep(CHANGED, "2026-05-02T02:00:11Z", Some(old)).await;
    stage
        .run("UPDATE devices SET newest_snapshot_id = 2, last_verified_snapshot_id = 2")
        .await;
    stage
}

/// All of these pages as a technician of the site with these rights sees them.
async fn pages(stage: &Stage, rights: Rights) -> String {
    all_pages(&stage.seen_by(kim(rights, &[1])).await).await
}

/// All of these pages, one behind the other.
async fn all_pages(stage: &Stage) -> String {
    let mut all = String::new();
    for address in PAGES {
        let answer = stage.get(address).await;
        assert!(answer.status.is_success(), "{address}");
        all.push_str(&answer.text());
    }
    all
}

fn has_all(pages: &str, words: &[&str]) -> bool {
    words.iter().all(|word| pages.contains(word))
}

fn has_any(pages: &str, words: &[&str]) -> bool {
    words.iter().any(|word| pages.contains(word))
}

#[tokio::test]
async fn each_right_brings_its_own_buttons_and_links() {
    let stage = stage().await;
    let all = all_pages(&stage).await;
    assert!(has_all(&all, &BACKING_UP) && has_all(&all, &ANNOTATING));
    assert!(has_all(&all, &EXACT) && has_all(&all, &REVEALING));
    assert!(has_all(&all, &MASKED) && has_all(&all, &[DELETING]));
    let technician = Role::Technician.rights();
    assert!(!has_any(&pages(&stage, technician).await, &[DELETING]));
    let idle = pages(&stage, technician.without(&[Right::BackUp])).await;
    assert!(!has_any(&idle, &BACKING_UP) && has_all(&idle, &ANNOTATING));
    let silent = pages(&stage, technician.without(&[Right::Annotate])).await;
    assert!(!has_any(&silent, &ANNOTATING) && has_all(&silent, &BACKING_UP));
    let kept = pages(&stage, technician.without(&[Right::Download])).await;
    assert!(!has_any(&kept, &EXACT) && !has_any(&kept, &MASKED));
    assert!(has_all(&kept, &REVEALING));
}

#[tokio::test]
async fn who_may_download_and_see_no_secrets_is_offered_masked_files_only() {
    let stage = stage().await;
    let masked = pages(&stage, Role::Technician.rights().without(&[Right::Reveal])).await;
    assert!(!has_any(&masked, &EXACT) && !has_any(&masked, &REVEALING));
    assert!(has_all(&masked, &MASKED));
}

#[tokio::test]
async fn a_viewer_finds_no_button_but_those_that_show() {
    let stage = stage().await;
    let viewer = pages(&stage, Role::Viewer.rights()).await;
    for words in [&BACKING_UP[..], &ANNOTATING, &EXACT, &REVEALING] {
        assert!(!has_any(&viewer, words), "{words:?}");
    }
    assert!(!has_any(&viewer, &MASKED) && !has_any(&viewer, &[DELETING]));
}

#[tokio::test]
async fn who_may_not_see_secrets_gets_them_masked_whatever_the_address_asks() {
    let stage = stage().await;
    let viewer = stage.seen_by(kim(Role::Viewer.rights(), &[1])).await;
    let technician = stage.seen_by(kim(Role::Technician.rights(), &[1])).await;
    for address in [
        "/snapshots/2?secrets=shown",
        "/snapshots/2?secrets=shown&view=joined",
        "/snapshots/2/text?secrets=shown",
        "/compare?s=1&s=2&secrets=shown",
        "/compare.diff?s=1&s=2&secrets=shown",
    ] {
        let shown = technician.get(address).await.text();
        assert!(shown.contains("hunter-33"), "{address}");
        let masked = viewer.get(address).await.text();
        assert!(!masked.contains("hunter"), "{address}");
        let plain = viewer.get(&address.replace("secrets=shown", "")).await;
        let links = |text: String| text.replace('?', "&").replace("&&", "&");
        assert_eq!(
            links(masked),
            links(plain.text()),
            "{address} shows that it was asked"
        );
    }
}

#[tokio::test]
async fn the_search_inside_is_no_way_to_guess_a_secret() {
    let stage = stage().await;
    let viewer = stage.seen_by(kim(Role::Viewer.rights(), &[1])).await;
    let technician = stage.seen_by(kim(Role::Technician.rights(), &[1])).await;
    let asked = "/snapshots/2?secrets=shown&find=hunter-3";
    assert!(technician.get(asked).await.text().contains("<b>1 hit</b>"));
    assert!(viewer.get(asked).await.text().contains("Nothing found for"));
    let branch = viewer.get("/snapshots/2?secrets=shown&find=branch").await;
    assert!(branch.text().contains("<b>1 hit</b>"));
}

#[tokio::test]
async fn whoever_is_shown_secrets_is_in_the_audit_and_nobody_else() {
    let stage = stage().await;
    let technician = stage.seen_by(kim(Role::Technician.rights(), &[1])).await;
    let viewer = stage.seen_by(kim(Role::Viewer.rights(), &[1])).await;
    for address in [
        "/snapshots/2?secrets=shown",
        "/snapshots/1/text?secrets=shown",
        "/compare?s=1&s=2&secrets=shown",
    ] {
        viewer.get(address).await;
        technician.get(&address.replace("secrets=shown", "")).await;
        technician.get(address).await;
    }
    let shown: Vec<(String, i64, String, String)> = sqlx::query_as(
        "SELECT user_name, site_id, subject, detail FROM audit WHERE action = 'secrets_shown' ORDER BY id",
    )
    .fetch_all(&stage.pool)
    .await
    .unwrap();
    let entry = |id: i64, page: &str| {
        let subject = format!("acme/gw-1, backup {id}");
        ("kim".to_owned(), 1, subject, page.to_owned())
    };
    let seen = [
        (2, "View"),
        (1, "Plain text"),
        (1, "Compare"),
        (2, "Compare"),
    ];
    assert_eq!(shown, seen.map(|(id, page)| entry(id, page)));
}
