//! `import-history`: what Oxidized, RANCID or scripts kept becomes the history of the devices in
//! the inventory.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use chrono::Utc;
use sqlx::Connection as _;

use crate::db::audit::{self, Entry};
use crate::db::importing::{self as db, Candidate};
use crate::importing::{
    Found, Imported, Layout, Listing, MAX_MAPPING_BYTES, Matching, Reader, Repository, Source,
    Target, Version, import_device, read_folder,
};
use crate::model::{AuditAction, DeviceId};
use crate::plural::counted;
use crate::visible;

use super::args::{HistoryFrom, ImportHistoryArgs};
use super::store::{Database, Store};
use super::{Outcome, block_on, operator, table};

/// How many things that were left out are printed; of the others the number.
const MAX_LEFT_OUT_SHOWN: usize = 1000;

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
        let (devices, mut report) = sort(listing, &matching);
        for (id, versions) in devices {
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
    let shown = path.display();
    let layout = match args.from {
        HistoryFrom::Folder => {
            let listing = read_folder(path, args.trust_mtime);
            let listing = listing.with_context(|| format!("Cannot read {shown}"))?;
            return Ok((listing, Reader::of_files()));
        }
        HistoryFrom::Oxidized => Layout::Oxidized,
        HistoryFrom::Rancid => Layout::Rancid,
    };
    let opened = Repository::open(path).await.with_context(|| {
        let advice = match layout {
            Layout::Rancid => {
                "; a group that RANCID keeps in CVS or Subversion is turned into git first, by \
                 cvs-fast-export or git svn"
            }
            Layout::Oxidized => "; name the repository of Oxidized's `output: git`",
        };
        format!("Cannot read the history of {shown}{advice}")
    })?;
    let listing = opened.list(layout).await;
    let listing = listing.with_context(|| format!("Cannot read the history of {shown}"))?;
    Ok((listing, Reader::of_repository(&opened)?))
}

/// The versions of each device in order of time, and what is of none.
fn sort(listing: Listing, matching: &Matching<'_>) -> (BTreeMap<DeviceId, Vec<Version>>, Report) {
    let mut report = Report::default();
    report.left_out.extend(listing.passed_over);
    let mut sources: BTreeMap<Source, Vec<Version>> = BTreeMap::new();
    for version in listing.versions {
        sources
            .entry(version.source.clone())
            .or_default()
            .push(version);
    }
    let mut devices: BTreeMap<DeviceId, Vec<(Source, bool, Vec<Version>)>> = BTreeMap::new();
    for (source, versions) in sources {
        let (count, why) = (
            versions.len(),
            match matching.find(&source) {
                Found::Device { id, is_written } => {
                    devices
                        .entry(id)
                        .or_default()
                        .push((source, is_written, versions));
                    continue;
                }
                Found::Nobody => "no device of the inventory has this name or address".to_owned(),
                Found::Several(names) => {
                    format!("several devices may be meant: {}", names.join(", "))
                }
            },
        );
        report.unmatched(&source, count, &why);
    }
    let mut sorted = BTreeMap::new();
    for (id, found) in devices {
        // Two that mean one device would tell its history twice, unless a person said that they do.
        if found.len() > 1 && found.iter().any(|(_, is_written, _)| !is_written) {
            for (source, _, versions) in &found {
                report.unmatched(
                    source,
                    versions.len(),
                    "others mean the same device; say which by --map",
                );
            }
            continue;
        }
        let mut versions: Vec<Version> = found.into_iter().flat_map(|(_, _, all)| all).collect();
        versions.sort_by_key(|version| version.at);
        sorted.insert(id, versions);
    }
    (sorted, report)
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
    fn unmatched(&mut self, source: &Source, versions: usize, why: &str) {
        let what = format!("{source}, {}", counted(versions, "version"));
        self.left_out.push((what, why.to_owned()));
    }

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
