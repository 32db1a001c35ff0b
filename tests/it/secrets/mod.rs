//! No planted secret is to be read anywhere that it need not be: not in a dump of the database,
//! not in a log at its most talkative, not on a page that was not asked to show it, not in a
//! refusal.

mod account;
mod alerts;
mod finder;
mod house;
mod managing;
mod pages;
mod planted;
mod refusals;
mod visitor;

use sqlx::PgPool;

use finder::Finder;
use house::House;
use planted::Planted;

use crate::support::until;

/// Waits until nothing is queued or running, and all that is verified is indexed.
async fn at_rest(pool: &PgPool) {
    until("all runs end and all snapshots are indexed", async || {
        let busy: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM runs WHERE state IN ('queued', 'running'))
                  + (SELECT count(*) FROM connection_tests WHERE state IN ('queued', 'running'))
                  + (SELECT count(*) FROM snapshots
                     WHERE verdict = 'verified' AND indexed_at IS NULL)",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        (busy == 0).then_some(())
    })
    .await;
}

/// How the newest run of each device ended: its state, and the code of its failure.
async fn ends(pool: &PgPool) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "SELECT DISTINCT ON (devices.name) devices.name, runs.state,
             coalesce(runs.failure_code, runs.verdict)
         FROM runs
         JOIN devices ON devices.id = runs.device_id
         ORDER BY devices.name, runs.id DESC",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_secret_is_in_the_dump_the_logs_or_any_answer() {
    let house = House::build().await;
    let (serving, visitor, planted) = house.serve().await;
    let finder = Finder::new(&planted);

    for is_second in [false, true] {
        if is_second {
            house.fall_ill();
        }
        let asked = visitor.post("/sites/hq/backups", "").await;
        assert_eq!(asked.status, 303);
        finder.assert_clean("the answer to Backup Site", &asked.bytes);
        at_rest(&house.pool).await;
    }
    let ends = ends(&house.pool).await;
    for (name, state, word) in [
        ("good", "succeeded", "verified"),
        ("keyed", "succeeded", "verified"),
        ("strange", "succeeded", "suspect"),
        ("failing", "failed", "export_refused"),
        ("away", "failed", "unreachable"),
        ("refusing", "failed", "auth_failed"),
        ("replaced", "failed", "host_key_changed"),
        ("cut", "failed", "connection_lost"),
    ] {
        let end = (name.to_owned(), state.to_owned(), word.to_owned());
        assert!(ends.contains(&end), "{end:?} is not in {ends:?}");
    }

    managing::manage(&visitor, &finder).await;
    let signing = alerts::set_up(&house.pool, &visitor, &finder).await;
    let planted = [planted, vec![signing]].concat();
    let finder = Finder::new(&planted);
    for device in ["good", "keyed", "refusing", "replaced"] {
        let path = format!("/sites/hq/devices/{device}/connection-tests");
        assert_eq!(visitor.post(&path, "").await.status, 303, "{path}");
        at_rest(&house.pool).await;
    }
    pages::visit(&house.pool, &visitor, &finder).await;
    commands(&house);
    finder.assert_clean("the database", &house.dump());
    refusals::provoke(&house.pool, &visitor, &finder).await;
    serving.stop();

    for (file, said) in house.everything_said() {
        finder.assert_clean(&file, &said);
    }
    let log = std::fs::read(house.path("serve.err")).unwrap();
    for words in ["TRACE", "DEBUG", "a page failed", "russh", "sqlx"] {
        let at = memchr::memmem::find(&log, words.as_bytes());
        assert!(at.is_some(), "the log at trace level has {words}");
    }
    finder.assert_clean("the database at the end", &house.dump());
}

/// Commands beside the program that runs, good and bad.
fn commands(house: &House) {
    let inventory = house.path("devices.toml");
    let inventory = inventory.to_str().unwrap();
    let torn = house.path("torn.toml");
    let secret = planted::BAD_INVENTORY;
    let torn_text = format!("[[credential]]\nname = \"x\"\npassword = \"{secret}\nusername = 7\n");
    std::fs::write(&torn, torn_text).unwrap();
    let odd = house.path("odd.toml");
    let odd_text =
        format!("[[credential]]\nname = 1\npasswort = \"{secret}\"\npassword = [\"{secret}\"]\n");
    std::fs::write(&odd, odd_text).unwrap();

    assert_eq!(
        house.run("check", &["check", "--inventory", inventory]),
        Some(0)
    );
    for (name, file) in [("torn", &torn), ("odd", &odd)] {
        let file = file.to_str().unwrap();
        assert_eq!(house.run(name, &["check", "--inventory", file]), Some(2));
        let json = ["check", "--json", "--inventory", file];
        assert_eq!(house.run(&format!("{name}-json"), &json), Some(2));
        let serve = ["serve", "--inventory", file];
        assert_eq!(house.run(&format!("{name}-serve"), &serve), Some(2));
    }
    let backup = ["backup", "--json", "--inventory", inventory];
    let backup = [
        &backup[..],
        &["--device", "hq/good", "--device", "hq/failing"],
    ]
    .concat();
    assert_eq!(house.run("backup", &backup), Some(1));
    assert_eq!(house.run("snapshots", &["snapshots", "--json"]), Some(0));
    assert_eq!(house.run("key-show", &["key", "show"]), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_open_is_found_on_a_page_and_in_a_dump() {
    let house = House::build().await;
    let (serving, visitor, planted) = house.serve().await;
    let finder = Finder::new(&planted);
    assert_eq!(visitor.post("/sites/hq/backups", "").await.status, 303);
    at_rest(&house.pool).await;
    let shown: i64 =
        sqlx::query_scalar("SELECT last_verified_snapshot_id FROM devices WHERE name = 'good'")
            .fetch_one(&house.pool)
            .await
            .unwrap();
    for address in [
        format!("/snapshots/{shown}?secrets=shown"),
        format!("/snapshots/{shown}/download"),
    ] {
        let page = visitor.get(&address).await;
        for secret in planted::IN_EXPORT {
            let one = Finder::new(&[Planted {
                what: "it",
                value: secret.to_owned(),
                telling: planted::TELLING,
            }]);
            assert!(
                !one.found(&page.bytes).is_empty(),
                "{address} shows {secret}"
            );
        }
    }
    serving.stop();
    assert!(finder.found(&house.dump()).is_empty());

    let key = std::fs::read_to_string(house.path("routervault.key")).unwrap();
    for (what, statement, secret) in [
        (
            "text",
            "UPDATE sites SET notes = $1",
            planted::DATABASE_PASSWORD,
        ),
        (
            "bytes",
            "UPDATE credentials SET sealed = convert_to($1, 'UTF8')",
            planted::DEVICE_PASSWORD,
        ),
        (
            "base64",
            "UPDATE batches SET requested_by = encode(convert_to('x' || $1, 'UTF8'), 'base64')",
            planted::KEY_PASSPHRASE,
        ),
        (
            "the key in hex",
            "UPDATE vault_keys SET wrapped_key = decode(split_part(trim($1), ' ', 2), 'hex')",
            key.trim_end(),
        ),
    ] {
        let mut tx = house.pool.begin().await.unwrap();
        let before = finder.found(&house.dump()).len();
        sqlx::query(statement)
            .bind(secret)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(finder.found(&house.dump()).len() > before, "{what}");
    }
}
