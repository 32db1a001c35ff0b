//! `simulate`: the routers alone, for trying `serve`, `backup` and other programs on them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::demo::recordings::read_folder;
use crate::demo::{DemoSite, Fleet, RouterSpec, RunningRouter, inventory_toml, live, sample_fleet};
use crate::plural::counted;

use super::args::SimulateArgs;
use super::{Outcome, block_on, stop};

/// How often one of the routers changes.
const CHANGE_INTERVAL: Duration = Duration::from_secs(20);

pub fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    block_on(async {
        let stop = stop::on_signal()?;
        let (sites, fleet) = match &args.recordings {
            Some(folder) => replay(folder).await?,
            None => invent(args).await?,
        };
        let text = inventory_toml(&by_site(&sites, fleet.routers()))?;
        match &args.inventory {
            Some(path) => std::fs::write(path, text)
                .with_context(|| format!("Cannot write {}", path.display()))?,
            None => println!("{text}"),
        }
        eprintln!(
            "{} simulated routers run; stop with Ctrl-C",
            fleet.routers().len()
        );
        if args.recordings.is_some() || args.healthy {
            stop.cancelled().await;
        } else {
            let changing = live(&fleet, CHANGE_INTERVAL, args.seed);
            stop.run_until_cancelled(changing).await;
        }
        Ok(Outcome::AllGood)
    })
}

async fn invent(args: &SimulateArgs) -> anyhow::Result<(Vec<DemoSite>, Fleet)> {
    let (sites, specs): (Vec<_>, Vec<_>) = sample_fleet(args.sites, args.devices, args.seed)
        .into_iter()
        .unzip();
    let mut specs: Vec<_> = specs.into_iter().map(|spec| adapted(spec, args)).collect();
    if args.faults.len() > specs.len() {
        bail!(
            "there are {} for {}; give --devices a larger number",
            counted(args.faults.len(), "fault"),
            counted(specs.len(), "device")
        );
    }
    for (spec, fault) in specs.iter_mut().zip(&args.faults) {
        spec.fault = Some(*fault);
    }
    let fleet = Fleet::start(specs)
        .await
        .context("Cannot start the simulated routers")?;
    Ok((sites, fleet))
}

fn adapted(mut spec: RouterSpec, args: &SimulateArgs) -> RouterSpec {
    spec.round_trip = args.round_trip;
    if let Some(size) = args.size {
        spec.size_bytes = size;
    }
    if args.healthy || !args.faults.is_empty() {
        spec.fault = None;
    }
    match args.version {
        Some(version) => spec.running(version),
        None => spec,
    }
}

async fn replay(folder: &Path) -> anyhow::Result<(Vec<DemoSite>, Fleet)> {
    let recordings = read_folder(folder)?;
    let site = DemoSite {
        slug: "recordings".to_owned(),
        name: "Recorded sessions".to_owned(),
        timezone: "UTC".to_owned(),
    };
    let sites = vec![site; recordings.len()];
    let fleet = Fleet::replay(recordings)
        .await
        .context("Cannot start the recorded routers")?;
    Ok((sites, fleet))
}

/// The routers of each site, where `sites` names the site of each router in turn.
pub fn by_site<'a>(
    sites: &[DemoSite],
    routers: &'a [RunningRouter],
) -> Vec<(DemoSite, Vec<&'a RunningRouter>)> {
    let mut grouped: Vec<(DemoSite, Vec<&RunningRouter>)> = Vec::new();
    for (site, router) in sites.iter().zip(routers) {
        match grouped.iter_mut().find(|(known, _)| known == site) {
            Some((_, routers)) => routers.push(router),
            None => grouped.push((site.clone(), vec![router])),
        }
    }
    grouped
}
