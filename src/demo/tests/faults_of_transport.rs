//! Faults that concern the connection, the login, and how an export is sent.

use std::io::ErrorKind;

use futures_util::future::{Either, select};
use russh::ChannelMsg;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::*;
use crate::demo::{Fault, RouterSpec, RunningRouter};

/// That a future is not done by the time that another exchange with the same router has gone its
/// whole way, by which whatever it waits for would have come as well.
async fn is_pending<F: Future + Unpin>(future: F, another: impl Future) -> bool {
    let another = std::pin::pin!(another);
    matches!(select(future, another).await, Either::Right(_))
}

/// A healthy exchange with a router like that one.
async fn elsewhere() {
    let fleet = fleet_of(RouterSpec::new("other", 9), None).await;
    assert!(
        run(&fleet.routers()[0], EXPORT)
            .await
            .before_sentinel()
            .is_some()
    );
}

async fn all_bytes(router: &RunningRouter) -> Vec<u8> {
    let mut tcp = TcpStream::connect(router.addr).await.unwrap();
    tcp.write_all(b"SSH-2.0-test\r\n").await.unwrap();
    tcp.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    tcp.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn refuse_closes_the_port_and_health_opens_it_again() {
    let fleet = ill(Fault::Refuse).await;
    let router = &fleet.routers()[0];
    let refused = TcpStream::connect(router.addr).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    router.set_fault(None).unwrap();
    assert!(run(router, EXPORT).await.before_sentinel().is_some());
}

#[tokio::test]
async fn hang_accept_says_nothing_until_the_client_goes() {
    let fleet = ill(Fault::HangAccept).await;
    assert_eq!(all_bytes(&fleet.routers()[0]).await, b"");
}

#[tokio::test]
async fn hang_kex_says_its_version_and_nothing_more() {
    let fleet = ill(Fault::HangKex).await;
    assert_eq!(all_bytes(&fleet.routers()[0]).await, b"SSH-2.0-ROSSSH\r\n");
}

#[tokio::test]
async fn banner_garbage_is_no_ssh() {
    let fleet = ill(Fault::BannerGarbage).await;
    let bytes = all_bytes(&fleet.routers()[0]).await;
    assert!(!bytes.is_empty() && !bytes.windows(4).any(|window| window == b"SSH-"));
}

#[tokio::test]
async fn hang_auth_leaves_a_login_without_an_answer() {
    let fleet = ill(Fault::HangAuth).await;
    let router = &fleet.routers()[0];
    let mut handle = connect(router, config(), Eyes::default()).await.unwrap();
    let login = Box::pin(handle.authenticate_password("backup", "any"));
    assert!(is_pending(login, elsewhere()).await);
    assert_eq!(router.passwords_seen(), 1);
}

#[tokio::test]
async fn hang_channel_neither_confirms_nor_refuses() {
    let fleet = ill(Fault::HangChannel).await;
    let handle = log_in(&fleet.routers()[0]).await;
    assert!(is_pending(Box::pin(handle.channel_open_session()), elsewhere()).await);
}

#[tokio::test]
async fn hang_exec_accepts_a_command_and_sends_nothing() {
    let fleet = ill(Fault::HangExec).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let (bytes, ended) = bytes_before_silence(&handle).await;
    assert_eq!((bytes.len(), ended), (0, false));
}

#[tokio::test]
async fn hang_mid_export_sends_half() {
    let fleet = ill(Fault::HangMidExport).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let (bytes, ended) = bytes_before_silence(&handle).await;
    assert!(bytes.len() > 5_000 && bytes.len() < 15_000 && !ended);
}

#[tokio::test]
async fn hang_close_sends_all_and_never_closes() {
    let fleet = ill(Fault::HangClose).await;
    let router = &fleet.routers()[0];
    let handle = log_in(router).await;
    let (bytes, ended) = bytes_before_silence(&handle).await;
    assert_eq!(
        bytes.strip_suffix(b"nonce\r\n"),
        router.sent_export().as_deref()
    );
    assert!(!ended);
}

/// What an export sends before the answer to a later command on the same connection, and
/// whether its channel ended.
async fn bytes_before_silence(handle: &russh::client::Handle<Eyes>) -> (Vec<u8>, bool) {
    let mut channel = handle.channel_open_session().await.unwrap();
    channel.exec(true, EXPORT).await.unwrap();
    let mut bytes = Vec::new();
    let mut ended = false;
    let reading = async {
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Data { data } => bytes.extend_from_slice(&data),
                ChannelMsg::Eof | ChannelMsg::Close | ChannelMsg::ExitStatus { .. } => ended = true,
                _ => {}
            }
        }
    };
    // Commands are answered in their order, and this one's channel is confirmed later.
    let later = async {
        drop(handle.channel_open_session().await.unwrap());
        elsewhere().await;
    };
    assert!(is_pending(Box::pin(reading), later).await);
    (bytes, ended)
}

#[tokio::test]
async fn cut_resets_the_connection_in_mid_export() {
    let fleet = ill(Fault::Cut).await;
    let output = run(&fleet.routers()[0], EXPORT).await;
    assert!(!output.is_closed && output.exit_status.is_none());
    assert!(output.bytes.len() < 15_000);
}

