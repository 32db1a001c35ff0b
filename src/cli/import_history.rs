//! `import-history`: what Oxidized, RANCID or scripts kept becomes the history of the devices in
//! the inventory.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use chrono::Utc;
use sqlx::Connection as _;

use crate::db::audit::{self, Entry};
use crate::db::importing::{self as db, Candidate};
use crate::importing::{
    ENDING, GitError, Imported, Layout, Listing, MAX_MAPPING_BYTES, Matching, Reader, Repository,
    Target, Version, import_device, read_folder, sort,
};
use crate::model::AuditAction;
use crate::plural::counted;
use crate::visible;

use super::args::{HistoryFrom, ImportHistoryArgs};
use super::store::{Database, Store};
use super::{Outcome, block_on, operator, table};

/// How many things that were left out are printed; of the others the number.
const MAX_LEFT_OUT_SHOWN: usize = 1000;

/// Where a group of RANCID has its files.
const RANCID_FILES: &str = "configs";

pub fn run(args: &ImportHistoryArgs) -> anyhow::Result<Outcome> {
    let mapping = args.map.as_deref().map(read_mapping).transpose()?;
    let database = Database::start_existing(&args.store)?;
    block_on(async {
        let (listing, mut reader) = list(args).await?;
        let store = database.open().await?;
        let candidates = {
            let mut conn = store.pool.acquire().await?;
            db::list_candidates(&mut conn, args.site.as_deref()).await?
        };
        if let (Some(site), true) = (&args.site, candidates.is_empty()) {
            bail!("--site {site}: the inventory has no such site, or it has no device");
        }
        let mut matching = Matching::new(&candidates);
        if let Some(mapping) = &mapping {
            matching.write_down(mapping).context("--map")?;
        }
        let sorted = sort(listing, &matching);
        let mut report = Report {
            left_out: sorted.left_out,
            ..Report::default()
        };
        for (id, versions) in sorted.devices {
            let candidate = candidates.iter().find(|one| one.id == id);
            let candidate = candidate.context("a device that was found is a candidate")?;
            let imported = import(args, &store, &mut reader, candidate, &versions).await?;
            report.add(candidate, &versions, imported);
        }
        report.print(args.dry_run)?;
        Ok(report.outcome())
    })
}

fn read_mapping(path: &Path) -> anyhow::Result<Vec<u8>> {
    use std::io::Read as _;
    let shown = path.display();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_MAPPING_BYTES + 1).read_to_end(&mut bytes))
        .with_context(|| format!("Cannot read {shown}"))?;
    if bytes.len() as u64 > MAX_MAPPING_BYTES {
        bail!("{shown} is larger than {} MiB", MAX_MAPPING_BYTES >> 20);
    }
    Ok(bytes)
}

/// Every version of the source.
async fn list(args: &ImportHistoryArgs) -> anyhow::Result<(Listing, Reader)> {
    let path = &args.path;
    let cannot = || format!("Cannot read the history of {}", path.display());
    let layout = match args.from {
        HistoryFrom::Folder => return list_files(path, ENDING, args.trust_mtime),
        HistoryFrom::Oxidized => Layout::Oxidized,
        HistoryFrom::Rancid => Layout::Rancid,
    };
    let repository = match Repository::open(path).await {
        // RANCID keeps groups in CVS or Subversion, too, whose history is not read.
        Err(GitError::NoRepository(_)) if path.join(RANCID_FILES).is_dir() => {
            tracing::warn!(
                "This group is in no git repository: only the files that it has now are read. \
                 cvs-fast-export and git svn turn its history into git"
            );
            return list_files(&path.join(RANCID_FILES), "", args.trust_mtime);
        }
        opened => opened.with_context(cannot)?,
    };
    let listing = repository.list(layout).await.with_context(cannot)?;
    Ok((listing, Reader::of_repository(&repository)?))
}

fn list_files(
    folder: &Path,
    ending: &str,
    trust_modified: bool,
) -> anyhow::Result<(Listing, Reader)> {
    let listing = read_folder(folder, ending, trust_modified);
    let listing = listing.with_context(|| format!("Cannot read {}", folder.display()))?;
    Ok((listing, Reader::of_files()))
}

/// Imports a device in a transaction of its own, which a trial takes back.
async fn import(
    args: &ImportHistoryArgs,
    store: &Store,
    reader: &mut Reader,
    candidate: &Candidate,
    versions: &[Version],
) -> anyhow::Result<Imported> {
    let now = Utc::now();
    let mut conn = store.pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let target = Target {
        conn: &mut tx,
        vault: &store.vault,
        device: candidate.id,
        now,
    };
    let imported = import_device(target, reader, versions).await;
    let imported =
        imported.with_context(|| format!("Cannot import {}/{}", candidate.site, candidate.name))?;
    if args.dry_run {
        tx.rollback().await?;
        return Ok(imported);
    }
    if imported.added > 0 {
        let entry = Entry {
            action: AuditAction::HistoryImported,
            site: Some(candidate.site_id),
            subject: &format!("{}/{}", candidate.site, candidate.name),
            detail: &format!("{} from {}", counted(imported.added, "version"), args.from),
        };
        audit::record(&mut tx, &operator::actor(), &entry, now).await?;
    }
    tx.commit().await?;
    Ok(imported)
}

/// What came of an import.
#[derive(Default)]
struct Report {
    rows: Vec<[String; 5]>,
    /// What, and why.
    left_out: Vec<(String, String)>,
}

impl Report {
    fn add(&mut self, candidate: &Candidate, versions: &[Version], imported: Imported) {
        self.rows.push([
            format!("{}/{}", candidate.site, candidate.name),
            versions.len().to_string(),
            imported.added.to_string(),
            imported.unchanged.to_string(),
            imported.known.to_string(),
        ]);
        self.left_out.extend(imported.left_out);
    }

    fn print(&self, is_trial: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let headings = ["DEVICE", "VERSIONS", "ADDED", "UNCHANGED", "KNOWN"];
        table::write(&mut out, headings, &self.rows)?;
        for (what, why) in self.left_out.iter().take(MAX_LEFT_OUT_SHOWN) {
            writeln!(out, "left out: {}: {why}", visible::text(what))?;
        }
        let more = self.left_out.len().saturating_sub(MAX_LEFT_OUT_SHOWN);
        if more > 0 {
            writeln!(out, "left out: {more} more")?;
        }
        if is_trial {
            writeln!(out, "This was a trial: nothing was stored.")?;
        }
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        if self.left_out.is_empty() {
            Outcome::AllGood
        } else {
            Outcome::SomeFailed
        }
    }
}
