//! Faults that concern what an export says.

use russh::ChannelMsg;

use super::client::{EXPORT, FACTS, exec, fleet_of, ill, log_in, run};
use crate::demo::{Fault, RouterSpec};

#[tokio::test]
async fn interrupted_ends_with_the_marks_of_a_cut_export() {
    let output = run(&ill(Fault::Interrupted).await.routers()[0], EXPORT).await;
    assert!(
        output
            .text()
            .ends_with("\r\n#error exporting /ip socks\r\n#interrupted\r\n")
    );
    assert_eq!(output.exit_status, Some(0));
}

#[tokio::test]
async fn menu_timeouts_replaces_menus_and_leaves_the_rest() {
    let text = run(&ill(Fault::MenuTimeouts).await.routers()[0], EXPORT)
        .await
        .text();
    assert!(
        text.contains("\r\n#error exporting \"/system/scheduler\" (timeout)\r\n/system script\r\n")
    );
    assert!(!text.contains("on-event="));
    assert!(text.ends_with("nonce\r\n"));
}

#[tokio::test]
async fn error_menus_are_the_same_every_time_in_an_export_that_is_whole() {
    for (version, menu) in [
        ("6.49.18", "/ip firewall calea"),
        ("7.18.2", "/ip/firewall/calea"),
    ] {
        let spec = RouterSpec::new("gw", 1).running(version.parse().unwrap());
        let fleet = fleet_of(spec, Some(Fault::ErrorMenus)).await;
        let text = run(&fleet.routers()[0], "/export;:put \"nonce\"")
            .await
            .text();
        assert!(text.ends_with(&format!("#error exporting {menu}\r\nnonce\r\n")));
        assert_eq!(text.matches("#error exporting").count(), 2);
    }
}

#[tokio::test]
async fn permission_refused_is_text_with_exit_status_0() {
    let output = run(&ill(Fault::PermissionRefused).await.routers()[0], EXPORT).await;
    assert_eq!(output.text(), "not enough permissions (9)\r\n");
    assert_eq!(output.exit_status, Some(0));
}

#[tokio::test]
async fn empty_sends_the_sentinel_alone() {
    let output = run(&ill(Fault::Empty).await.routers()[0], EXPORT).await;
    assert_eq!(output.text(), "nonce\r\n");
}

#[tokio::test]
async fn flood_goes_on_far_beyond_the_size_of_the_export() {
    let fleet = ill(Fault::Flood).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let mut channel = handle.channel_open_session().await.unwrap();
    channel.exec(true, EXPORT).await.unwrap();
    let mut received = 0;
    // A fraction of the 50 MB, for all of them take long without optimisation.
    while received < 3_000_000 {
        match channel.wait().await.unwrap() {
            ChannelMsg::Data { data } => received += data.len(),
            message => assert!(matches!(message, ChannelMsg::Success), "{message:?}"),
        }
    }
}

#[tokio::test]
async fn latin1_is_neither_ascii_nor_utf_8() {
    let output = run(&ill(Fault::Latin1).await.routers()[0], EXPORT).await;
    assert!(std::str::from_utf8(&output.bytes).is_err());
    assert!(output.before_sentinel().is_some());
}

#[tokio::test]
async fn status_noise_differs_in_comments_alone() {
    let fleet = ill(Fault::StatusNoise).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let (one, two) = (
        exec(&handle, EXPORT).await.text(),
        exec(&handle, EXPORT).await.text(),
    );
    let comments = |text: &str| lines(text, true);
    assert_ne!(comments(&one)[5..], comments(&two)[5..]);
    assert_eq!(lines(&one, false), lines(&two, false));
}

/// The lines that are comments, or those that are not.
fn lines(text: &str, comments: bool) -> Vec<String> {
    let wanted = text
        .lines()
        .filter(|line| line.starts_with('#') == comments);
    wanted.map(str::to_owned).collect()
}

#[tokio::test]
async fn sentinel_unsupported_refuses_a_put_behind_another_command_only() {
    let fleet = ill(Fault::SentinelUnsupported).await;
    let handle = log_in(&fleet.routers()[0]).await;
    assert_eq!(
        exec(&handle, EXPORT).await.text(),
        "expected end of command (line 1 column 23)\r\n"
    );
    assert!(
        exec(&handle, "/export show-sensitive")
            .await
            .text()
            .contains("/system identity")
    );
    assert_eq!(exec(&handle, ":put \"a\"").await.text(), "a\r\n");
    assert!(
        exec(&handle, FACTS)
            .await
            .text()
            .contains("routerboard: yes")
    );
}

#[tokio::test]
async fn export_shrunk_is_tiny_and_well_formed() {
    let output = run(&ill(Fault::ExportShrunk).await.routers()[0], EXPORT).await;
    let text = output.text();
    assert!(text.len() < 300 && text.ends_with("\r\n/system identity\r\nset name=gw\r\nnonce\r\n"));
}

#[tokio::test]
async fn serial_changed_shows_one_other_number_everywhere() {
    let fleet = ill(Fault::SerialChanged).await;
    let router = &fleet.routers()[0];
    let handle = log_in(router).await;
    let known = router.spec().serial.clone().unwrap();
    let export = exec(&handle, EXPORT).await.text();
    let (_, rest) = export.split_once("# serial number = ").unwrap();
    let shown = rest.split("\r\n").next().unwrap();
    assert_ne!(shown, known);
    let facts = exec(&handle, FACTS).await.text();
    assert!(facts.contains(&format!("serial-number: {shown}")));
}

#[tokio::test]
async fn hidden_secrets_refuses_show_sensitive_and_exports_without() {
    let fleet = ill(Fault::HiddenSecrets).await;
    let handle = log_in(&fleet.routers()[0]).await;
    assert_eq!(
        exec(&handle, EXPORT).await.text(),
        "expected end of command (line 1 column 9)\r\n"
    );
    let text = exec(&handle, "/export").await.text();
    assert!(text.contains("/ppp secret") && !text.contains(" password="));
}
