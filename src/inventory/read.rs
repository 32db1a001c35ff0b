//! The way in: a file or its text becomes a checked inventory, or all of its problems.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::defaults::Defaults;
use super::problem::{Problem, Problems};
use super::report::Report;
use super::section::Section;
use super::sites::Surroundings;
use super::source::Sources;
use super::{Inventory, archives, credentials, keys, retention, schedules, sites, syntax};

/// How large an inventory file may be, in bytes: some 300,000 devices.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Reads and checks an inventory file. `env` answers environment variables; relative paths of
/// secrets begin at the file's folder.
///
/// # Errors
/// Everything that is wrong with the file, at once.
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Inventory, Problems> {
    let origin = path.display().to_string();
    let bytes = read_file(path)
        .map_err(|error| Problems::of_file(&origin, format!("can not be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        let message = format!("is larger than {} MB", LARGEST_FILE / 1024 / 1024);
        return Err(Problems::of_file(&origin, message));
    }
    let text = syntax::decode(&bytes)
        .map_err(|(line, message)| Problems::new(&origin, vec![Problem { line, message }]))?;
    let base_dir = path.parent().unwrap_or(Path::new(""));
    parse(text, &origin, base_dir, env)
}

/// Checks the text of an inventory. `origin` names it in messages; relative paths of secrets
/// begin at `base_dir`.
///
/// # Errors
/// Everything that is wrong with the text, at once.
pub fn parse(
    text: &str,
    origin: &str,
    base_dir: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Inventory, Problems> {
    let mut report = Report::new(origin, text);
    let mut inventory = Inventory {
        sites: Vec::new(),
        credentials: Vec::new(),
        schedules: Vec::new(),
        windows: Vec::new(),
        retention: Vec::new(),
        archives: Vec::new(),
    };
    if let Some(table) = syntax::read(text, &mut report) {
        let top = Section::new(&table, "the top level", keys::TOP, &mut report);
        let (credentials, names) = credentials::read(&top, &Sources { base_dir, env }, &mut report);
        let defaults = Defaults::read(&top, &names, &mut report);
        let surroundings = Surroundings {
            defaults: &defaults,
            credentials: &names,
        };
        inventory.sites = sites::read(&top, &surroundings, &mut report);
        inventory.credentials = credentials;
        inventory.schedules = schedules::read(&top, &inventory.sites, &mut report);
        inventory.windows = schedules::read_windows(&top, &inventory.sites, &mut report);
        inventory.retention = retention::read(&top, &inventory.sites, &mut report);
        inventory.archives = archives::read(&top, &inventory.sites, &mut report);
        // Applied, it would archive everything: hardly what an empty file is meant to say.
        if !top.has("site") || (inventory.sites.is_empty() && report.is_empty()) {
            let message = "there is no [[site]]; add one, as in devices.example.toml";
            report.add(&top.header, message);
        }
    }
    report.finish(inventory)
}

fn read_file(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
