//! Who gives a command, for the audit.

use nix::unistd::{Uid, User};

use crate::db::audit::Actor;

/// The user of the system who gives it; from no address, for it is given on the machine itself.
pub fn actor() -> Actor {
    let uid = Uid::current();
    let user = User::from_uid(uid).ok().flatten();
    Actor {
        name: user.map_or_else(|| format!("uid {uid}"), |user| user.name),
        ..Actor::default()
    }
}
