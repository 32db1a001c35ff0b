//! Inventories applied to a real database: what is written, what is left alone, what is kept.

use std::fmt::Write;
use std::path::Path;

use routervault::inventory::{Applied, ApplyError, Counts, Inventory, apply, parse};
use routervault::model::BatchId;
use routervault::vault::{MasterKey, Vault};
use sqlx::PgPool;

use crate::support;

const CREDENTIALS: &str = r#"
[defaults]
credential = "core"
[[credential]]
name = "core"
username = "backup"
password = "swordfish"
"#;

const ACME: &str = r#"
[[site]]
slug = "acme"
tags = ["one", "two"]
"#;

const GATEWAY: &str = r#"
[[site.device]]
name = "gw-1"
address = "192.0.2.1"
tags = ["core"]
"#;

const ACCESS_POINT: &str = r#"
[[site.device]]
name = "ap-1"
address = "192.0.2.2"
"#;

fn inventory(parts: &[&str]) -> Inventory {
    let text = [&[CREDENTIALS], parts].concat().concat();
    parse(&text, "devices.toml", Path::new(""), &|_| None).unwrap()
}

fn vault() -> Vault {
    Vault::create(&MasterKey::generate()).0
}

async fn try_apply(
    pool: &PgPool,
    vault: &Vault,
    inventory: &Inventory,
) -> Result<Applied, ApplyError> {
    let mut transaction = pool.begin().await?;
    let applied = apply(&mut transaction, inventory, vault).await?;
    transaction.commit().await?;
    Ok(applied)
}

async fn apply_parts(pool: &PgPool, vault: &Vault, parts: &[&str]) -> Applied {
    try_apply(pool, vault, &inventory(parts)).await.unwrap()
}

async fn text(pool: &PgPool, sql: &'static str) -> Option<String> {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn execute(pool: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

/// The transactions that wrote each row last.
async fn writers(pool: &PgPool) -> Option<String> {
    text(
        pool,
        "SELECT string_agg(kind || id || ' ' || xmin, ', ' ORDER BY kind, id)
         FROM (SELECT 'site' AS kind, id, xmin::text FROM sites
               UNION ALL SELECT 'device', id, xmin::text FROM devices
               UNION ALL SELECT 'credential', id, xmin::text FROM credentials) AS rows",
    )
    .await
}

fn counts(added: u64, changed: u64, restored: u64, archived: u64) -> Counts {
    Counts {
        added,
        changed,
        restored,
        archived,
        ..Counts::default()
    }
}

#[tokio::test]
async fn applying_an_inventory_twice_writes_nothing_the_second_time() {
    let (pool, vault) = (support::database().await, vault());
    let parts = [ACME, GATEWAY, ACCESS_POINT];
    let first = apply_parts(&pool, &vault, &parts).await;
    assert_eq!(first.sites, counts(1, 0, 0, 0));
    assert_eq!(first.devices, counts(2, 0, 0, 0));
    assert_eq!(first.credentials, counts(1, 0, 0, 0));
    let written_by = writers(&pool).await;
    assert!(written_by.is_some());
    let second = apply_parts(&pool, &vault, &parts).await;
    assert_eq!(second, Applied::default());
    assert_eq!(writers(&pool).await, written_by);
}

#[tokio::test]
async fn what_the_file_says_is_what_the_database_has() {
    let (pool, vault) = (support::database().await, vault());
    let depot = "[[site]]\nslug = \"depot\"\nname = \"Depot\"\ntimezone = \"Asia/Tokyo\"\n\
                 [[site.device]]\nname = \"r\"\naddress = \"[2001:db8::1]\"\nport = 2222\n\
                 enabled = false\nlegacy_ssh = true\nconnect_timeout_secs = 3\n\
                 export_timeout_secs = 4\n";
    apply_parts(&pool, &vault, &[ACME, GATEWAY, depot]).await;
    let sites = text(
        &pool,
        "SELECT string_agg(concat_ws(' ', slug, name, timezone, tags), '; ' ORDER BY slug)
         FROM sites",
    );
    assert_eq!(
        sites.await.unwrap(),
        "acme acme UTC {one,two}; depot Depot Asia/Tokyo {}"
    );
    let devices = text(
        &pool,
        "SELECT string_agg(concat_ws(' ', sites.slug, devices.name, address, port, platform,
                                     credentials.name, devices.tags, enabled, legacy_ssh,
                                     connect_timeout_secs, export_timeout_secs),
                           '; ' ORDER BY sites.slug)
         FROM devices
         JOIN sites ON sites.id = site_id
         JOIN credentials ON credentials.id = credential_id",
    );
    assert_eq!(
        devices.await.unwrap(),
        "acme gw-1 192.0.2.1 22 routeros core {core} t f 10 300; \
         depot r 2001:db8::1 2222 routeros core {} f t 3 4"
    );
}

