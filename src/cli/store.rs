//! Opening what a command works on: the database, private or given, and the vault.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use nix::unistd::Uid;
use sqlx::PgPool;

use crate::db::cluster::{self, Cluster};
use crate::db::{self, vault_keys};
use crate::vault::{MasterKey, Vault};

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
                cluster: None,
            });
        }
        let cluster = Cluster::start(&cluster::Options {
            data_dir,
            durable: true,
        })?;
        Ok(Self {
            url: cluster.url().to_owned(),
            key_file,
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

    /// Whether this process started a private PostgreSQL, and did not join another's.
    pub fn is_own(&self) -> bool {
        self.cluster.as_ref().is_some_and(Cluster::is_own)
    }

    /// Connects, brings the schema up to date, and unlocks the vault.
    pub async fn open(&self) -> anyhow::Result<Store> {
        let pool = db::connect(&self.url, MAX_CONNECTIONS).await?;
        db::migrate(&pool).await?;
        let vault = unlock(&pool, &self.key_file).await?;
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

/// Opens the vault of this database, making key and vault on first use. A key is never made for
/// a database that has one: what it seals would be lost, and look like a backup.
async fn unlock(pool: &PgPool, key_file: &Path) -> anyhow::Result<Vault> {
    let mut conn = pool.acquire().await.context("Cannot reach the database")?;
    let mut key = MasterKey::read(key_file)?;
    let stored = vault_keys::get(&mut conn).await?;
    if stored.is_none() {
        let master = match key.take() {
            Some(master) => master,
            None => make_key(key_file)?,
        };
        let (_, wrapped_key) = Vault::create(&master);
        let first = vault_keys::VaultKey {
            master_key_id: master.id().to_vec(),
            wrapped_key,
        };
        vault_keys::insert_first(&mut conn, &first).await?;
        key = Some(master);
    }
    let Some(stored) = vault_keys::get(&mut conn).await? else {
        bail!("the vault's key could not be stored in the database");
    };
    let id = hex::encode(&stored.master_key_id);
    let Some(master) = key else {
        bail!(
            "the database is sealed with the key {id}, and there is no key file {}. Put that key file back, or name it by --key-file",
            key_file.display()
        );
    };
    Vault::unlock(&master, &stored.wrapped_key).map_err(|_| {
        anyhow::anyhow!(
            "the key file {} holds the key {}, and the database is sealed with {id}. Name the right key file by --key-file",
            key_file.display(),
            hex::encode(master.id()),
        )
    })
}

fn make_key(key_file: &Path) -> anyhow::Result<MasterKey> {
    if let Some(folder) = key_file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("Cannot make the folder {}", folder.display()))?;
    }
    let key = MasterKey::create(key_file)?;
    tracing::info!(
        key_file = %key_file.display(),
        "Made the key file; keep a copy elsewhere, for without it no backup can be read"
    );
    Ok(key)
}
