//! Opening what a command works on: the database, private or given, and the vault.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use nix::unistd::Uid;
use sqlx::PgPool;

use crate::db;
use crate::db::cluster::{self, Cluster};
use crate::keyring;
use crate::vault::{KeyPlace, Vault};

use super::args::StoreArgs;

/// How many connections a process holds at most: the collector, the pages and the scheduler
/// share them, and a connection is held for milliseconds.
const MAX_CONNECTIONS: u32 = 16;

/// Name of the key file in the data folder.
const KEY_FILE: &str = "routervault.key";

/// The database before the runtime starts: a private one is kept by a thread of its own.
pub struct Database {
    url: String,
    key_file: PathBuf,
    data_dir: PathBuf,
    /// Stopped when this is dropped, so it must outlive the pool.
    cluster: Option<Cluster>,
}

/// The database and the vault, ready for use.
#[derive(Clone)]
pub struct Store {
    pub pool: PgPool,
    pub vault: Arc<Vault>,
}

impl Database {
    /// Starts or joins the private PostgreSQL, or takes the given one.
    pub fn start(args: &StoreArgs) -> anyhow::Result<Self> {
        let data_dir = match &args.data_dir {
            Some(folder) => folder.clone(),
            None => default_data_dir("routervault")?,
        };
        let key_file = args
            .key_file
            .clone()
            .unwrap_or_else(|| data_dir.join(KEY_FILE));
        if let Some(url) = &args.database_url {
            return Ok(Self {
                url: url.clone(),
                key_file,
                data_dir,
                cluster: None,
            });
        }
        let cluster = Cluster::start(&cluster::Options {
            data_dir: data_dir.clone(),
            durable: true,
        })?;
        Ok(Self {
            url: cluster.url().to_owned(),
            key_file,
            data_dir,
            cluster: Some(cluster),
        })
    }

    /// The same for a command that only reads: it makes nothing where there is nothing.
    pub fn start_existing(args: &StoreArgs) -> anyhow::Result<Self> {
        let data_dir = match &args.data_dir {
            Some(folder) => folder.clone(),
            None => default_data_dir("routervault")?,
        };
        if args.database_url.is_none() && !data_dir.join("pgdata").exists() {
            bail!(
                "there are no backups in {}: `serve` or `backup` makes them; name their folder by --data-dir",
                data_dir.display()
            );
        }
        Self::start(args)
    }

    /// Where it answers. That of a private one has no password; one that was given may.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this process started a private PostgreSQL, and did not join another's.
    pub fn is_own(&self) -> bool {
        self.cluster.as_ref().is_some_and(Cluster::is_own)
    }

    /// The data folder of a private PostgreSQL; `None`: it is one that was given.
    pub fn private_folder(&self) -> Option<&Path> {
        self.cluster.as_ref().map(|_| self.data_dir.as_path())
    }

    /// Where archives are kept: `named`, or in the data folder.
    pub fn archive_dir(&self, named: Option<&Path>) -> PathBuf {
        named.map_or_else(|| self.data_dir.join("archives"), Path::to_owned)
    }

    /// Where its key file is.
    pub fn key_place(&self) -> KeyPlace {
        KeyPlace::at(&self.key_file)
    }

    /// Connects, and leaves the schema as it is.
    pub async fn connect_only(&self) -> anyhow::Result<PgPool> {
        Ok(db::connect(&self.url, MAX_CONNECTIONS).await?)
    }

    /// Connects and brings the schema up to date.
    pub async fn connect(&self) -> anyhow::Result<PgPool> {
        let pool = self.connect_only().await?;
        db::migrate(&pool).await?;
        Ok(pool)
    }

    /// Connects, brings the schema up to date, and unlocks the vault.
    pub async fn open(&self) -> anyhow::Result<Store> {
        let pool = self.connect().await?;
        let mut conn = pool.acquire().await.context("Cannot reach the database")?;
        let vault = keyring::open(&mut conn, &self.key_place()).await?;
        drop(conn);
        Ok(Store {
            pool,
            vault: Arc::new(vault),
        })
    }
}

/// The data folder where none is named.
pub fn default_data_dir(name: &str) -> anyhow::Result<PathBuf> {
    if Uid::effective().is_root() {
        return Ok(Path::new("/var/lib").join(name));
    }
    let xdg = std::env::var_os("XDG_DATA_HOME").filter(|folder| !folder.is_empty());
    let home = std::env::var_os("HOME").filter(|folder| !folder.is_empty());
    match (xdg, home) {
        (Some(folder), _) => Ok(PathBuf::from(folder).join(name)),
        (None, Some(home)) => Ok(PathBuf::from(home).join(".local/share").join(name)),
        (None, None) => {
            bail!("there is no HOME to keep the data folder in; name one by --data-dir")
        }
    }
}
