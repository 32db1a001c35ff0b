//! What surrounds every page: navigation, and the notice after something was done.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{guard::SignedIn, state::AppState};
use crate::model::Right;

/// Which entry of the navigation is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Sites and their devices, snapshots and comparisons.
    Sites,
    /// Scripts: Backup Scripts over all sites.
    Scripts,
    /// Search in configurations.
    Search,
    /// Batches.
    Batches,
    /// Runs.
    Runs,
    /// What only administrators reach: managing, host keys, single sign-on.
    Manage,
    /// An error page.
    None,
}

/// An entry of the navigation.
#[derive(Debug)]
pub struct NavLink {
    pub area: Area,
    pub href: &'static str,
    pub label: &'static str,
}

/// The entries, in the order in which they stand.
const NAV_LINKS: &[NavLink] = &[
    NavLink {
        area: Area::Sites,
        href: "/",
        label: "Sites",
    },
    NavLink {
        area: Area::Scripts,
        href: "/scripts",
        label: "Scripts",
    },
    NavLink {
        area: Area::Search,
        href: "/search",
        label: "Search",
    },
    NavLink {
        area: Area::Batches,
        href: "/batches",
        label: "Batches",
    },
    NavLink {
        area: Area::Runs,
        href: "/runs",
        label: "Runs",
    },
    // Last, for it is left out for who may not manage.
    NavLink {
        area: Area::Manage,
        href: "/manage/sites",
        label: "Manage",
    },
];

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Shell {
    pub area: Area,
    /// The time that distances on the page are told from.
    pub now: DateTime<Utc>,
    /// Whether to say that the routers are simulated.
    pub demo: bool,
    /// Who looks at it; `None` on the page of an error that came before it was known who asks.
    person: Option<SignedIn>,
}

impl Shell {
    /// The frame for a page in `area`, as `person` sees it.
    pub fn new(state: &AppState, person: &SignedIn, area: Area) -> Self {
        Self::framed(state, Some(person.clone()), area)
    }

    /// The frame for the page of an error.
    pub fn of_error(state: &AppState, person: Option<SignedIn>) -> Self {
        Self::framed(state, person, Area::None)
    }

    fn framed(state: &AppState, person: Option<SignedIn>, area: Area) -> Self {
        Self {
            area,
            person,
            now: state.now(),
            demo: state.demo.is_some(),
        }
    }

    /// The entries of the navigation; none for who is not signed in.
    pub fn links(&self) -> &'static [NavLink] {
        match (&self.person, NAV_LINKS) {
            (None, _) => &[],
            (Some(person), [others @ .., _]) if !person.may(Right::Manage) => others,
            (Some(_), all) => all,
        }
    }

    /// What who looks at the page is called; `None`: they are not signed in.
    pub fn person_name(&self) -> Option<&str> {
        self.person.as_ref().map(|person| person.name.as_str())
    }

    /// Whether who looks at the page may do this; who is not known may do nothing.
    pub fn may(&self, right: Right) -> bool {
        self.person.as_ref().is_some_and(|person| person.may(right))
    }

    /// Whether to offer what starts or stops backups.
    pub fn may_back_up(&self) -> bool {
        self.may(Right::BackUp)
    }

    /// Whether to offer comments and pins.
    pub fn may_annotate(&self) -> bool {
        self.may(Right::Annotate)
    }

    /// Whether to offer files with their secrets, as the router sent them.
    pub fn may_download_exact(&self) -> bool {
        self.may_download() && self.may_reveal()
    }

    /// Whether to offer files, masked ones at least.
    pub fn may_download(&self) -> bool {
        self.may(Right::Download)
    }

    /// Whether to offer secrets.
    pub fn may_reveal(&self) -> bool {
        self.may(Right::Reveal)
    }

    /// Whether to offer what only an administrator does.
    pub fn may_manage(&self) -> bool {
        self.may(Right::Manage)
    }

    /// Whether `area` is the marked entry.
    pub fn is_in(&self, area: &Area) -> bool {
        self.area == *area
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
    /// None of the ticked devices is one of this site (any more).
    TickedGone,
    /// There is no device to back up.
    NoDevices,
    /// What was queued or running is cancelled.
    Cancelled,
    /// Nothing was active.
    NothingToCancel,
    /// The failed devices are tried again.
    Retried,
    /// No device failed, or none is in the inventory.
    NothingToRetry,
    /// A comment was kept.
    CommentSaved,
    /// A snapshot was pinned.
    Pinned,
    /// A snapshot was unpinned.
    Unpinned,
    /// A snapshot was deleted.
    Deleted,
    /// A pinned snapshot is not deleted.
    PinnedStays,
    /// The newest verified snapshot is not deleted.
    NewestStays,
    /// No snapshot was ticked.
    NothingTickedHere,
    /// New host keys are trusted.
    KeysAccepted,
    /// New host keys stay refused.
    KeysRejected,
    /// Somebody else decided on the host keys before.
    KeysDecidedAlready,
    /// An earlier connection test of the same person goes on.
    TestGoesOn,
    /// The browser's session ended.
    SignedOut,
    /// Settings were changed.
    SettingsSaved,
}

