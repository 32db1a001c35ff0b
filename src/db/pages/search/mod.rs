//! Search as the pages ask it: which lines there are, and which devices have or had one.

mod lines;
mod spans;

pub use lines::{FoundLine, Page, find_lines, get_line};
pub use spans::{SpanCursor, SpanRow, count_now, list_first_spans, list_spans};

use std::ops::{Deref, DerefMut};

use sqlx::{Connection, PgConnection, Postgres, Transaction};

use crate::model::Scope;

/// How many devices are few: of so many the lines are gone through one by one.
const FEW_DEVICES: i64 = 100;

/// How many are few for somebody who reaches some sites only. More, for among the lines of all
/// devices theirs are rare, and going through those of others brings them nothing.
const FEW_OF_REACH: i64 = 1_000;

/// How long the database may look.
const STATEMENT_TIMEOUT: &str = "2s";

/// How far up is counted what is still to be indexed.
const COUNTED_UP_TO: i64 = 10_000;

/// What a line has to contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern<'a> {
    /// The text itself, in any case.
    Text(&'a str),
    /// A regular expression of PostgreSQL, in any case.
    Regex(&'a str),
}

/// When a device has to have the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In its newest verified snapshot.
    Now,
    /// Formerly, and then no more.
    Before,
    /// The one or the other.
    Ever,
}

/// Which devices are searched.
#[derive(Debug, Clone, Default)]
pub struct Devices {
    /// The sites that the one who asks reaches; `None`: all.
    reach: Option<Vec<i64>>,
    /// Slug of their site.
    site: Option<String>,
    /// A tag of theirs or of their site.
    tag: Option<String>,
    /// All of them, when they are few.
    few: Option<Vec<i64>>,
}

/// What is searched for.
#[derive(Debug)]
pub struct Search<'a> {
    pub pattern: Pattern<'a>,
    /// This menu and those below it: `/ip firewall`.
    pub menu: Option<&'a str>,
    pub devices: &'a Devices,
    pub when: When,
}

/// Why nothing can be found.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// PostgreSQL does not take the regular expression; its words.
    #[error("{0}")]
    Pattern(String),
    /// The database looked for two seconds and was not done.
    #[error("the search took too long")]
    TooSlow,
    /// The database failed.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for SearchError {
    /// SQLSTATE codes of PostgreSQL's appendix A: 2201B invalid regular expression, 57014
    /// cancelled by its timeout.
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|error| error.code())
            .unwrap_or_default();
        match (code.as_ref(), error.as_database_error()) {
            ("2201B", Some(error)) => Self::Pattern(error.message().to_owned()),
            ("57014", _) => Self::TooSlow,
            _ => Self::Database(error),
        }
    }
}

/// A transaction in which everything is searched: each of its statements has a deadline. Nothing
/// is changed in it, so it is never committed.
#[derive(Debug)]
pub struct Searching<'c>(Transaction<'c, Postgres>);

impl<'c> Searching<'c> {
    /// Begins with a deadline for each statement; plans for the words that are searched for and
    /// not for any; and no compiling of them, which takes longer than the search.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(conn: &'c mut PgConnection) -> Result<Self, sqlx::Error> {
        let mut transaction = conn.begin().await?;
        sqlx::query!(
            r#"SELECT set_config('statement_timeout', $1, true) AS "a!",
                      set_config('plan_cache_mode', 'force_custom_plan', true) AS "b!",
                      set_config('jit', 'off', true) AS "c!",
                      set_config('work_mem', '16MB', true) AS "d!""#,
            STATEMENT_TIMEOUT,
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Self(transaction))
    }
}

impl Deref for Searching<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Searching<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// The devices of the scope, of a site (by slug) and with a tag, each if given.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn find_devices(
    conn: &mut Searching<'_>,
    scope: &Scope,
    site: Option<&str>,
    tag: Option<&str>,
) -> Result<Devices, SearchError> {
    let reach = scope.ids();
    if reach.is_none() && site.is_none() && tag.is_none() {
        return Ok(Devices::default());
    }
    let most = match reach {
        Some(_) => FEW_OF_REACH,
        None => FEW_DEVICES,
    };
    let mut few = sqlx::query_scalar!(
        "SELECT devices.id
         FROM devices
         JOIN sites ON sites.id = devices.site_id
         WHERE ($1::text IS NULL OR sites.slug = $1)
           AND ($2::text IS NULL OR $2 = ANY (devices.tags) OR $2 = ANY (sites.tags))
           AND ($4::bigint[] IS NULL OR devices.site_id = ANY ($4))
         LIMIT $3",
        site,
        tag,
        most + 1,
        reach.as_deref(),
    )
    .fetch_all(&mut **conn)
    .await?;
    few.sort_unstable();
    let are_few = i64::try_from(few.len()).is_ok_and(|count| count <= most);
    Ok(Devices {
        reach,
        site: site.map(str::to_owned),
        tag: tag.map(str::to_owned),
        few: are_few.then_some(few),
    })
}

/// What the index lacks of the snapshots of the scope.
#[derive(Debug, Clone, Copy)]
pub struct Lacking {
    /// Snapshots that wait for the indexer, counted up to 10,000.
    pub waiting: i64,
    /// Snapshots whose bodies it could not read.
    pub unreadable: i64,
    /// Snapshots with more lines than it keeps of one.
    pub cut: i64,
}

/// Counts what the index lacks of the snapshots of the scope.
///
/// # Errors
/// [`SearchError::TooSlow`] or [`SearchError::Database`].
pub async fn count_lacking(
    conn: &mut Searching<'_>,
    scope: &Scope,
) -> Result<Lacking, SearchError> {
    let reach = scope.ids();
    let lacking = sqlx::query_as!(
        Lacking,
        r#"SELECT (
               SELECT count(*)
               FROM (
                   SELECT
                   FROM snapshots
                   WHERE indexed_at IS NULL
                     AND index_failed_at IS NULL
                     AND verdict = 'verified'
                     AND ($2::bigint[] IS NULL OR device_id IN (SELECT id FROM devices WHERE site_id = ANY ($2)))
                   LIMIT $1
               ) waiting
           ) AS "waiting!",
           (
               SELECT count(*)
               FROM snapshots
               WHERE index_failed_at IS NOT NULL
                 AND ($2::bigint[] IS NULL OR device_id IN (SELECT id FROM devices WHERE site_id = ANY ($2)))
           ) AS "unreadable!",
           (
               SELECT count(*)
               FROM snapshots
               WHERE index_left_out
                 AND ($2::bigint[] IS NULL OR device_id IN (SELECT id FROM devices WHERE site_id = ANY ($2)))
           ) AS "cut!""#,
        COUNTED_UP_TO,
        reach.as_deref(),
    )
    .fetch_one(&mut **conn)
    .await?;
    Ok(lacking)
}
