//! `serve`: scheduler, collector, indexer and pages in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use chrono::Utc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::access::link;
use crate::collector::{self, Collector};
use crate::model::UserId;
use crate::scheduler;
use crate::search;
use crate::web::{self, AppState};

use super::args::ServeArgs;
use super::store::{Database, Store};
use super::{Outcome, block_on, collect, inventory, stop};

/// How long requests may still be answered after the program was told to stop; one that is only
/// half sent would otherwise hold it up.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

pub fn run(args: &ServeArgs) -> anyhow::Result<Outcome> {
    let inventory = inventory::load(&args.inventory)?;
    check_loopback(args.listen)?;
    let database = Database::start(&args.store)?;
    block_on(async {
        let stop = stop::on_signal()?;
        let listener = bind(args.listen).await?;
        let store = database.open().await?;
        inventory::apply(&store, &inventory).await?;
        let mut parts = JoinSet::new();
        start(&mut parts, &store, collect::settings(&args.pace), &stop);
        parts.spawn(serve_pages(listener, store.clone(), None, stop.clone()));
        parts.spawn(reload_on_hangup(
            args.inventory.clone(),
            store,
            stop.clone(),
        ));
        stop::wait_for(parts, stop).await?;
        Ok(Outcome::AllGood)
    })
}

/// Until there is sign-in, whoever reaches the pages sees every customer's passwords.
pub fn check_loopback(listen: SocketAddr) -> anyhow::Result<()> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "--listen {listen}: the pages have no sign-in yet, so they are served on a loopback address only; use 127.0.0.1 and reach it through an SSH tunnel"
    )
}

/// The port for the pages.
pub async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        anyhow::anyhow!(
            "the pages can not be served on {listen}: {error}. End what uses that port, or choose another by --listen"
        )
    })
}

/// The scheduler, one collector and the indexer.
pub fn start(
    parts: &mut JoinSet<anyhow::Result<()>>,
    store: &Store,
    settings: collector::Settings,
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
}

/// The pages, until `stop`.
pub async fn serve_pages(
    listener: TcpListener,
    store: Store,
    demo: Option<UserId>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let address = listener.local_addr().context("Cannot tell the address")?;
    let first = {
        let mut conn = store.pool.acquire().await?;
        link::for_first_administrator(&mut conn, Utc::now()).await?
    };
    let state = AppState {
        pool: store.pool,
        vault: store.vault,
        clock: Utc::now,
        demo,
    };
    let pages = web::router_until(state, stop.clone());
    println!("RouterVault is at http://{address}/  (stop with Ctrl-C)");
    if let Some(first) = first {
        println!(
            "Nobody can sign in yet. This link creates the first administrator; it works once, for a day:\n  http://{address}{}",
            web::welcome_link(&first)
        );
    }
    let serving =
        axum::serve(listener, pages).with_graceful_shutdown(stop.clone().cancelled_owned());
    let last_answers = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        served = serving => served.context("Cannot serve the pages"),
        () = last_answers => Ok(()),
    }
}

/// Reads the inventory again on SIGHUP. One that has a problem changes nothing.
async fn reload_on_hangup(
    path: PathBuf,
    store: Store,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup()).context("Cannot listen for signals")?;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = hangup.recv() => {}
        }
        let reloaded = async { inventory::apply(&store, &inventory::load(&path)?).await };
        if let Err(error) = reloaded.await {
            tracing::error!("{error:#}");
        }
    }
}
