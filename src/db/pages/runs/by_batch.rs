//! The runs of a person or of the API, found batch by batch: those that people ask for are few
//! beside those of every night.

use sqlx::PgConnection;

use super::pick::Terms;
use crate::db::pages::batches::pick::{self, Asked};

/// How many batches are looked through by one statement at most.
const MOST_BATCHES_AT_ONCE: i64 = 256;

/// Batch by batch from the newest on, ever more at a time: the first may fill the page, or
/// thousands may have none that is asked for.
pub(super) async fn of_batches(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
) -> Result<Vec<i64>, sqlx::Error> {
    let cursor = match terms.filter.before {
        Some(run) => (run.0, get_batch_of(conn, run.0).await?),
        None => (i64::MAX, i64::MAX),
    };
    let mut picked = Vec::new();
    let mut up_to = terms.bounds.newest_batch.min(cursor.1);
    let mut at_once = 1;
    loop {
        let batches = list_batches(conn, terms, up_to, at_once).await?;
        let Some(last) = batches.last() else {
            return Ok(picked);
        };
        let room = terms.limit - picked.len() as i64;
        picked.extend(of_these(conn, terms, &batches, cursor, room).await?);
        if picked.len() as i64 >= terms.limit {
            return Ok(picked);
        }
        up_to = last - 1;
        at_once = MOST_BATCHES_AT_ONCE.min(at_once * 2);
    }
}

async fn list_batches(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    up_to: i64,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    if let Some(sites) = &terms.sites {
        let asked = Asked {
            trigger: terms.trigger,
            requested_by: terms.requested_by,
            oldest: terms.bounds.oldest_batch,
            newest: up_to,
            with_several: true,
            limit,
        };
        return pick::of_sites(conn, sites, &asked).await;
    }
    sqlx::query_scalar!(
        "SELECT id
         FROM batches
         WHERE (trigger, id) >= ($1, $2)
           AND (trigger, id) <= ($1, $3)
           AND ($4::text IS NULL OR requested_by = $4)
         ORDER BY trigger DESC, id DESC
         LIMIT $5",
        terms.trigger,
        terms.bounds.oldest_batch,
        up_to,
        terms.requested_by,
        limit,
    )
    .fetch_all(conn)
    .await
}

/// The runs of these batches that come after the `cursor`, a run and its batch.
async fn of_these(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    batches: &[i64],
    cursor: (i64, i64),
    room: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT picked.id
         FROM unnest($1::bigint[]) AS batches (id)
         CROSS JOIN LATERAL (
             SELECT id
             FROM runs
             WHERE batch_id = batches.id
               AND id > $2
               AND (batches.id < $4 OR id < $3)
               AND state = ANY($5)
               AND ($6::text IS NULL OR verdict = $6)
               AND ($7::bigint[] IS NULL OR site_id = ANY ($7))
               AND ($8::timestamptz IS NULL OR queued_at >= $8)
               AND ($9::timestamptz IS NULL OR queued_at < $9)
             ORDER BY id DESC
             LIMIT $10
         ) picked
         ORDER BY batches.id DESC, picked.id DESC
         LIMIT $10",
        batches,
        terms.after,
        cursor.0,
        cursor.1,
        &terms.states,
        terms.verdict,
        terms.sites.as_deref() as Option<&[i64]>,
        terms.filter.since,
        terms.filter.until,
        room,
    )
    .fetch_all(conn)
    .await
}

/// The batch of that run; where it is gone, of the one before it.
async fn get_batch_of(conn: &mut PgConnection, run: i64) -> Result<i64, sqlx::Error> {
    let batch = sqlx::query_scalar!(
        "SELECT batch_id
         FROM runs
         WHERE id <= $1
         ORDER BY id DESC
         LIMIT 1",
        run,
    )
    .fetch_optional(conn)
    .await?;
    Ok(batch.unwrap_or(0))
}
