//! `retention`: deleting now what the rules say, as `serve` does by itself every hour.

use anyhow::Context as _;
use chrono::Utc;

use crate::plural::counted;
use crate::retention;

use super::args::StoreArgs;
use super::store::Database;
use super::{Outcome, block_on};

pub fn run(args: &StoreArgs) -> anyhow::Result<Outcome> {
    let database = Database::start_existing(args)?;
    block_on(async {
        let store = database.open().await?;
        let passed = retention::pass(&store.pool, &store.vault, Utc::now());
        let Some(passed) = passed.await.context("Cannot finish; start it again")? else {
            println!("Nothing was done: another process deletes what is to go just now.");
            return Ok(Outcome::AllGood);
        };
        println!(
            "Deleted {} and {}.",
            counted(passed.snapshots, "backup"),
            counted(passed.runs, "run")
        );
        if passed.stuck_devices == 0 {
            return Ok(Outcome::AllGood);
        }
        println!(
            "{} could not be thinned, for a backup can not be read; see the log.",
            counted(passed.stuck_devices, "device")
        );
        Ok(Outcome::SomeFailed)
    })
}
