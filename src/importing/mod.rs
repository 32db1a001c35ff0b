//! Coming from elsewhere: what another tool kept becomes snapshots, marked as such.
//!
//! It stands apart from the collector because nothing in here talks to a router, and from
//! `inventory` because nothing is made but history: what matches no device is told, and nothing is
//! guessed. What is read was written by others, names of files and times included.

mod device;
mod file_time;
mod folder;
mod git;
pub mod inventory;
mod lines;
mod matching;
mod sorting;
mod source;
mod version;

pub use device::{ImportError, Imported, Target, import_device};
pub use folder::{ENDING, read_folder};
pub use git::{GitError, Repository};
pub use matching::{Found, MAX_MAPPING_BYTES, MappingError, Matching};
pub use sorting::{Sorted, sort};
pub use source::{Layout, Listing, ReadError, Reader, Source, Version};

/// How many versions are read at most.
pub const MAX_VERSIONS: usize = 1_000_000;

/// How large a version may be: as large as an export that is fetched.
pub const MAX_VERSION_BYTES: u64 = 16 << 20;
