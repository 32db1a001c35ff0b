//! `archive` and `restore` as a person types them.

use std::os::unix::fs::PermissionsExt as _;

use routervault::demo::RouterSpec;

use crate::cli::{data_dir, inventory_file, json, stderr, text};
use crate::support::{Deadlines, World, routervault};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_backed_up_comes_back_in_another_data_folder() {
    let world = World::with(vec![RouterSpec::new("gw-1", 1)], Deadlines::GENEROUS).await;
    let (files, old, new) = (tempfile::tempdir().unwrap(), data_dir(), data_dir());
    let run = |data: &tempfile::TempDir, arguments: &[&str]| {
        let store = ["--data-dir", text(data.path())];
        routervault(&[arguments, &store].concat()).output().unwrap()
    };
    let inventory = inventory_file(&world, files.path());
    let backup = run(&old, &["backup", "--inventory", text(&inventory), "--json"]);
    assert_eq!(backup.status.code(), Some(0), "{}", stderr(&backup));

    let zip = files.path().join("all.zip");
    let zip = text(&zip);
    let made = run(&old, &["archive", "--out", zip]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(said.contains("1 site, 1 device, 1 backup,"), "{said}");
    let mode = std::fs::metadata(zip).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = run(&old, &["archive", "--out", zip]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("is there already"));
    let nowhere = run(
        &old,
        &["archive", "--out", "/tmp/x.zip", "--site", "nowhere"],
    );
    assert!(
        stderr(&nowhere).contains("there is no site nowhere"),
        "{}",
        stderr(&nowhere)
    );
    assert!(!std::path::Path::new("/tmp/x.zip.part").exists());

    let planned = run(&new, &["restore", zip, "--dry-run"]);
    let said = String::from_utf8(planned.stdout).unwrap();
    assert!(
        said.contains("site site-0 (Site 0) would be made: 1 device, 1 backup"),
        "{said}"
    );
    assert!(said.ends_with("Nothing was changed.\n"), "{said}");
    let restored = run(&new, &["restore", zip]);
    assert_eq!(restored.status.code(), Some(0), "{}", stderr(&restored));
    let shown = run(&new, &["show", "1"]);
    assert_eq!(shown.stdout, world.router("gw-1").sent_export().unwrap());
    let listed = json(&run(&new, &["snapshots", "--json"]));
    assert_eq!(listed[0]["verdict"], "verified");

    let taken = run(&new, &["restore", zip]);
    assert_eq!(taken.status.code(), Some(2));
    assert!(
        stderr(&taken).contains("there is a site site-0 already"),
        "{}",
        stderr(&taken)
    );
    let renamed = run(&new, &["restore", zip, "--as", "site-0-again"]);
    assert_eq!(renamed.status.code(), Some(0), "{}", stderr(&renamed));
}
