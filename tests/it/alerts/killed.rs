//! The program is killed again and again while it looks, gathers and sends: in the end everything
//! that happened is in exactly one message of each rule, and each message was received, by the
//! webhook or the mail server; twice only when the program was killed while it sent it, and then
//! under the same name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use routervault::keyring;
use routervault::vault::KeyPlace;

use super::house::{House, Rule, SECRET};
use super::mail_server::MailServer;
use super::receiver::{IN_THE_ADDRESS, Receiver};
use crate::support::{Program, database_url, routervault, until};

const DEVICES: usize = 40;

/// How often it is killed.
const KILLS: usize = 14;

/// An installation whose devices are backed up by nobody: what happens is written.
async fn house(url: &str, key_file: &Path) -> House {
    let pool = routervault::db::connect(url, 6).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    let vault = keyring::open(&mut conn, &KeyPlace::at(key_file))
        .await
        .unwrap();
    drop(conn);
    let house = House::over(pool, Arc::new(vault));
    let furnish = format!(
        "INSERT INTO credentials (name, username, sealed) VALUES ('c', 'u', '\\x00');
         INSERT INTO sites (slug, name, timezone) VALUES ('alpha', 'Alpha', 'UTC');
         INSERT INTO devices (site_id, name, address, port, platform, credential_id)
         SELECT 1, 'd' || number, '192.0.2.1', 22, 'routeros', 1
         FROM generate_series(1, {DEVICES}) AS number;
         INSERT INTO batches (trigger) VALUES ('manual')"
    );
    house.run(&furnish).await;
    house
}

/// Every device fails, or is well again: one thing that happened each.
async fn happen(house: &House, round: usize) {
    let (state, verdict) = match round % 2 {
        0 => ("failed", "NULL"),
        _ => ("succeeded", "'verified'"),
    };
    let runs = format!(
        "INSERT INTO runs (batch_id, device_id, site_id, priority, state, verdict, finished_at,
                           failure_code, failure_message)
         SELECT 1, id, site_id, 0, '{state}', {verdict}, now(), 'timeout', 'Too slow.'
         FROM devices"
    );
    house.run(&runs).await;
}

/// What waits is due, and the leases of who was killed have run out.
async fn let_time_pass(house: &House) {
    house
        .run(
            "UPDATE alert_messages
             SET due_at = now(),
                 gathers_until = CASE WHEN gathers_until IS NOT NULL THEN now() END,
                 lease_until = CASE WHEN state = 'sending' THEN now() END
             WHERE state IN ('waiting', 'sending')",
        )
        .await;
}

fn start(url: &str, key_file: &Path) -> Program {
    let folder = key_file.parent().unwrap();
    let mut command = routervault(&["serve", "--listen", "127.0.0.1:0", "--database-url", url]);
    command
        .args(["--key-file", key_file.to_str().unwrap(), "--data-dir"])
        .arg(folder.join("data"));
    let mut program = Program::start(command);
    program.line_with("http://127.0.0.1:");
    program
}

const UNSEEN: &str = "SELECT count(*) FROM runs WHERE NOT is_watched";
const UNSENT: &str = "SELECT count(*) FROM alert_messages WHERE state <> 'sent'";

/// Kills the program at one of four moments, each a little different every time.
async fn kill_once(house: &House, receiver: &Receiver, program: &mut Program, kill: usize) {
    let received = receiver.requests().len();
    match kill % 4 {
        // While it looks and gathers.
        0 => {
            until("it looks", async || {
                (house.count(UNSEEN).await == 0).then_some(())
            })
            .await;
        }
        // While it sends, which nobody answers.
        1 => {
            receiver.hold();
            until_received(house, receiver, received + 1).await;
        }
        // Just after it was answered.
        2 => until_received(house, receiver, received + 1).await,
        // As soon as it is there.
        _ => {}
    }
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    receiver.let_go();
}

async fn until_received(house: &House, receiver: &Receiver, wanted: usize) {
    until("a message comes", async || {
        let_time_pass_for_waiting(house).await;
        (receiver.requests().len() >= wanted).then_some(())
    })
    .await;
}

