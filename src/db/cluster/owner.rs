//! As whom PostgreSQL runs: ourselves, or an unprivileged user when we are root.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Gid, Uid, User};

use super::ClusterError;

/// Whom to become when started as root, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The user that owns and runs the cluster.
#[derive(Debug, Clone)]
pub struct Owner {
    pub uid: Uid,
    pub gid: Gid,
    pub name: String,
    /// Whether that is another user than ours.
    pub is_dropped: bool,
}

impl Owner {
    /// The user for this process.
    pub fn find() -> Result<Self, ClusterError> {
        let me = Uid::effective();
        if !me.is_root() {
            return Ok(Self {
                uid: me,
                gid: Gid::effective(),
                name: user_name(me),
                is_dropped: false,
            });
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self {
                uid: user.uid,
                gid: user.gid,
                name: user.name,
                is_dropped: true,
            })
            .ok_or(ClusterError::NoUser)
    }

    /// Makes `command` run as this user.
    pub fn apply(&self, command: &mut Command) {
        if self.is_dropped {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
    }

    /// Gives `path` to this user.
    pub fn take(&self, path: &Path) -> Result<(), ClusterError> {
        if self.is_dropped {
            nix::unistd::chown(path, Some(self.uid), Some(self.gid))
                .map_err(|errno| ClusterError::io(path, "given to its user")(errno.into()))?;
        }
        Ok(())
    }

    /// Whether this user can enter every folder on the way to `folder`.
    pub fn check_reaches(&self, folder: &Path) -> Result<(), ClusterError> {
        if !self.is_dropped {
            return Ok(());
        }
        for ancestor in folder.ancestors() {
            let metadata =
                std::fs::metadata(ancestor).map_err(ClusterError::io(ancestor, "looked at"))?;
            let bit = match metadata.uid() == self.uid.as_raw() {
                true => 0o100,
                false if metadata.gid() == self.gid.as_raw() => 0o010,
                false => 0o001,
            };
            if metadata.mode() & bit == 0 {
                return Err(ClusterError::NotReachable {
                    folder: ancestor.to_owned(),
                    user: self.name.clone(),
                });
            }
        }
        Ok(())
    }
}

/// The name of a user, or its number where it has none.
pub fn user_name(uid: Uid) -> String {
    User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| uid.to_string(), |user| user.name)
}
