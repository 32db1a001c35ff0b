//! `serve`: scheduler, collector, indexer and pages in one process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::Utc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::access::link;
use crate::archive::Worker;
use crate::collector::{self, Collector};
use crate::listen::{Listening, POLL_INTERVAL};
use crate::model::UserId;
use crate::notify;
use crate::retention;
use crate::scheduler;
use crate::search;
use crate::web::{self, AppState, Served};

use super::args::ServeArgs;
use super::store::{Database, Store};
use super::{Outcome, block_on, collect, inventory, stop};

pub fn run(args: &ServeArgs) -> anyhow::Result<Outcome> {
    let file = args.inventory.as_deref();
    let inventory = file.map(inventory::load).transpose()?;
    let checked = args.listen.check()?;
    let database = Database::start(&args.store)?;
    block_on(async {
        let stop = stop::on_signal()?;
        let listening = checked.open().await?;
        let store = database.open().await?;
        if let Some(inventory) = &inventory {
            inventory::apply(&store, inventory).await?;
        }
        let mut parts = JoinSet::new();
        let archives = database.archive_dir(args.archive_dir.as_deref());
        let settings = collect::settings(&args.pace);
        let notify = notify_settings(&checked.served);
        start(&mut parts, &store, settings, (&archives, notify), &stop);
        if let Some(certificate) = checked.certificate {
            parts.spawn(certificate.follow(POLL_INTERVAL, stop.clone()));
        }
        let pages = Pages {
            listening,
            served: checked.served,
            archives,
            demo: None,
        };
        parts.spawn(serve_pages(pages, store.clone(), stop.clone()));
        parts.spawn(reload_on_hangup(
            args.inventory.clone(),
            store,
            stop.clone(),
        ));
        stop::wait_for(parts, stop).await?;
        Ok(Outcome::AllGood)
    })
}

/// How alerts are sent from where the pages are served like this.
pub fn notify_settings(served: &Served) -> notify::Settings {
    notify::Settings {
        origin: served.public_url.as_ref().map(ToString::to_string),
        ..notify::Settings::default()
    }
}

/// The scheduler, one collector, the indexer, retention, who makes archives, and who sends alerts.
pub fn start(
    parts: &mut JoinSet<anyhow::Result<()>>,
    store: &Store,
    settings: collector::Settings,
    (archives, notify): (&Path, notify::Settings),
    stop: &CancellationToken,
) {
    let collector = Collector::new(store.pool.clone(), store.vault.clone(), settings);
    let collecting = collector.run(stop.clone());
    parts.spawn(async move {
        collecting.await;
        Ok(())
    });
    let scheduling = scheduler::run(store.pool.clone(), stop.clone());
    parts.spawn(async move { scheduling.await.context("Cannot run the scheduler") });
    let indexing = search::run(store.pool.clone(), store.vault.clone(), stop.clone());
    parts.spawn(async move {
        indexing.await;
        Ok(())
    });
    let keeping = retention::run(store.pool.clone(), store.vault.clone(), stop.clone());
    parts.spawn(async move {
        keeping.await;
        Ok(())
    });
    let worker = Worker::new(store.pool.clone(), store.vault.clone(), archives.to_owned());
    let archiving = worker.run(stop.clone());
    parts.spawn(async move {
        archiving.await;
        Ok(())
    });
    let alerts = notify::Worker::new(store.pool.clone(), store.vault.clone(), notify);
    let alerting = alerts.run(stop.clone());
    parts.spawn(async move {
        alerting.await;
        Ok(())
    });
}

/// Where the pages are served, and of what.
pub struct Pages {
    pub listening: Listening,
    pub served: Served,
    /// The folder that archives are kept in.
    pub archives: PathBuf,
    /// The visitor of a demo; `None`: it is none.
    pub demo: Option<UserId>,
}

/// The pages, until `stop`.
pub async fn serve_pages(
    pages: Pages,
    store: Store,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let listener = &pages.listening.listener;
    let listen = listener.local_addr().context("Cannot tell the address")?;
    let origin = pages.served.origin(listen);
    let first = {
        let mut conn = store.pool.acquire().await?;
        link::for_first_administrator(&mut conn, Utc::now()).await?
    };
    let said = where_it_is(listen, &pages.served);
    let state = AppState {
        pool: store.pool,
        vault: store.vault,
        clock: Utc::now,
        demo: pages.demo,
        archives: Arc::from(pages.archives),
        address: Arc::new(pages.served),
    };
    let router = web::router_until(state, stop.clone());
    println!("RouterVault is at {said}  (stop with Ctrl-C)");
    if let Some(first) = first {
        println!(
            "Nobody can sign in yet. This link creates the first administrator; it works once, for a day:\n  {origin}{}",
            web::welcome_link(&first)
        );
    }
    stop::tell_systemd(&stop);
    let serving = pages.listening.serve(router, stop);
    serving.await.context("Cannot serve the pages")
}

/// The address to open; with the one that is listened on where that is another.
fn where_it_is(listen: SocketAddr, served: &Served) -> String {
    let origin = served.origin(listen);
    match &served.public_url {
        Some(_) => format!("{origin}/, listening on {listen}"),
        None => format!("{origin}/"),
    }
}

/// Reads the inventory again on SIGHUP. One that has a problem changes nothing, and without one
/// the signal does nothing, where it would end a program that does not listen for it.
async fn reload_on_hangup(
    path: Option<PathBuf>,
    store: Store,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("Cannot listen for signals")?;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = hangup.recv() => {}
        }
        let Some(path) = &path else {
            continue;
        };
        let reloaded = async { inventory::apply(&store, &inventory::load(path)?).await };
        if let Err(error) = reloaded.await {
            tracing::error!("{error:#}");
        }
    }
}
