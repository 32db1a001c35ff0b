//! `archive` and `restore`: everything, or a site, as one file and back.

use std::path::Path;

use anyhow::{Context as _, bail};
use chrono::Utc;
use tokio::fs::File;

use crate::archive::{self, Checked, Plan, Progress, Source, WrittenFile};
use crate::db::audit::{self, Entry};
use crate::model::{ArchiveChoice, ArchivedSecrets, AuditAction, Contents, History};
use crate::plural::counted;

use super::args::{ArchiveArgs, RestoreArgs};
use super::store::{Database, Store};
use super::{Outcome, block_on, operator};

/// `archive`
pub fn make(args: &ArchiveArgs) -> anyhow::Result<Outcome> {
    if args.out.exists() {
        bail!("{} is there already; name another file", args.out.display());
    }
    let choice = choice(args);
    let database = Database::start_existing(&args.store)?;
    let written = block_on(async {
        let store = database.open().await?;
        write(&store, &choice, &args.out).await
    })?;
    let counts = written.manifest.counts;
    println!(
        "{}: {}, {}, {}, {} bytes",
        args.out.display(),
        counted(counts.sites as usize, "site"),
        counted(counts.devices as usize, "device"),
        counted(counts.snapshots as usize, "backup"),
        written.size_bytes,
    );
    for sentence in &written.manifest.left_out {
        eprintln!("left out: {}", crate::visible::text(sentence));
    }
    Ok(if written.manifest.left_out.is_empty() {
        Outcome::AllGood
    } else {
        Outcome::SomeFailed
    })
}

fn choice(args: &ArchiveArgs) -> ArchiveChoice {
    ArchiveChoice {
        site: args.site.clone(),
        history: if args.newest {
            History::Newest
        } else {
            History::Whole
        },
        contents: match args.configurations {
            true => Contents::Configurations,
            false => Contents::Everything,
        },
        secrets: match args.masked {
            true => ArchivedSecrets::Masked,
            false => ArchivedSecrets::Exact,
        },
    }
}

async fn write(store: &Store, choice: &ArchiveChoice, out: &Path) -> anyhow::Result<WrittenFile> {
    let now = Utc::now();
    // Before it is written, so that nobody has secrets without it.
    let entry = Entry {
        action: AuditAction::ArchiveRequested,
        site: None,
        subject: choice.site.as_deref().unwrap_or("everything"),
        detail: &choice.in_words(),
    };
    let mut conn = store.pool.acquire().await?;
    audit::record(&mut conn, &operator::actor(), &entry, now).await?;
    drop(conn);
    let source = Source {
        pool: store.pool.clone(),
        vault: store.vault.clone(),
        now,
    };
    let progress = Progress::default();
    let writing = archive::write_file(&source, choice, out, &progress);
    writing
        .await
        .with_context(|| format!("Cannot make {}", out.display()))
}

/// `restore`
pub fn restore(args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let database = Database::start(&args.store)?;
    block_on(async {
        let file = File::open(&args.file).await;
        let file = file.with_context(|| format!("Cannot open {}", args.file.display()))?;
        let mut checked = archive::check(file).await?;
        let store = database.open().await?;
        let new_slug = args.new_slug.as_deref();
        if args.dry_run {
            let mut conn = store.pool.acquire().await?;
            let plan = archive::plan(&mut conn, &checked, new_slug).await?;
            print_plan(&checked, &plan);
            return Ok(Outcome::AllGood);
        }
        let (actor, now) = (operator::actor(), Utc::now());
        let who = (&actor, now);
        let restored =
            archive::restore(&store.pool, &store.vault, &mut checked, new_slug, who).await?;
        for line in restored.log {
            println!("{}", crate::visible::text(&line));
        }
        Ok(Outcome::AllGood)
    })
}

fn print_plan(checked: &Checked, plan: &Plan) {
    let manifest = &checked.manifest;
    println!(
        "The archive is whole: made by {} at {}.",
        crate::visible::text(&manifest.made_with),
        manifest.made_at
    );
    for line in plan.in_words() {
        println!("{}", crate::visible::text(&line));
    }
    println!("Nothing was changed.");
}