#[tokio::test]
async fn a_changed_device_is_written_and_its_neighbour_is_not() {
    let (pool, vault) = (support::database().await, vault());
    apply_parts(&pool, &vault, &[ACME, GATEWAY, ACCESS_POINT]).await;
    let neighbour = "SELECT xmin::text FROM devices WHERE name = 'ap-1'";
    let before = text(&pool, neighbour).await;
    let moved = GATEWAY.replace("192.0.2.1", "192.0.2.9");
    let applied = apply_parts(&pool, &vault, &[ACME, &moved, ACCESS_POINT]).await;
    assert_eq!(applied.devices, counts(0, 1, 0, 0));
    assert_eq!(applied.sites, Counts::default());
    assert_eq!(text(&pool, neighbour).await, before);
    let address = text(&pool, "SELECT address FROM devices WHERE name = 'gw-1'");
    assert_eq!(address.await.unwrap(), "192.0.2.9");
}

#[tokio::test]
async fn a_device_that_left_keeps_its_history_and_comes_back_as_the_same() {
    let (pool, vault) = (support::database().await, vault());
    apply_parts(&pool, &vault, &[ACME, GATEWAY, ACCESS_POINT]).await;
    execute(
        &pool,
        "INSERT INTO host_keys (device_id, algorithm, public_key, fingerprint)
         SELECT id, 'ssh-rsa', '\\x00', 'SHA256:x' FROM devices WHERE name = 'ap-1'",
    )
    .await;
    let history = "SELECT host_keys.device_id || ' ' || (archived_at IS NOT NULL)
                   FROM host_keys JOIN devices ON devices.id = device_id
                   WHERE devices.name = 'ap-1'";
    let live = text(&pool, history).await.unwrap();

    let left = apply_parts(&pool, &vault, &[ACME, GATEWAY]).await;
    assert_eq!(left.devices, counts(0, 0, 0, 1));
    let archived = text(&pool, history).await.unwrap();
    assert_eq!(archived, live.replace("false", "true"));
    let again = apply_parts(&pool, &vault, &[ACME, GATEWAY]).await;
    assert_eq!(again, Applied::default());

    let back = apply_parts(&pool, &vault, &[ACME, GATEWAY, ACCESS_POINT]).await;
    assert_eq!(back.devices, counts(0, 0, 1, 0));
    assert_eq!(text(&pool, history).await.unwrap(), live);
}

#[tokio::test]
async fn a_site_that_left_goes_with_its_devices_and_is_due_anew_when_it_comes_back() {
    let (pool, vault) = (support::database().await, vault());
    let depot = ACME.replace("acme", "depot");
    let both = [ACME, GATEWAY, &depot, ACCESS_POINT];
    apply_parts(&pool, &vault, &both).await;
    execute(&pool, "UPDATE due_times SET due_at = '2000-01-01'").await;
    let left = apply_parts(&pool, &vault, &[ACME, GATEWAY]).await;
    assert_eq!(left.sites, counts(0, 0, 0, 1));
    assert_eq!(left.devices, counts(0, 0, 0, 1));
    let back = apply_parts(&pool, &vault, &both).await;
    assert_eq!(back.sites, counts(0, 0, 1, 0));
    assert_eq!(back.devices, counts(0, 0, 1, 0));
    let due = "SELECT string_agg(slug, ' ') FROM due_times JOIN sites ON id = site_id WHERE due_at IS NULL";
    assert_eq!(text(&pool, due).await.unwrap(), "depot");
}

