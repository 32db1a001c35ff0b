//! Simulated routers, an inventory of them in a database, and a collector to back them up.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use routervault::collector::{Collector, RetryPolicy, Settings};
use routervault::db::batches::{self, DeviceScope, NewBatch, Requested};
use routervault::db::runs::{self, Report};
use routervault::db::snapshots::{self, Listed};
use routervault::db::{devices, runs::Report as RunReport};
use routervault::demo::{DemoSite, Fleet, RouterSpec, RunningRouter, inventory_toml};
use routervault::inventory;
use routervault::model::{DeviceId, RunId, SnapshotId, Trigger};
use routervault::vault::{MasterKey, Vault};
use sqlx::{Connection, PgPool};
use tokio_util::sync::CancellationToken;

use super::{database, until};

/// The vault of this test process.
pub fn vault() -> Arc<Vault> {
    static VAULT: OnceLock<Arc<Vault>> = OnceLock::new();
    Arc::clone(VAULT.get_or_init(|| Arc::new(Vault::create(&MasterKey::generate()).0)))
}

/// The deadlines of the devices, in seconds.
#[derive(Clone, Copy)]
pub struct Deadlines {
    pub connect: u32,
    pub export: u32,
}

impl Deadlines {
    /// For devices that answer.
    pub const GENEROUS: Self = Self {
        connect: 30,
        export: 60,
    };
    /// For devices that are to run into them.
    pub const SHORT: Self = Self {
        connect: 2,
        export: 3,
    };
}

/// Routers and the database that they are backed up into.
pub struct World {
    pub fleet: Fleet,
    pub pool: PgPool,
    pub deadlines: Deadlines,
    pub sites: usize,
}

impl World {
    /// Starts the routers, spread over one site.
    pub async fn with(specs: Vec<RouterSpec>, deadlines: Deadlines) -> Self {
        Self::over_sites(1, specs, deadlines).await
    }

    /// Starts the routers, dealt out to `sites` sites named `site-0`, `site-1`, ...
    pub async fn over_sites(sites: usize, specs: Vec<RouterSpec>, deadlines: Deadlines) -> Self {
        let world = Self {
            fleet: Fleet::start(specs).await.unwrap(),
            pool: database().await,
            deadlines,
            sites,
        };
        world.apply_inventory().await;
        world
    }

    /// The routers' inventory as a file would hold it.
    pub fn inventory(&self) -> String {
        Self::inventory_of(&self.fleet, self.sites, self.deadlines)
    }

    /// An inventory of routers, dealt out to `sites` sites named `site-0`, `site-1`, ...
    pub fn inventory_of(fleet: &Fleet, sites: usize, deadlines: Deadlines) -> String {
        let dealt: Vec<(DemoSite, Vec<&RunningRouter>)> = (0..sites)
            .map(|number| {
                let site = DemoSite {
                    slug: format!("site-{number}"),
                    name: format!("Site {number}"),
                    timezone: "UTC".to_owned(),
                };
                let routers = fleet.routers().iter().enumerate();
                let of_site = routers
                    .filter(|(index, _)| index % sites == number)
                    .map(|(_, router)| router);
                (site, of_site.collect())
            })
            .collect();
        let Deadlines { connect, export } = deadlines;
        inventory_toml(&dealt).unwrap().replace(
            "[defaults]\n",
            &format!(
                "[defaults]\nconnect_timeout_secs = {connect}\nexport_timeout_secs = {export}\n"
            ),
        )
    }

    /// Applies the inventory as it is now.
    pub async fn apply_inventory(&self) {
        let parsed = inventory::parse(&self.inventory(), "test", Path::new(""), &|_| None).unwrap();
        let mut conn = self.pool.acquire().await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        inventory::apply(&mut tx, &parsed, &vault()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A collector that tries each device once.
    pub fn settings() -> Settings {
        Settings {
            idle_timeout: Duration::from_secs(1),
            retry: RetryPolicy {
                manual: Vec::new(),
                scheduled: Vec::new(),
            },
            ..Settings::default()
        }
    }

    /// Asks for a backup of every device.
    pub async fn request(&self) -> Requested {
        let mut conn = self.pool.acquire().await.unwrap();
        let places = devices::list_places(&mut conn).await.unwrap();
        let ids = places.into_iter().map(|place| place.id).collect();
        self.request_devices(ids).await
    }

    /// Asks for a backup of these devices.
    pub async fn request_devices(&self, ids: Vec<DeviceId>) -> Requested {
        let mut conn = self.pool.acquire().await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        let new = NewBatch {
            trigger: Trigger::Manual,
            requested_by: Some("test".to_owned()),
            site: None,
            scheduled: None,
            scope: DeviceScope::Devices(ids),
        };
        let requested = batches::request(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        requested
    }

    /// Waits until the runs have ended.
    pub async fn ended(&self, runs: &[RunId]) -> Vec<Report> {
        until("the runs end", async || {
            let mut conn = self.pool.acquire().await.unwrap();
            let active = runs::count_active(&mut conn, runs).await.unwrap();
            (active == 0).then_some(())
        })
        .await;
        let mut conn = self.pool.acquire().await.unwrap();
        runs::list_reports(&mut conn, runs).await.unwrap()
    }

    /// Backs every device up once, with a collector of `settings`.
    pub async fn back_up_with(&self, settings: Settings) -> Vec<RunReport> {
        let requested = self.request().await;
        let stop = CancellationToken::new();
        let collector = Collector::new(self.pool.clone(), vault(), settings);
        let collecting = tokio::spawn(collector.run(stop.clone()));
        let reports = self.ended(&requested.runs).await;
        stop.cancel();
        collecting.await.unwrap();
        reports
    }

    /// Backs every device up once.
    pub async fn back_up(&self) -> Vec<RunReport> {
        self.back_up_with(Self::settings()).await
    }

    /// Every snapshot, by site and device, newest first.
    pub async fn snapshots(&self) -> Vec<Listed> {
        let mut conn = self.pool.acquire().await.unwrap();
        snapshots::list(&mut conn, None, None, 100_000, 0)
            .await
            .unwrap()
    }

    /// The exact bytes of a snapshot.
    pub async fn body(&self, id: SnapshotId) -> Vec<u8> {
        let mut conn = self.pool.acquire().await.unwrap();
        snapshots::load_body(&mut conn, &vault(), id)
            .await
            .unwrap()
            .unwrap()
    }

    /// The router that a device's name belongs to.
    pub fn router(&self, device: &str) -> &RunningRouter {
        let mut routers = self.fleet.routers().iter();
        routers
            .find(|router| router.spec().identity == device)
            .unwrap()
    }
}
