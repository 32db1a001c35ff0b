//! The certified provider (`node/provider.mjs`), on a port of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The provider; ends with the test.
pub struct Provider {
    pub issuer: String,
    folder: TempDir,
    child: Child,
    /// Kept open: what it says later must not break it.
    _said: BufReader<ChildStdout>,
}

impl Provider {
    /// One that knows these accounts and sends browsers back to `redirect_uri`. `in_id_token`:
    /// whether all claims stand in the id token, or behind the userinfo endpoint.
    pub fn start(accounts: &Value, redirect_uri: &str, in_id_token: bool) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let modules = root.join("target/test-provider");
        assert!(
            modules.join("installed").exists(),
            "the provider is not installed: run script/install-test-needs"
        );
        let folder = tempfile::tempdir().unwrap();
        write(&folder, accounts);
        let mut child = Command::new("node")
            .arg(root.join("tests/it/oidc/node/provider.mjs"))
            .arg(modules)
            .arg(folder.path().join("accounts.json"))
            .arg(redirect_uri)
            .args(in_id_token.then_some("--in-id-token"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut issuer = String::new();
        said.read_line(&mut issuer).unwrap();
        assert!(issuer.starts_with("http://"), "it does not start");
        Self {
            issuer: issuer.trim().to_owned(),
            folder,
            child,
            _said: said,
        }
    }

    /// From now on it knows these accounts.
    pub fn set_accounts(&self, accounts: &Value) {
        write(&self.folder, accounts);
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(folder: &TempDir, accounts: &Value) {
    let path = folder.path().join("accounts.json");
    std::fs::write(path, accounts.to_string()).unwrap();
}
