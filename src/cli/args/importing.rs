//! The options of who comes from another tool.

use std::path::PathBuf;

use crate::importing::inventory::Columns;

use super::StoreArgs;

/// What kept a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum HistoryFrom {
    /// The git repository of Oxidized
    Oxidized,
    /// A group of RANCID, in git
    Rancid,
    /// A folder of .rsc files with times in their names
    Folder,
}

impl std::fmt::Display for HistoryFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Oxidized => "Oxidized",
            Self::Rancid => "RANCID",
            Self::Folder => "a folder",
        })
    }
}

#[derive(Debug, clap::Args)]
pub struct ImportHistoryArgs {
    /// What kept it
    #[arg(long, value_name = "TOOL", value_enum)]
    pub from: HistoryFrom,

    /// The repository or folder
    #[arg(value_name = "PATH")]
    pub path: PathBuf,

    /// Only devices of this site
    #[arg(long, value_name = "SLUG")]
    pub site: Option<String>,

    /// CSV with two cells a line: what the source calls a device, and SITE/NAME
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,

    /// Only say what would be imported
    #[arg(long)]
    pub dry_run: bool,

    /// Where no name has a time, take that of the file
    #[arg(long)]
    pub trust_mtime: bool,

    #[command(flatten)]
    pub store: StoreArgs,
}

/// What lists devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum InventoryFrom {
    /// A router.db
    Oxidized,
    /// The export of devices as CSV
    Netbox,
    /// The answer of /api/v0/devices, or CSV
    Librenms,
}

/// Which file is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum InventoryKind {
    /// The sites that the devices are at; import it first
    Sites,
    Devices,
}

#[derive(Debug, clap::Args)]
pub struct ImportInventoryArgs {
    /// What wrote it
    #[arg(long, value_name = "TOOL", value_enum)]
    pub from: InventoryFrom,

    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// What to print
    #[arg(long, value_name = "KIND", value_enum, default_value = "devices")]
    pub print: InventoryKind,

    /// The site of devices that say none
    #[arg(long, value_name = "SLUG")]
    pub site: Option<String>,

    /// The fields of a line of router.db: name, ip, model, group, anything else for what is not
    /// taken
    #[arg(long, value_name = "NAMES", default_value = "name,model")]
    pub columns: Columns,
}
