//! Whether the database is away, rather than a statement wrong: said once, for those who wait and
//! try again and for those who say so on a page.

/// The SQLSTATE codes, by their beginnings, of a server that is away for a while: class 08
/// connection exceptions, class 53 insufficient resources, and of class 57 (operator
/// intervention) the codes 57P, a server that shuts down or is not yet up. The others of class 57
/// are about one statement: 57014 is one that was cancelled, by its own timeout say. From
/// "PostgreSQL Error Codes", appendix A of its documentation.
const AWAY: [&str; 3] = ["08", "53", "57P"];

/// Whether the database is merely away, so that the same may succeed later.
#[must_use]
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_away_code(&code)),
        // A server that goes in the middle of an answer leaves half a message.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

fn is_away_code(code: &str) -> bool {
    AWAY.iter().any(|beginning| code.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_down_is_away_and_a_wrong_or_cancelled_statement_is_not() {
        for code in ["08006", "53300", "57P01", "57P03"] {
            assert!(is_away_code(code), "{code}");
        }
        for code in ["57014", "57000", "42703", "23514", "2201B", "XX000", ""] {
            assert!(!is_away_code(code), "{code}");
        }
        assert!(is_away(&sqlx::Error::PoolTimedOut));
        assert!(!is_away(&sqlx::Error::RowNotFound));
    }
}
