//! Where what is managed comes from, for that is where it is changed.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// Who says what a site, a device or a credential is like.
    Origin {
        /// The inventory file; pages only show it.
        File => "file",
        /// An administrator, in a browser or by CSV.
        Browser => "browser",
    }
}

impl Origin {
    /// Whether only the inventory file changes it.
    #[must_use]
    pub const fn is_file(self) -> bool {
        matches!(self, Self::File)
    }
}
