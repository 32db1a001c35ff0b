//! Clients that nobody here wrote: OpenSSH's `ssh`, and async-ssh2-tokio.

use std::process::Stdio;

use async_ssh2_tokio::client::{AuthMethod, Client, ServerCheckMethod};
use russh::keys::PublicKey;
use secrecy::ExposeSecret;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

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
        .await
        .unwrap();
    assert!(made.success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let mut spec = RouterSpec::new("gw-ssh", 1).running(version.parse().unwrap());
    spec.authorized_keys = vec![PublicKey::from_openssh(&public).unwrap()];
    (fleet_of(spec, None).await, folder)
}

fn ssh(fleet: &Fleet, folder: &tempfile::TempDir) -> Command {
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
        .arg(address.ip().to_string())
        .stdin(Stdio::null());
    command
}

#[tokio::test]
async fn openssh_runs_a_command() {
    for version in ["6.49.18", "7.18.2"] {
        let (fleet, folder) = router_with_key(version).await;
        let command = "/export;:put \"nonce\"";
        let output = ssh(&fleet, &folder).arg(command).output().await.unwrap();
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
    let mut child = ssh(&fleet, &folder)
        .arg("-tt")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"/system identity print\rquit\r")
        .await
        .unwrap();
    let output = child.wait_with_output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("[backup@gw-ssh] > /system identity print\r\n  name: gw-ssh\r\n"));
    assert!(
        text.ends_with("[backup@gw-ssh] > quit\r\ninterrupted\r\n"),
        "{text:?}"
    );
    drop(stdin);
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