async fn let_time_pass_for_waiting(house: &House) {
    house
        .run(
            "UPDATE alert_messages
             SET due_at = now(),
                 gathers_until = CASE WHEN gathers_until IS NOT NULL THEN now() END
             WHERE state = 'waiting'
               AND due_at > now()",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_tells_everything_once_and_nothing_twice() {
    let (url, folder) = (database_url().await, tempfile::tempdir().unwrap());
    let key_file = folder.path().join("routervault.key");
    let house = house(&url, &key_file).await;
    let receiver = Receiver::start().await;
    let server = MailServer::start(&[]);
    let webhook = house.webhook("webhook", &receiver).await;
    let mail = house.mail(&server, &["kim@example.com"]).await;
    for to in [webhook, mail] {
        house.rule(to, Rule::default()).await;
    }
    for kill in 0..KILLS {
        happen(&house, kill).await;
        let mut program = start(&url, &key_file);
        kill_once(&house, &receiver, &mut program, kill).await;
        let_time_pass(&house).await;
    }
    let mut program = start(&url, &key_file);
    until("everything is sent", async || {
        let_time_pass_for_waiting(&house).await;
        (house.count(UNSEEN).await == 0 && house.count(UNSENT).await == 0).then_some(())
    })
    .await;
    program.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(program.child.wait().unwrap().success());
    check(&house, &receiver).await;
    check_mails(&house, &server).await;
    let mut said = String::new();
    let mut stderr = program.child.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    assert!(
        !said.contains(IN_THE_ADDRESS) && !said.contains(&SECRET[6..]),
        "{said}"
    );
}

async fn check(house: &House, receiver: &Receiver) {
    let happened = i64::try_from(DEVICES * KILLS).unwrap();
    assert_eq!(
        house.count("SELECT count(*) FROM alert_events").await,
        happened
    );
    let in_messages = "SELECT count(*) FROM alert_message_events";
    assert_eq!(house.count(in_messages).await, 2 * happened, "once a rule");
    // As who received them knows them: the name of a message, and the events in it.
    let mut messages: BTreeMap<String, (usize, BTreeSet<i64>)> = BTreeMap::new();
    for request in receiver.requests() {
        let body = request.json();
        let events = body["events"].as_array().unwrap().iter();
        let events: BTreeSet<i64> = events.map(|event| event["id"].as_i64().unwrap()).collect();
        let known = messages.entry(request.header("webhook-id").to_owned());
        let (times, told) = known.or_insert_with(|| (0, events.clone()));
        *times += 1;
        assert_eq!(*told, events, "the same message is always the same");
    }
    let told: Vec<i64> = messages
        .values()
        .flat_map(|(_, told)| told.clone())
        .collect();
    assert_eq!(told.len(), DEVICES * KILLS, "each event is in one message");
    let distinct: BTreeSet<i64> = told.into_iter().collect();
    assert_eq!(distinct.len(), DEVICES * KILLS);
    // Twice only what was being sent at a kill: an attempt each.
    let attempts = "SELECT sum(attempt) FROM alert_messages WHERE destination_name <> 'mail'";
    let received: usize = messages.values().map(|(times, _)| times).sum();
    assert!(i64::try_from(received).unwrap() <= house.count(attempts).await);
    let twice = messages.values().filter(|(times, _)| *times > 1).count();
    assert!((1..=KILLS).contains(&twice), "{twice} were received twice");
}

/// Every message to the mail server was received by its name, and nothing else; twice only what was
/// begun to be sent twice.
async fn check_mails(house: &House, server: &MailServer) {
    let wanted: Vec<(String, i32)> = sqlx::query_as(
        "SELECT '<' || token || '@example.com>', attempt
         FROM alert_messages
         WHERE destination_name = 'mail'",
    )
    .fetch_all(&house.pool)
    .await
    .unwrap();
    let mut received: BTreeMap<String, i32> = BTreeMap::new();
    for mail in server.mails() {
        *received
            .entry(mail.header("message-id").to_owned())
            .or_insert(0) += 1;
    }
    assert_eq!(received.len(), wanted.len());
    for (name, attempts) in wanted {
        let times = received.get(&name).copied().unwrap_or(0);
        assert!(
            (1..=attempts).contains(&times),
            "{name}: {times} of {attempts}"
        );
    }
}
