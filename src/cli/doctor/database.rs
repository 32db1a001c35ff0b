//! The database and the key: whether they answer, are ours, and fit each other.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::db::checkup::{self, Server};
use crate::db::schema::{self, SchemaStanding};
use crate::keyring;
use crate::plural::counted;

use super::super::store::Database;
use super::{Finding, work};

/// How far the clock of the database may be from ours: leases last fifteen seconds.
const MOST_APART: TimeDelta = TimeDelta::seconds(5);

/// Everything that is asked of the database. What needs a table is only asked of a schema that
/// is ours.
pub async fn examine(database: &Database) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = async {
        let pool = database.connect_only().await?;
        let mut conn = pool.acquire().await?;
        let server = checkup::server(&mut conn).await?;
        findings.extend(about(&server, Utc::now()));
        let standing = schema::standing(&mut conn).await?;
        findings.push(schema_finding(standing));
        if standing != SchemaStanding::Current {
            return anyhow::Ok(());
        }
        findings.push(key(&mut conn, database).await);
        findings.extend(work::examine(&mut conn, Utc::now()).await?);
        Ok(())
    };
    if let Err(error) = asked.await {
        let message = format!("{error:#}. See that it runs and that this machine may reach it.");
        findings.push(Finding::problem("database", message));
    }
    findings
}

fn about(server: &Server, now: DateTime<Utc>) -> [Finding; 3] {
    let version = format!("PostgreSQL {} answers.", server.version);
    let trigrams = if server.has_trigrams {
        Finding::ok("pg_trgm", "The extension that search needs is there.")
    } else {
        Finding::problem(
            "pg_trgm",
            "The extension is not in this database: start RouterVault, which makes it, or have a \
             superuser run `CREATE EXTENSION pg_trgm` in it.",
        )
    };
    [
        Finding::ok("database", version),
        trigrams,
        clock(server.now, now),
    ]
}

fn clock(theirs: DateTime<Utc>, ours: DateTime<Utc>) -> Finding {
    let apart = (theirs - ours).abs();
    let said = format!(
        "The clocks of the database and of this machine are {} s apart",
        apart.num_seconds()
    );
    if apart > MOST_APART {
        let advice = "let both follow a time server, or nights begin and leases end at wrong times";
        Finding::problem("clock", format!("{said}: {advice}."))
    } else {
        Finding::ok("clock", format!("{said}."))
    }
}

fn schema_finding(standing: SchemaStanding) -> Finding {
    const NAME: &str = "schema";
    match standing {
        SchemaStanding::Current => Finding::ok(NAME, "The schema is that of this version."),
        SchemaStanding::Behind(missing) => Finding::problem(
            NAME,
            format!(
                "The schema lacks {}: the next start of `serve` applies what is missing; make a \
                 dump before.",
                counted(missing, "migration")
            ),
        ),
        SchemaStanding::Ahead => Finding::problem(
            NAME,
            "The database is of a newer RouterVault: install that version here, too.",
        ),
        SchemaStanding::Broken => Finding::problem(
            NAME,
            "A migration did not end or was altered: put back the dump from before the upgrade.",
        ),
    }
}

/// The sentence of a key file that is refused says what to do, and never what is in it.
async fn key(conn: &mut PgConnection, database: &Database) -> Finding {
    const NAME: &str = "key";
    let place = database.key_place();
    let fits = match keyring::standing(conn, &place).await {
        Ok(standing) if standing.wanted.is_none() => {
            return Finding::ok(
                NAME,
                "Nothing is sealed yet; the first `serve` makes the key.",
            );
        }
        Ok(standing) => standing.fits() || standing.unfinished.is_some(),
        Err(error) => return Finding::problem(NAME, format!("{error}.")),
    };
    if !fits {
        let path = place.path().display();
        let message = format!(
            "The key file {path} is not there or is another: put that of this database back, or \
             name it by --key-file; without it no backup can be read."
        );
        return Finding::problem(NAME, message);
    }
    // It is there, so none is made.
    match keyring::open(conn, &place).await {
        Ok(_) => Finding::ok(
            NAME,
            format!(
                "The key file {} is readable by its owner only and opens the database.",
                place.path().display()
            ),
        ),
        Err(error) => Finding::problem(NAME, format!("{error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_some_seconds_apart_either_way() {
        let now = Utc::now();
        assert!(clock(now + TimeDelta::seconds(4), now).is_ok);
        assert!(!clock(now + TimeDelta::seconds(6), now).is_ok);
        assert!(!clock(now - TimeDelta::minutes(2), now).is_ok);
    }

    #[test]
    fn only_the_schema_of_this_version_is_well() {
        assert!(schema_finding(SchemaStanding::Current).is_ok);
        for standing in [
            SchemaStanding::Behind(2),
            SchemaStanding::Ahead,
            SchemaStanding::Broken,
        ] {
            assert!(!schema_finding(standing).is_ok, "{standing:?}");
        }
    }
}
