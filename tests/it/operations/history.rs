//! `import-history`: what other tools kept becomes suspect snapshots at their place in time, once,
//! and nothing is guessed.

use std::path::Path;
use std::process::{Command, Output};

use routervault::demo::RouterSpec;
use serde_json::Value;
use sqlx::PgPool;

use crate::cli::{data_dir, inventory_file, json, stderr, text};
use crate::support::{Deadlines, World, database_url, routervault};

/// An export with a comment of its own.
fn export(comment: &str) -> String {
    format!(
        "# 2026-01-02 03:04:05 by RouterOS 7.16.2\r\n# software id = ABCD-1234\r\n#\r\n\
         # serial number = HX0000001\r\n/ip dns\r\nset servers=192.0.2.53\r\n\
         /system note\r\nset note=\"{comment}\"\r\n"
    )
}

/// A database with a site of two devices, and a folder for the key.
struct Desk {
    url: String,
    data: tempfile::TempDir,
    pool: PgPool,
    source: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let url = database_url().await;
        let pool = PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO credentials (name, username, sealed) VALUES ('core', 'backup', '');
             INSERT INTO sites (slug, name, timezone) VALUES ('acme', 'Acme', 'UTC'), ('beta', 'Beta', 'UTC');
             INSERT INTO devices (site_id, name, address, port, platform, credential_id)
             VALUES (1, 'gw-1', '192.0.2.1', 22, 'routeros', 1),
                    (1, 'ap-1', '192.0.2.2', 22, 'routeros', 1),
                    (1, 'twin', '192.0.2.3', 22, 'routeros', 1),
                    (2, 'twin', '192.0.2.4', 22, 'routeros', 1)",
        )
        .execute(&pool)
        .await
        .unwrap();
        Self {
            url,
            data: data_dir(),
            pool,
            source: tempfile::tempdir().unwrap(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let store = [
            "--database-url",
            &self.url,
            "--data-dir",
            text(self.data.path()),
        ];
        routervault(&[arguments, &store[..]].concat())
            .output()
            .unwrap()
    }

    fn import(&self, from: &str, more: &[&str]) -> (i32, String) {
        let import = ["import-history", "--from", from, text(self.source.path())];
        let output = self.run(&[&import[..], more].concat());
        let said = String::from_utf8(output.stdout.clone()).unwrap() + &stderr(&output);
        (output.status.code().unwrap(), said)
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.source.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The snapshots of a device, the oldest first.
    fn kept(&self, device: &str) -> Vec<Value> {
        let output = self.run(&["snapshots", "--json", "--device", device]);
        let mut listed = json(&output).as_array().unwrap().clone();
        listed.reverse();
        listed
    }

    /// The exact bytes of a snapshot.
    fn shown(&self, snapshot: &Value) -> Vec<u8> {
        let output = self.run(&["show", &snapshot["id"].to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output.stdout
    }

    /// What a commit of the source is made by.
    fn git(&self, arguments: &[&str], at: &str) {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.source.path())
            .args([
                "-c",
                "user.name=tester",
                "-c",
                "user.email=tester@example.net",
            ])
            .args(["-c", "core.autocrlf=false", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", at)
            .env("GIT_AUTHOR_DATE", at)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    }

    fn commit(&self, at: &str) {
        self.git(&["add", "--all"], at);
        self.git(&["commit", "--quiet", "--message", "update"], at);
    }
}

fn times(kept: &[Value]) -> Vec<&str> {
    kept.iter()
        .map(|one| &one["taken_at"].as_str().unwrap()[..10])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_becomes_a_history_in_order_of_time_once() {
    let desk = Desk::new().await;
    desk.write("acme/gw-1_2026-01-03_0200.rsc", &export("second"));
    desk.write("acme/gw-1_2026-01-01_0200.rsc", &export("first"));
    desk.write("acme/gw-1_2026-01-02_0200.rsc", &export("first"));
    desk.write("192.0.2.2/2026-01-01.rsc", &export("ap"));
    desk.write("elsewhere/twin-2026-01-01.rsc", &export("which"));
    desk.write("beta/twin-2026-01-01.rsc", &export("twin of beta"));
    desk.write("acme/nobody-2026-01-01.rsc", &export("nobody"));
    desk.write("acme/gw-1.rsc", &export("no time"));
    desk.write("acme/gw-1-2026-01-04.rsc", "no export at all\n");
    let (status, trial) = desk.import("folder", &["--dry-run"]);
    assert_eq!(status, 1, "{trial}");
    assert!(trial.contains("nothing was stored") && desk.kept("acme/gw-1").is_empty());

    let (status, said) = desk.import("folder", &[]);
    assert_eq!(status, 1, "{said}");
    for left_out in [
        "elsewhere/twin, 1 version: several devices may be meant: acme/twin, beta/twin",
        "acme/nobody, 1 version: no device",
        "gw-1.rsc: neither its name",
        "gw-1-2026-01-04.rsc: it has no menu",
    ] {
        assert!(said.contains(left_out), "{left_out} is not in {said}");
    }
    let kept = desk.kept("acme/gw-1");
    assert_eq!(times(&kept), ["2026-01-01", "2026-01-03"]);
    assert_eq!(kept[0]["last_seen_at"], "2026-01-02T02:00:00Z");
    assert_eq!(desk.shown(&kept[0]), export("first").as_bytes());
    assert_eq!(desk.shown(&kept[1]), export("second").as_bytes());
    assert!(
        kept.iter()
            .all(|one| one["verdict"] == "suspect" && one["has_secrets"] == true)
    );
    assert_eq!(kept[0]["version"], "7.16.2");
    assert_eq!(desk.kept("acme/ap-1").len(), 1);
    assert_eq!(desk.kept("beta/twin").len(), 1);
    let standing: (i32, bool, Option<i64>) = sqlx::query_as(
        "SELECT snapshot_count, last_verified_at IS NULL, newest_snapshot_id
         FROM devices WHERE name = 'gw-1'",
    )
    .fetch_one(&desk.pool)
    .await
    .unwrap();
    assert_eq!(standing, (2, true, kept[1]["id"].as_i64()));

    let (_, again) = desk.import("folder", &[]);
    assert_eq!(desk.kept("acme/gw-1"), kept, "{again}");
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT detail FROM audit WHERE action = 'history_imported' ORDER BY id",
    )
    .fetch_all(&desk.pool)
    .await
    .unwrap();
    assert_eq!(
        told,
        [
            "2 versions from a folder",
            "1 version from a folder",
            "1 version from a folder"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_stays_the_newest_and_readable_behind_what_is_imported() {
    let world = World::with(vec![RouterSpec::new("gw-1", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let desk = Desk::new().await;
    let backup = desk.run(&["backup", "--inventory", text(&inventory)]);
    assert_eq!(backup.status.code(), Some(0), "{}", stderr(&backup));
    let own = desk.kept("site-0/gw-1");
    desk.write("site-0/gw-1-2026-01-01.rsc", &export("first"));
    desk.write("site-0/gw-1-2026-01-02.rsc", &export("second"));
    desk.write("site-0/gw-1-2099-01-02.rsc", &export("to come"));
    let (status, said) = desk.import("folder", &[]);
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("2099-01-02.rsc: its time is in the future"),
        "{said}"
    );
    let kept = desk.kept("site-0/gw-1");
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2], own[0]);
    assert_eq!(desk.shown(&kept[0]), export("first").as_bytes());
    assert_eq!(desk.shown(&kept[1]), export("second").as_bytes());
    assert_eq!(
        desk.shown(&kept[2]),
        world.router("gw-1").sent_export().unwrap()
    );

    world.router("gw-1").change();
    let backup = desk.run(&["backup", "--inventory", text(&inventory)]);
    assert_eq!(backup.status.code(), Some(0), "{}", stderr(&backup));
    let kept = desk.kept("site-0/gw-1");
    assert_eq!(kept.len(), 4);
    for snapshot in &kept {
        assert!(!desk.shown(snapshot).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_of_oxidized_is_read_by_its_commits_and_starts_nothing() {
    let desk = Desk::new().await;
    desk.git(&["init", "--quiet"], "2026-01-01T00:00:00Z");
    desk.write("acme/gw-1", &export("first"));
    desk.write("192.0.2.2", &export("ap"));
    desk.commit("2026-01-01T02:00:00Z");
    desk.write("acme/gw-1", &export("second"));
    desk.commit("2026-01-02T02:00:00+02:00");
    desk.write("acme/gw-1", &export("first"));
    std::fs::remove_file(desk.source.path().join("192.0.2.2")).unwrap();
    desk.commit("2026-01-03T02:00:00Z");
    let settings = desk.source.path().join(".git/config");
    let harmless = std::fs::read(&settings).unwrap();
    // What a repository can have git start: none of it may.
    let marker = desk.source.path().join("started");
    let start = format!("touch {}", text(&marker));
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "gpg.program",
        "core.sshCommand",
    ] {
        desk.git(&["config", setting, &start], "2026-01-03T02:00:00Z");
    }
    desk.git(
        &["config", "log.showSignature", "true"],
        "2026-01-03T02:00:00Z",
    );
    desk.git(
        &["config", "uploadpack.packObjectsHook", &start],
        "2026-01-03T02:00:00Z",
    );

    let (status, said) = desk.import("oxidized", &[]);
    assert_eq!(status, 0, "{said}");
    let kept = desk.kept("acme/gw-1");
    assert_eq!(times(&kept), ["2026-01-01", "2026-01-02", "2026-01-03"]);
    assert_eq!(kept[1]["taken_at"], "2026-01-02T00:00:00Z");
    for (snapshot, comment) in kept.iter().zip(["first", "second", "first"]) {
        assert_eq!(desk.shown(snapshot), export(comment).as_bytes());
    }
    assert_eq!(desk.kept("acme/ap-1").len(), 1);
    assert!(!marker.exists());
    let from: String =
        sqlx::query_scalar("SELECT checks->-1->>'detail' FROM snapshots ORDER BY id LIMIT 1")
            .fetch_one(&desk.pool)
            .await
            .unwrap();
    assert!(from.starts_with("Imported: commit "), "{from}");

    std::fs::write(&settings, harmless).unwrap();
    desk.write("acme/gw-1", &export("third"));
    desk.commit("2026-01-04T02:00:00Z");
    let (status, said) = desk.import("oxidized", &[]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(desk.kept("acme/gw-1").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_rancid_is_its_configs_and_names_can_be_written_down() {
    let desk = Desk::new().await;
    desk.git(&["init", "--quiet"], "2026-01-01T00:00:00Z");
    desk.write("configs/old-name", &export("first"));
    desk.write("router.db", "old-name;mikrotik;up\n");
    desk.commit("2026-01-01T02:00:00Z");
    let (status, said) = desk.import("rancid", &[]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("old-name, 1 version: no device"), "{said}");
    assert!(!said.contains("router.db"), "{said}");

    let map = desk.data.path().join("names.csv");
    std::fs::write(&map, "old-name,acme/gw-1\n").unwrap();
    let (status, said) = desk.import("rancid", &["--map", text(&map)]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(desk.kept("acme/gw-1").len(), 1);
    std::fs::write(&map, "old-name,acme/none\n").unwrap();
    let (status, said) = desk.import("rancid", &["--map", text(&map)]);
    assert_eq!(status, 2);
    assert!(said.contains("no device `acme/none`"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_group_of_rancid_outside_git_the_files_are_read_that_it_has_now() {
    let desk = Desk::new().await;
    desk.write("configs/gw-1", &export("now"));
    desk.write("configs/CVS/Entries", "/gw-1/1.1///\n");
    let (status, said) = desk.import("rancid", &[]);
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("cvs-fast-export") && said.contains("gw-1: neither its name"),
        "{said}"
    );
    let (status, said) = desk.import("rancid", &["--trust-mtime"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(
        desk.shown(&desk.kept("acme/gw-1")[0]),
        export("now").as_bytes()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_repository_is_a_sentence() {
    let desk = Desk::new().await;
    let nowhere = Path::new("/nonexistent");
    for from in ["oxidized", "rancid"] {
        let (status, said) = desk.import(from, &[]);
        assert_eq!(status, 2, "{said}");
        assert!(said.contains("it is no git repository"), "{said}");
    }
    let output = desk.run(&["import-history", "--from", "folder", text(nowhere)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/nonexistent"));
}
