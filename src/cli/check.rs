//! `check`: everything that is wrong with an inventory file, without touching a database.

use serde_json::json;

use crate::inventory;
use crate::plural::counted;

use super::Outcome;
use super::args::CheckArgs;

pub fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let result = inventory::load(&args.inventory, &|name| std::env::var(name).ok());
    if args.json {
        return check_json(result);
    }
    let inventory = result.map_err(|problems| anyhow::anyhow!("{problems}"))?;
    let devices: usize = inventory.sites.iter().map(|site| site.devices.len()).sum();
    println!(
        "{}: {}, {}, {}, nothing wrong",
        args.inventory.display(),
        counted(inventory.sites.len(), "site"),
        counted(devices, "device"),
        counted(inventory.credentials.len(), "credential")
    );
    Ok(Outcome::AllGood)
}

fn check_json(
    result: Result<inventory::Inventory, inventory::Problems>,
) -> anyhow::Result<Outcome> {
    match result {
        Ok(inventory) => {
            let devices: usize = inventory.sites.iter().map(|site| site.devices.len()).sum();
            let found = json!({
                "sites": inventory.sites.len(),
                "devices": devices,
                "credentials": inventory.credentials.len(),
                "problems": [],
            });
            println!("{found}");
            Ok(Outcome::AllGood)
        }
        Err(problems) => {
            let list: Vec<_> = problems
                .iter()
                .map(|problem| json!({"line": problem.line, "message": problem.message}))
                .collect();
            println!("{}", json!({ "problems": list }));
            anyhow::bail!("the inventory has {}", counted(list.len(), "problem"))
        }
    }
}
