//! The restore helper: for which device, with which warnings, and that it does nothing itself.

use axum::http::StatusCode;

use super::Stage;

/// The device is known to be what the newer snapshot is of.
async fn stage() -> Stage {
    let stage = Stage::backed_up().await;
    stage
        .run(
            "UPDATE devices SET version = '7.16.2 (stable)', model = 'RB5009UG';
             UPDATE snapshots SET version = '7.16.2', model = 'RB5009UG';
             INSERT INTO sites (slug, name, timezone) VALUES ('bay', 'Bay <b>View</b>', 'UTC');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id, version, model)
             VALUES (2, 'attic', '192.0.2.7', 22, 'routeros', 1, '6.49.10', 'hAP <i>lite</i>')",
        )
        .await;
    stage
}

#[tokio::test]
async fn steps_for_the_devices_own_version_stand_with_its_commands() {
    let stage = stage().await;
    let text = stage.get("/snapshots/2/restore").await.text();
    assert!(text.contains("RouterVault sends nothing to any router"));
    assert!(text.contains("/system/reset-configuration no-defaults=yes skip-backup=yes"));
    assert!(text.contains("data-copy-of=\"step-"));
    assert!(text.contains("users and their passwords"));
    assert!(!text.contains("importable"), "the versions are the same");
    assert!(text.contains("passwords and keys stand in them"));
    assert!(text.contains("/download?menu=%2Fsystem%20identity\">/system identity</a>"));
    assert_eq!(stage.count_runs().await, 0);
}

#[tokio::test]
async fn another_device_is_found_by_a_part_of_its_name_or_site_and_warned_of() {
    let stage = stage().await;
    for word in ["ATT", "bay", "%3Cb%3E"] {
        let text = stage
            .get(&format!("/snapshots/2/restore?q={word}"))
            .await
            .text();
        assert!(
            text.contains("href=\"/snapshots/2/restore?device=2\">attic</a>"),
            "{word}"
        );
        assert!(text.contains("Bay &#60;b&#62;View&#60;/b&#62;"), "{word}");
    }
    let other = stage.get("/snapshots/2/restore?device=2").await.text();
    assert!(
        other.contains("<b>Stop:</b>")
            && other.contains("from RouterOS 7.16.2, the device has 6.49.10")
    );
    assert!(other.contains("hAP &#60;i&#62;lite&#60;/i&#62;"));
    assert!(
        other.contains("/system reset-configuration"),
        "as version 6 writes it"
    );
    assert!(other.contains("attic.rsc"));
    let nothing = stage.get("/snapshots/2/restore?q=%25").await.text();
    assert!(nothing.contains("No device has <b>%</b>"));
}

#[tokio::test]
async fn no_more_than_twenty_devices_are_offered() {
    let stage = stage().await;
    stage
        .run(
            "INSERT INTO devices (site_id, name, address, port, platform, credential_id, archived_at)
             SELECT 1, 'ap-' || i, '192.0.2.3', 22, 'routeros', 1, CASE WHEN i > 25 THEN now() END
             FROM generate_series(1, 30) i",
        )
        .await;
    let text = stage.get("/snapshots/2/restore?q=ap-").await.text();
    assert_eq!(text.matches("restore?device=").count(), 20);
    assert!(text.contains("There are more"));
    let gone = stage.get("/snapshots/2/restore?q=ap-27").await.text();
    assert!(gone.contains("No device has"), "it left the inventory");
}

#[tokio::test]
async fn a_suspect_backup_and_one_without_secrets_say_so_first() {
    let stage = stage().await;
    stage
        .run("UPDATE snapshots SET verdict = 'suspect', has_secrets = false")
        .await;
    let text = stage.get("/snapshots/2/restore").await.text();
    let warning = text.find("this backup is suspect").unwrap();
    assert!(warning < text.find("id=\"steps\"").unwrap());
    assert!(text.contains("Passwords and keys are not inside"));
    assert!(!text.contains("Nothing speaks against it"));
}

#[tokio::test]
async fn a_damaged_backup_gives_no_steps() {
    let stage = stage().await;
    stage
        .run("UPDATE snapshots SET body = set_byte(body, 50, get_byte(body, 50) # 1) WHERE id = 2")
        .await;
    for address in [
        "/snapshots/2/restore",
        "/snapshots/2/text",
        "/snapshots/2/download?masked=1",
    ] {
        let answer = stage.get(address).await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{address}"
        );
        assert!(answer.text().contains("can not be read"), "{address}");
    }
}
