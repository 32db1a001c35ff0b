//! A small SSH client over russh, which tells everything that came, in its order.

use std::sync::Arc;

use russh::client::{self, AuthResult, Config, GexParams, Handle, Handler};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use russh::{ChannelMsg, Preferred, cipher, kex, mac};
use secrecy::ExposeSecret;

use crate::demo::{Fault, Fleet, RouterSpec, RunningRouter};

/// The commands of a backup.
pub(super) const FACTS: &str =
    "/system resource print;/system identity print;/system routerboard print";
pub(super) const EXPORT: &str = "/export show-sensitive;:put \"nonce\"";

/// What a command answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    pub(super) exit_status: Option<u32>,
    /// Whether the channel was closed, rather than the connection lost.
    pub(super) is_closed: bool,
}

impl Output {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The bytes before the sentinel line, `None` without one.
    pub(super) fn before_sentinel(&self) -> Option<&[u8]> {
        self.bytes.strip_suffix(b"nonce\r\n")
    }
}

/// Takes any host key and remembers it.
#[derive(Default, Clone)]
pub(super) struct Eyes(pub(super) Arc<std::sync::Mutex<Option<String>>>);

impl Handler for Eyes {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        if let PublicKeyOrCertificate::PublicKey { key, .. } = key {
            let print = format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256));
            *self.0.lock().unwrap() = Some(print);
        }
        Ok(true)
    }
}

pub(super) fn config() -> Config {
    let mut preferred = Preferred::default();
    preferred.mac.to_mut().push(mac::HMAC_SHA1);
    Config {
        window_size: 2 * 1024 * 1024,
        gex: GexParams::new(2048, 2048, 8192).unwrap(),
        preferred,
        ..Config::default()
    }
}

/// The settings for the oldest routers.
pub(super) fn legacy_config() -> Config {
    let mut config = config();
    let preferred = &mut config.preferred;
    preferred
        .kex
        .to_mut()
        .extend([kex::DH_G14_SHA1, kex::DH_G1_SHA1]);
    preferred.cipher.to_mut().push(cipher::AES_256_CBC);
    config
}

/// One router, ill or well.
pub(super) async fn fleet_of(spec: RouterSpec, fault: Option<Fault>) -> Fleet {
    let fleet = Fleet::start(vec![spec]).await.unwrap();
    fleet.routers()[0].set_fault(fault).unwrap();
    fleet
}

pub(super) async fn ill(fault: Fault) -> Fleet {
    fleet_of(RouterSpec::new("gw", 1), Some(fault)).await
}

/// Connects without logging in.
pub(super) async fn connect(
    router: &RunningRouter,
    config: Config,
    eyes: Eyes,
) -> Result<Handle<Eyes>, russh::Error> {
    client::connect(Arc::new(config), router.addr, eyes).await
}

/// Connects and logs in with the router's password.
pub(super) async fn log_in_with(router: &RunningRouter, config: Config) -> Handle<Eyes> {
    let mut handle = connect(router, config, Eyes::default()).await.unwrap();
    let spec = router.spec();
    let password = spec.password.expose_secret();
    let result = handle.authenticate_password(&spec.username, password).await;
    assert!(matches!(result, Ok(AuthResult::Success)), "{result:?}");
    handle
}

pub(super) async fn log_in(router: &RunningRouter) -> Handle<Eyes> {
    log_in_with(router, config()).await
}

/// Runs a command until its channel or the connection ends.
pub(super) async fn exec(handle: &Handle<Eyes>, command: &str) -> Output {
    let mut channel = handle.channel_open_session().await.unwrap();
    channel.exec(true, command).await.unwrap();
    let mut output = Output::default();
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => output.bytes.extend_from_slice(&data),
            ChannelMsg::ExitStatus { exit_status } => output.exit_status = Some(exit_status),
            ChannelMsg::Close => output.is_closed = true,
            _ => {}
        }
    }
    output
}

/// Logs in and runs a command.
pub(super) async fn run(router: &RunningRouter, command: &str) -> Output {
    exec(&log_in(router).await, command).await
}
