//! A checked inventory as plain data: what the rest of the program may rely on.

use std::fmt;

use chrono_tz::Tz;

use crate::db::archives::PlanValues;
use crate::db::schedules::{ScheduleValues, WindowValues};
use crate::model::{Platform, Retention};
use crate::vault::Secret;

/// Everything an inventory file says, checked. Each device's credential is among
/// `credentials`; slugs, credential names, and device names within a site are unique.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// In the order of the file; at least one.
    pub sites: Vec<Site>,
    /// In the order of the file.
    pub credentials: Vec<Credential>,
    /// In the order of the file, each for something else.
    pub schedules: Vec<ScheduleValues>,
    /// In the order of the file; names are unique.
    pub windows: Vec<WindowValues>,
    /// In the order of the file, each for something else.
    pub retention: Vec<RetentionRule>,
    /// In the order of the file; names are unique.
    pub archives: Vec<PlanValues>,
}

/// How long backups are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    pub target: KeptOf,
    pub rule: Retention,
}

/// What a rule of retention is for, by names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeptOf {
    Everything,
    Tag(String),
    /// By its slug, one of the inventory's.
    Site(String),
}

impl fmt::Display for KeptOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Site(slug) => write!(f, "site {slug}"),
        }
    }
}

/// A customer's location.
#[derive(Debug, Clone)]
pub struct Site {
    /// Stable name in addresses, file names and commands: `[a-z0-9-]`, 1 to 63 characters.
    pub slug: String,
    /// For people; the slug where the file gives none.
    pub name: String,
    /// Schedules are reckoned in it.
    pub timezone: Tz,
    /// Free words, none with a comma.
    pub tags: Vec<String>,
    /// In the order of the file; may be empty.
    pub devices: Vec<Device>,
}

/// A router.
#[derive(Debug, Clone)]
pub struct Device {
    /// Unique within its site whatever the case; holds no `/`.
    pub name: String,
    /// IPv4, IPv6 without brackets, or a host name; never with a port.
    pub address: String,
    /// TCP port of SSH.
    pub port: u16,
    /// The driver that speaks to it.
    pub platform: Platform,
    /// Name of one of the inventory's credentials.
    pub credential: String,
    /// Free words, none with a comma.
    pub tags: Vec<String>,
    /// Whether it is backed up; `false` keeps it in the lists only.
    pub enabled: bool,
    /// Whether the weak SSH algorithms of old RouterOS may be used.
    pub legacy_ssh: bool,
    /// Deadline of connecting, 1 to 86,400 seconds.
    pub connect_timeout_secs: u32,
    /// Deadline of the whole export, 1 to 86,400 seconds.
    pub export_timeout_secs: u32,
}

/// A user name with its secret.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What devices call it.
    pub name: String,
    /// The user on the device, without RouterOS login options (`+ct`).
    pub username: String,
    /// What proves it.
    pub secret: Secret,
    /// The public half of a private key, as one line of OpenSSH; `None`: a password.
    pub public_key: Option<String>,
}
