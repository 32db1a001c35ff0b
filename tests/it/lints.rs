//! `unsafe` is denied by Cargo.toml; whoever allows it again for a place of their own has to come by
//! here.

use std::fs;
use std::path::{Path, PathBuf};

/// The files with Rust in them below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_private_cluster_alone_has_unsafe_code_and_two_lines_of_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        sources(&root.join(folder), &mut files);
    }
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.ends_with(file!())) {
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.starts_with("//") && line.contains("unsafe"));
        let name = file.strip_prefix(root).unwrap().display().to_string();
        found.extend(lines.map(|line| (name.clone(), line.to_owned())));
    }
    let keeper = |line: &str| ("src/db/cluster/keeper.rs".to_owned(), line.to_owned());
    assert_eq!(found, [keeper("unsafe_code,"), keeper("unsafe {")]);
}
