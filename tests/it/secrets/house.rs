//! The program, run for real on simulated routers, with secrets wherever it takes any, and all
//! that it says kept in files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use routervault::db;
use routervault::demo::{Fault, Fleet, RouterSpec};
use sqlx::PgPool;

use super::account;
use super::planted::{self, Planted};
use super::visitor::Visitor;
use crate::support::{database_url, routervault, until};

/// The routers, by what becomes of them.
pub const NAMES: [&str; 8] = [
    "good", "keyed", "strange", "failing", "away", "refusing", "replaced", "cut",
];

/// Everything that is there while the program runs.
pub struct House {
    pub fleet: Fleet,
    pub pool: PgPool,
    /// Inventory, keys and everything that was said.
    pub folder: tempfile::TempDir,
    /// Where PostgreSQL's programs are that fit the server.
    bin_dir: PathBuf,
    /// Of the database, with the planted password, which a socket does not ask for.
    pub url: String,
}

impl House {
    pub async fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", planted::KEY_PASSPHRASE, "-f"])
            .arg(folder.path().join("id"))
            .status()
            .unwrap();
        assert!(status.success());
        let public = std::fs::read_to_string(folder.path().join("id.pub")).unwrap();
        let public = russh::keys::PublicKey::from_openssh(&public).unwrap();
        let specs = NAMES.iter().zip(1..).map(|(name, seed)| RouterSpec {
            password: planted::DEVICE_PASSWORD.into(),
            authorized_keys: vec![public.clone()],
            ..RouterSpec::new(*name, seed)
        });
        let plain = database_url().await;
        let pool = db::connect(&plain, 4).await.unwrap();
        let bin_dir: String =
            sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
                .fetch_one(&pool)
                .await
                .unwrap();
        let login = format!("postgres://u:{}@localhost/", planted::DATABASE_PASSWORD);
        let house = Self {
            fleet: Fleet::start(specs.collect()).await.unwrap(),
            pool,
            folder,
            bin_dir: bin_dir.into(),
            url: plain.replace("postgres:///", &login),
        };
        house.give_exports();
        house.write_inventory();
        house
    }

    fn give_exports(&self) {
        for router in self.fleet.routers() {
            let serial = router.spec().serial.as_deref().unwrap();
            router.set_config(match router.spec().identity.as_str() {
                "strange" => planted::strange(serial),
                "failing" => planted::failing(serial),
                _ => planted::export(serial),
            });
        }
    }

    fn write_inventory(&self) {
        let mut text = "[defaults]\ncredential = \"password\"\nconnect_timeout_secs = 20\n\
            [[credential]]\nname = \"password\"\nusername = \"backup\"\npassword_env = \"DEVICE_PASSWORD\"\n\
            [[credential]]\nname = \"refused\"\nusername = \"backup\"\npassword_env = \"REFUSED_PASSWORD\"\n\
            [[credential]]\nname = \"key\"\nusername = \"backup\"\nprivate_key_file = \"id\"\n\
            passphrase_env = \"KEY_PASSPHRASE\"\n[[site]]\nslug = \"hq\"\n"
            .to_owned();
        for router in self.fleet.routers() {
            let (name, port) = (&router.spec().identity, router.addr.port());
            let credential = match name.as_str() {
                "refusing" => "refused",
                "keyed" => "key",
                _ => "password",
            };
            text += &format!(
                "[[site.device]]\nname = \"{name}\"\naddress = \"127.0.0.1\"\nport = {port}\n\
                 credential = \"{credential}\"\n"
            );
        }
        std::fs::write(self.path("devices.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes the routers ill that are to be, once all were backed up.
    pub fn fall_ill(&self) {
        for (name, fault) in [
            ("away", Fault::Refuse),
            ("replaced", Fault::ChangedHostKey),
            ("cut", Fault::Cut),
        ] {
            let mut routers = self.fleet.routers().iter();
            let router = routers.find(|router| router.spec().identity == name);
            router.unwrap().set_fault(Some(fault)).unwrap();
        }
    }

    /// The secrets of the key files.
    fn keys(&self) -> [Planted; 3] {
        let key = std::fs::read_to_string(self.path("routervault.key")).unwrap();
        let digits = key.trim_end().split(' ').nth(1).unwrap().to_owned();
        let raw: String = digits
            .chars()
            .map(|digit| digit.to_ascii_uppercase())
            .collect();
        let pem = std::fs::read_to_string(self.path("id")).unwrap();
        // The last line but one is of the encrypted part.
        let line = pem.lines().rev().nth(2).unwrap().to_owned();
        let made = [
            ("the key file", digits),
            ("the key file in capitals", raw),
            ("the private key", line),
        ];
        made.map(|(what, value)| Planted {
            what,
            value,
            telling: 24,
        })
    }

    /// The program with these arguments at trace level, and every secret where it takes them.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = routervault(&["--log", "trace"]);
        command
            .args(arguments)
            .env("DATABASE_URL", &self.url)
            .env("ROUTERVAULT_KEY_FILE", self.path("routervault.key"))
            .env("DEVICE_PASSWORD", planted::DEVICE_PASSWORD)
            .env("REFUSED_PASSWORD", planted::REFUSED_PASSWORD)
            .env("KEY_PASSPHRASE", planted::KEY_PASSPHRASE)
            .env("RUST_BACKTRACE", "full");
        command
    }

    /// Runs a command to its end; gives its exit status. What it says is kept as `<name>.out`
    /// and `<name>.err`.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Option<i32> {
        let mut child = self.spawn(name, arguments);
        child.wait().unwrap().code()
    }

    fn spawn(&self, name: &str, arguments: &[&str]) -> Child {
        let file = |ending| File::create(self.path(&format!("{name}.{ending}"))).unwrap();
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"));
        command.spawn().unwrap()
    }

    /// Starts `serve` for the first time, and signs its first administrator in. Gives every
    /// secret there is then.
    pub async fn serve(&self) -> (Serving, Visitor, Vec<Planted>) {
        let name = "serve";
        let inventory = self.path("devices.toml");
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--inventory"];
        let arguments = [&arguments[..], &[inventory.to_str().unwrap()]].concat();
        let mut serving = Serving(self.spawn(name, &arguments));
        let out = self.path(&format!("{name}.out"));
        let link = until("the pages are served", async || {
            assert!(serving.0.try_wait().unwrap().is_none(), "{}", said(&out));
            let text = said(&out);
            let (link, _) = text.split("http://127.0.0.1:").nth(2)?.split_once('\n')?;
            Some(link.to_owned())
        })
        .await;
        let (port, token) = link.split_once("/welcome?token=").unwrap();
        let mut visitor = Visitor::new(port.parse().unwrap());
        let mut tokens = visitor.settle(token).await;
        tokens.extend(account::set_up(&mut visitor).await);
        // It is printed for whoever starts the program, and nowhere else.
        std::fs::write(&out, said(&out).replace(token, "")).unwrap();
        let made = self.keys().into_iter().chain(tokens).collect();
        (serving, visitor, planted::all(made))
    }

    /// Every file that something was said into, by name.
    pub fn everything_said(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().flatten();
        let paths = entries.map(|entry| entry.path());
        let said = paths.filter(|path| {
            let ending = path.extension().unwrap_or_default();
            ending == "out" || ending == "err"
        });
        said.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
            .collect()
    }

    /// The whole database as `pg_dump` writes it.
    pub fn dump(&self) -> Vec<u8> {
        let output = Command::new(self.bin_dir.join("pg_dump"))
            .arg("--dbname")
            .arg(self.url.replace("u:", "routervault:"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}

fn said(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

/// A `serve` that runs; killed when dropped.
pub struct Serving(pub Child);

impl Serving {
    /// Tells it to stop, and waits until it did.
    pub fn stop(mut self) {
        let pid = nix::unistd::Pid::from_raw(self.0.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
