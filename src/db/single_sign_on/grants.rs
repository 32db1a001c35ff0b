//! What somebody may do and where, as groups give it and accounts have it.

use crate::model::{Right, Role, SiteId};

/// What somebody may do, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    pub role: Role,
    /// What the role may do and they may not.
    pub withheld: Vec<Right>,
    /// Whether they reach every site; otherwise those of `sites`, and those with one of `site_tags`.
    pub all_sites: bool,
    pub site_tags: Vec<String>,
    pub sites: Vec<SiteId>,
}

impl Grants {
    /// No site, and nothing to do.
    pub const NOTHING: Self = Self {
        role: Role::Viewer,
        withheld: Vec::new(),
        all_sites: false,
        site_tags: Vec::new(),
        sites: Vec::new(),
    };
}
