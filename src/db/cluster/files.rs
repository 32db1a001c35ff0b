//! The data folder: what lies where, whose it is, and making the cluster in it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::Uid;

use super::owner::{Owner, user_name};
use super::{ClusterError, ROLE, socket};

/// What the data folder holds beside the key file.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The cluster.
    pub pgdata: PathBuf,
    /// The folder of the Unix socket.
    pub socket_dir: PathBuf,
    /// Locked by the program that runs the cluster.
    pub lock: PathBuf,
    /// What PostgreSQL says.
    pub log: PathBuf,
}

impl Layout {
    /// Makes the data folder where it does not exist, and checks that it is ours.
    pub fn prepare(data_dir: &Path, owner: &Owner) -> Result<Self, ClusterError> {
        make_data_dir(data_dir, owner)?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(ClusterError::io(data_dir, "looked at"))?;
        owner.check_reaches(&data_dir)?;
        let layout = Self {
            pgdata: data_dir.join("pgdata"),
            socket_dir: socket::folder(&data_dir),
            lock: data_dir.join("lock"),
            log: data_dir.join("postgres.log"),
        };
        layout.check_ours(&data_dir, owner)?;
        make_private_dir(&layout.socket_dir, owner)?;
        Ok(layout)
    }

    /// The cluster's major version; `None` before it is made.
    pub fn version(&self) -> Result<Option<String>, ClusterError> {
        let path = self.pgdata.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => Err(ClusterError::NotOurs {
                path,
                reason: "the file is empty, so the cluster is damaged",
            }),
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io(&path, "read")(error)),
        }
    }

    /// A folder is ours when it is empty or holds what we put there, and belongs to us.
    fn check_ours(&self, data_dir: &Path, owner: &Owner) -> Result<(), ClusterError> {
        check_owner(data_dir, &[Uid::effective(), owner.uid])?;
        if self.pgdata.exists() {
            return check_owner(&self.pgdata, &[owner.uid]);
        }
        let mut entries = fs::read_dir(data_dir).map_err(ClusterError::io(data_dir, "read"))?;
        let foreign = entries.any(|entry| {
            entry.is_ok_and(|entry| {
                ![
                    "lock",
                    "run",
                    "postgres.log",
                    "pgdata.new",
                    "routervault.key",
                ]
                .iter()
                .any(|ours| entry.file_name() == *ours)
            })
        });
        if foreign {
            return Err(ClusterError::NotOurs {
                path: data_dir.to_owned(),
                reason: "it is not empty",
            });
        }
        Ok(())
    }
}

fn make_data_dir(folder: &Path, owner: &Owner) -> Result<(), ClusterError> {
    // The server's user must pass through to its own folders; what is secret has its own mode.
    let mode = if owner.is_dropped { 0o711 } else { 0o700 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
        .map_err(ClusterError::io(folder, "made"))
}

fn make_private_dir(folder: &Path, owner: &Owner) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(ClusterError::io(folder, "made")(error));
        }
        Err(_) => check_owner(folder, &[owner.uid, Uid::effective()])?,
        Ok(()) => {}
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(ClusterError::io(folder, "made private"))?;
    owner.take(folder)
}

fn check_owner(folder: &Path, allowed: &[Uid]) -> Result<(), ClusterError> {
    let metadata = fs::symlink_metadata(folder).map_err(ClusterError::io(folder, "looked at"))?;
    if !metadata.is_dir() {
        return Err(ClusterError::NotOurs {
            path: folder.to_owned(),
            reason: "it is no folder",
        });
    }
    let uid = Uid::from_raw(metadata.uid());
    if allowed.contains(&uid) {
        return Ok(());
    }
    Err(ClusterError::OtherOwner {
        folder: folder.to_owned(),
        owner: user_name(uid),
        me: user_name(Uid::effective()),
    })
}

/// The lock of the program that runs the cluster, or `None` when another one holds it. The
/// kernel frees it when its holder dies, however that happens.
pub fn lock(path: &Path) -> Result<Option<Flock<File>>, ClusterError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(ClusterError::io(path, "opened"))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(Some(lock)),
        Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
        Err((_, errno)) => Err(ClusterError::io(path, "locked")(errno.into())),
    }
}

/// Makes the cluster: beside its place first, so that a killed start leaves no half of one.
pub fn init(layout: &Layout, bin_dir: &Path, owner: &Owner) -> Result<(), ClusterError> {
    let draft = layout.pgdata.with_extension("new");
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(ClusterError::io(&draft, "removed"))?;
    }
    make_private_dir(&draft, owner)?;
    let mut command = Command::new(bin_dir.join("initdb"));
    command
        .args([
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--data-checksums",
            "--auth=peer",
        ])
        .arg(format!("--username={ROLE}"))
        .arg("-D")
        .arg(&draft)
        .current_dir("/")
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", "/usr/bin:/bin");
    owner.apply(&mut command);
    let output = command
        .output()
        .map_err(|error| ClusterError::NotStarted(format!("initdb: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ClusterError::NotStarted(format!("initdb said: {said}")));
    }
    fs::rename(&draft, &layout.pgdata).map_err(ClusterError::io(&layout.pgdata, "made"))
}

/// Who may connect: our user, and the server's, as the one role; nobody else, and not over TCP.
pub fn write_access_rules(layout: &Layout, owner: &Owner) -> Result<(), ClusterError> {
    let hba = format!("local all {ROLE} peer map=own\n");
    let me = user_name(Uid::effective());
    let ident = format!("own \"{me}\" {ROLE}\nown \"{}\" {ROLE}\n", owner.name);
    for (name, content) in [("pg_hba.conf", hba), ("pg_ident.conf", ident)] {
        let path = layout.pgdata.join(name);
        write_if_changed(&path, &content).map_err(ClusterError::io(&path, "written"))?;
        owner.take(&path)?;
    }
    Ok(())
}

fn write_if_changed(path: &Path, content: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::write(path, content)
}
