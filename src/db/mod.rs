//! The only place with SQL, one file a table, and the private PostgreSQL.
//!
//! Functions take `&mut PgConnection`; the caller owns the transaction, and holds none across
//! SSH. A missing row is `Ok(None)`.

pub mod alerts;
pub mod api_tokens;
pub mod archives;
pub mod audit;
mod away;
pub mod batches;
mod bodies;
mod cancel;
pub mod checkup;
pub mod cluster;
pub mod connection_tests;
mod deletion;
pub mod devices;
pub mod heartbeats;
pub mod host_key_changes;
pub mod host_keys;
pub mod idempotency_keys;
pub mod importing;
pub mod inventory;
pub mod jobs;
mod leases;
pub mod managing;
pub mod metrics;
pub mod one_time_links;
pub mod own_account;
pub mod pages;
mod reports;
pub mod retention;
pub mod runs;
pub mod schedules;
pub mod schema;
pub mod search;
pub mod second_factors;
pub mod sessions;
pub mod sign_in_failures;
pub mod single_sign_on;
pub mod sites;
pub mod snapshots;
mod succession;
mod unwritable;
pub mod users;
pub mod vault_keys;

pub use away::is_away;
pub use unwritable::is_unwritable;

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor as _, PgConnection};

/// The migrations, compiled in; applied at start, never edited once landed.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// How long a caller waits for a free connection before the database counts as away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may lie idle and be used again without a ping.
const UNTESTED_IDLE: Duration = Duration::from_secs(1);

/// The oldest PostgreSQL that is supported, as `server_version_num` tells it.
const OLDEST_SERVER_VERSION: i32 = 140_000;

/// Why the database can not be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL can not be parsed; its text is not shown, for it may hold a password.
    #[error("DATABASE_URL is not a PostgreSQL URL; write postgres://USER:PASSWORD@HOST:5432/NAME")]
    Url,
    /// Nothing answers, or it refuses.
    #[error("no connection to PostgreSQL: {0}")]
    Connect(#[source] sqlx::Error),
    /// Its version is not supported.
    #[error("this PostgreSQL is version {0}, and 14 or newer is needed")]
    TooOld(String),
    /// The schema could not be brought up to date.
    #[error("the schema of the database can not be brought up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The extension that search needs is neither there nor can it be made.
    #[error(
        "the extension {TRIGRAMS} can not be made in the database ({0}): install PostgreSQL's \
         contrib modules if they are missing, have a superuser run `CREATE EXTENSION {TRIGRAMS}` \
         in this database, and start again"
    )]
    NoTrigrams(#[source] sqlx::migrate::MigrateError),
}

/// Finds words in the lines of the search index
/// (<https://www.postgresql.org/docs/current/pgtrgm.html>).
const TRIGRAMS: &str = "pg_trgm";

/// A pool of at most `max_connections` on `url`.
///
/// # Errors
/// [`OpenError::Url`], [`OpenError::Connect`], or [`OpenError::TooOld`].
pub async fn connect(url: &str, max_connections: u32) -> Result<PgPool, OpenError> {
    let is_ours = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let options = PgConnectOptions::from_str(url)
        .ok()
        .filter(|_| is_ours)
        .ok_or(OpenError::Url)?
        .application_name("routervault");
    check_version(&options).await?;
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A ping before every use would double the round trips; one that lay idle may be dead.
        .test_before_acquire(false)
        // A statement that walks an index at each of many sites looks costly and never is: a second
        // of compiling it would be.
        .after_connect(|conn, _| {
            Box::pin(async move {
                conn.execute("SET jit = off").await?;
                Ok(())
            })
        })
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > UNTESTED_IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(OpenError::Connect)
}

/// Over a connection of its own: a pool would go on trying, and only say that it timed out.
async fn check_version(options: &PgConnectOptions) -> Result<(), OpenError> {
    let connecting = PgConnection::connect_with(options);
    let mut conn = tokio::time::timeout(ACQUIRE_TIMEOUT, connecting)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        .map_err(OpenError::Connect)?;
    let version: (String, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num'), current_setting('server_version')",
    )
    .fetch_one(&mut conn)
    .await
    .map_err(OpenError::Connect)?;
    if version.0.parse::<i32>().unwrap_or(0) < OLDEST_SERVER_VERSION {
        return Err(OpenError::TooOld(version.1));
    }
    Ok(())
}

/// Brings the schema up to date; several processes may do so at once.
///
/// # Errors
/// [`OpenError::Migrate`], also when the database is of a newer RouterVault, or
/// [`OpenError::NoTrigrams`].
pub async fn migrate(pool: &PgPool) -> Result<(), OpenError> {
    // On a connection of its own, which ends here: where a migration fails, sqlx leaves its lock with
    // the connection, and in the pool that would keep everybody else waiting.
    let mut conn = pool.acquire().await.map_err(OpenError::Connect)?.detach();
    let migrated = MIGRATOR.run(&mut conn).await;
    drop(conn);
    // The words around it are in the language of the server.
    migrated.map_err(|error| {
        if error.to_string().contains(TRIGRAMS) {
            OpenError::NoTrigrams(error)
        } else {
            OpenError::Migrate(error)
        }
    })
}
