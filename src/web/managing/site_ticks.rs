//! Sites to tick in a form: those that are ticked stay in it, and a search finds more, so that it
//! works for thousands of them and without a script.

use sqlx::PgConnection;

use crate::db::managing::{ListFilter, ListedSite, list_site_rows};
use crate::db::pages::Slice;

/// How many sites a search offers to tick.
pub const MOST_FOUND: i64 = 50;

/// A search for sites to tick.
pub struct Found {
    pub search: String,
    /// Those that are not ticked already.
    pub sites: Vec<ListedSite>,
    /// How many the search found in all.
    pub total: i64,
}

impl Found {
    /// What `search` finds beside what is `ticked`, which are slugs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(
        conn: &mut PgConnection,
        search: String,
        ticked: &[String],
    ) -> Result<Self, sqlx::Error> {
        let filter = ListFilter {
            search: Some(search.as_str()).filter(|text| !text.is_empty()),
            archived: false,
        };
        let slice = Slice {
            limit: MOST_FOUND,
            offset: 0,
        };
        let mut sites = list_site_rows(conn, &filter, slice).await?;
        let total = sites.first().map_or(0, |site| site.total);
        sites.retain(|site| !ticked.contains(&site.slug));
        Ok(Self {
            search,
            sites,
            total,
        })
    }
}
