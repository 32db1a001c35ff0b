//! What retention reads and writes: its rules, the histories that they are asked about, and the
//! runs and their trails. What goes of a history goes through `deletion`.

mod devices;
mod history;
mod rules;
mod runs;
mod untold;

pub use devices::{
    DevicePlace, Looked, PlacedDevice, get_thinned_to, list_due, list_placed, mark_looked_at,
    mark_thinned,
};
pub use history::{KeptSnapshot, list_history, mark_expiry};
pub use rules::{
    StoredRule, changed_at, delete_rule, get_run_limits, hold_rules, list_rules, lock_rules,
    save_rule, set_run_limits,
};
pub use runs::{RunPlace, delete_runs, delete_trails, delete_unused_batches};
pub use untold::{Untold, add_untold, take_untold};

use sqlx::PgConnection;

/// The advisory lock of who applies the rules: one process at a time. An arbitrary number.
const LOCK: i64 = 0x5256_5245_5445_4e54;

/// Takes the lock for as long as this connection lives, if it is free. The connection is to be
/// closed, not given back.
///
/// # Errors
/// When the database fails.
pub async fn try_lock(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock($1) AS "locked!""#, LOCK)
        .fetch_one(conn)
        .await
}
