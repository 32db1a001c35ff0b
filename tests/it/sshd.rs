//! Peers that nobody here wrote: OpenSSH's `sshd` as the router, behind a forced command that
//! answers like one; and every way to sign in.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use routervault::db::runs::Report;
use routervault::demo::{AuthMethods, RouterSpec};
use routervault::inventory;
use routervault::model::Verdict;
use routervault::platform::routeros::text;

use crate::support::{Deadlines, World, until, vault};

const EXPORT: &str = "# 2026-11-21 02:00:00 by RouterOS 7.18.2\n# software id = ABCD-EFGH\n#\n\
    # model = RB5009UG+S+\n# serial number = HE0123456789\n/interface bridge\nadd name=lan\n\
    /interface wireguard\nadd name=wg private-key=\"AAAA\"\n\
    /ip address\nadd address=192.0.2.1/24 interface=lan\n/system identity\nset name=gw\n";

/// Answers the commands of the driver as RouterOS would.
const ANSWERS: &str = r#"#!/bin/sh
here=$(dirname "$0")
nonce=${SSH_ORIGINAL_COMMAND#*\"}
case "$SSH_ORIGINAL_COMMAND" in
'/system resource print;'*) [ ! -e "$here/silent" ] || exit 0
    printf '  version: 7.18.2 (stable)\r\n  board-name: RB5009UG+S+\r\n  name: gw\r\n'
    printf '  routerboard: yes\r\n  model: RB5009UG+S+\r\n  serial-number: HE0123456789\r\n' ;;
'/export show-sensitive;:put '*) cat "$here/export.rsc"; printf '%s\r\n' "${nonce%\"}" ;;
'/export;:put '*) grep -v private-key "$here/export.rsc"; printf '%s\r\n' "${nonce%\"}" ;;
*) printf 'bad command name (line 1 column 1)\r\n' ;;
esac
"#;

struct Sshd {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keygen(kind: &[&str], path: &Path) {
    let status = Command::new("ssh-keygen")
        .args(kind)
        .args(["-q", "-N", "", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Sshd {
    async fn start() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        if nix::unistd::Uid::effective().is_root() {
            // Where root's sshd goes to live without privileges; services make it at boot.
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        keygen(&["-t", "ed25519"], &path("host_key"));
        keygen(&["-t", "ed25519"], &path("ed25519"));
        keygen(&["-t", "rsa", "-b", "2048"], &path("rsa"));
        let keys =
            ["ed25519.pub", "rsa.pub"].map(|name| std::fs::read_to_string(path(name)).unwrap());
        std::fs::write(path("authorized_keys"), keys.concat()).unwrap();
        std::fs::write(path("export.rsc"), EXPORT.replace('\n', "\r\n")).unwrap();
        std::fs::write(path("answers"), ANSWERS).unwrap();
        std::fs::set_permissions(path("answers"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let port = free_port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host_key\nPidFile none\n\
             AuthorizedKeysFile {0}/authorized_keys\nForceCommand {0}/answers\nStrictModes no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n\
             PermitRootLogin prohibit-password\n",
            folder.path().display()
        );
        std::fs::write(path("sshd_config"), config).unwrap();
        let sshd = ["/usr/sbin/sshd", "/usr/bin/sshd", "/sbin/sshd"]
            .iter()
            .find(|path| Path::new(path).exists())
            .expect("OpenSSH's server is installed (script/test does)");
        let child = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(path("sshd_config"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("sshd answers", async || {
            tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .ok()
        })
        .await;
        Self {
            child,
            folder,
            port,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn me() -> String {
    nix::unistd::User::from_uid(nix::unistd::Uid::effective())
        .unwrap()
        .unwrap()
        .name
}

#[tokio::test(flavor = "multi_thread")]
async fn openssh_answering_like_a_router_is_backed_up_with_either_kind_of_key() {
    let sshd = Sshd::start().await;
    let world = World::with(Vec::new(), Deadlines::GENEROUS).await;
    let mut text = String::new();
    for kind in ["ed25519", "rsa"] {
        let key = sshd.path(kind);
        text += &format!(
            "[[credential]]\nname = \"{kind}\"\nusername = \"{}\"\nprivate_key_file = \"{}\"\n",
            me(),
            key.display()
        );
    }
    text += "[[site]]\nslug = \"s\"\n";
    for kind in ["ed25519", "rsa"] {
        text += &format!(
            "[[site.device]]\nname = \"by-{kind}\"\naddress = \"127.0.0.1\"\nport = {}\ncredential = \"{kind}\"\n",
            sshd.port
        );
    }
    let parsed = inventory::parse(&text, "test", Path::new("/"), &|_| None).unwrap();
    let mut tx = world.pool.begin().await.unwrap();
    inventory::apply(&mut tx, &parsed, &vault()).await.unwrap();
    tx.commit().await.unwrap();

    let reports = world.back_up().await;
    assert_eq!(reports.len(), 2);
    assert_whole(&world, reports).await;

    // Known as version 6, asked in the words of 6, and silent about itself: what tells that it
    // is a 7, whose passwords those words hide, is the header alone.
    sqlx::query("UPDATE devices SET version = '6.49.10'")
        .execute(&world.pool)
        .await
        .unwrap();
    std::fs::write(sshd.path("silent"), "").unwrap();
    let reports = world.back_up().await;
    assert_whole(&world, reports).await;
}

async fn assert_whole(world: &World, reports: Vec<Report>) {
    for report in reports {
        assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
        let body = world.body(report.snapshot.unwrap()).await;
        assert_eq!(body, EXPORT.replace('\n', "\r\n").into_bytes());
        assert_eq!(text::header(&body).unwrap().version, "7.18.2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_where_passwords_are_not_known() {
    let spec = RouterSpec {
        auth: AuthMethods {
            password: false,
            keyboard_interactive: true,
            public_key: true,
        },
        ..RouterSpec::new("gw", 1)
    };
    let world = World::with(vec![spec], Deadlines::GENEROUS).await;
    let report = world.back_up().await.remove(0);
    assert_eq!(report.verdict, Some(Verdict::Verified), "{report:?}");
    assert_eq!(world.router("gw").passwords_seen(), 1);
}
