//! Connection tests: asked for by a person, begun and cancelled. What a collector does with them is
//! in `queue`; what pages read of them in `pages`.

mod job;
mod queue;
mod target;

pub use job::Job;
pub use queue::{Ended, SeenKey, claim, heartbeat, mark_ended, release, sweep};
pub use target::{Target, get_device_target, get_target, get_tried, get_typed_target};

use std::time::Duration;

use sqlx::PgConnection;

use super::batches::RUNS_QUEUED_CHANNEL;
use crate::model::{ConnectionTestId, TestState, UserId};

/// How many tests wait or go on at most, whoever asked.
const MAX_ACTIVE: i64 = 20;

/// How many tests of one person are kept.
const MAX_PER_PERSON: i64 = 20;

/// Serialises requests, so that the limits hold.
const REQUEST_LOCK: i64 = 0x5256_434f_4e4e_5431;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// It waits for a collector, which is woken when the caller's transaction commits.
    Queued(ConnectionTestId),
    /// The person's earlier one goes on, and is to end or be cancelled first.
    GoesOn(ConnectionTestId),
    /// Too many wait or go on; nothing was asked for.
    TooMany,
}

/// Asks for a test. One of the same person that only waits is replaced by it.
///
/// # Errors
/// When the database fails.
pub async fn request(
    conn: &mut PgConnection,
    user: UserId,
    target: &Target,
) -> Result<Requested, sqlx::Error> {
    if let Some(refused) = make_room(conn, user).await? {
        return Ok(refused);
    }
    let id = insert(conn, user, target, TestState::Queued, None).await?;
    notify(conn).await?;
    Ok(Requested::Queued(id))
}

/// Keeps a test that a person begins once the commands with `public_key` (OpenSSH form) were
/// pasted on the router.
///
/// # Errors
/// When the database fails.
pub async fn prepare(
    conn: &mut PgConnection,
    user: UserId,
    target: &Target,
    public_key: &str,
) -> Result<ConnectionTestId, sqlx::Error> {
    lock(conn).await?;
    delete_oldest(conn, user).await?;
    insert(conn, user, target, TestState::Prepared, Some(public_key)).await
}

/// Begins a prepared test of this person. Gives `None` when it is none.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    conn: &mut PgConnection,
    user: UserId,
    id: ConnectionTestId,
) -> Result<Option<Requested>, sqlx::Error> {
    if let Some(refused) = make_room(conn, user).await? {
        return Ok(Some(refused));
    }
    let begun = sqlx::query!(
        "UPDATE connection_tests
         SET state = 'queued'
         WHERE id = $1
           AND user_id = $2
           AND state = 'prepared'",
        id.0,
        user.0,
    )
    .execute(&mut *conn)
    .await?;
    if begun.rows_affected() == 0 {
        return Ok(None);
    }
    notify(conn).await?;
    Ok(Some(Requested::Queued(id)))
}

/// Cancels a test of this person that waits or goes on: its collector stops it at its next
/// heartbeat. Gives whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn cancel(
    conn: &mut PgConnection,
    user: UserId,
    id: ConnectionTestId,
) -> Result<bool, sqlx::Error> {
    let cancelled = sqlx::query!(
        "UPDATE connection_tests
         SET state = 'cancelled',
             finished_at = now(),
             lease_until = NULL
         WHERE id = $1
           AND user_id = $2
           AND state IN ('queued', 'running')",
        id.0,
        user.0,
    )
    .execute(conn)
    .await?;
    Ok(cancelled.rows_affected() == 1)
}

/// Makes room for another test of this person, or says why there is none.
async fn make_room(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<Requested>, sqlx::Error> {
    lock(conn).await?;
    // Where no collector works, nobody else finds that one fell silent.
    sweep(conn).await?;
    sqlx::query!(
        "DELETE FROM connection_tests
         WHERE user_id = $1
           AND state = 'queued'",
        user.0,
    )
    .execute(&mut *conn)
    .await?;
    delete_oldest(conn, user).await?;
    let active = sqlx::query!(
        r#"SELECT count(*) AS "count!",
                  max(id) FILTER (WHERE user_id = $1) AS "own: ConnectionTestId"
           FROM connection_tests
           WHERE state IN ('queued', 'running')"#,
        user.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(match active.own {
        Some(own) => Some(Requested::GoesOn(own)),
        None if active.count >= MAX_ACTIVE => Some(Requested::TooMany),
        None => None,
    })
}

async fn lock(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", REQUEST_LOCK)
        .execute(conn)
        .await?;
    Ok(())
}

/// Leaves room for one more in what is kept of a person's.
async fn delete_oldest(conn: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM connection_tests
         WHERE id IN (
             SELECT id
             FROM connection_tests
             WHERE user_id = $1
               AND state <> 'running'
             ORDER BY id DESC
             OFFSET $2
         )",
        user.0,
        MAX_PER_PERSON - 1,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert(
    conn: &mut PgConnection,
    user: UserId,
    target: &Target,
    state: TestState,
    public_key: Option<&str>,
) -> Result<ConnectionTestId, sqlx::Error> {
    sqlx::query_scalar!(
        r#"INSERT INTO connection_tests (user_id, device_id, site_id, name, address, port, platform,
                                         credential_id, legacy_ssh, connect_timeout_secs,
                                         export_timeout_secs, state, public_key, version)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           RETURNING id AS "id: ConnectionTestId""#,
        user.0,
        target.device.map(|id| id.0),
        target.site.0,
        target.name,
        target.address,
        i32::from(target.port),
        target.platform.as_str(),
        target.credential.0,
        target.legacy_ssh,
        secs(target.connect_timeout),
        secs(target.export_timeout),
        state.as_str(),
        public_key,
        target.version,
    )
    .fetch_one(conn)
    .await
}

fn secs(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

async fn notify(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_notify($1, '')", RUNS_QUEUED_CHANNEL)
        .execute(conn)
        .await?;
    Ok(())
}
