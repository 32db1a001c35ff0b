//! Pages in the states that are rare, and so are looked at least: before the first site, while
//! something runs, over what is damaged, gone, or has a very long name.

use chrono::Utc;
use routervault::access::link;
use routervault::demo::{Fault, Fleet};
use routervault::model::UserId;

use super::house::House;
use super::{no_wider_than_a_phone, without_barriers};
use crate::support::{Deadlines, World, database};

/// A name as no customer has it, without a place to break.
const LONG: &str = "a-name-of-a-hundred-characters-in-one-word-as-a-script-might-make-it-from-things-put-together-000001";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_keeps_nobody_out() {
    let house = empty().await;
    let pages = first_pages(&house);
    without_barriers(pages.clone(), 1280).await;
    no_wider_than_a_phone(pages).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rare_states_keep_nobody_out() {
    let house = worn().await;
    without_barriers(rare_pages(&house).await, 1280).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rare_states_and_long_names_fit_a_small_phone() {
    let house = worn().await;
    let pages = rare_pages(&house).await;
    no_wider_than_a_phone(pages.clone()).await;
    without_barriers(pages, 320).await;
}

/// A house without a site.
async fn empty() -> House {
    let world = World {
        fleet: Fleet::start(Vec::new()).await.unwrap(),
        pool: database().await,
        deadlines: Deadlines::GENEROUS,
        sites: 0,
    };
    House::around(world).await
}

fn first_pages(house: &House) -> Vec<(String, &'static str)> {
    let pages = [
        ("/", "Add your first site"),
        ("/scripts", "No devices yet"),
        ("/search?q=add", "Nothing found"),
        ("/batches", "No batch yet"),
        ("/runs", "No run yet"),
    ];
    house.filled(&pages, &[])
}

/// A house with long names, a device that has left the inventory, a damaged body, changed host
/// keys of which one is decided on, and a batch that nobody works on.
async fn worn() -> House {
    let house = House::backed_up().await;
    for name in ["router-0", "router-1", "router-3"] {
        let router = house.world.router(name);
        router.set_fault(Some(Fault::ChangedHostKey)).unwrap();
    }
    house.world.back_up().await;
    let change = format!(
        "UPDATE sites SET name = '{LONG}', tags = ARRAY['{LONG}'] WHERE slug = 'site-1';
         UPDATE devices SET name = '{LONG}', model = '{LONG}' WHERE name = 'router-1';
         UPDATE devices SET archived_at = now() WHERE name = 'router-2';
         UPDATE host_key_changes SET decision = 'rejected', decided_at = now(), decided_by = 1
         WHERE device_id = (SELECT id FROM devices WHERE name = 'router-0');
         UPDATE snapshots SET body = '\\x00', comment = '{LONG}'
         WHERE device_id = (SELECT id FROM devices WHERE name = 'router-2');
         UPDATE users SET password_hash = 'of a password that nobody knows';
         INSERT INTO api_tokens (user_id, name, token_hash, begins, role, withheld, all_sites,
                                 site_tags, created_at, expires_at, last_used_at, last_used_from)
         SELECT id, left('{LONG}', 100), '\\x00', 'rvt_0000', 'technician', '{{reveal,download}}',
                false, ARRAY['{LONG}'], now(), now(), now(), '2001:db8:1111:2222:3333:4444:5555:6666'
         FROM users"
    );
    let alerts = include_str!("alerts.sql").replace("$LONG", LONG);
    sqlx::raw_sql(sqlx::AssertSqlSafe(change))
        .execute(&house.world.pool)
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(alerts))
        .execute(&house.world.pool)
        .await
        .unwrap();
    house.world.request().await;
    house
}

async fn rare_pages(house: &House) -> Vec<(String, &'static str)> {
    let snapshots = house.world.snapshots().await;
    let of = |device: &str, nth: usize| {
        let mut own = snapshots.iter().filter(|one| one.device == device);
        own.nth(nth).unwrap().id.0
    };
    let numbers = [
        ("{new}", of("router-0", 0)),
        ("{old}", of("router-0", 1)),
        ("{long}", of(LONG, 0)),
        ("{damaged}", of("router-2", 0)),
        ("{queued}", house.run_that_is("queued").await),
    ];
    let device = format!("/sites/site-1/devices/{LONG}");
    let mut conn = house.world.pool.acquire().await.unwrap();
    let link = link::for_user(&mut conn, UserId(1), Utc::now()).await;
    let welcome = format!("/welcome?token={}", link.unwrap().expose());
    let pages = [
        ("/", LONG),
        ("/sites/site-1", LONG),
        (&*device, LONG),
        ("/scripts?q=name&d=1&d=2&d=3&d=4", LONG),
        ("/snapshots/{long}", LONG),
        ("/snapshots/{long}/restore", LONG),
        ("/compare?s={old}&s={new}&s={long}", LONG),
        (
            "/sites/site-0/devices/router-2",
            "no longer in the inventory",
        ),
        ("/snapshots/{damaged}", "Damaged"),
        ("/snapshots/{damaged}/restore", "can not be read"),
        ("/snapshots/{old}/delete", "Delete"),
        ("/snapshots/{new}/restore?q=name", LONG),
        ("/snapshots/{new}/restore?device=3", "Warning"),
        ("/compare?s={old}&s={new}&noise=1", "added"),
        ("/batches/4", "0 of 3 devices done"),
        ("/batches", "Several sites"),
        ("/runs?state=queued", LONG),
        ("/runs/{queued}", "Queued"),
        ("/runs?site=e", "Which site"),
        ("/compare", "Tick two to six"),
        ("/account", "Expired"),
        ("/account/password", "The new one again"),
        ("/account/second-factor", "Tell the app"),
        ("/manage/host-keys", "Accept all 2 of this site"),
        ("/manage/host-keys?decided=1", "Rejected"),
        ("/manage/devices", LONG),
        ("/manage/tags", LONG),
        ("/manage/alerts", "Quiet-nights"),
        ("/manage/alerts/destinations/1", "One at"),
        ("/manage/alerts/rules/1", LONG),
        ("/manage/alerts/log", "Not before the gateway answers"),
        ("/manage/alerts/log/1", LONG),
        ("/sign-in?notice=signed-out", "You are signed out."),
        (&*welcome, "Set password"),
    ];
    house.filled(&pages, &numbers)
}
