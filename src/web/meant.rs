//! Which site or device a filter means: its field takes a slug or a name as links write it, and
//! a few letters as people do.

use sqlx::PgConnection;

use crate::db::pages::{self as db, DeviceMatch, SiteMatch};
use crate::model::{Scope, SiteId};

/// How many are offered when a search means several.
const MAX_OFFERED: i64 = 20;

/// What a field means.
#[derive(Debug, PartialEq, Eq)]
pub enum Meant<T> {
    /// The field is empty.
    Any,
    /// This one.
    One(T),
    /// One of these, and the reader is to say which; none when nothing has such a name.
    Several(Vec<T>),
}

impl<T> Meant<T> {
    fn of(matches: Vec<T>, is_exact: impl Fn(&T) -> bool) -> Self {
        let exact = matches.iter().filter(|found| is_exact(found)).count();
        if exact == 1 || matches.len() == 1 {
            // Exact ones come first.
            matches.into_iter().next().map_or(Self::Any, Self::One)
        } else {
            Self::Several(matches)
        }
    }

    /// The one that is meant.
    pub const fn one(&self) -> Option<&T> {
        match self {
            Self::One(one) => Some(one),
            Self::Any | Self::Several(_) => None,
        }
    }

    /// Those of which one is to be chosen before anything can be listed.
    pub fn offered(&self) -> Option<&[T]> {
        match self {
            Self::Several(offered) => Some(offered),
            Self::Any | Self::One(_) => None,
        }
    }
}

/// The site of the scope that is meant by a slug, or by a part of its slug or name.
pub async fn site(
    conn: &mut PgConnection,
    scope: &Scope,
    search: &str,
) -> Result<Meant<SiteMatch>, sqlx::Error> {
    if search.is_empty() {
        return Ok(Meant::Any);
    }
    let matches = db::match_sites(conn, scope, search, MAX_OFFERED).await?;
    Ok(Meant::of(matches, |site| site.is_exact))
}

/// The device that is meant by a name or a part of it, at one site or anywhere in the scope.
pub async fn device(
    conn: &mut PgConnection,
    scope: &Scope,
    site: Option<SiteId>,
    search: &str,
) -> Result<Meant<DeviceMatch>, sqlx::Error> {
    if search.is_empty() {
        return Ok(Meant::Any);
    }
    let matches = db::match_devices(conn, scope, site, search, MAX_OFFERED).await?;
    Ok(Meant::of(matches, |device| device.is_exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(matches: &[&'static str]) -> Meant<&'static str> {
        Meant::of(matches.to_vec(), |found| *found == "gw")
    }

    #[test]
    fn one_exact_match_or_one_at_all_is_meant() {
        assert_eq!(meant(&["gw", "gw-2"]), Meant::One("gw"));
        assert_eq!(meant(&["gw-2"]), Meant::One("gw-2"));
    }

    #[test]
    fn several_or_none_are_offered() {
        assert_eq!(meant(&["gw-2", "gw-3"]).offered().map(<[_]>::len), Some(2));
        assert_eq!(meant(&["gw", "gw"]).offered().map(<[_]>::len), Some(2));
        assert_eq!(meant(&[]).offered().map(<[_]>::len), Some(0));
    }
}
