//! Sites by the form.

use axum::http::StatusCode;

use super::{Desk, encoded};

#[tokio::test]
async fn a_site_is_made_shown_changed_and_recorded() {
    let desk = Desk::empty().await;
    let made = [
        ("slug", "acme"),
        ("name", "Acme <i>"),
        ("timezone", "Europe/Berlin"),
        ("tags", "gold, north"),
        ("notes", "first\r\nsecond"),
    ];
    let answer = desk.post("/manage/sites/new", &made).await;
    assert_eq!(answer.location(), "/manage/sites/acme/edit?notice=made");
    let page = desk.get("/manage/sites/acme/edit").await;
    page.shows("Acme &#60;i&#62;");
    let stamp = page.hidden("stamp");
    let changed = [
        ("stamp", stamp.as_str()),
        ("name", "Acme"),
        ("timezone", "Asia/Tokyo"),
        ("tags", "gold"),
    ];
    let answer = desk.post("/manage/sites/acme/edit", &changed).await;
    assert_eq!(answer.location(), "/manage/sites/acme/edit?notice=saved");
    let row = "SELECT concat_ws(' ', slug, name, timezone, tags, notes, origin) FROM sites";
    assert_eq!(desk.text(row).await, "acme Acme Asia/Tokyo {gold}  browser");
    let audit =
        "SELECT string_agg(concat_ws(' ', user_name, action, site_id, subject, detail), '; '
                                   ORDER BY id) FROM audit WHERE action = 'settings_changed'";
    let audit = desk.text(audit).await;
    assert!(
        audit.starts_with("admin settings_changed 1 site acme made; "),
        "{audit}"
    );
    assert!(
        audit.contains("timezone from `Europe/Berlin` to `Asia/Tokyo`"),
        "{audit}"
    );
    desk.get("/sites/acme")
        .await
        .shows("/manage/sites/acme/edit");
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_what_was_typed_stays() {
    let desk = Desk::furnished().await;
    let wrong = [
        ("slug", "Acme HQ"),
        ("name", "\"><script>"),
        ("timezone", "Londn"),
    ];
    let answer = desk.post("/manage/sites/new", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.shows("id=\"slug-wrong\"");
    answer.shows("did you mean <code>Europe/London</code>?");
    answer.shows("value=\"Acme HQ\"");
    answer.shows("value=\"&#34;&#62;&#60;script&#62;\"");
    answer.hides("<script>");
    let taken = [("slug", "acme"), ("timezone", "UTC")];
    let answer = desk.post("/manage/sites/new", &taken).await;
    answer.shows("There is a site <code>acme</code> already; choose another slug");
    let nul = [
        ("slug", "b"),
        ("timezone", "UTC"),
        ("notes", "a\0b"),
        ("name", "a\0"),
    ];
    let answer = desk.post("/manage/sites/new", &nul).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.text("SELECT count(*)::text FROM sites").await, "1");
}

#[tokio::test]
async fn a_form_that_somebody_else_was_faster_with_loses_nothing() {
    let desk = Desk::furnished().await;
    let stamp = desk.get("/manage/sites/acme/edit").await.hidden("stamp");
    let send = async |stamp: &str, name: &str| {
        let fields = [("stamp", stamp), ("name", name), ("timezone", "UTC")];
        desk.post("/manage/sites/acme/edit", &fields).await
    };
    // A night that was planned meanwhile is no edit.
    desk.run("UPDATE due_times SET due_at = now()").await;
    send(&stamp, "First").await.location();
    let refused = send(&stamp, "Second").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.shows("is now “First”, and you have “Second”");
    refused.shows("value=\"Second\"");
    let name = "SELECT name FROM sites";
    assert_eq!(desk.text(name).await, "First");
    send(&refused.hidden("stamp"), "Second").await.location();
    assert_eq!(desk.text(name).await, "Second");
}

#[tokio::test]
async fn an_archived_site_takes_its_devices_and_their_queued_runs_along_and_brings_them_back() {
    let desk = Desk::furnished().await;
    desk.run(
        "INSERT INTO batches (trigger) VALUES ('manual');
         INSERT INTO runs (batch_id, device_id, site_id, priority) VALUES (1, 1, 1, 0)",
    )
    .await;
    let answer = desk.post("/manage/sites/acme/archive", &[]).await;
    assert_eq!(answer.location(), "/manage/sites/acme/edit?notice=archived");
    let state = "SELECT concat_ws(' ',
                     (SELECT count(*) FROM sites WHERE archived_at IS NOT NULL),
                     (SELECT count(*) FROM devices WHERE archived_at IS NOT NULL),
                     (SELECT state FROM runs),
                     (SELECT finished_at IS NOT NULL FROM batches))";
    assert_eq!(desk.text(state).await, "1 1 cancelled t");
    desk.get("/manage/sites?archived=1").await.shows("acme");
    desk.get("/manage/sites").await.shows("No sites yet");
    // What is archived is not changed, and not archived twice.
    for action in ["edit", "archive"] {
        let address = format!("/manage/sites/acme/{action}");
        let answer = desk.post(&address, &[("timezone", "UTC")]).await;
        assert!(answer.location().ends_with("notice=other-state"));
    }
    desk.post("/manage/sites/acme/restore", &[])
        .await
        .location();
    assert_eq!(desk.text(state).await, "0 0 cancelled t");
}

#[tokio::test]
async fn hostile_names_of_sites_lead_nowhere() {
    let desk = Desk::furnished().await;
    for slug in ["nope", "../x", "<script>", "é", "a b", "new", "acme'--"] {
        for action in ["edit", "archive", "restore"] {
            let address = format!("/manage/sites/{}/{action}", encoded(slug));
            let fields = [("timezone", "UTC")];
            let answer = desk.post(&address, &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        }
    }
    for query in [
        "q=%27%22%3C",
        "page=-9",
        "page=999999",
        "archived=x",
        "q=%25_",
    ] {
        for list in ["sites", "devices", "credentials", "tags"] {
            let answer = desk.get(&format!("/manage/{list}?{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{list}?{query}");
        }
    }
}
