//! Rules of retention as an administrator makes them: looked at before they are saved.

use chrono::{TimeDelta, Utc};

use super::{Answer, Desk, encoded};

/// One backup of `gw-1` a day for forty days, the newest of today.
const BACKUPS: &str = "
    INSERT INTO snapshots (device_id, taken_at, last_seen_at, verdict, checks, fingerprint, sha256,
                           size_bytes, line_count, version, has_secrets, codec, body)
    SELECT 1, at, at, 'verified', '[]', '', '', 1000, 10, '7.16', true, 'whole', decode(repeat('00', 50), 'hex')
    FROM generate_series(now() - interval '39 days', now(), interval '1 day') AS at
    ORDER BY at;
    UPDATE devices
    SET snapshot_count = 40,
        newest_snapshot_id = (SELECT max(id) FROM snapshots),
        last_verified_snapshot_id = (SELECT max(id) FROM snapshots)";

async fn desk() -> Desk {
    let desk = Desk::furnished().await;
    desk.run(BACKUPS).await;
    desk
}

fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

async fn preview(desk: &Desk, fields: &[(&str, &str)]) -> Answer {
    desk.get(&address("/manage/retention/preview", fields))
        .await
}

const RULES: &str = "SELECT string_agg(concat_ws(' ', target, site_id, tag, keep_count, keep_days,
                                                 thin_all_days, thin_daily_days), '; ' ORDER BY target, tag)
                     FROM retention_rules";
const AUDIT: &str = "SELECT subject || ': ' || detail FROM audit
                     WHERE action = 'settings_changed' ORDER BY id DESC LIMIT 1";

#[tokio::test]
async fn what_would_go_is_shown_and_nothing_is_saved_or_deleted() {
    let desk = desk().await;
    let page = preview(
        &desk,
        &[("target", "site"), ("site", "acme"), ("count", "30")],
    )
    .await;
    page.shows("10 backups</b> of 1 device at 1 site would be deleted");
    page.shows("of 40 that the rule is about");
    page.shows("about 500 B");
    page.shows("30 newer ones are kept");
    page.shows("/snapshots/1\"");
    page.hides("/snapshots/11\"");
    assert_eq!(
        desk.text("SELECT count(*)::text FROM snapshots").await,
        "40"
    );
    assert_eq!(desk.text(RULES).await, "");
    let page = preview(&desk, &[("target", "tag"), ("tag", "edge"), ("days", "9")]).await;
    page.shows("31 backups");
    page.shows("Last seen more than 9 days before");
    preview(
        &desk,
        &[("target", "tag"), ("tag", "nobody"), ("days", "9")],
    )
    .await
    .shows("Nothing would be deleted now</b> of 0 backups of 0 devices");
    let gone = preview(&desk, &[("target", "all"), ("count", "1"), ("page", "900")]).await;
    gone.shows("39 backups");
}

#[tokio::test]
async fn a_rule_is_saved_changed_and_taken_away_and_each_is_in_the_audit() {
    let desk = desk().await;
    let form = desk
        .get("/manage/retention/rule?target=site&site=acme")
        .await;
    let stamp = form.hidden("stamp");
    let fields = [
        ("target", "site"),
        ("site", "acme"),
        ("tag", ""),
        ("count", "12"),
        ("stamp", &stamp),
    ];
    let saved = desk.post("/manage/retention/rule", &fields).await;
    assert_eq!(saved.location(), "/manage/retention?notice=rule-saved");
    assert_eq!(desk.text(RULES).await, "site 1 12");
    assert_eq!(
        desk.text(AUDIT).await,
        "retention of site acme: the newest 12; before: no rule"
    );
    desk.get("/manage/retention").await.shows("the newest 12");
    // Whoever opened the form before is told, and may save again.
    let late = desk.post("/manage/retention/rule", &fields).await;
    assert_eq!(late.status, 409);
    let stamp = late.hidden("stamp");
    let thinned = [
        ("target", "site"),
        ("site", "acme"),
        ("thin", "1"),
        ("all_days", "7"),
        ("daily_days", "60"),
        ("stamp", &stamp),
    ];
    desk.post("/manage/retention/rule", &thinned)
        .await
        .location();
    assert_eq!(desk.text(RULES).await, "site 1 7 60");
    let form = desk
        .get("/manage/retention/rule?target=site&site=acme")
        .await;
    form.shows("value=\"60\"");
    form.shows("value=\"1\" checked");
    let named = [("target", "site"), ("site", "acme")];
    let removed = desk.post("/manage/retention/remove", &named).await;
    assert_eq!(removed.location(), "/manage/retention?notice=rule-removed");
    assert_eq!(desk.text(RULES).await, "");
    assert_eq!(
        desk.post("/manage/retention/remove", &named).await.status,
        404
    );
}