#[tokio::test]
async fn cut_clean_looks_well_but_for_the_missing_half() {
    let fleet = ill(Fault::CutClean).await;
    let output = run(&fleet.routers()[0], EXPORT).await;
    assert_eq!((output.exit_status, output.is_closed), (Some(0), true));
    assert!(output.before_sentinel().is_none());
    assert!((5_000..15_000).contains(&output.bytes.len()));
    assert_eq!(fleet.routers()[0].sent_export(), None);
}

#[tokio::test]
async fn window_truncation_loses_what_a_small_window_does_not_hold() {
    let mut spec = RouterSpec::new("gw", 1);
    spec.size_bytes = 300_000;
    let fleet = fleet_of(spec, Some(Fault::WindowTruncation)).await;
    let router = &fleet.routers()[0];
    let mut small = config();
    small.window_size = 128 * 1024;
    let output = exec(&log_in_with(router, small).await, EXPORT).await;
    assert_eq!(output.bytes.len(), 128 * 1024);
    assert_eq!((output.exit_status, output.is_closed), (Some(0), true));
    assert_eq!(router.sent_export(), None);
    let output = run(router, EXPORT).await;
    assert_eq!((output.exit_status, output.is_closed), (Some(0), true));
    assert_eq!(output.before_sentinel(), router.sent_export().as_deref());
    assert!(output.bytes.len() > 250_000);
}

#[tokio::test]
async fn wrong_password_refuses_the_right_one() {
    let fleet = ill(Fault::WrongPassword).await;
    let router = &fleet.routers()[0];
    let mut handle = connect(router, config(), Eyes::default()).await.unwrap();
    let password = secrecy::ExposeSecret::expose_secret(&router.spec().password);
    let result = handle.authenticate_password("backup", password).await;
    assert!(!result.unwrap().success());
}

#[tokio::test]
async fn no_shell_refuses_a_shell_and_runs_commands() {
    let fleet = ill(Fault::NoShell).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let mut channel = handle.channel_open_session().await.unwrap();
    channel.request_shell(true).await.unwrap();
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Failure)));
    assert!(exec(&handle, EXPORT).await.before_sentinel().is_some());
}

async fn host_key(router: &RunningRouter, config: russh::client::Config) -> String {
    let eyes = Eyes::default();
    connect(router, config, eyes.clone()).await.unwrap();
    let seen = eyes.0.lock().unwrap().clone();
    seen.unwrap()
}

#[tokio::test]
async fn changed_host_key_shows_another_key_of_the_same_algorithm() {
    for version in ["6.49.18", "7.18.2"] {
        let spec = RouterSpec::new("gw", 1).running(version.parse().unwrap());
        let fleet = fleet_of(spec, None).await;
        let router = &fleet.routers()[0];
        let (known, again) = (
            host_key(router, config()).await,
            host_key(router, config()).await,
        );
        assert_eq!(known, again);
        router.set_fault(Some(Fault::ChangedHostKey)).unwrap();
        let changed = host_key(router, config()).await;
        assert_ne!(known, changed);
        assert_eq!(known.split(' ').next(), changed.split(' ').next());
    }
}

#[tokio::test]
async fn legacy_only_has_nothing_in_common_with_a_modern_client() {
    let fleet = ill(Fault::LegacyOnly).await;
    let router = &fleet.routers()[0];
    let refused = connect(router, config(), Eyes::default()).await;
    assert!(matches!(
        refused.err(),
        Some(russh::Error::NoCommonAlgo { .. })
    ));
    let output = exec(&log_in_with(router, legacy_config()).await, EXPORT).await;
    assert!(output.before_sentinel().is_some());
}

#[tokio::test]
async fn no_exit_status_closes_without_one() {
    let output = run(&ill(Fault::NoExitStatus).await.routers()[0], EXPORT).await;
    assert_eq!((output.exit_status, output.is_closed), (None, true));
    assert!(output.before_sentinel().is_some());
}

#[tokio::test]
async fn nonzero_exit_sends_all_with_status_1() {
    let output = run(&ill(Fault::NonzeroExit).await.routers()[0], EXPORT).await;
    assert_eq!((output.exit_status, output.is_closed), (Some(1), true));
    assert!(output.before_sentinel().is_some());
}

#[tokio::test]
async fn slow_sends_a_few_bytes_at_a_time() {
    let fleet = ill(Fault::Slow).await;
    let handle = log_in(&fleet.routers()[0]).await;
    let mut channel = handle.channel_open_session().await.unwrap();
    channel.exec(true, EXPORT).await.unwrap();
    assert!(matches!(channel.wait().await, Some(ChannelMsg::Success)));
    for _ in 0..3 {
        let message = channel.wait().await;
        assert!(matches!(message, Some(ChannelMsg::Data { data }) if data.len() == 16));
    }
}

#[tokio::test]
async fn flap_resets_the_first_connection_only() {
    let fleet = ill(Fault::Flap).await;
    let router = &fleet.routers()[0];
    assert!(connect(router, config(), Eyes::default()).await.is_err());
    assert!(run(router, EXPORT).await.before_sentinel().is_some());
}
