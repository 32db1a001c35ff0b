//! Routers that are backed up, and the pages over them, served on a port of their own.

use chrono::Utc;
use routervault::demo::{Fault, RouterSpec};
use routervault::model::Person;
use routervault::search::index_next;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{Deadlines, World, administrator, app_state, signed_in_as, vault};

/// Routers, the pages on a port of their own, and what stops them.
pub struct House {
    pub world: World,
    origin: String,
    _stop: DropGuard,
}

impl House {
    /// Two sites of two routers; the last router refuses the export.
    pub async fn open() -> Self {
        let names = ["router-0", "router-1", "router-2", "router-3"];
        Self::of(2, &names).await
    }

    /// Sites of routers with these names; the last router refuses the export.
    pub async fn of(sites: usize, names: &[&str]) -> Self {
        let mut specs: Vec<RouterSpec> = (0..)
            .zip(names)
            .map(|(seed, name)| RouterSpec {
                size_bytes: 3_000,
                ..RouterSpec::new((*name).to_owned(), seed)
            })
            .collect();
        specs.last_mut().unwrap().fault = Some(Fault::PermissionRefused);
        Self::around(World::over_sites(sites, specs, Deadlines::GENEROUS).await).await
    }

    /// The pages over a world.
    pub async fn around(world: World) -> Self {
        let stop = CancellationToken::new();
        let origin = serve(&world, administrator(), stop.clone()).await;
        Self {
            world,
            origin,
            _stop: stop.drop_guard(),
        }
    }

    /// The same, backed up twice, with a change in between on the first router.
    pub async fn backed_up() -> Self {
        let house = Self::open().await;
        house.world.back_up().await;
        house.world.router("router-0").change();
        house.world.back_up().await;
        while index_next(&house.world.pool, &vault()).await.unwrap() {}
        house
    }

