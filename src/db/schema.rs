//! Whether the schema of a database is that of this program, without changing it: for who only
//! asks. `db::migrate` brings it up to date.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::MIGRATOR;

/// How the schema of a database stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaStanding {
    /// It is the same.
    Current,
    /// So many migrations are missing; the next start applies them.
    Behind(usize),
    /// A newer RouterVault has brought it further than this one knows.
    Ahead,
    /// A migration did not end, or is not the one of this program.
    Broken,
}

/// PostgreSQL's code for a table that is not there
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const UNDEFINED_TABLE: &str = "42P01";

/// A migration that the database has.
#[derive(sqlx::FromRow)]
struct Applied {
    version: i64,
    checksum: Vec<u8>,
    success: bool,
}

/// Compares the migrations that the database has with those of this program.
///
/// # Errors
/// When the database fails; one without any table of ours is [`SchemaStanding::Behind`].
pub async fn standing(conn: &mut PgConnection) -> Result<SchemaStanding, sqlx::Error> {
    // The table is the migrator's and in no migration, so no macro can know it.
    let asked = "SELECT version, checksum, success FROM _sqlx_migrations";
    match sqlx::query_as(asked).fetch_all(conn).await {
        Ok(applied) => Ok(compare(&applied)),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            Ok(compare(&[]))
        }
        Err(error) => Err(error),
    }
}

fn compare(applied: &[Applied]) -> SchemaStanding {
    let ours: HashMap<i64, &[u8]> = MIGRATOR
        .iter()
        .map(|one| (one.version, &*one.checksum))
        .collect();
    let is_broken = |one: &Applied| {
        let known = ours.get(&one.version);
        !one.success || known.is_some_and(|known| **known != one.checksum)
    };
    if applied.iter().any(is_broken) {
        return SchemaStanding::Broken;
    }
    if applied.iter().any(|one| !ours.contains_key(&one.version)) {
        return SchemaStanding::Ahead;
    }
    match ours.len() - applied.len() {
        0 => SchemaStanding::Current,
        missing => SchemaStanding::Behind(missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied() -> Vec<Applied> {
        let all = MIGRATOR.iter().map(|one| Applied {
            version: one.version,
            checksum: one.checksum.to_vec(),
            success: true,
        });
        all.collect()
    }

    #[test]
    fn a_schema_is_current_behind_ahead_or_broken() {
        assert_eq!(compare(&applied()), SchemaStanding::Current);
        let mut behind = applied();
        behind.pop();
        assert_eq!(compare(&behind), SchemaStanding::Behind(1));
        assert_eq!(compare(&[]), SchemaStanding::Behind(applied().len()));
        let mut ahead = applied();
        ahead.push(Applied {
            version: i64::MAX,
            checksum: vec![1],
            success: true,
        });
        assert_eq!(compare(&ahead), SchemaStanding::Ahead);
        let mut changed = applied();
        changed[0].checksum.clear();
        assert_eq!(compare(&changed), SchemaStanding::Broken);
        let mut unfinished = applied();
        unfinished[0].success = false;
        assert_eq!(compare(&unfinished), SchemaStanding::Broken);
    }
}
