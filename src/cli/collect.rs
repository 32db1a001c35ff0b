//! `collect`: a collector alone. Any number may share a database, on as many machines.

use crate::collector::Collector;

use super::args::{CollectArgs, PaceArgs};
use super::store::Database;
use super::{Outcome, block_on, stop};

pub fn run(args: &CollectArgs) -> anyhow::Result<Outcome> {
    let database = Database::start(&args.store)?;
    block_on(async {
        let stop = stop::on_signal()?;
        let store = database.open().await?;
        tracing::info!("Collecting; stop with Ctrl-C");
        stop::tell_systemd(&stop);
        Collector::new(store.pool, store.vault, settings(&args.pace))
            .run(stop)
            .await;
        Ok(Outcome::AllGood)
    })
}

/// The collector's settings as the command line gives them.
pub fn settings(pace: &PaceArgs) -> crate::collector::Settings {
    crate::collector::Settings {
        concurrency: pace.concurrency,
        per_site: pace.per_site,
        ..crate::collector::Settings::default()
    }
}
