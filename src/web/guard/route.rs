//! An address with what it asks of who opens it: the words of the table of needs.

use crate::model::Right;

/// What is asked of whoever opens an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: how somebody signs in, and what pages are drawn with.
    Nothing,
    /// To be somebody, with a browser: one's own account.
    Browser,
    /// To be somebody who sees every site, or to ask on this machine as nobody: what counts over
    /// all sites, for monitoring.
    Everything,
    /// To have every right, at all sites: who says what others may do could make somebody who may more
    /// than the token by which they ask.
    Whole,
    /// To be somebody who has this right, at the site that the page is about.
    Right(Right),
}

/// An address with its need; addresses as the router has them.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub need: Need,
}

/// What only asks.
pub const fn get(path: &'static str, need: Need) -> Route {
    Route {
        method: "GET",
        path,
        need,
    }
}

/// What a form or a program sends.
pub const fn post(path: &'static str, need: Need) -> Route {
    Route {
        method: "POST",
        path,
        need,
    }
}

/// What a program sets.
pub const fn put(path: &'static str, need: Need) -> Route {
    Route {
        method: "PUT",
        path,
        need,
    }
}

/// What a program changes in part.
pub const fn patch(path: &'static str, need: Need) -> Route {
    Route {
        method: "PATCH",
        path,
        need,
    }
}

/// What a program takes away.
pub const fn delete(path: &'static str, need: Need) -> Route {
    Route {
        method: "DELETE",
        path,
        need,
    }
}
