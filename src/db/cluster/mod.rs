//! The private PostgreSQL: without a `DATABASE_URL`, the program runs a cluster of its own in
//! its data folder, from the binaries installed on the machine, over a Unix socket that only it
//! can open. It stops with the program that started it.

mod binaries;
mod files;
mod keeper;
mod owner;
mod socket;
mod successor;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keeper::Keeper;
use nix::fcntl::Flock;
use owner::Owner;
use successor::Successor;

/// How long a start may take: after a crash, PostgreSQL first redoes what was committed.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Name of the cluster's superuser, which only this program's user may become.
const ROLE: &str = "routervault";

/// Why there is no private PostgreSQL. The text of each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "PostgreSQL is not installed: no `initdb` and `postgres` in PG_BIN_DIR, in PATH, or under /usr/lib/postgresql. Install it (Debian: `apt install postgresql`), name its folder in PG_BIN_DIR, or give DATABASE_URL for one that runs elsewhere"
    )]
    NotInstalled,
    #[error(
        "the data folder {folder} holds a PostgreSQL {found} cluster, and only {installed} is installed. Install postgresql-{found}, or choose another --data-dir; the folder was not touched"
    )]
    OtherVersion {
        folder: PathBuf,
        found: String,
        installed: String,
    },
    #[error("PostgreSQL {found} is installed, and 14 or newer is needed")]
    TooOld { found: String },
    #[error(
        "the data folder {folder} belongs to {owner}, and this program runs as {me}. Run it as {owner}, or choose another --data-dir"
    )]
    OtherOwner {
        folder: PathBuf,
        owner: String,
        me: String,
    },
    #[error(
        "{folder} can not be entered by {user}, as whom the private PostgreSQL runs (it refuses to run as root). Choose a --data-dir outside, for example /var/lib/routervault"
    )]
    NotReachable { folder: PathBuf, user: String },
    #[error("{path} is not what RouterVault made: {reason}. Choose another --data-dir")]
    NotOurs { path: PathBuf, reason: &'static str },
    #[error(
        "no user `postgres` or `nobody` exists to run PostgreSQL as; it refuses to run as root"
    )]
    NoUser,
    #[error("{path} can not be {verb}: {source}")]
    Io {
        path: PathBuf,
        verb: &'static str,
        source: io::Error,
    },
    #[error("PostgreSQL did not start: {0}")]
    NotStarted(String),
    #[error(
        "another RouterVault is starting PostgreSQL in {0} and does not get ready; end it and try again"
    )]
    OtherNotReady(PathBuf),
}

impl ClusterError {
    fn io(path: &Path, verb: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, verb, source }
    }
}

/// Which cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder; made when it does not exist.
    pub data_dir: PathBuf,
    /// Whether what was committed survives a power cut. Only tests do without.
    pub durable: bool,
}

/// A running private PostgreSQL: our own, or that of the program that runs in the data folder,
/// which becomes ours when that program ends. Dropping our own stops it.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    server: Server,
}

#[derive(Debug)]
#[expect(dead_code, reason = "both work until they are dropped")]
enum Server {
    Own(Own),
    Joined(Successor),
}

/// A server of ours, and the lock that says so.
#[derive(Debug)]
struct Own {
    /// Dropped before the lock, so that whoever takes the lock finds no server.
    _keeper: Keeper,
    _lock: Flock<File>,
}

impl Cluster {
    /// Starts the cluster of a data folder, making it on first use, or joins the one that runs
    /// there. Blocks until it answers.
    ///
    /// # Errors
    /// [`ClusterError`], each with its remedy. A folder that is not ours is never touched.
    pub fn start(options: &Options) -> Result<Self, ClusterError> {
        let owner = Owner::find()?;
        let layout = files::Layout::prepare(&options.data_dir, &owner)?;
        let url = socket::url(&layout.socket_dir);
        let place = Place {
            data_dir: options.data_dir.clone(),
            layout,
            owner,
            durable: options.durable,
        };
        let server = match successor::lock_or_wait(&place.layout)? {
            Some(lock) => Server::Own(place.start(lock)?),
            None => Server::Joined(Successor::watch(place)?),
        };
        Ok(Self { url, server })
    }

    /// The URL to connect to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this program started it, and so stops it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self.server, Server::Own(_))
    }
}

/// Everything that a start needs to know.
#[derive(Debug)]
struct Place {
    data_dir: PathBuf,
    layout: files::Layout,
    owner: Owner,
    durable: bool,
}

impl Place {
    /// Starts the server, making the cluster on first use. Whoever holds the lock may.
    fn start(&self, lock: Flock<File>) -> Result<Own, ClusterError> {
        let layout = &self.layout;
        let bin_dir = binaries::find(layout.version()?.as_deref(), &self.data_dir)?;
        keeper::clear_predecessor(layout)?;
        if layout.version()?.is_none() {
            files::init(layout, &bin_dir, &self.owner)?;
        }
        files::write_access_rules(layout, &self.owner)?;
        let keeper = Keeper::start(keeper::Server {
            postgres: bin_dir.join("postgres"),
            layout: layout.clone(),
            owner: self.owner.clone(),
            durable: self.durable,
        })?;
        Ok(Own {
            _keeper: keeper,
            _lock: lock,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_foreign_files_is_refused_and_not_touched() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        let options = Options {
            data_dir: folder.path().to_owned(),
            durable: false,
        };
        let error = Cluster::start(&options).unwrap_err().to_string();
        assert!(error.contains("is not what RouterVault made"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_cluster_of_another_version_is_refused_and_not_touched() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let options = Options {
            data_dir: folder.path().to_owned(),
            durable: false,
        };
        drop(Cluster::start(&options).unwrap());
        let version = folder.path().join("pgdata/PG_VERSION");
        std::fs::write(&version, "9\n").unwrap();
        let error = Cluster::start(&options).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 9 cluster"), "{error}");
        assert_eq!(std::fs::read_to_string(&version).unwrap(), "9\n");
    }
}
