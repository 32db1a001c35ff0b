//! What surrounds every page: navigation, and the notice after something was done.

mod notice;

pub use notice::Notice;

use chrono::{DateTime, Utc};

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
