//! How results are told: doubt and overdue in words, commands set apart, the site of each run.

use super::Stage;

/// A device whose last run, number 1, an hour before noon, was suspect.
async fn in_doubt() -> Stage {
    let stage = Stage::backed_up().await;
    stage
        .run(
            r#"INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at, verdict, outcome, checks)
               VALUES (1, 1, 1, 1, 'succeeded', '2026-05-03T11:00:00Z', 'suspect', 'changed',
                   '[{"name": "timeouts", "ok": false, "detail": "Left out: `/snmp`."}]');
               UPDATE devices SET last_run_id = 1"#,
        )
        .await;
    stage
}

#[tokio::test]
async fn a_suspect_device_says_why_and_when_it_was_last_verified() {
    let text = in_doubt().await.get("/sites/acme").await.text();
    assert!(text.contains("Suspect") && text.contains("Left out: <code>/snmp</code>."));
    let (_, standing) = text.split_once("Last verified backup: ").unwrap();
    assert!(
        standing
            .split("</span>")
            .next()
            .unwrap()
            .contains("10 h ago")
    );
}

#[tokio::test]
async fn a_device_is_overdue_or_was_never_verified_in_words() {
    let stage = in_doubt().await;
    stage
        .run("UPDATE devices SET last_verified_at = '2026-05-01T12:00:00Z'")
        .await;
    for address in ["/sites/acme", "/sites/acme/devices/gw-1"] {
        assert!(stage.get(address).await.text().contains("Overdue: "));
    }
    stage
        .run("UPDATE devices SET last_verified_at = NULL")
        .await;
    let text = stage.get("/sites/acme").await.text();
    assert!(text.contains("No verified backup yet") && !text.contains("Overdue"));
    stage.run("UPDATE devices SET last_run_id = NULL").await;
    let text = stage.get("/sites/acme").await.text();
    assert!(text.contains("Never backed up") && !text.contains("No verified backup yet"));
    stage.run("UPDATE devices SET enabled = false").await;
    let text = stage.get("/sites/acme").await.text();
    assert!(text.contains("Disabled") && !text.contains("Never backed up"));
}

#[tokio::test]
async fn what_is_to_be_typed_is_set_apart_and_still_escaped() {
    let stage = in_doubt().await;
    stage
        .run(
            "UPDATE runs SET state = 'failed', verdict = NULL, failure_code = 'auth_failed',
                 failure_message = 'Run `trust <b>` & try. It''s ` odd.'",
        )
        .await;
    for address in ["/sites/acme", "/sites/acme/devices/gw-1", "/batches/1"] {
        let text = stage.get(address).await.text();
        assert!(
            text.contains("Run <code>trust &#60;b&#62;</code> &#38; try. It&#39;s ` odd."),
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_batch_over_several_sites_names_the_site_of_each_run() {
    let stage = in_doubt().await;
    stage.run("UPDATE batches SET site_id = NULL").await;
    let text = stage.get("/batches/1").await.text();
    assert!(text.contains("<h1>Acme</h1>"), "the only site it touches");
    stage
        .run(
            "INSERT INTO sites (slug, name, timezone) VALUES ('other', 'Other place', 'UTC');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             VALUES (2, 'gw-1', '192.0.2.2', 22, 'routeros', 1);
             INSERT INTO runs (batch_id, device_id, site_id, priority) VALUES (1, 2, 2, 1)",
        )
        .await;
    let text = stage.get("/batches/1").await.text();
    assert!(text.contains("<h1>Several sites</h1>"));
    assert!(text.contains("href=\"/sites/acme\">Acme</a>"));
    assert!(text.contains("href=\"/sites/other\">Other place</a>"));
    assert!(stage.get("/batches").await.text().contains("Several sites"));
}

#[tokio::test]
async fn a_verified_export_seen_again_after_a_suspect_one_is_current_and_unchanged_since_its_first()
{
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE snapshots SET verdict = 'suspect', last_seen_at = taken_at WHERE id = 2;
             UPDATE snapshots SET times_seen = 2, last_seen_at = '2026-05-03T02:00:00Z' WHERE id = 1;
             INSERT INTO runs (batch_id, device_id, site_id, priority, state, finished_at, verdict, outcome)
             VALUES (1, 1, 1, 1, 'succeeded', '2026-05-03T02:00:00Z', 'verified', 'unchanged');
             UPDATE devices SET last_run_id = 1, last_verified_snapshot_id = 1",
        )
        .await;
    let device = stage.get("/sites/acme/devices/gw-1").await.text();
    assert_eq!(device.matches(">Current<").count(), 1);
    let (_, verified) = device.split_once("id=\"s1\"").unwrap();
    assert!(verified.contains(">Current<"));
    for page in [device, stage.get("/sites/acme").await.text()] {
        let (_, since) = page.split_once("unchanged since ").unwrap();
        assert!(since.split("</time>").next().unwrap().ends_with(">1 May"));
    }
}

#[tokio::test]
async fn a_failure_of_a_code_that_only_a_newer_version_knows_is_told_by_its_sentence_on_every_page()
{
    let stage = Stage::with_history().await;
    stage
        .run(
            "UPDATE runs SET failure_code = 'of_tomorrow' WHERE id = 2;
             UPDATE devices SET last_run_id = 2 WHERE id = 2;
             UPDATE devices SET enabled = false WHERE id = 1",
        )
        .await;
    for address in [
        "/",
        "/sites/acme",
        "/sites/acme/devices/gw-2",
        "/runs",
        "/runs/2",
        "/batches/1",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(answer.status.as_u16(), 200, "{address}");
        assert!(answer.text().contains("It is &#60;down&#62;."), "{address}");
    }
    assert_eq!(stage.get("/batches").await.status.as_u16(), 200);
}

#[tokio::test]
async fn every_failure_says_why_and_leads_to_its_run() {
    let stage = Stage::with_history().await;
    stage
        .run("UPDATE devices SET last_run_id = 2 WHERE id = 2")
        .await;
    for address in [
        "/sites/acme",
        "/sites/acme/devices/gw-2",
        "/batches/1",
        "/runs",
    ] {
        let text = stage.get(address).await.text();
        assert!(text.contains("It is &#60;down&#62;."), "{address}");
        assert!(text.contains("href=\"/runs/2\""), "{address}");
        assert!(!text.contains("The attempt before failed"), "{address}");
    }
}

#[tokio::test]
async fn of_a_run_that_waits_for_its_next_attempt_the_one_before_is_told() {
    let stage = Stage::with_history().await;
    stage
        .run("UPDATE runs SET state = 'queued', finished_at = NULL, not_before = '2026-05-03T12:10:00Z' WHERE id = 2")
        .await;
    for address in ["/sites/acme/devices/gw-2", "/batches/1", "/runs", "/runs/2"] {
        let text = stage.get(address).await.text();
        let (_, told) = text.split_once("The attempt before failed:").unwrap();
        let told = &told[..told.find("It is &#60;down&#62;.").unwrap()];
        assert!(told.len() < 20, "{address}: {told}");
    }
}
