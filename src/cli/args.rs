//! The commands and their options, as `--help` shows them.

mod importing;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::collector::{DEFAULT_CONCURRENCY, DEFAULT_PER_SITE};
use crate::demo::{Fault, Version};
use crate::model::SnapshotId;
use crate::web::PublicUrl;

pub use importing::{
    HistoryFrom, ImportHistoryArgs, ImportInventoryArgs, InventoryFrom, InventoryKind,
};

use super::listen::ListenArgs;
use super::logging::LogFormat;

/// Configuration backups of MikroTik RouterOS routers, proven whole.
///
/// Exit status: 0 all good, 1 some device failed or is suspect, 2 bad input or no database.
#[derive(Debug, Parser)]
#[command(name = "routervault", version, max_term_width = 100)]
pub struct Args {
    /// What to log to standard error: error, warn, info, debug, trace, or a filter such as
    /// `info,routervault::ssh=debug`
    #[arg(long, global = true, env = "ROUTERVAULT_LOG", value_name = "LEVEL")]
    pub log: Option<String>,

    /// How a line of the log is written
    #[arg(
        long,
        global = true,
        env = "ROUTERVAULT_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub log_format: LogFormat,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the scheduler, a collector, the search index and the web pages
    Serve(ServeArgs),
    /// Back up devices now, without pages; prints a table at the end
    Backup(BackupArgs),
    /// List snapshots
    Snapshots(SnapshotsArgs),
    /// Write the exact bytes of a snapshot to standard output
    Show(ShowArgs),
    /// Compare two snapshots: a unified diff without noise
    Diff(DiffArgs),
    /// Check an inventory file and say everything that is wrong with it
    Check(CheckArgs),
    /// Run a collector alone, on the database of a `serve` elsewhere
    Collect(CollectArgs),
    /// Trust a device anew after its hardware was replaced or reset
    Trust(TrustArgs),
    /// Show which key the database needs, or replace it
    Key(KeyArgs),
    /// Delete now what the rules of retention say, as `serve` does every hour
    Retention(StoreArgs),
    /// Help somebody who can not sign in
    User(UserArgs),
    /// Take what Oxidized, RANCID or scripts kept as the history of the devices in the inventory
    ImportHistory(ImportHistoryArgs),
    /// Print the devices of Oxidized, NetBox or LibreNMS as CSV for Manage, Import
    ImportInventory(ImportInventoryArgs),
    /// Run the private PostgreSQL alone and print its URL, for pg_dump and psql
    Database(StoreArgs),
    /// Say of everything that RouterVault needs whether it is well, and what to do
    Doctor(DoctorArgs),
    /// Write everything, or a site, to one zip that is readable without RouterVault
    Archive(ArchiveArgs),
    /// Bring an archive back: checked whole before anything is changed
    Restore(RestoreArgs),
    /// Try everything with simulated routers: database, backups and pages in one command
    Demo(DemoArgs),
    /// Run simulated routers alone; prints an inventory for them
    Simulate(SimulateArgs),
}

/// Where snapshots are kept.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Folder of the private PostgreSQL and the key file [default: /var/lib/routervault for
    /// root, else ~/.local/share/routervault]
    #[arg(long, env = "ROUTERVAULT_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// A PostgreSQL of your own, 14 or newer and with `pg_trgm`, instead of the private one:
    /// postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// File of the key that seals credentials and snapshots; made when it does not exist
    /// [default: routervault.key in the data folder]
    #[arg(long, env = "ROUTERVAULT_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// How many routers at once.
#[derive(Debug, Clone, clap::Args)]
pub struct PaceArgs {
    /// How many devices to back up at once
    #[arg(long, default_value_t = DEFAULT_CONCURRENCY, value_name = "N", value_parser = at_least_one)]
    pub concurrency: usize,

    /// How many devices of one site to back up at once, over all collectors
    #[arg(long, default_value_t = DEFAULT_PER_SITE, value_name = "N", value_parser = at_least_one)]
    pub per_site: usize,
}

#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Inventory file; read again on SIGHUP. Without one, sites, devices and credentials are
    /// managed on the pages alone
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,

    #[command(flatten)]
    pub listen: ListenArgs,

    /// Folder of the archives that are made and brought on the pages; made when it does not exist
    /// [default: `archives` in the data folder]
    #[arg(long, env = "ROUTERVAULT_ARCHIVE_DIR", value_name = "DIR")]
    pub archive_dir: Option<PathBuf>,

    #[command(flatten)]
    pub store: StoreArgs,

    #[command(flatten)]
    pub pace: PaceArgs,
}

#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// Inventory file
    #[arg(long, value_name = "FILE")]
    pub inventory: PathBuf,

    /// Only this site; may be given several times
    #[arg(long = "site", value_name = "SLUG")]
    pub sites: Vec<String>,

    /// Only this device; may be given several times
    #[arg(long = "device", value_name = "SITE/NAME")]
    pub devices: Vec<String>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,

    #[command(flatten)]
    pub pace: PaceArgs,
}