impl Notice {
    /// The value of the `notice` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::QueuedRest => "queued-rest",
            Self::AlreadyRunning => "already-running",
            Self::NothingTicked => "nothing-ticked",
            Self::TickedGone => "ticked-gone",
            Self::NoDevices => "no-devices",
            Self::Cancelled => "cancelled",
            Self::NothingToCancel => "nothing-to-cancel",
            Self::Retried => "retried",
            Self::NothingToRetry => "nothing-to-retry",
            Self::CommentSaved => "comment-saved",
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
            Self::Deleted => "deleted",
            Self::PinnedStays => "pinned-stays",
            Self::NewestStays => "newest-stays",
            Self::NothingTickedHere => "nothing-ticked-here",
            Self::KeysAccepted => "keys-accepted",
            Self::KeysRejected => "keys-rejected",
            Self::KeysDecidedAlready => "keys-decided-already",
            Self::TestGoesOn => "test-goes-on",
            Self::SignedOut => "signed-out",
            Self::SettingsSaved => "settings-saved",
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
            Self::TickedGone => {
                "Nothing was started: the ticked devices are no longer at this site."
            }
            Self::NoDevices => "Nothing was started: there is no enabled device to back up here.",
            Self::Cancelled => "Queued runs were cancelled, running ones are being stopped.",
            Self::NothingToCancel => "Nothing was cancelled: everything had ended already.",
            Self::Retried => {
                "The devices that failed are being tried again; this is the batch that does it."
            }
            Self::NothingToRetry => {
                "Nothing was started: no device of that batch failed, or none is in the inventory any more."
            }
            Self::CommentSaved => "The comment was saved.",
            Self::Pinned => "The backup is pinned: it can not be deleted until it is unpinned.",
            Self::Unpinned => "The backup is no longer pinned.",
            Self::Deleted => "The backup was deleted.",
            Self::PinnedStays => "Nothing was deleted: the backup is pinned. Unpin it first.",
            Self::NewestStays => {
                "Nothing was deleted: this is the newest verified backup of a device that is still in the inventory."
            }
            Self::NothingTickedHere => "Nothing was done: tick at least one backup first.",
            Self::KeysAccepted => {
                "The new host key is trusted from now on. Back the device up to see that it works."
            }
            Self::KeysRejected => "The new host key stays refused.",
            Self::KeysDecidedAlready => {
                "Nothing was changed: somebody else has decided on it already."
            }
            Self::TestGoesOn => {
                "Nothing was begun: this test of yours goes on. Let it end, or cancel it first."
            }
            Self::SignedOut => "You are signed out.",
            Self::SettingsSaved => "The settings were saved.",
        }
    }
}
