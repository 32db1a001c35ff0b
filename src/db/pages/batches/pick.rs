//! Which batches a list shows, newest first. Those of some sites are looked for site by site, and
//! not among those of all others; batches over several sites are few, and looked through.

use sqlx::PgConnection;

use super::BatchFilter;
use crate::model::{BatchId, Scope};

/// What is asked of the batches themselves.
pub(in crate::db::pages) struct Asked<'a> {
    /// `None`: any.
    pub trigger: Option<&'a str>,
    pub requested_by: Option<&'a str>,
    /// Inclusive bounds of the id.
    pub oldest: i64,
    pub newest: i64,
    /// Whether those over several sites are meant, too.
    pub with_several: bool,
    pub limit: i64,
}

/// The ids of a page's batches, in its order.
pub(in crate::db::pages) async fn pick(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &BatchFilter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let made_by = filter.made_by.as_ref();
    let asked = Asked {
        trigger: made_by.map(|made_by| made_by.trigger.as_str()),
        requested_by: made_by.and_then(|made_by| made_by.requested_by.as_deref()),
        oldest: 0,
        newest: filter
            .before
            .map_or(i64::MAX, |BatchId(id)| id.saturating_sub(1)),
        // Who asks for one site means what was asked for it alone.
        with_several: filter.site.is_none(),
        limit,
    };
    match scope.at(filter.site).ids() {
        None => any(conn, &asked).await,
        Some(sites) => of_sites(conn, &sites, &asked).await,
    }
}

async fn any(conn: &mut PgConnection, asked: &Asked<'_>) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM batches
         WHERE ($1::text IS NULL OR trigger = $1)
           AND ($2::text IS NULL OR requested_by = $2)
           AND id >= $3
           AND id <= $4
         ORDER BY id DESC
         LIMIT $5",
        asked.trigger,
        asked.requested_by,
        asked.oldest,
        asked.newest,
        asked.limit,
    )
    .fetch_all(conn)
    .await
}

/// The newest of these sites, and of those over several sites that have a run at one of these.
///
/// # Errors
/// When the database fails.
pub(in crate::db::pages) async fn of_sites(
    conn: &mut PgConnection,
    sites: &[i64],
    asked: &Asked<'_>,
) -> Result<Vec<i64>, sqlx::Error> {
    let mut picked = of_each(conn, sites, asked).await?;
    if asked.with_several {
        picked.extend(of_several(conn, sites, asked).await?);
        picked.sort_unstable_by(|one, other| other.cmp(one));
        picked.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
    }
    Ok(picked)
}

/// Where there are more sites than batches to be shown, the newest of each says at which of them
/// those stand.
async fn of_each(
    conn: &mut PgConnection,
    sites: &[i64],
    asked: &Asked<'_>,
) -> Result<Vec<i64>, sqlx::Error> {
    let newest;
    let sites = if sites.len() as i64 > asked.limit {
        let heads = list_of_each(conn, sites, asked, 1).await?;
        newest = list_sites(conn, &heads).await?;
        newest.as_slice()
    } else {
        sites
    };
    list_of_each(conn, sites, asked, asked.limit).await
}

/// Of at most so many of each site the newest. Rows are compared and not the site alone: with an
/// equality, the planner takes the order from the primary key, and walks all batches to find those
/// of a site that has none.
async fn list_of_each(
    conn: &mut PgConnection,
    sites: &[i64],
    asked: &Asked<'_>,
    of_each: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT found.id AS "id!"
           FROM unnest($1::bigint[]) AS sites (id)
           CROSS JOIN LATERAL (
               SELECT batches.id
               FROM batches
               WHERE (batches.site_id, batches.id) >= (sites.id, $4)
                 AND (batches.site_id, batches.id) <= (sites.id, $5)
                 AND ($2::text IS NULL OR trigger = $2)
                 AND ($3::text IS NULL OR requested_by = $3)
               ORDER BY batches.site_id DESC, batches.id DESC
               LIMIT $7
           ) found
           ORDER BY found.id DESC
           LIMIT $6"#,
        sites,
        asked.trigger,
        asked.requested_by,
        asked.oldest,
        asked.newest,
        asked.limit,
        of_each,
    )
    .fetch_all(conn)
    .await
}

async fn list_sites(conn: &mut PgConnection, batches: &[i64]) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT site_id AS "site_id!"
           FROM batches
           WHERE id = ANY($1)"#,
        batches,
    )
    .fetch_all(conn)
    .await
}

async fn of_several(
    conn: &mut PgConnection,
    sites: &[i64],
    asked: &Asked<'_>,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
         FROM batches
         WHERE site_id IS NULL
           AND ($2::text IS NULL OR trigger = $2)
           AND ($3::text IS NULL OR requested_by = $3)
           AND id >= $4
           AND id <= $5
           AND EXISTS (
               SELECT
               FROM runs
               WHERE runs.batch_id = batches.id
                 AND (runs.site_id = ANY ($1)) IS TRUE
           )
         ORDER BY site_id DESC, id DESC
         LIMIT $6",
        sites,
        asked.trigger,
        asked.requested_by,
        asked.oldest,
        asked.newest,
        asked.limit,
    )
    .fetch_all(conn)
    .await
}
