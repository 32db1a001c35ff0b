//! Going through the audit, newest first, from each of the indexes that it may start from.
//!
//! | asked for | starts from |
//! |---|---|
//! | a person | `audit_name` |
//! | a site | `audit_site` |
//! | an action | `audit_action` |
//! | several of these | the one that comes to its end, else that which comes furthest back |
//! | a text | as above; then `audit_subject`, for a text that this did not find a page of |
//! | nothing | the primary key |

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::AuditFilter;
use crate::model::AuditId;

/// How many entries one reading looks at.
const MOST_LOOKED_AT: i64 = 20_000;

/// An index to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Name,
    Site,
    Action,
    Newest,
}

/// A filter in the terms of the table.
pub(super) struct Terms<'a> {
    name: Option<&'a str>,
    site: Option<i64>,
    action: Option<&'static str>,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    /// A pattern of ILIKE.
    pub text: Option<String>,
    /// Exclusive bounds of the id.
    after: i64,
    before: i64,
    limit: i64,
}

impl<'a> Terms<'a> {
    pub fn of(filter: &'a AuditFilter, (after, before): (i64, i64), limit: i64) -> Self {
        Self {
            name: filter.name.as_deref(),
            site: filter.site.map(|site| site.0),
            action: filter.action.map(|action| action.as_str()),
            since: filter.since,
            until: filter.until,
            text: filter.text.as_deref().map(pattern),
            after,
            before: filter.before.map_or(before, |id| id.0.min(before)),
            limit,
        }
    }

    /// What is left to ask for when this was reached and so many were found.
    pub fn behind(self, reached: AuditId, found: usize) -> Self {
        Self {
            before: reached.0,
            limit: self.limit - i64::try_from(found).unwrap_or(self.limit),
            ..self
        }
    }

    /// Every index that it may start from.
    pub fn starts(&self) -> Vec<Start> {
        let asked = [
            (Start::Name, self.name.is_some()),
            (Start::Site, self.site.is_some()),
            (Start::Action, self.action.is_some()),
        ];
        let mut starts: Vec<Start> = asked
            .into_iter()
            .filter_map(|(start, is_asked)| is_asked.then_some(start))
            .collect();
        if starts.is_empty() {
            starts.push(Start::Newest);
        }
        starts
    }
}

/// The letters anywhere in a text.
fn pattern(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// The entries of `$start` in the order `$order`, which ends with the newest first.
///
/// The value that an index starts with is written as a comparison of rows with the id: with an
/// equality, the planner may take the order from the primary key, and walk all of the audit to
/// find the entries of a person who has none.
macro_rules! walk {
    ($conn:expr, $terms:expr, $start:literal, $order:literal $(, $arg:expr)*) => {
        sqlx::query_scalar!(
            "SELECT id
             FROM (
                 SELECT id, at, user_name, action, site_id, subject
                 FROM audit
                 WHERE "
                + $start
                + " ORDER BY "
                + $order
                + " LIMIT $3
             ) AS looked_at
             WHERE ($4::text IS NULL OR lower(user_name) = lower($4))
               AND ($5::bigint IS NULL OR site_id = $5)
               AND ($6::text IS NULL OR action = $6)
               AND ($7::timestamptz IS NULL OR at >= $7)
               AND ($8::timestamptz IS NULL OR at < $8)
               AND ($9::text IS NULL OR subject ILIKE $9)
             ORDER BY "
                + $order
                + " LIMIT $10",
            $terms.after,
            $terms.before,
            MOST_LOOKED_AT,
            $terms.name,
            $terms.site,
            $terms.action,
            $terms.since,
            $terms.until,
            $terms.text,
            $terms.limit
            $(, $arg)*
        )
        .fetch_all($conn)
        .await
    };
}

/// The ids of a page, as far as it is found from this start.
pub(super) async fn list(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    start: Start,
) -> Result<Vec<i64>, sqlx::Error> {
    match start {
        Start::Name => walk!(
            conn,
            terms,
            "(lower(user_name), id) > (lower($4), $1) AND (lower(user_name), id) < (lower($4), $2)",
            "lower(user_name) DESC, id DESC"
        ),
        Start::Site => walk!(
            conn,
            terms,
            "(site_id, id) > ($5, $1) AND (site_id, id) < ($5, $2)",
            "site_id DESC, id DESC"
        ),
        Start::Action => walk!(
            conn,
            terms,
            "(action, id) > ($6, $1) AND (action, id) < ($6, $2)",
            "action DESC, id DESC"
        ),
        Start::Newest => walk!(conn, terms, "id > $1 AND id < $2", "id DESC"),
    }
}

/// The last entry that [`list`] may look at.
macro_rules! reach {
    ($conn:expr, $terms:expr, $start:literal, $order:literal $(, $arg:expr)*) => {
        sqlx::query_scalar!(
            r#"SELECT id AS "id: AuditId"
               FROM audit
               WHERE "#
                + $start
                + " ORDER BY "
                + $order
                + " OFFSET $3::bigint - 1 LIMIT 1",
            $terms.after,
            $terms.before,
            MOST_LOOKED_AT
            $(, $arg)*
        )
        .fetch_optional($conn)
        .await
    };
}

/// The last entry that [`list`] looks at from this start; `None`: it looks at all.
pub(super) async fn reach(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
    start: Start,
) -> Result<Option<AuditId>, sqlx::Error> {
    match start {
        Start::Name => reach!(
            conn,
            terms,
            "(lower(user_name), id) > (lower($4), $1) AND (lower(user_name), id) < (lower($4), $2)",
            "lower(user_name) DESC, id DESC",
            terms.name
        ),
        Start::Site => reach!(
            conn,
            terms,
            "(site_id, id) > ($4, $1) AND (site_id, id) < ($4, $2)",
            "site_id DESC, id DESC",
            terms.site
        ),
        Start::Action => reach!(
            conn,
            terms,
            "(action, id) > ($4, $1) AND (action, id) < ($4, $2)",
            "action DESC, id DESC",
            terms.action
        ),
        Start::Newest => reach!(conn, terms, "id > $1 AND id < $2", "id DESC"),
    }
}

/// The ids of a page whose subjects have the text, which few have. `OFFSET 0` keeps the planner
/// from walking the primary key for them.
pub(super) async fn list_with_text(
    conn: &mut PgConnection,
    terms: &Terms<'_>,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id!"
           FROM (
               SELECT id, at, user_name, action, site_id
               FROM audit
               WHERE subject ILIKE $9
               OFFSET 0
           ) AS found
           WHERE id > $1
             AND id < $2
             AND ($4::text IS NULL OR lower(user_name) = lower($4))
             AND ($5::bigint IS NULL OR site_id = $5)
             AND ($6::text IS NULL OR action = $6)
             AND ($7::timestamptz IS NULL OR at >= $7)
             AND ($8::timestamptz IS NULL OR at < $8)
           ORDER BY id DESC
           LIMIT $3"#,
        terms.after,
        terms.before,
        terms.limit,
        terms.name,
        terms.site,
        terms.action,
        terms.since,
        terms.until,
        terms.text,
    )
    .fetch_all(conn)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_is_no_pattern() {
        assert_eq!(pattern("100%_\\"), "%100\\%\\_\\\\%");
    }
}
