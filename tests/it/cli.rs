//! The commands as a person types them: what they print, how they exit, what they survive.

use std::path::{Path, PathBuf};
use std::process::Output;

use nix::sys::signal::Signal;
use routervault::db;
use routervault::demo::{Fault, RouterSpec};
use serde_json::Value;

use crate::support::{Deadlines, Program, World, database_url, routervault, until};

/// A data folder that the private PostgreSQL's user can enter.
pub fn data_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// The inventory of a world, in a file.
pub fn inventory_file(world: &World, folder: &Path) -> PathBuf {
    let path = folder.join("devices.toml");
    std::fs::write(&path, world.inventory()).unwrap();
    path
}

fn run(arguments: &[&str]) -> Output {
    routervault(arguments).output().unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_from_the_command_line_tells_all_as_json_and_by_exit_status() {
    let specs = vec![
        RouterSpec::new("good", 1),
        RouterSpec {
            fault: Some(Fault::WrongPassword),
            ..RouterSpec::new("bad", 2)
        },
    ];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let store = ["--data-dir", text(data.path())];
    let backup = ["backup", "--inventory", text(&inventory), "--json"];

    let output = run(&[&backup[..], &store[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let sent = world.router("good").sent_export().unwrap();
    let object = json(&output);
    assert!(object["batch"].is_i64());
    let runs = object["runs"].as_array().unwrap();
    let (bad, good) = (&runs[0], &runs[1]);
    assert_eq!(bad["device"], "bad");
    assert_eq!(bad["state"], "failed");
    assert_eq!(bad["failure"]["code"], "auth_failed");
    assert!(bad["verdict"].is_null() && bad["snapshot"].is_null());
    assert_eq!(good["state"], "succeeded");
    assert_eq!(good["outcome"], "changed");
    assert_eq!(good["verdict"], "verified");
    assert_eq!(good["attempts"], 1);
    assert!(good["failure"].is_null());
    assert!(
        good["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["ok"] == true)
    );

    let only_good = [&backup[..], &store[..], &["--device", "site-0/good"]].concat();
    let output = run(&only_good);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["runs"][0]["outcome"], "unchanged");

    let snapshot = good["snapshot"].to_string();
    let shown = run(&[&["show", &snapshot][..], &store[..]].concat());
    assert_eq!(shown.stdout, sent);
    let listed = json(&run(&[&["snapshots", "--json"][..], &store[..]].concat()));
    assert_eq!(listed[0]["times_seen"], 2);

    world.router("good").change();
    let output = run(&only_good);
    let newer = json(&output)["runs"][0]["snapshot"].to_string();
    let diff = run(&[&["diff", &snapshot, &newer][..], &store[..]].concat());
    let diff = String::from_utf8(diff.stdout).unwrap();
    assert!(diff.starts_with("--- ") && diff.contains("\n@@ "), "{diff}");

    let output = run(&[&backup[..], &store[..], &["--site", "nowhere"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere"));
}

#[test]
fn bad_input_is_a_sentence_and_exit_status_2() {
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = files.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let data = data_dir();
    for (path, words) in [
        (file("empty.toml", b""), "no [[site]]"),
        (file("torn.toml", b"[[site\nname ="), "torn.toml:1:"),
        (file("binary.toml", &[0, 159, 146, 150]), "binary.toml"),
        (files.path().join("none.toml"), "can not be read"),
    ] {
        for command in ["check", "backup", "serve"] {
            let mut arguments = vec![command, "--inventory", text(&path)];
            if command != "check" {
                arguments.extend(["--data-dir", text(data.path())]);
            }
            let output = run(&arguments);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{command} {}",
                path.display()
            );
            assert!(stderr(&output).contains(words), "{}", stderr(&output));
        }
    }
    assert_eq!(
        std::fs::read_dir(data.path()).unwrap().count(),
        0,
        "no database is made for an inventory that is wrong"
    );
}

#[test]
fn the_example_inventory_passes_the_check() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/devices.example.toml");
    let output = routervault(&["check", "--inventory", example])
        .env("CORE_PASSWORD", "x")
        .env("EDGE_KEY_PASSPHRASE", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn the_inventory_of_the_readme_passes_the_check() {
    let readme = include_str!("../../README.md");
    let block = readme.split("```toml\n").nth(1).unwrap();
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("devices.toml");
    std::fs::write(&path, block.split("```").next().unwrap()).unwrap();
    let output = routervault(&["check", "--inventory", text(&path)])
        .env("CORE_PASSWORD", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// An inventory of one router that nobody answers for, in a folder of its own.
fn small_inventory() -> (tempfile::TempDir, PathBuf) {
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("devices.toml");
    let text = "[defaults]\nconnect_timeout_secs = 1\n[[credential]]\nname = \"c\"\nusername = \"u\"\n\
        password = \"p\"\n[[site]]\nslug = \"s\"\n[[site.device]]\nname = \"d\"\naddress = \"127.0.0.1\"\n\
        port = 1\ncredential = \"c\"\nenabled = false\n";
    std::fs::write(&path, text).unwrap();
    (files, path)
}

/// `backup` of that inventory: opens the store, and then finds nothing that is enabled.
pub fn open_store(data: &Path) -> (tempfile::TempDir, std::process::Command) {
    let (files, inventory) = small_inventory();
    let mut command = routervault(&["backup", "--inventory"]);
    command.arg(inventory).arg("--data-dir").arg(data);
    (files, command)
}

#[test]
fn a_database_that_can_not_be_had_is_a_sentence_without_its_password() {
    let data = data_dir();
    let (_files, mut none) = open_store(data.path());
    let none = none.env("PG_BIN_DIR", "/nonexistent").output().unwrap();
    assert_eq!(none.status.code(), Some(2));
    assert!(
        stderr(&none).contains("apt install postgresql"),
        "{}",
        stderr(&none)
    );

    for (url, words) in [
        (
            "postgres://me:hunter2@127.0.0.1:1/none",
            "Connection refused",
        ),
        (
            "mysql://me:hunter2@127.0.0.1:1/none",
            "not a PostgreSQL URL",
        ),
        ("hunter2", "not a PostgreSQL URL"),
    ] {
        let (_files, mut refused) = open_store(data.path());
        let refused = refused.env("DATABASE_URL", url).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(words), "{}", stderr(&refused));
        assert!(!stderr(&refused).contains("hunter2"));
    }
}

#[test]
fn a_command_that_reads_makes_no_store_where_there_is_none() {
    let data = data_dir();
    let none = data.path().join("typo");
    for command in [&["snapshots"][..], &["show", "1"], &["trust", "a/b"]] {
        let output = run(&[command, &["--data-dir", text(&none)]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("no backups in"),
            "{}",
            stderr(&output)
        );
    }
    assert!(!none.exists());
}

#[test]
fn a_data_folder_of_somebody_else_is_refused() {
    use std::os::unix::fs::chown;
    let data = data_dir();
    // Root may take anything, so it is shown a folder of a third; another user is shown root's.
    let folder = match nix::unistd::Uid::effective().is_root() {
        true => {
            chown(data.path(), Some(12345), None).unwrap();
            data.path()
        }
        false => Path::new("/usr"),
    };
    let (_files, mut command) = open_store(folder);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("belongs to"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn another_key_file_is_refused_and_none_is_made_for_a_sealed_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = data_dir();
    let (_files, mut first) = open_store(data.path());
    let first = first.output().unwrap();
    assert!(
        stderr(&first).contains("no enabled device"),
        "{}",
        stderr(&first)
    );
    let snapshots = |key: Option<&Path>| {
        let mut command = routervault(&["snapshots", "--data-dir"]);
        command.arg(data.path());
        if let Some(key) = key {
            command.env("ROUTERVAULT_KEY_FILE", key);
        }
        command.output().unwrap()
    };
    assert_eq!(snapshots(None).status.code(), Some(0));
    let other = data_dir();
    let key = other.path().join("other.key");
    let missing = snapshots(Some(&key));
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        stderr(&missing).contains("there is no key file"),
        "{}",
        stderr(&missing)
    );
    assert!(!key.exists());
    let digits = "ab".repeat(32);
    std::fs::write(&key, format!("routervault-key-1 {digits}\n")).unwrap();
    let mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode));
    mode(0o644).unwrap();
    let loose = snapshots(Some(&key));
    assert_eq!(loose.status.code(), Some(2));
    assert!(stderr(&loose).contains("chmod 600"), "{}", stderr(&loose));
    mode(0o600).unwrap();
    let wrong = snapshots(Some(&key));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        stderr(&wrong).contains("is sealed with"),
        "{}",
        stderr(&wrong)
    );
    assert!(!stderr(&wrong).contains(&digits));
}

/// A running `serve` on the world's routers, and the port of its pages.
pub fn serve(inventory: &Path, data: &Path) -> (Program, u16) {
    let mut program = Program::start(routervault(&[
        "serve",
        "--inventory",
        text(inventory),
        "--data-dir",
        text(data),
        "--listen",
        "127.0.0.1:0",
    ]));
    let line = program.line_with("http://127.0.0.1:");
    let port = line.split("127.0.0.1:").nth(1).unwrap();
    let port = port.split('/').next().unwrap().parse().unwrap();
    (program, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_a_sentence() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let arguments = ["serve", "--inventory", text(&inventory), "--listen"];
    let store = ["--data-dir", text(data.path())];
    let output = run(&[&arguments[..], &[&listen], &store[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--listen"), "{}", stderr(&output));
    let output = run(&[&arguments[..], &["0.0.0.0:0"], &store[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("--trusted-proxy"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_serve_leaves_a_folder_that_starts_again_and_a_batch_that_ends() {
    let specs = (0..12)
        .map(|seed| RouterSpec::new(format!("d{seed}"), seed))
        .collect();
    let world = World::over_sites(3, specs, Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    for router in world.fleet.routers() {
        router.set_fault(Some(Fault::HangMidExport)).unwrap();
    }
    let (program, _) = serve(&inventory, data.path());
    // Another command joins the database of the running program, and asks for a batch that
    // the program's own collector may just as well take.
    let mut backup = Program::start(routervault(&[
        "backup",
        "--inventory",
        text(&inventory),
        "--data-dir",
        text(data.path()),
        "--json",
    ]));
    until("every router is in the middle of an export", async || {
        let begun = |router: &routervault::demo::RunningRouter| router.connections() > 0;
        world.fleet.routers().iter().all(begun).then_some(())
    })
    .await;
    program.signal(Signal::SIGKILL);
    backup.signal(Signal::SIGKILL);
    backup.child.wait().unwrap();
    drop(program);
    for router in world.fleet.routers() {
        router.set_fault(None).unwrap();
    }
    let (_program, _) = serve(&inventory, data.path());
    let ended = until("the batch ends", async || {
        let listed = run(&["snapshots", "--json", "--data-dir", text(data.path())]);
        let listed = json(&listed);
        (listed.as_array().unwrap().len() == 12).then_some(listed)
    })
    .await;
    let ended = ended.as_array().unwrap();
    assert!(
        ended
            .iter()
            .all(|snapshot| snapshot["verdict"] == "verified")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_dies_in_mid_run_comes_back_and_nothing_is_lost() {
    let specs = (0..6)
        .map(|seed| RouterSpec {
            // Far enough away that the database is gone while the exports are under way.
            round_trip: std::time::Duration::from_millis(150),
            ..RouterSpec::new(format!("d{seed}"), seed)
        })
        .collect();
    let world = World::with(specs, Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let mut command = routervault(&["backup", "--json", "--inventory", text(&inventory)]);
    command.arg("--data-dir").arg(data.path());
    let backup = tokio::task::spawn_blocking(move || command.output().unwrap());
    until("every router is connected to", async || {
        let begun = |router: &routervault::demo::RunningRouter| router.connections() > 0;
        world.fleet.routers().iter().all(begun).then_some(())
    })
    .await;
    let pid_file = std::fs::read_to_string(data.path().join("pgdata/postmaster.pid")).unwrap();
    let postmaster = pid_file.lines().next().unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
    let output = backup.await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("ended by itself; starting it again"),
        "{}",
        stderr(&output)
    );
    let runs = json(&output)["runs"].as_array().unwrap().clone();
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|run| run["verdict"] == "verified"));
}

#[test]
fn the_help_of_every_command_says_what_it_is_for() {
    for command in [
        "serve",
        "backup",
        "snapshots",
        "show",
        "diff",
        "check",
        "collect",
        "trust",
        "key",
        "demo",
        "simulate",
    ] {
        let output = run(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("Usage: routervault"), "{help}");
    }
}

/// The answer of a page, head and body.
async fn get(port: u16, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_real_snapshots_and_stops_when_told_to() {
    let data = data_dir();
    let mut demo = Program::start(routervault(&[
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        text(data.path()),
    ]));
    let line = demo.line_with("http://127.0.0.1:");
    let port = line.split("127.0.0.1:").nth(1).unwrap();
    let port = port.split('/').next().unwrap().parse().unwrap();
    until("most of the demo's devices are verified", async || {
        let page = get(port, "/").await;
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        let covered = page.split("</b> of 24 devices").next().unwrap();
        let covered: u32 = covered.rsplit("<b>").next().unwrap().parse().unwrap_or(0);
        (covered >= 18).then_some(())
    })
    .await;
    let listed = json(&run(&[
        "snapshots",
        "--json",
        "--data-dir",
        text(data.path()),
    ]));
    assert!(listed.as_array().unwrap().len() >= 18);
    demo.signal(Signal::SIGTERM);
    assert!(demo.child.wait().unwrap().success());
    assert!(
        !data.path().join("pgdata/postmaster.pid").exists(),
        "the database stopped too"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_router_is_backed_up_again_once_it_is_trusted() {
    let world = World::with(vec![RouterSpec::new("gw", 1)], Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let store = ["--data-dir", text(data.path())];
    let backup = || {
        run(&[
            &["backup", "--json", "--inventory", text(&inventory)][..],
            &store,
        ]
        .concat())
    };
    assert_eq!(backup().status.code(), Some(0));
    world
        .router("gw")
        .set_fault(Some(Fault::ChangedHostKey))
        .unwrap();
    let refused = json(&backup());
    assert_eq!(refused["runs"][0]["failure"]["code"], "host_key_changed");
    let advice = refused["runs"][0]["failure"]["message"].as_str().unwrap();
    assert!(advice.contains("routervault trust"), "{advice}");
    let trusted = run(&[&["trust", "site-0/gw"][..], &store].concat());
    assert_eq!(trusted.status.code(), Some(0), "{}", stderr(&trusted));
    assert_eq!(backup().status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_inventory_file_changes_is_in_the_audit() {
    let specs = vec![RouterSpec::new("near", 1), RouterSpec::new("far", 2)];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    let data = data_dir();
    let inventory = inventory_file(&world, data.path());
    let url = database_url().await;
    let pool = db::connect(&url, 2).await.unwrap();
    let audit = async || {
        let told = "SELECT concat_ws(': ', subject, detail) FROM audit
                    WHERE action = 'settings_changed' ORDER BY id";
        let told: Vec<String> = sqlx::query_scalar(told).fetch_all(&pool).await.unwrap();
        told
    };
    let store = ["--data-dir", text(data.path()), "--database-url", &url];
    let backup = ["backup", "--inventory", text(&inventory)];
    let first = "the inventory file: sites: 1 added; devices: 2 added; credentials: 2 added";
    for _ in 0..2 {
        let output = run(&[&backup[..], &store[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(audit().await, [first]);
    }
    let fewer = world
        .inventory()
        .replace("name = \"far\"", "name = \"farther\"");
    std::fs::write(&inventory, fewer).unwrap();
    run(&[&backup[..], &store[..]].concat());
    let second = "the inventory file: devices: 1 added, 1 archived";
    assert_eq!(audit().await, [first, second]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_joined_a_database_takes_it_over_when_its_program_ends() {
    let specs = vec![RouterSpec::new("near", 1), RouterSpec::new("far", 2)];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    world
        .router("far")
        .set_fault(Some(Fault::HangAccept))
        .unwrap();
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let data = data_dir();
    let (first, _) = serve(&inventory, data.path());
    let (_second, port) = serve(&inventory, data.path());
    let is_well = async || {
        let page = get(port, "/healthz").await;
        page.starts_with("HTTP/1.1 200").then_some(())
    };
    until("all of it works", is_well).await;
    first.signal(Signal::SIGTERM);
    let mut first = first;
    assert!(first.child.wait().unwrap().success());
    until("the second one has a database again", is_well).await;
}
