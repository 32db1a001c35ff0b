//! `import-inventory`: the devices of another tool as a file that **Manage**, Import takes. It
//! touches no database: what is in the file is looked at there before it is applied.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, bail};

use crate::importing::inventory::{
    MAX_LIST_BYTES, importable, read_librenms, read_netbox, read_router_db,
};
use crate::managing::csv;
use crate::visible;

use super::Outcome;
use super::args::{ImportInventoryArgs, InventoryFrom, InventoryKind};

pub fn run(args: &ImportInventoryArgs) -> anyhow::Result<Outcome> {
    let shown = args.file.display();
    let mut bytes = Vec::new();
    std::fs::File::open(&args.file)
        .and_then(|file| file.take(MAX_LIST_BYTES + 1).read_to_end(&mut bytes))
        .with_context(|| format!("Cannot read {shown}"))?;
    if bytes.len() as u64 > MAX_LIST_BYTES {
        bail!("{shown} is larger than {} MiB", MAX_LIST_BYTES >> 20);
    }
    let listed = match args.from {
        InventoryFrom::Oxidized => Ok(read_router_db(&bytes, &args.columns)),
        InventoryFrom::Netbox => read_netbox(&bytes),
        InventoryFrom::Librenms => read_librenms(&bytes),
    };
    let listed = listed.map_err(|why| anyhow::anyhow!("{shown} is not understood: {why}"))?;
    let found = importable(listed, args.site.as_deref());
    let lines = match args.print {
        InventoryKind::Sites => {
            let heading = ["slug", "name"].map(str::to_owned);
            let sites = found.sites.into_iter().map(|(slug, name)| [slug, name]);
            let rows: Vec<[String; 2]> = std::iter::once(heading).chain(sites).collect();
            csv::lines(&rows)?
        }
        InventoryKind::Devices => {
            let heading = ["site", "name", "address", "enabled"].map(str::to_owned);
            let rows: Vec<[String; 4]> = std::iter::once(heading).chain(found.devices).collect();
            csv::lines(&rows)?
        }
    };
    std::io::stdout()
        .lock()
        .write_all(&lines)
        .context("Cannot write to standard output")?;
    for problem in &found.problems {
        eprintln!("{}", visible::text(problem));
    }
    Ok(match found.problems.is_empty() {
        true => Outcome::AllGood,
        false => Outcome::SomeFailed,
    })
}