#[tokio::test]
async fn a_device_that_moves_to_another_site_is_another_device() {
    let (pool, vault) = (support::database().await, vault());
    let depot = ACME.replace("acme", "depot");
    apply_parts(&pool, &vault, &[ACME, GATEWAY, &depot]).await;
    let applied = apply_parts(&pool, &vault, &[ACME, &depot, GATEWAY]).await;
    assert_eq!(applied.devices, counts(1, 0, 0, 1));
}

#[tokio::test]
async fn a_new_time_zone_makes_the_site_due_anew_and_a_new_name_does_not() {
    let (pool, vault) = (support::database().await, vault());
    apply_parts(&pool, &vault, &[ACME, GATEWAY]).await;
    execute(&pool, "UPDATE due_times SET due_at = '2000-01-01'").await;
    let due = "SELECT due_at::date::text FROM due_times";
    let named = format!("{ACME}name = \"Acme\"\n");
    let applied = apply_parts(&pool, &vault, &[&named, GATEWAY]).await;
    assert_eq!(applied.sites, counts(0, 1, 0, 0));
    assert_eq!(text(&pool, due).await.unwrap(), "2000-01-01");
    let zoned = format!("{named}timezone = \"Europe/Berlin\"\n");
    apply_parts(&pool, &vault, &[&zoned, GATEWAY]).await;
    assert_eq!(text(&pool, due).await, None);
}

#[tokio::test]
async fn a_changed_password_is_sealed_anew_and_an_unused_credential_is_archived() {
    let (pool, vault) = (support::database().await, vault());
    let edge = "[[credential]]\nname = \"edge\"\nusername = \"e\"\npassword = \"p\"\n";
    apply_parts(&pool, &vault, &[edge, ACME]).await;
    let changed = CREDENTIALS.replace("swordfish", "marlin") + ACME;
    let changed = parse(&changed, "devices.toml", Path::new(""), &|_| None).unwrap();
    let applied = try_apply(&pool, &vault, &changed).await.unwrap();
    assert_eq!(applied.credentials, counts(0, 1, 0, 1));
    let stored: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT name, sealed FROM credentials ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
    let opened: Vec<_> = stored
        .iter()
        .map(|(name, sealed)| vault.open(&format!("credential:{name}"), sealed).unwrap())
        .collect();
    assert_eq!(opened[0].as_slice(), br#"{"password":"marlin"}"#);
    assert_eq!(opened[1].as_slice(), br#"{"password":"p"}"#);
}

#[tokio::test]
async fn a_changed_user_name_is_written_and_a_damaged_secret_is_healed() {
    let (pool, vault) = (support::database().await, vault());
    apply_parts(&pool, &vault, &[ACME]).await;
    for damage in [
        "UPDATE credentials SET username = 'other'",
        "UPDATE credentials SET sealed = '\\x00'",
    ] {
        execute(&pool, damage).await;
        let applied = apply_parts(&pool, &vault, &[ACME]).await;
        assert_eq!(applied.credentials, counts(0, 1, 0, 0), "{damage}");
        assert_eq!(
            apply_parts(&pool, &vault, &[ACME]).await,
            Applied::default()
        );
    }
    let username = text(&pool, "SELECT username FROM credentials").await;
    assert_eq!(username.unwrap(), "backup");
}

#[tokio::test]
async fn queued_runs_of_devices_that_left_or_are_disabled_are_cancelled() {
    let (pool, vault) = (support::database().await, vault());
    let others = ["ap-2", "ap-3"].map(|name| ACCESS_POINT.replace("ap-1", name));
    let before = [ACME, GATEWAY, ACCESS_POINT, &others[0], &others[1]];
    apply_parts(&pool, &vault, &before).await;
    execute(
        &pool,
        "INSERT INTO batches (trigger, requested_by) VALUES ('manual', 'a technician');
         INSERT INTO runs (batch_id, device_id, site_id, priority)
         SELECT 1, id, site_id, 0 FROM devices;
         UPDATE runs SET state = 'running', claimed_by = 'c', lease_until = now()
         WHERE device_id = (SELECT id FROM devices WHERE name = 'ap-3')",
    )
    .await;
    // ap-1 is disabled, ap-2 leaves, and so does ap-3, whose run is on its way.
    let disabled = format!("{ACCESS_POINT}enabled = false\n");
    let applied = apply_parts(&pool, &vault, &[ACME, GATEWAY, &disabled]).await;
    assert_eq!(applied.runs_cancelled, 2);
    assert_eq!(applied.batches, [BatchId(1)]);
    let runs = text(
        &pool,
        "SELECT string_agg(concat_ws(' ', name, state, finished_at IS NOT NULL,
                                     last_run_id IS NOT DISTINCT FROM runs.id),
                           ', ' ORDER BY name)
         FROM runs JOIN devices ON devices.id = device_id",
    );
    assert_eq!(
        runs.await.unwrap(),
        "ap-1 cancelled t t, ap-2 cancelled t t, ap-3 running f f, gw-1 queued f f"
    );
}

