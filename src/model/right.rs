//! Roles, and what each may do: the words of the one decision that every page asks for.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// What somebody is, which says what they may do.
    Role {
        /// Sees, with secrets masked.
        Viewer => "viewer",
        /// Also backs up, comments, pins, downloads, and sees secrets.
        Technician => "technician",
        /// Everything, at all sites.
        Administrator => "administrator",
    }
}

text_enum! {
    /// One thing that somebody may do or not.
    Right {
        /// Sees pages, with secrets masked.
        See => "see",
        /// Starts, cancels and retries backups.
        BackUp => "back_up",
        /// Writes comments and pins snapshots.
        Annotate => "annotate",
        /// Takes configurations away as files; exact ones only together with [`Right::Reveal`].
        Download => "download",
        /// Sees secrets.
        Reveal => "reveal",
        /// Everything else: sites, devices, credentials, people, host keys, deletion, the audit.
        Manage => "manage",
    }
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::See,
        Self::BackUp,
        Self::Annotate,
        Self::Download,
        Self::Reveal,
        Self::Manage,
    ];

    /// Those that may be withheld from a technician.
    pub const WITHHOLDABLE: [Self; 4] =
        [Self::BackUp, Self::Annotate, Self::Download, Self::Reveal];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Technician, Self::Administrator];

    /// What the role may do.
    #[must_use]
    pub fn rights(self) -> Rights {
        match self {
            Self::Viewer => Rights::of(&[Right::See]),
            Self::Technician => Rights::of(&[
                Right::See,
                Right::BackUp,
                Right::Annotate,
                Right::Download,
                Right::Reveal,
            ]),
            Self::Administrator => Rights::of(&Right::ALL),
        }
    }
}

/// A set of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u8);

impl Rights {
    /// These.
    #[must_use]
    pub fn of(rights: &[Right]) -> Self {
        Self(rights.iter().fold(0, |bits, right| bits | right.bit()))
    }

    /// Whether it has this one.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// What both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// These without `withheld`.
    #[must_use]
    pub fn without(self, withheld: &[Right]) -> Self {
        Self(self.0 & !Self::of(withheld).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_lesser_one_may() {
        for pair in Role::ALL.windows(2) {
            let (lesser, greater) = (pair[0].rights(), pair[1].rights());
            assert_eq!(lesser.and(greater), lesser);
            assert_ne!(lesser, greater);
        }
    }

    #[test]
    fn a_right_that_is_withheld_is_gone_and_no_other() {
        let rights = Role::Technician.rights().without(&[Right::Reveal]);
        assert!(!rights.has(Right::Reveal) && rights.has(Right::Download));
        assert!(!Role::Viewer.rights().has(Right::Reveal));
    }
}
