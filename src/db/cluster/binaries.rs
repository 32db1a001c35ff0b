//! Finding PostgreSQL's programs on the machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

/// Where Debian and its kin keep one folder a major version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// The oldest supported major version.
const OLDEST_MAJOR: u32 = 14;

/// The folder with `initdb` and `postgres`: of the major version `wanted` where a cluster
/// exists, else the newest.
pub fn find(wanted: Option<&str>, data_dir: &Path) -> Result<PathBuf, ClusterError> {
    let installed = installed(candidates());
    let newest = installed
        .last_key_value()
        .ok_or(ClusterError::NotInstalled)?;
    match wanted {
        Some(wanted) => wanted
            .parse()
            .ok()
            .and_then(|major: u32| installed.get(&major).cloned())
            .ok_or_else(|| ClusterError::OtherVersion {
                folder: data_dir.to_owned(),
                found: wanted.to_owned(),
                installed: list(&installed),
            }),
        None if *newest.0 < OLDEST_MAJOR => Err(ClusterError::TooOld {
            found: list(&installed),
        }),
        None => Ok(newest.1.clone()),
    }
}

fn list(installed: &BTreeMap<u32, PathBuf>) -> String {
    let majors: Vec<String> = installed.keys().map(u32::to_string).collect();
    majors.join(", ")
}

/// Where to look. `PG_BIN_DIR` is the owner's word, and nothing else counts beside it.
fn candidates() -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os("PG_BIN_DIR").filter(|folder| !folder.is_empty()) {
        return vec![PathBuf::from(folder)];
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir(DEBIAN_FOLDER)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    std::env::split_paths(&path).chain(debian).collect()
}

fn installed(candidates: Vec<PathBuf>) -> BTreeMap<u32, PathBuf> {
    candidates
        .into_iter()
        .filter(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .filter_map(|folder| Some((major(&folder)?, folder)))
        .collect()
}

/// `15` of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}