#[tokio::test]
async fn nothing_is_applied_when_an_error_comes_midway() {
    let (pool, vault) = (support::database().await, vault());
    apply_parts(&pool, &vault, &[ACME, GATEWAY]).await;
    let before = writers(&pool).await;
    let mut broken = inventory(&[&ACME.replace("acme", "depot"), ACCESS_POINT]);
    broken.sites[0].devices[0].credential = "none".to_owned();
    let error = try_apply(&pool, &vault, &broken).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the device depot/ap-1 names the credential `none`, which is not there"
    );
    assert_eq!(writers(&pool).await, before);
}

#[tokio::test]
async fn two_processes_that_apply_at_once_both_succeed() {
    let (pool, vault) = (support::database().await, vault());
    let wanted = inventory(&[ACME, GATEWAY]);
    let (one, other) = tokio::join!(
        try_apply(&pool, &vault, &wanted),
        try_apply(&pool, &vault, &wanted)
    );
    let mut added = [one, other].map(|applied| applied.unwrap().devices.added);
    added.sort_unstable();
    assert_eq!(added, [0, 1]);
}

#[tokio::test]
async fn ten_thousand_devices_are_applied_in_bulk() {
    let (pool, vault) = (support::database().await, vault());
    let mut text = String::new();
    for site in 0..100 {
        writeln!(text, "[[site]]\nslug = \"site-{site}\"").unwrap();
        for device in 0..100 {
            let header = "[[site.device]]";
            writeln!(
                text,
                "{header}\nname = \"r-{device}\"\naddress = \"10.{site}.{device}.1\""
            )
            .unwrap();
        }
    }
    let wanted = inventory(&[&text]);
    let first = try_apply(&pool, &vault, &wanted).await.unwrap();
    assert_eq!(first.devices, counts(10_000, 0, 0, 0));
    let second = try_apply(&pool, &vault, &wanted).await.unwrap();
    assert_eq!(second, Applied::default());
    let changed = inventory(&[&text.replace(".1\"", ".2\"")]);
    let third = try_apply(&pool, &vault, &changed).await.unwrap();
    assert_eq!(third.devices, counts(0, 10_000, 0, 0));
    let emptied = apply_parts(&pool, &vault, &[ACME]).await;
    assert_eq!(emptied.devices, counts(0, 0, 0, 10_000));
}