    /// The same pages as somebody else sees them, on another port, for as long as the guard is
    /// kept.
    pub async fn seen_by(&self, person: Person) -> (String, DropGuard) {
        let stop = CancellationToken::new();
        let origin = serve(&self.world, person, stop.clone()).await;
        (origin, stop.drop_guard())
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Every kind of page, and a word that its content has.
    pub async fn pages(&self) -> Vec<(String, &'static str)> {
        let snapshots = self.world.snapshots().await;
        let mut first = snapshots
            .iter()
            .filter(|snapshot| snapshot.device == "router-0");
        let (new, old) = (first.next().unwrap().id, first.next().unwrap().id);
        let other = snapshots.iter().find(|one| one.device == "router-1");
        let other = other.unwrap().id;
        let failed = self.run_that_is("failed").await;
        let numbers = [
            ("{new}", new.0),
            ("{old}", old.0),
            ("{other}", other.0),
            ("{failed}", failed),
        ];
        let pages = [
            ("/", "3 of 4 devices verified"),
            ("/?q=nothing", "Nothing found"),
            ("/sites/site-1", "not enough permissions"),
            ("/reports", "until now"),
            ("/sites/site-0/reports", "until now"),
            ("/sites/site-0/devices/router-0", "Config Backups"),
            ("/sites/site-1/devices/router-3", "No backup yet"),
            ("/snapshots/{new}", "/system identity"),
            (
                "/snapshots/{new}?find=add&secrets=shown",
                "Secrets are shown",
            ),
            ("/snapshots/{new}?view=joined&line=3", "/system identity"),
            (
                "/snapshots/{new}/restore",
                "What no backup of this kind contains",
            ),
            ("/snapshots/{new}/comment", "Save comment"),
            ("/snapshots/{new}/delete", "Delete"),
            ("/scripts", "router-3"),
            ("/scripts?q=ro&d=1&d=2", "View or compare"),
            ("/compare?s={old}&s={new}", "added"),
            ("/compare?s={old}&s={new}&layout=unified", "added"),
            ("/compare?s={old}&s={new}&s={other}", "added"),
            ("/search", "What to ask"),
            ("/search?q=add&when=ever", "More lines"),
            ("/search?q=(&regex=1", "("),
            ("/search/lines/2?when=ever", "or before"),
            ("/batches", "3 of 4 verified"),
            ("/batches/1", "3 of 4 devices backed up"),
            ("/runs", "router-3"),
            ("/runs?state=failed", "not enough permissions"),
            ("/runs/{failed}", "not enough permissions"),
            ("/manage/sites", "From devices.toml"),
            ("/manage/sites/new", "Its short name in addresses"),
            ("/manage/sites/site-0/edit", "inventory file"),
            ("/manage/devices", "router-3"),
            ("/manage/devices/new?site=site-0", "Back it up"),
            ("/manage/devices/1", "inventory file"),
            ("/manage/credentials", "From devices.toml"),
            ("/manage/credentials/new", "A password or a private key"),
            ("/manage/credentials/1", "Used by"),
            ("/manage/tags", "Manage tags"),
            ("/manage/retention", "No rule yet"),
            ("/manage/retention/rule", "Thin out with age"),
            (
                "/manage/retention/preview?target=all&count=1",
                "Nothing was deleted or saved yet",
            ),
            ("/manage/schedules", "daily at 02:00"),
            ("/manage/schedules/new", "Time of day"),
            ("/manage/schedules/1", "have this schedule"),
            ("/manage/maintenance-windows", "No maintenance windows"),
            ("/manage/maintenance-windows/new", "How often"),
            ("/manage/users", "No password yet"),
            ("/manage/users/new", "Withheld from a technician"),
            ("/manage/users/1", "This is you"),
            ("/manage/audit", "Entries are added and nothing else"),
            ("/manage/audit?action=secrets_shown&text=router", "router-0"),
            ("/manage/alerts", "Nobody is told of anything yet"),
            ("/manage/alerts/mail-server", "Usually 587"),
            ("/manage/alerts/destinations/new", "one a line, at most 50"),
            (
                "/manage/alerts/destinations/new?kind=webhook",
                "A secret for its signature",
            ),
            ("/manage/alerts/rules/new", "No destination yet"),
            ("/manage/alerts/log", "No message yet"),
            ("/manage/archives", "No archives yet"),
            ("/manage/archives/plans/new", "Archives to keep"),
            ("/manage/import", "UTF-8, at most"),
            ("/settings/single-sign-on", "There is no group yet"),
            ("/settings/single-sign-on/groups/new", "Withheld"),
            ("/api", "Backs up a site, or some of its devices"),
            ("/account", "Where you are signed in"),
            ("/account/password", "sign in elsewhere"),
            ("/account/second-factor", "set up there"),
            ("/account/tokens/new", "It never may more than you may"),
            ("/manage/host-keys", "No changed host keys"),
            ("/manage/host-keys?decided=1", "Nothing was decided yet"),
            ("/sign-in?next=/runs", "Forgot it?"),
            ("/welcome?token=spent", "does not work any more"),
            ("/nothing", "There is no such page"),
        ];
        let mut pages = self.filled(&pages, &numbers);
        let report = format!("/sites/site-1/reports/{}", self.month().await);
        pages.push((self.url(&report), "export refused"));
        let report = format!("/reports/{}", self.month().await);
        pages.push((self.url(&report), "2 sites with 4 devices"));
        pages
    }

    /// The month in which the sites were made, as the addresses of reports have it.
    async fn month(&self) -> String {
        let query = "SELECT to_char(created_at AT TIME ZONE timezone, 'YYYY-MM') FROM sites";
        let found = sqlx::query_scalar(query);
        found.fetch_one(&self.world.pool).await.unwrap()
    }

    /// The addresses of pages, with numbers in the places of their names.
    pub fn filled(
        &self,
        pages: &[(&str, &'static str)],
        numbers: &[(&str, i64)],
    ) -> Vec<(String, &'static str)> {
        let fill =
            |path: String, (name, number): &(&str, i64)| path.replace(name, &number.to_string());
        let address = |path: &str| self.url(&numbers.iter().fold(path.to_owned(), fill));
        let filled = pages.iter().map(|(path, words)| (address(path), *words));
        filled.collect()
    }

    /// The newest run of this state.
    pub async fn run_that_is(&self, state: &str) -> i64 {
        let query = "SELECT max(id) FROM runs WHERE state = $1";
        let found = sqlx::query_scalar(query).bind(state);
        found.fetch_one(&self.world.pool).await.unwrap()
    }
}

/// Serves the pages to somebody until `stop`, and says where.
async fn serve(world: &World, person: Person, stop: CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = app_state(&world.pool, &vault(), Utc::now);
    let pages = signed_in_as(state, person).await;
    tokio::spawn(async move {
        let serving = axum::serve(listener, pages).with_graceful_shutdown(stop.cancelled_owned());
        serving.await.unwrap();
    });
    format!("http://{address}")
}
