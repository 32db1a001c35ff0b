//! An installation that may be killed: a PostgreSQL of its own, which nobody else suffers with,
//! simulated routers, and the files of the program. A second, empty one is there to restore into.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::header::HeaderValue;
use routervault::db::cluster::{Cluster, Options};
use routervault::db::retention::save_rule;
use routervault::db::{self, devices};
use routervault::demo::{Fleet, RouterSpec};
use routervault::model::{DeviceId, Origin, Retention, RetentionTarget};
use routervault::vault::{KeyPlace, Vault};
use routervault::{inventory, keyring};
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::cli::data_dir;
use crate::support::{Deadlines, World, administrator, app_state, cookie_of, insert_user, until};

/// How many sites there are, and how many devices in all.
pub const SITES: usize = 3;
const DEVICES: usize = 12;

/// How many backups of a device stay.
pub const KEPT: i32 = 3;

/// Small, for it is the moments that count.
const EXPORT_BYTES: usize = 2_000;

/// A database, as the program is told of it.
pub struct Place {
    pub url: String,
    pub key_file: PathBuf,
    /// The test's own connections.
    pub pool: PgPool,
}

impl Place {
    async fn new(server: &str, name: &str, folder: &Path) -> Self {
        let mut conn = PgConnection::connect(server).await.unwrap();
        // The test's cluster may lose what was committed in its last moments; here that would be
        // a fault that the program has no part in.
        for sql in [
            format!("CREATE DATABASE {name}"),
            format!("ALTER DATABASE {name} SET synchronous_commit = on"),
        ] {
            let sql = sqlx::AssertSqlSafe(sql);
            sqlx::query(sql).execute(&mut conn).await.unwrap();
        }
        let url = server.replace("/postgres?", &format!("/{name}?"));
        Self {
            pool: db::connect(&url, 4).await.unwrap(),
            key_file: folder.join(format!("{name}.key")),
            url,
        }
    }

    /// The vault that the program made, or makes from here on.
    pub async fn vault(&self) -> Arc<Vault> {
        let mut conn = self.pool.acquire().await.unwrap();
        let place = KeyPlace::at(&self.key_file);
        Arc::new(keyring::open(&mut conn, &place).await.unwrap())
    }

    /// Works with the database, again while it is away.
    pub async fn with<T>(
        &self,
        mut work: impl AsyncFnMut(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> T {
        until("the database answers", async || {
            let worked = async { work(&mut *self.pool.acquire().await?).await };
            match worked.await {
                Ok(value) => Some(value),
                Err(error) if db::is_away(&error) => None,
                Err(error) => panic!("{error}"),
            }
        })
        .await
    }
}

pub struct House {
    pub here: Place,
    /// Where nothing is yet, not even the tables.
    pub elsewhere: Place,
    pub vault: Arc<Vault>,
    /// Of an administrator who is signed in here.
    pub cookie: HeaderValue,
    pub fleet: Fleet,
    pub devices: Vec<DeviceId>,
    /// Declared before its folder, so that it ends before that goes.
    _cluster: Cluster,
    folder: tempfile::TempDir,
}

impl House {
    pub async fn build() -> Self {
        let folder = data_dir();
        let options = Options {
            data_dir: folder.path().join("data"),
            durable: false,
        };
        let cluster = Cluster::start(&options).unwrap();
        let here = Place::new(cluster.url(), "here", folder.path()).await;
        let elsewhere = Place::new(cluster.url(), "elsewhere", folder.path()).await;
        db::migrate(&here.pool).await.unwrap();
        let specs = (0..DEVICES as u64).map(|seed| RouterSpec {
            size_bytes: EXPORT_BYTES,
            ..RouterSpec::new(format!("d{seed}"), seed)
        });
        let vault = here.vault().await;
        let visitor = insert_user(&here.pool, &administrator()).await;
        let state = app_state(&here.pool, &vault, chrono::Utc::now);
        let mut house = Self {
            cookie: cookie_of(&state, visitor).await,
            vault,
            here,
            elsewhere,
            fleet: Fleet::start(specs.collect()).await.unwrap(),
            devices: Vec::new(),
            _cluster: cluster,
            folder,
        };
        house.move_in().await;
        house
    }

    /// The routers become devices, and each site has a rule of its own.
    async fn move_in(&mut self) {
        let text = World::inventory_of(&self.fleet, SITES, Deadlines::GENEROUS);
        // What is asked for is asked for here, whatever hour it is.
        let text = text + "[[schedule]]\nrhythm = \"off\"\n";
        let parsed = inventory::parse(&text, "test", Path::new(""), &|_| None).unwrap();
        let mut tx = self.here.pool.begin().await.unwrap();
        inventory::apply(&mut tx, &parsed, &self.vault)
            .await
            .unwrap();
        let places = devices::list_places(&mut tx).await.unwrap();
        let keep = Retention {
            count: Some(KEPT),
            ..Retention::default()
        };
        for place in &places {
            let target = RetentionTarget::Site(place.site);
            save_rule(
                &mut tx,
                Origin::Browser,
                (&target, &keep),
                chrono::Utc::now(),
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        self.devices = places.into_iter().map(|place| place.id).collect();
    }

    /// A file or folder beside the database.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the archives are.
    pub fn archives(&self) -> PathBuf {
        self.path("archives")
    }

    /// Kills the whole of PostgreSQL, which is started again; returns when it has gone.
    pub async fn kill_postmaster(&self) {
        let path = self.path("data/pgdata/postmaster.pid");
        let text = std::fs::read_to_string(path).unwrap();
        let pid = text.lines().next().unwrap().parse().unwrap();
        let mut conn = self.here.pool.acquire().await.unwrap();
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        until("PostgreSQL has gone", async || {
            let asked = sqlx::query("SELECT 1").execute(&mut *conn).await;
            asked.err()
        })
        .await;
    }

    /// Kills the part of PostgreSQL that serves one connection of the program; all others are cut
    /// off by that. Returns when they are.
    pub async fn kill_backend(&self) {
        let mut conn = self.here.pool.acquire().await.unwrap();
        let pid: i32 = sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity
             WHERE backend_type = 'client backend'
             ORDER BY (pid = pg_backend_pid()), (state = 'idle'), random()
             LIMIT 1",
        )
        .fetch_one(&mut *conn)
        .await
        .unwrap();
        // It may have ended meanwhile, and then nobody is cut off.
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        until("it has gone", async || {
            let asked = sqlx::query("SELECT FROM pg_stat_activity WHERE pid = $1").bind(pid);
            let found = asked.fetch_optional(&mut *conn).await;
            (!matches!(found, Ok(Some(_)))).then_some(())
        })
        .await;
    }
}