#[derive(Debug, clap::Args)]
pub struct SnapshotsArgs {
    /// Only of this site
    #[arg(long, value_name = "SLUG")]
    pub site: Option<String>,

    /// Only of this device
    #[arg(long, value_name = "SITE/NAME")]
    pub device: Option<String>,

    /// How many at most
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,

    /// How many to pass over first
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub offset: i64,

    /// Print a JSON array instead of a table
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Number of the snapshot, as `snapshots` lists it
    pub snapshot: SnapshotId,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// Number of the older snapshot
    pub a: SnapshotId,

    /// Number of the newer snapshot
    pub b: SnapshotId,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Inventory file
    #[arg(long, value_name = "FILE")]
    pub inventory: PathBuf,

    /// Print one JSON object instead of sentences
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub struct CollectArgs {
    #[command(flatten)]
    pub store: StoreArgs,

    #[command(flatten)]
    pub pace: PaceArgs,
}

#[derive(Debug, clap::Args)]
pub struct TrustArgs {
    /// The device; its pinned host keys, serial number and size are forgotten, and the next run
    /// trusts what it finds
    #[arg(value_name = "SITE/NAME")]
    pub device: String,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    pub command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the ids of the key in the key file and of that which the database needs; exit
    /// status 1 when they differ
    Show(StoreArgs),
    /// Make a new key and replace the key file, also while RouterVault runs
    Rotate(StoreArgs),
}

#[derive(Debug, clap::Args)]
pub struct UserArgs {
    #[command(subcommand)]
    pub command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Print a link that works once and for a day, by which somebody chooses a new password
    Link(UserLinkArgs),
}

#[derive(Debug, clap::Args)]
pub struct UserLinkArgs {
    /// What they type to sign in
    pub name: String,

    /// Take away their second factor, too
    #[arg(long)]
    pub without_second_factor: bool,

    /// The address of the pages as people know it
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: PublicUrl,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Check this inventory file, too
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,

    /// Print one JSON object instead of sentences
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct ArchiveArgs {
    /// The file to write; it is readable by its owner alone
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// Only this site
    #[arg(long, value_name = "SLUG")]
    pub site: Option<String>,

    /// Only the newest verified backup of each device
    #[arg(long)]
    pub newest: bool,

    /// Only the configurations; for reading, not to be restored
    #[arg(long)]
    pub configurations: bool,

    /// Mask secrets, and leave credentials out; for reading, not to be restored
    #[arg(long)]
    pub masked: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The archive
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Restore its only site under this name; one that is there is refused, never merged
    #[arg(long = "as", value_name = "NAME")]
    pub new_slug: Option<String>,

    /// Check the archive, say what would be made, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Address of the web pages, a loopback one; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,

    /// How many sites
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = at_least_one)]
    pub sites: usize,

    /// How many devices
    #[arg(long, default_value_t = 24, value_name = "N", value_parser = at_least_one)]
    pub devices: usize,

    /// Folder of the demo's database [default: /var/lib/routervault-demo for root, else
    /// ~/.local/share/routervault-demo]
    #[arg(long, env = "ROUTERVAULT_DEMO_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// How often a router changes and is backed up, in seconds
    #[arg(long, default_value = "20", value_name = "SECS", value_parser = seconds)]
    pub change_every: Duration,
}

#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// How many sites
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = at_least_one)]
    pub sites: usize,

    /// How many devices
    #[arg(long, default_value_t = 24, value_name = "N", value_parser = at_least_one)]
    pub devices: usize,

    /// All healthy, instead of a few ill in different ways
    #[arg(long)]
    pub healthy: bool,

    /// Size of each export in bytes
    #[arg(long, value_name = "BYTES")]
    pub size: Option<usize>,

    /// All on this RouterOS version, instead of several
    #[arg(long, value_name = "VERSION")]
    pub version: Option<Version>,

    /// Emulated round trip to each router, in milliseconds
    #[arg(long, default_value = "0", value_name = "MS", value_parser = milliseconds)]
    pub round_trip: Duration,

    /// Give the first devices these illnesses, one each; may be given several times
    #[arg(long = "fault", value_name = "NAME")]
    pub faults: Vec<Fault>,

    /// What configurations, names and keys are invented from
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// Replay the recorded sessions (*.simulation.yaml) of this folder instead
    #[arg(long, value_name = "DIR", conflicts_with_all = ["sites", "devices", "faults"])]
    pub recordings: Option<PathBuf>,

    /// Write the inventory to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("must be a whole number".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    at_least_one(text).map(|secs| Duration::from_secs(secs as u64))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let millis = text.parse().map_err(|_| "must be a whole number")?;
    Ok(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_database_password_in_the_environment_is_not_in_the_help() {
        let help = Args::command()
            .find_subcommand_mut("serve")
            .unwrap()
            .render_long_help()
            .to_string();
        assert!(help.contains("DATABASE_URL"));
        assert!(!help.contains("DATABASE_URL="), "{help}");
    }
}
