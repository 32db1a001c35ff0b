//! Clients that nobody here wrote: OpenSSH's `ssh`, and async-ssh2-tokio.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use async_ssh2_tokio::client::{AuthMethod, Client, ServerCheckMethod};
use russh::keys::PublicKey;
use secrecy::ExposeSecret;

use super::client::{EXPORT, fleet_of};
use crate::demo::{Fleet, RouterSpec};

/// A router that takes a new key of OpenSSH, and that key's folder.
async fn router_with_key(version: &str) -> (Fleet, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f"])
        .arg(&key)
        .status()
        .unwrap();
    assert!(made.success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let mut spec = RouterSpec::new("gw-ssh", 1).running(version.parse().unwrap());
    spec.authorized_keys = vec![PublicKey::from_openssh(&public).unwrap()];
    (fleet_of(spec, None).await, folder)
}

/// Runs OpenSSH's client on a thread of its own, with something to read on its input.
async fn ssh(
    fleet: &Fleet,
    folder: &tempfile::TempDir,
    argument: &str,
    input: &'static [u8],
) -> Output {
    let address = fleet.routers()[0].addr;
    let mut command = Command::new("ssh");
    command
        .args([
            "-F",
            "/dev/null",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=no",
        ])
        .args([
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "IdentitiesOnly=yes",
        ])
        .args([
            "-o",
            "LogLevel=ERROR",
            "-l",
            "backup",
            "-p",
            &address.port().to_string(),
            "-i",
        ])
        .arg(folder.path().join("key"))
        .args([&address.ip().to_string(), argument])
        .stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let talk = move || {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        output
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

#[tokio::test]
async fn openssh_runs_a_command() {
    for version in ["6.49.18", "7.18.2"] {
        let (fleet, folder) = router_with_key(version).await;
        let output = ssh(&fleet, &folder, "/export;:put \"nonce\"", b"").await;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let sent = fleet.routers()[0].sent_export();
        assert_eq!(output.stdout.strip_suffix(b"nonce\r\n"), sent.as_deref());
    }
}

#[tokio::test]
async fn openssh_talks_to_the_shell() {
    let (fleet, folder) = router_with_key("7.18.2").await;
    let output = ssh(&fleet, &folder, "-tt", b"/system identity print\rquit\r").await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.starts_with("[backup@gw-ssh] > /system identity print\r\n  name: gw-ssh\r\n"),
        "{text:?}"
    );
    assert!(
        text.ends_with("[backup@gw-ssh] > quit\r\ninterrupted\r\n"),
        "{text:?}"
    );
}

#[tokio::test]
async fn async_ssh2_tokio_runs_a_command_by_password() {
    let fleet = fleet_of(RouterSpec::new("gw", 1), None).await;
    let router = &fleet.routers()[0];
    let password = router.spec().password.expose_secret();
    let method = AuthMethod::with_password(password);
    let client = Client::connect(router.addr, "backup", method, ServerCheckMethod::NoCheck);
    let result = client.await.unwrap().execute(EXPORT).await.unwrap();
    assert_eq!(result.exit_status, 0);
    let sent = String::from_utf8(router.sent_export().unwrap()).unwrap();
    assert_eq!(result.stdout, format!("{sent}nonce\r\n"));
}
