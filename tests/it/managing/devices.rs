//! Devices by the form.

use axum::http::StatusCode;

use super::{Desk, gateway, with};

const ROW: &str = "SELECT concat_ws(' ', devices.name, address, port, credentials.name,
                                    devices.tags, enabled, legacy_ssh, connect_timeout_secs,
                                    export_timeout_secs, devices.origin)
                   FROM devices
                   JOIN credentials ON credentials.id = credential_id";

#[tokio::test]
async fn a_device_is_made_renamed_and_disabled() {
    let desk = Desk::furnished().await;
    assert_eq!(
        desk.text(ROW).await,
        "gw-1 192.0.2.1 22 core {edge} t f 10 300 browser"
    );
    desk.get("/sites/acme/devices/gw-1")
        .await
        .shows("/manage/devices/1");
    let stamp = desk.get("/manage/devices/1").await.hidden("stamp");
    // A browser sends nothing of a box that is not ticked.
    let renamed = [
        ("stamp", stamp.as_str()),
        ("site", "elsewhere"),
        ("name", "gw-2"),
        ("address", "gw.example"),
        ("port", "2222"),
        ("credential", "core"),
        ("legacy_ssh", "true"),
        ("connect_timeout_secs", "5"),
        ("export_timeout_secs", "60"),
    ];
    desk.run(
        "INSERT INTO batches (trigger) VALUES ('manual');
         INSERT INTO runs (batch_id, device_id, site_id, priority) VALUES (1, 1, 1, 0)",
    )
    .await;
    let saved = desk.post("/manage/devices/1", &renamed).await;
    assert_eq!(saved.location(), "/manage/devices/1?notice=saved");
    assert_eq!(
        desk.text(ROW).await,
        "gw-2 gw.example 2222 core {} f t 5 60 browser"
    );
    assert_eq!(desk.text("SELECT state FROM runs").await, "cancelled");
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_a_run_meanwhile_is_no_edit() {
    let desk = Desk::furnished().await;
    let stamp = desk.get("/manage/devices/1").await.hidden("stamp");
    for (field, value, words) in [
        (
            "address",
            "ssh://admin:hunter2@gw",
            "The address has a user name in it",
        ),
        ("port", "0", "The port must be from 1 to 65535"),
        ("credential", "cor", "did you mean <code>core</code>?"),
        ("name", "a/b", "SITE/NAME"),
        (
            "export_timeout_secs",
            "99999999999999999999",
            "from 1 to 86400",
        ),
    ] {
        let fields = with(&gateway(), (field, value), &stamp);
        let answer = desk.post("/manage/devices/1", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        answer.shows(&format!("id=\"{field}-wrong\""));
        answer.shows(words);
    }
    desk.run("UPDATE devices SET version = '7.16.2', last_verified_at = now()")
        .await;
    let renamed = with(&gateway(), ("name", "gw-9"), &stamp);
    desk.post("/manage/devices/1", &renamed).await.location();
    let late = with(&gateway(), ("name", "gw-8"), &stamp);
    let refused = desk.post("/manage/devices/1", &late).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.shows("is now “gw-9”, and you have “gw-8”");
}

#[tokio::test]
async fn a_name_is_taken_once_at_a_site_whatever_the_case() {
    let desk = Desk::furnished().await;
    let again = with(&gateway(), ("name", "GW-1"), "");
    let answer = desk.post("/manage/devices/new", &again).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.shows("The site has a device <code>gw-1</code> already");
    desk.post("/manage/devices/1/archive", &[]).await.location();
    let answer = desk.post("/manage/devices/new", &again).await;
    answer.shows("archived device <code>gw-1</code>");
}

#[tokio::test]
async fn a_device_is_restored_only_with_its_site_and_its_credential() {
    let desk = Desk::furnished().await;
    desk.post("/manage/devices/1/archive", &[]).await.location();
    desk.get("/sites/acme/devices/gw-1")
        .await
        .shows("no longer in the inventory");
    desk.post("/manage/credentials/1/archive", &[])
        .await
        .location();
    let restore = async || desk.post("/manage/devices/1/restore", &[]).await;
    let refused = restore().await;
    assert_eq!(
        refused.location(),
        "/manage/devices/1?notice=needs-archived"
    );
    desk.post("/manage/credentials/1/restore", &[])
        .await
        .location();
    assert_eq!(
        restore().await.location(),
        "/manage/devices/1?notice=restored"
    );
    assert_eq!(
        restore().await.location(),
        "/manage/devices/1?notice=other-state"
    );
    desk.run("UPDATE devices SET archived_at = now(); UPDATE sites SET archived_at = now() - interval '1 day'").await;
    assert_eq!(
        restore().await.location(),
        "/manage/devices/1?notice=needs-archived"
    );
}

#[tokio::test]
async fn two_that_make_the_same_device_at_once_make_one() {
    let desk = Desk::furnished().await;
    let other = with(&gateway(), ("name", "ap-1"), "");
    let (one, two) = tokio::join!(
        desk.post("/manage/devices/new", &other),
        desk.post("/manage/devices/new", &other)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort();
    assert_eq!(
        statuses,
        [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]
    );
    assert_eq!(desk.text("SELECT count(*)::text FROM devices").await, "2");
}

#[tokio::test]
async fn numbers_that_no_device_has_lead_nowhere() {
    let desk = Desk::furnished().await;
    for (number, status) in [
        ("999", StatusCode::NOT_FOUND),
        ("-1", StatusCode::NOT_FOUND),
        ("x", StatusCode::BAD_REQUEST),
        ("99999999999999999999", StatusCode::BAD_REQUEST),
    ] {
        for kind in ["devices", "credentials"] {
            let address = format!("/manage/{kind}/{number}");
            assert_eq!(desk.get(&address).await.status, status, "{address}");
            let archive = desk.post(&format!("{address}/archive"), &[]).await;
            assert_eq!(archive.status, status, "{address}");
        }
    }
}
