//! `serve` as it is put on a network.

use std::net::SocketAddr;
use std::path::Path;

use nix::sys::signal::Signal;

use super::{Files, NAME, Pair, text, url};
use crate::support::{Program, routervault, until};

/// A data folder that the private PostgreSQL's user can enter, with an inventory of one router
/// that is not backed up.
fn data_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let inventory = "[[credential]]\nname = \"c\"\nusername = \"u\"\npassword = \"p\"\n\
        [[site]]\nslug = \"s\"\n[[site.device]]\nname = \"d\"\naddress = \"127.0.0.1\"\n\
        credential = \"c\"\nenabled = false\n";
    std::fs::write(folder.path().join("devices.toml"), inventory).unwrap();
    folder
}

fn serve(folder: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = routervault(&["serve", "--listen", "127.0.0.1:0"]);
    let data = folder.join("data");
    command
        .arg("--inventory")
        .arg(folder.join("devices.toml"))
        .arg("--data-dir")
        .arg(data)
        .args(arguments);
    command
}

/// The port at the end of the line that says where the program listens.
fn port(line: &str) -> u16 {
    let address = line.split("127.0.0.1:").nth(1).unwrap();
    let digits = address.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    digits.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_speaks_tls_by_its_public_name_and_loads_the_certificate_again_when_told_to() {
    let (old, new) = (Pair::new(), Pair::new());
    let files = Files::with(&old);
    let folder = data_dir();
    let public_url = format!("https://{NAME}");
    let mut program = Program::start(serve(
        folder.path(),
        &[
            "--tls-cert",
            text(&files.certificate),
            "--tls-key",
            text(&files.key),
            "--public-url",
            &public_url,
        ],
    ));
    let line = program.line_with("RouterVault is at ");
    assert!(
        line.contains(&format!("{public_url}/, listening on ")),
        "{line}"
    );
    let server = SocketAddr::from(([127, 0, 0, 1], port(&line)));

    let client = old.client(server).build().unwrap();
    let page = client.get(url(server)).send().await.unwrap();
    assert_ne!(page.status(), 421, "it answers by its name");
    assert_eq!(
        page.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    until("all of it works", async || {
        let health = client.get(format!("{}healthz", url(server)));
        let text = health.send().await.unwrap().text().await.unwrap();
        text.starts_with("ok\n").then_some(())
    })
    .await;

    new.write(&files);
    until("the new certificate is served", async || {
        program.signal(Signal::SIGHUP);
        new.is_served(server).await.then_some(())
    })
    .await;
    program.signal(Signal::SIGTERM);
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn a_certificate_that_is_of_no_use_ends_serve_before_anything_is_made() {
    let files = Files::with(&Pair::new());
    std::fs::write(&files.key, Pair::new().key_pem).unwrap();
    let folder = data_dir();
    let mut command = serve(folder.path(), &[]);
    command
        .env("ROUTERVAULT_TLS_CERT", &files.certificate)
        .env("ROUTERVAULT_TLS_KEY", &files.key);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("does not belong to"), "{said}");
    assert!(!folder.path().join("data").exists());
}
