//! What surrounds every page: navigation, and the notice after something was done.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::state::AppState;

/// Which entry of the navigation is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Sites, devices, snapshots and comparisons.
    Sites,
    /// Batches.
    Batches,
    /// An error page.
    None,
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Shell {
    pub area: Area,
    /// The time that distances on the page are told from.
    pub now: DateTime<Utc>,
    /// Whether to say that the routers are simulated.
    pub demo: bool,
}

impl Shell {
    /// The frame for a page in `area`.
    pub fn new(state: &AppState, area: Area) -> Self {
        Self {
            area,
            now: state.now(),
            demo: state.demo,
        }
    }

    /// Whether `area` is the marked entry, by the name the template gives it.
    pub fn is_in(&self, area: &str) -> bool {
        match self.area {
            Area::Sites => area == "sites",
            Area::Batches => area == "batches",
            Area::None => false,
        }
    }
}

/// What a redirect tells the page it leads to. One of a few fixed sentences, so that a forged
/// link can not put words on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// Runs were queued.
    Queued,
    /// Runs were queued for some devices; others were running already.
    QueuedRest,
    /// Every device was being backed up already.
    AlreadyRunning,
    /// No device was ticked.
    NothingTicked,
    /// There is no device to back up.
    NoDevices,
}

impl Notice {
    /// The value of the `notice` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::QueuedRest => "queued-rest",
            Self::AlreadyRunning => "already-running",
            Self::NothingTicked => "nothing-ticked",
            Self::NoDevices => "no-devices",
        }
    }

    /// The sentence on the page.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Queued => "The backup was started.",
            Self::QueuedRest => {
                "The backup was started. Some of the devices were being backed up already and \
                 stay in their own batch."
            }
            Self::AlreadyRunning => {
                "These devices are being backed up already; this is the batch that does it. \
                 Nothing was started twice."
            }
            Self::NothingTicked => "Nothing was started: tick at least one device first.",
            Self::NoDevices => "Nothing was started: there is no enabled device to back up here.",
        }
    }
}