#[tokio::test]
async fn taking_a_rule_away_shows_what_the_next_nearest_would_delete() {
    let desk = desk().await;
    desk.run(
        "INSERT INTO retention_rules (target, keep_count) VALUES ('all', 5);
         INSERT INTO retention_rules (target, site_id) VALUES ('site', 1)",
    )
    .await;
    let kept = [("target", "site"), ("site", "acme")];
    preview(&desk, &kept)
        .await
        .shows("Nothing would be deleted now");
    let removal = [("target", "site"), ("site", "acme"), ("remove", "1")];
    let page = preview(&desk, &removal).await;
    page.shows("Without this rule");
    page.shows("35 backups");
    page.shows("Remove this rule</button>");
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_nothing_is_saved() {
    let desk = desk().await;
    for (fields, words) in [
        (
            vec![("target", "site"), ("site", "nowhere")],
            "There is no such site",
        ),
        (
            vec![("target", "tag"), ("tag", "a,b")],
            "The tag has a comma",
        ),
        (vec![("target", "none")], "Choose what the rule is for"),
        (
            vec![("target", "all"), ("count", "many")],
            "from 1 to 1000000",
        ),
        (vec![("target", "all"), ("days", "0")], "from 1 to 36500"),
        (
            vec![("target", "all"), ("thin", "1")],
            "Thinning needs this number",
        ),
    ] {
        let page = preview(&desk, &fields).await;
        assert_eq!(page.status, 422, "{fields:?}");
        page.shows(words);
        let saved = desk.post("/manage/retention/rule", &fields).await;
        assert_eq!(saved.status, 422, "{fields:?}");
    }
    assert_eq!(desk.text(RULES).await, "");
}

#[tokio::test]
async fn the_limits_of_runs_are_shown_and_changed() {
    const LIMITS: &str = "SELECT concat_ws(' ', runs_days, trails_days) FROM retention";
    let desk = Desk::furnished().await;
    let page = desk.get("/manage/retention").await;
    page.shows("value=\"400\"");
    page.shows("value=\"90\"");
    let changed = [("runs_days", "30"), ("trails_days", "")];
    desk.post("/manage/retention", &changed).await.location();
    assert_eq!(desk.text(LIMITS).await, "30");
    assert_eq!(
        desk.text(AUDIT).await,
        "retention of runs: runs 30 days, their steps and checks for ever"
    );
    let wrong = desk
        .post(
            "/manage/retention",
            &[("runs_days", "x"), ("trails_days", "1")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(desk.text(LIMITS).await, "30");
}

#[tokio::test]
async fn a_backup_says_until_when_it_is_kept_and_a_device_since_when_it_is_whole() {
    let desk = desk().await;
    let page = desk.get("/sites/acme/devices/gw-1").await;
    page.shows("For ever");
    page.hides("deleted by the rules of retention");
    desk.run("INSERT INTO retention_rules (target, keep_days) VALUES ('all', 35)")
        .await;
    let now = Utc::now() + TimeDelta::minutes(1);
    let passed = routervault::retention::pass(&desk.pool, &desk.vault, now).await;
    assert_eq!(passed.unwrap().unwrap().snapshots, 5);
    let page = desk.get("/sites/acme/devices/gw-1").await;
    page.shows("Until ");
    page.shows("were deleted by the rules of retention");
}
