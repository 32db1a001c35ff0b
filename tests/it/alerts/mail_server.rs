//! A real mail server on loopback (`mail_server.py`, by aiosmtpd), which
//! `script/install-test-needs` installs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

/// The server; ends with the test.
pub struct MailServer {
    pub port: u16,
    folder: TempDir,
    child: Child,
}

/// A mail that it took over.
#[derive(Debug, Deserialize)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub is_tls: bool,
    pub user: Option<String>,
    headers: Vec<(String, String)>,
    /// Its content type.
    pub kind: String,
    pub plain: String,
    pub html: String,
    /// As it came.
    pub raw: String,
}

impl Mail {
    /// The values of a header, named in small letters.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.headers.iter().filter(|(header, _)| header == name);
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a header that is there once.
    pub fn header(&self, name: &str) -> &str {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        all[0]
    }
}

impl MailServer {
    /// One that was started with these options.
    pub fn start(options: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(root.join("target/test-aiosmtpd/bin/python"))
            .arg(root.join("tests/it/alerts/mail_server.py"))
            .arg(folder.path())
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script/install-test-needs installs it");
        let mut port = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut port).unwrap();
        Self {
            port: port.trim().parse().unwrap(),
            folder,
            child,
        }
    }

    /// What it took over, in order.
    pub fn mails(&self) -> Vec<Mail> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort();
        let read = |path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        paths.into_iter().map(read).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
