//! Healthy routers.

use std::time::Duration;

use russh::client::KeyboardInteractiveAuthResponse;
use secrecy::ExposeSecret;

use super::client::{self, EXPORT, Eyes, FACTS, exec, fleet_of, log_in, run};
use crate::demo::{Fleet, RouterSpec, recordings};

#[tokio::test]
async fn facts_and_export_come_at_once_over_one_connection() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let handle = log_in(router).await;
    let (facts, export) = tokio::join!(exec(&handle, FACTS), exec(&handle, EXPORT));
    assert!(facts.text().contains("version: 7.18.2 (stable)"));
    assert_eq!((facts.exit_status, facts.is_closed), (Some(0), true));
    assert_eq!((export.exit_status, export.is_closed), (Some(0), true));
    let sent = router.sent_export().unwrap();
    assert_eq!(export.before_sentinel(), Some(sent.as_slice()));
    assert_eq!((router.connections(), router.passwords_seen()), (1, 1));
}

#[tokio::test]
async fn every_version_answers_over_its_own_algorithms() {
    for version in ["6.49.18", "7.9.2", "7.18.2"] {
        let spec = RouterSpec::new("gw", 1).running(version.parse().unwrap());
        let fleet = fleet_of(spec, None).await;
        let output = run(&fleet.routers()[0], "/export;:put \"nonce\"").await;
        assert!(
            output
                .text()
                .contains(&format!("by RouterOS {version}\r\n"))
        );
        assert!(output.before_sentinel().is_some());
    }
}

#[tokio::test]
async fn an_export_of_a_megabyte_arrives_whole_through_a_small_window() {
    let mut spec = RouterSpec::new("gw", 1);
    spec.size_bytes = 1_000_000;
    let fleet = fleet_of(spec, None).await;
    let router = &fleet.routers()[0];
    let mut config = client::config();
    config.window_size = 128 * 1024;
    let output = exec(&client::log_in_with(router, config).await, EXPORT).await;
    assert_eq!(output.exit_status, Some(0));
    assert_eq!(output.before_sentinel(), router.sent_export().as_deref());
}

#[tokio::test]
async fn two_exports_of_an_unchanged_router_differ_in_their_date_alone() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let (one, two) = (
        exec(&handle, EXPORT).await.text(),
        exec(&handle, EXPORT).await.text(),
    );
    let (first, rest) = one.split_once("\r\n").unwrap();
    let (second, same) = two.split_once("\r\n").unwrap();
    assert_ne!(first, second);
    assert_eq!(rest, same);
}

#[tokio::test]
async fn a_change_and_a_configuration_set_by_hand_are_served() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let handle = log_in(router).await;
    let before = exec(&handle, EXPORT).await;
    router.change();
    let after = exec(&handle, EXPORT).await;
    assert_ne!(
        before.text().split_once("\r\n"),
        after.text().split_once("\r\n")
    );
    assert_eq!(router.revision(), 1);
    router.set_config(b"# by hand\r\n".to_vec());
    assert_eq!(exec(&handle, EXPORT).await.bytes, b"# by hand\r\nnonce\r\n");
}

#[tokio::test]
async fn the_keyboard_interactive_password_is_asked_for_once() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let mut handle = client::connect(router, client::config(), Eyes::default())
        .await
        .unwrap();
    let asked = handle
        .authenticate_keyboard_interactive_start("backup", None)
        .await
        .unwrap();
    let KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } = asked else {
        panic!("{asked:?}");
    };
    assert_eq!(prompts.len(), 1);
    let password = router.spec().password.expose_secret().to_owned();
    let answer = handle
        .authenticate_keyboard_interactive_respond(vec![password])
        .await
        .unwrap();
    assert!(matches!(answer, KeyboardInteractiveAuthResponse::Success));
}

#[tokio::test]
async fn three_refused_passwords_end_the_connection() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let mut handle = client::connect(router, client::config(), Eyes::default())
        .await
        .unwrap();
    for _ in 0..5 {
        let result = handle.authenticate_password("backup", "wrong").await;
        assert!(!result.is_ok_and(|result| result.success()));
    }
    assert!(handle.is_closed());
    assert_eq!(router.passwords_seen(), 3);
}

#[tokio::test]
async fn a_far_router_answers_after_its_round_trips_and_whole() {
    let mut spec = RouterSpec::new("gw", 1);
    spec.round_trip = Duration::from_millis(20);
    spec.size_bytes = 300_000;
    let fleet = fleet_of(spec, None).await;
    let router = &fleet.routers()[0];
    let started = tokio::time::Instant::now();
    let output = run(router, EXPORT).await;
    // Handshake, version, key exchange, service, password, channel, command: it can not take less.
    assert!(
        started.elapsed() >= Duration::from_millis(140),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(output.before_sentinel(), router.sent_export().as_deref());
}

#[tokio::test]
async fn hanging_up_ends_connections_and_stopping_closes_the_port() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let handle = log_in(router).await;
    router.hang_up();
    handle.await.ok();
    assert!(run(router, EXPORT).await.before_sentinel().is_some());
    router.stop();
    let refused = tokio::net::TcpStream::connect(router.addr)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn dropping_the_fleet_ends_connections_and_closes_ports() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let address = fleet.routers()[0].addr;
    drop(fleet);
    let refused = tokio::net::TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    // Returns when the connection has ended.
    handle.await.ok();
}

#[tokio::test]
async fn a_recording_is_served_line_by_line_with_a_sentinel() {
    let folder = tempfile::tempdir().unwrap();
    let text = "commands:\n  \"/system resource print\\n\": |-\n    version: 7.16 (stable)\n  \"/export show-sensitive\\n\": |-\n    # 2026-01-02 03:04:05 by RouterOS 7.16\n    /system note\n    set note=\\\"a\\\\\\\\b\\\"\n";
    std::fs::write(folder.path().join("routeros_X_7.16.simulation.yaml"), text).unwrap();
    let fleet = Fleet::replay(recordings::read_folder(folder.path()).unwrap())
        .await
        .unwrap();
    let handle = log_in(&fleet.routers()[0]).await;
    let facts = exec(&handle, FACTS).await.text();
    assert_eq!(
        facts,
        "version: 7.16 (stable)\r\n  name: X_7.16\r\n\r\nbad command name system (line 1 column 48)\r\n"
    );
    let export = exec(&handle, EXPORT).await.text();
    let expected = "# 2026-01-02 03:04:05 by RouterOS 7.16\r\n/system note\r\nset note=\"a\\\\b\"\r\nnonce\r\n";
    assert_eq!(export, expected);
}
