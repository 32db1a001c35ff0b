//! The sites that somebody may know of: what every query behind a page is narrowed to.

use super::ids::SiteId;

/// Which sites somebody reaches. Nothing of any other is told, not even that it exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every site, also those to come.
    All,
    /// These; none when empty.
    Sites(Vec<SiteId>),
}

impl Scope {
    /// The sites as a parameter of a query; `None` is all of them:
    /// `$1::bigint[] IS NULL OR site_id = ANY ($1)`.
    #[must_use]
    pub fn ids(&self) -> Option<Vec<i64>> {
        match self {
            Self::All => None,
            Self::Sites(sites) => Some(sites.iter().map(|site| site.0).collect()),
        }
    }

    /// Whether it reaches this site.
    #[must_use]
    pub fn has(&self, site: SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Sites(sites) => sites.contains(&site),
        }
    }

    /// What is left of it where one site is asked for; `None`: all of it.
    #[must_use]
    pub fn at(&self, site: Option<SiteId>) -> Self {
        match site {
            None => self.clone(),
            Some(site) => self.clone().and(Self::Sites(vec![site])),
        }
    }

    /// What both reach.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, narrower) | (narrower, Self::All) => narrower,
            (Self::Sites(mut sites), other @ Self::Sites(_)) => {
                sites.retain(|site| other.has(*site));
                Self::Sites(sites)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(ids: &[i64]) -> Scope {
        Scope::Sites(ids.iter().copied().map(SiteId).collect())
    }

    #[test]
    fn two_scopes_together_reach_what_both_reach() {
        assert_eq!(Scope::All.and(Scope::All), Scope::All);
        assert_eq!(sites(&[1, 2]).and(Scope::All), sites(&[1, 2]));
        assert_eq!(Scope::All.and(sites(&[])), sites(&[]));
        assert_eq!(sites(&[1, 2]).and(sites(&[2, 3])), sites(&[2]));
    }

    #[test]
    fn one_site_of_a_scope_is_that_site_or_nothing() {
        assert_eq!(sites(&[1, 2]).at(None), sites(&[1, 2]));
        assert_eq!(sites(&[1, 2]).at(Some(SiteId(2))), sites(&[2]));
        assert_eq!(sites(&[1, 2]).at(Some(SiteId(3))), sites(&[]));
        assert_eq!(Scope::All.at(Some(SiteId(3))), sites(&[3]));
    }

    #[test]
    fn no_site_is_not_every_site() {
        assert_eq!(sites(&[]).ids(), Some(Vec::new()));
        assert_eq!(Scope::All.ids(), None);
        assert!(!sites(&[]).has(SiteId(1)) && Scope::All.has(SiteId(1)));
    }
}
