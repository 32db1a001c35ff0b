//! `database`: the private PostgreSQL alone, for `pg_dump` and `psql`. Nothing else runs, so a dump
//! can be put into one that is new and has no tables yet.

use anyhow::bail;

use super::args::StoreArgs;
use super::store::Database;
use super::{Outcome, block_on, stop};

pub fn run(args: &StoreArgs) -> anyhow::Result<Outcome> {
    if args.database_url.is_some() {
        bail!("DATABASE_URL names a PostgreSQL of your own, which runs by itself");
    }
    let database = Database::start(args)?;
    block_on(async {
        let stop = stop::on_signal()?;
        println!("{}", database.url());
        eprintln!("PostgreSQL answers there, for pg_dump and psql; stop with Ctrl-C");
        stop.cancelled().await;
        Ok(Outcome::AllGood)
    })
}
