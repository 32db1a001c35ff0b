//! Recorded sessions through the whole program: `simulate` serves them, `backup` fetches them,
//! `show` gives them back, and every line that was recorded is there.
//!
//! `script/replay DIR` runs this on any folder; by itself it takes the project's own recordings.
//! What a recording holds is read here by a few lines that share nothing with the program. The
//! properties of unwrapping, highlighting, masking and comparing are checked on the same
//! recordings.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use routervault::platform::routeros::text::{highlight, logical_lines};
use serde_json::Value;

#[path = "replay/difference.rs"]
mod difference;
#[path = "replay/masking.rs"]
mod masking;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn routervault(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_routervault"));
    command
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env_remove("ROUTERVAULT_KEY_FILE")
        .stdin(Stdio::null());
    command
}

/// Starts the recorded routers; they run once their inventory is written.
fn simulate(recordings: &Path, inventory: &Path) -> Running {
    let mut command = routervault(&["simulate", "--recordings"]);
    command
        .arg(recordings)
        .arg("--inventory")
        .arg(inventory)
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let running = Running(child);
    for line in stderr.lines() {
        let line = line.unwrap();
        if line.contains("simulated routers run") {
            return running;
        }
        println!("{line}");
    }
    panic!("the recorded routers did not start");
}

fn succeed(output: &Output, what: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {stderr}");
}

/// The lines of the recorded export: what stands below its key, without the indentation and
/// without the escapes of a double-quoted string.
fn recorded_export(path: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(path).unwrap();
    let is_key = |line: &str| line.trim_start_matches(['-', ' ']).starts_with("\"/export");
    let mut lines = text
        .lines()
        .skip_while(|line| !is_key(line))
        .skip(1)
        .peekable();
    let width = lines.peek().unwrap().len() - lines.peek().unwrap().trim_start().len();
    let mut export: Vec<Vec<u8>> = lines
        .take_while(|line| line.trim().is_empty() || line.starts_with(&" ".repeat(width)))
        .map(|line| unescaped(line.get(width..).unwrap_or("")))
        .collect();
    while export
        .last()
        .is_some_and(|line| line.trim_ascii().is_empty())
    {
        export.pop();
    }
    export
}

fn unescaped(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match rest.next().unwrap() {
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    let digits = std::str::from_utf8(&digits).unwrap().to_owned();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                }
                other => bytes.push(other),
            },
            byte => bytes.push(byte),
        }
    }
    bytes
}

fn lines_of(body: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = body
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
        .collect();
    while lines
        .last()
        .is_some_and(|line| line.trim_ascii().is_empty())
    {
        lines.pop();
    }
    lines
}

/// Where the recordings are: the project's own unless told otherwise.
fn folder() -> PathBuf {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recordings");
    PathBuf::from(std::env::var("ROUTERVAULT_RECORDINGS").unwrap_or_else(|_| own.to_owned()))
}

/// The recordings of a folder, of which there is at least one.
fn recordings(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".simulation.yaml"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no recording is in {}", folder.display());
    paths
}

#[test]
fn recorded_sessions_become_verified_snapshots_with_every_recorded_line() {
    let folder = &folder();
    let work = tempfile::tempdir_in("/tmp").unwrap();
    let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o711);
    std::fs::set_permissions(work.path(), mode).unwrap();
    let inventory = work.path().join("devices.toml");
    let data = work.path().join("data");
    let data = data.to_str().unwrap();
    let _routers = simulate(folder, &inventory);

    let inventory = inventory.to_str().unwrap();
    let backup = [
        "backup",
        "--json",
        "--inventory",
        inventory,
        "--data-dir",
        data,
    ];
    let output = routervault(&backup).output().unwrap();
    succeed(&output, "backup");
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let runs = object["runs"].as_array().unwrap();
    let paths = recordings(folder);
    assert_eq!(runs.len(), paths.len());

    for path in paths {
        let file = path.file_name().unwrap().to_str().unwrap();
        let run = runs
            .iter()
            .find(|run| file.contains(run["device"].as_str().unwrap()))
            .unwrap();
        assert_eq!(run["verdict"], "verified", "{run}");
        let show = ["show", &run["snapshot"].to_string(), "--data-dir", data];
        let output = routervault(&show).output().unwrap();
        succeed(&output, "show");
        let recorded = recorded_export(&path);
        assert!(recorded.len() > 5, "{file} records no export");
        assert_eq!(lines_of(&output.stdout), recorded, "{file}");
        println!("{file}: verified, {} lines as recorded", recorded.len());
    }
}

/// The recorded exports as a router sends them.
fn recorded_bodies() -> Vec<(PathBuf, Vec<u8>)> {
    recordings(&folder())
        .into_iter()
        .map(|path| {
            let mut body = recorded_export(&path).join(&b"\r\n"[..]);
            body.extend_from_slice(b"\r\n");
            (path, body)
        })
        .collect()
}

#[test]
fn a_recorded_export_is_unwrapped_and_highlighted_without_loss() {
    for (path, body) in recorded_bodies() {
        let file = path.display();
        let unwrapped: Vec<u8> = logical_lines(&body)
            .flat_map(|line| line.text.into_owned())
            .collect();
        let continuation = b"\\\r\n    ";
        let mut expected = body.clone();
        while let Some(at) = memchr::memmem::find(&expected, continuation) {
            expected.drain(at..at + continuation.len());
        }
        expected.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        assert_eq!(unwrapped, expected, "{file}");
        let shown: Vec<Vec<u8>> = highlight(&body, 1)
            .map(|line| {
                let parts = line.parts.into_iter().map(|part| &line.text[part.range]);
                parts.collect::<Vec<_>>().concat()
            })
            .collect();
        assert_eq!(shown, lines_of(&body), "{file}");
    }
}

#[test]
fn the_difference_applied_to_a_recorded_export_gives_the_other_one() {
    let bodies = recorded_bodies();
    for (old_path, old) in &bodies {
        for (new_path, new) in &bodies {
            println!("{} to {}", old_path.display(), new_path.display());
            difference::assert_applies(old, new);
        }
        let changed = difference::changed(old);
        difference::assert_applies(old, &changed);
        difference::assert_applies(&changed, old);
    }
}

#[test]
fn secrets_in_a_recorded_export_are_masked_and_nothing_else_is() {
    for (path, body) in recorded_bodies() {
        println!("{}", path.display());
        masking::assert_masks(&body);
    }
}
