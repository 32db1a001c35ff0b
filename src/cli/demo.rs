//! `demo`: everything at once, with simulated routers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::collector::Settings;
use crate::db::batches::{self, DeviceScope, NewBatch};
use crate::db::devices::{self, Place};
use crate::db::users;
use crate::demo::{Fleet, RunningRouter, inventory_toml, sample_fleet};
use crate::inventory::parse;
use crate::model::{Trigger, UserId};

use super::args::{DemoArgs, StoreArgs};
use super::listen::Checked;
use super::serve::Pages;
use super::simulate::by_site;
use super::store::{Database, Store, default_data_dir};
use super::{Outcome, block_on, inventory, serve, stop};

/// What configurations, names and keys are invented from; always the same, so that the demo's
/// routers are the same after a restart.
const SEED: u64 = 1;

/// What the visitor of the demo is called.
const VISITOR: &str = "visitor";

pub fn run(args: &DemoArgs) -> anyhow::Result<Outcome> {
    let checked = Checked::loopback(args.listen)?;
    let data_dir = match &args.data_dir {
        Some(folder) => folder.clone(),
        None => default_data_dir("routervault-demo")?,
    };
    let database = Database::start(&StoreArgs {
        data_dir: Some(data_dir.clone()),
        database_url: None,
        key_file: None,
    })?;
    if !database.is_own() {
        bail!(
            "a demo runs already on {}; end it, or choose another --data-dir",
            data_dir.display()
        );
    }
    block_on(serve_demo(args, checked, &database, &data_dir))
}

async fn serve_demo(
    args: &DemoArgs,
    checked: Checked,
    database: &Database,
    data_dir: &Path,
) -> anyhow::Result<Outcome> {
    let stop = stop::on_signal()?;
    let listening = checked.open().await?;
    let store = database.open().await?;
    let (sites, specs): (Vec<_>, Vec<_>) = sample_fleet(args.sites, args.devices, SEED)
        .into_iter()
        .unzip();
    let fleet = Fleet::start(specs)
        .await
        .context("Cannot start the simulated routers")?;
    let text = inventory_toml(&by_site(&sites, fleet.routers()))?;
    let file = write_inventory(data_dir, &text)?;
    let parsed = parse(&text, &file.display().to_string(), data_dir, &|_| None)
        .map_err(|problems| anyhow::anyhow!("the demo's own inventory is wrong:\n{problems}"))?;
    inventory::apply(&store, &parsed).await?;
    request_all(&store).await?;
    let visitor = visitor(&store).await?;

    let mut parts = JoinSet::new();
    let archives = database.archive_dir(None);
    let notify = serve::notify_settings(&checked.served);
    let settings = Settings::default();
    serve::start(&mut parts, &store, settings, (&archives, notify), &stop);
    println!("The simulated routers' inventory is {}", file.display());
    let pages = Pages {
        listening,
        served: checked.served,
        archives,
        demo: Some(visitor),
    };
    parts.spawn(serve::serve_pages(pages, store.clone(), stop.clone()));
    parts.spawn(keep_changing(
        fleet,
        sites.into_iter().map(|site| site.slug).collect(),
        args.change_every,
        store,
        stop.clone(),
    ));
    stop::wait_for(parts, stop).await?;
    Ok(Outcome::AllGood)
}

/// Who looks at the demo: an administrator without a password, as whom nobody can sign in.
async fn visitor(store: &Store) -> anyhow::Result<UserId> {
    let mut conn = store.pool.acquire().await?;
    let inserted = users::insert_administrator(&mut conn, VISITOR, None).await?;
    let known = users::get_account(&mut conn, VISITOR).await?;
    let visitor = inserted.or(known.map(|account| account.user));
    visitor.with_context(|| format!("the account {VISITOR} of the demo is archived"))
}

/// The inventory as a file, for `backup` and the other commands to try.
fn write_inventory(data_dir: &Path, text: &str) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = data_dir.join("devices.toml");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("Cannot write {}", path.display()))?;
    std::io::Write::write_all(&mut file, text.as_bytes())
        .with_context(|| format!("Cannot write {}", path.display()))?;
    Ok(path)
}

async fn list_places(store: &Store) -> anyhow::Result<Vec<Place>> {
    let mut conn = store.pool.acquire().await?;
    Ok(devices::list_places(&mut conn).await?)
}

/// A batch for each site, as if somebody had pressed every Backup Site.
async fn request_all(store: &Store) -> anyhow::Result<()> {
    let places = list_places(store).await?;
    for of_site in places.chunk_by(|a, b| a.site == b.site) {
        request(store, of_site).await?;
    }
    Ok(())
}

/// A batch for devices of one site.
async fn request(store: &Store, places: &[Place]) -> anyhow::Result<()> {
    let mut tx = store.pool.begin().await?;
    let new = NewBatch {
        trigger: Trigger::Manual,
        requested_by: Some(batches::DEMO.to_owned()),
        site: places.first().map(|place| place.site),
        scheduled: None,
        scope: DeviceScope::Devices(places.iter().map(|place| place.id).collect()),
    };
    batches::request(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes one router after the other, as an administrator would, and backs it up, so that
/// there is something to compare. Owns the fleet: it stops with this.
async fn keep_changing(
    fleet: Fleet,
    slugs: Vec<String>,
    interval: Duration,
    store: Store,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let healthy: Vec<(&RunningRouter, &String)> = fleet
        .routers()
        .iter()
        .zip(&slugs)
        .filter(|(router, _)| router.fault().is_none())
        .collect();
    for (router, slug) in healthy.iter().cycle() {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(interval) => {}
        }
        router.change();
        let backed_up = async {
            let mut places = list_places(&store).await?;
            places
                .retain(|place| place.site_slug == **slug && place.name == router.spec().identity);
            request(&store, &places).await
        };
        if let Err(error) = backed_up.await {
            tracing::warn!("A changed router could not be backed up: {error:#}");
        }
    }
    stop.cancelled().await;
    Ok(())
}
