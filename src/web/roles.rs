//! Roles and rights as the words that people read.

use crate::model::{Right, Role};

/// What a role is called.
pub const fn role(role: &Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Technician => "Technician",
        Role::Administrator => "Administrator",
    }
}

/// What a role may do.
pub const fn role_may(role: &Role) -> &'static str {
    match role {
        Role::Viewer => "sees everything, with secrets masked",
        Role::Technician => "also starts backups, comments, pins, downloads, and sees secrets",
        Role::Administrator => "everything",
    }
}

/// What a right lets somebody do, behind "may not" and the like.
pub const fn right(right: &Right) -> &'static str {
    match right {
        Right::See => "see pages",
        Right::BackUp => "start or stop backups",
        Right::Annotate => "comment and pin",
        Right::Download => "download",
        Right::Reveal => "see secrets",
        Right::Manage => "manage",
    }
}

/// Those that are withheld: `see secrets, download`; empty: none.
pub fn withheld(names: &[String]) -> String {
    let known = Right::WITHHOLDABLE.iter();
    let withheld = known.filter(|one| names.iter().any(|name| name == one.as_str()));
    withheld.map(right).collect::<Vec<_>>().join(", ")
}
