//! Being told to stop: what runs is given back, systemd hears of it, and the status says that all
//! is well.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use nix::sys::signal::Signal;
use routervault::demo::{Fault, RouterSpec};
use serde_json::Value;
use sqlx::PgPool;

use crate::cli::{data_dir, inventory_file, text};
use crate::support::{Deadlines, Program, World, database_url, routervault, until};

/// How long systemd's side waits for a word; a program that says nothing fails the test then.
const SILENCE: Duration = Duration::from_secs(60);

fn heard(systemd: &UnixDatagram) -> String {
    let mut word = [0; 64];
    let length = systemd.recv(&mut word).unwrap();
    String::from_utf8_lossy(&word[..length]).into_owned()
}

/// Runs by state, each with whether somebody still claims it.
async fn runs(pool: &PgPool) -> Vec<(String, bool)> {
    sqlx::query_as("SELECT state, claimed_by IS NOT NULL FROM runs ORDER BY id")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_told_to_stop_gives_its_runs_back_and_ends_well() {
    let hanging = |name, seed| RouterSpec {
        fault: Some(Fault::HangAccept),
        ..RouterSpec::new(name, seed)
    };
    let specs = vec![hanging("one", 1), hanging("two", 2)];
    let world = World::with(specs, Deadlines::GENEROUS).await;
    let files = tempfile::tempdir().unwrap();
    let inventory = inventory_file(&world, files.path());
    let (url, data) = (database_url().await, data_dir());
    let socket = files.path().join("notify");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    systemd.set_read_timeout(Some(SILENCE)).unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut command = routervault(&["serve", "--inventory", text(&inventory)]);
        command
            .args(["--database-url", &url, "--data-dir", text(data.path())])
            .args(["--listen", "127.0.0.1:0", "--per-site", "1"])
            .args(["--log-format", "json"])
            .env("NOTIFY_SOCKET", &socket);
        let mut program = Program::start(command);
        program.line_with("http://127.0.0.1:");
        assert_eq!(heard(&systemd), "READY=1\n");
        let pool = PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO batches (trigger) VALUES ('manual');
             INSERT INTO runs (batch_id, device_id, site_id, priority)
             SELECT (SELECT max(id) FROM batches), id, site_id, 0 FROM devices
             ON CONFLICT DO NOTHING",
        )
        .execute(&pool)
        .await
        .unwrap();
        until("a router hangs", async || {
            let mut runs = runs(&pool).await.into_iter();
            runs.any(|(state, _)| state == "running").then_some(())
        })
        .await;
        program.signal(signal);
        let status = program.child.wait().unwrap();
        assert!(status.success(), "{status}");
        assert_eq!(heard(&systemd), "STOPPING=1\n");
        let waiting = ("queued".to_owned(), false);
        assert_eq!(runs(&pool).await, [waiting.clone(), waiting]);
        let mut said = String::new();
        let mut stderr = program.child.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        assert!(said.contains("The inventory is applied"), "{said}");
        for line in said.lines() {
            let object: Value = serde_json::from_str(line).unwrap();
            assert!(object["message"].is_string(), "{line}");
        }
    }
}
