//! `doctor`: whether everything that RouterVault needs is well, one sentence each. It changes
//! nothing, the schema of the database neither: it is asked when something is wrong.

mod database;
mod finding;
mod machine;
mod work;

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;

use crate::inventory;
use crate::plural::counted;

use finding::Finding;

use super::args::DoctorArgs;
use super::store::Database;
use super::{Outcome, block_on};

/// How long all questions to the database may take together.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(args: &DoctorArgs) -> anyhow::Result<Outcome> {
    let mut findings = examine(args)?;
    findings.extend(args.inventory.as_deref().map(look_at_inventory));
    let is_well = findings.iter().all(|finding| finding.is_ok);
    if args.json {
        println!("{}", json!({ "ok": is_well, "checks": findings }));
    } else {
        print(&findings)?;
    }
    Ok(if is_well {
        Outcome::AllGood
    } else {
        Outcome::SomeFailed
    })
}

/// What needs the store: its machine, its database, and the work in it.
fn examine(args: &DoctorArgs) -> anyhow::Result<Vec<Finding>> {
    let database = match Database::start_existing(&args.store) {
        Ok(database) => database,
        Err(error) => return Ok(vec![Finding::problem("database", format!("{error:#}"))]),
    };
    let mut findings = vec![machine::disk(&database)];
    let asked = block_on(async {
        let asking = tokio::time::timeout(PATIENCE, database::examine(&database));
        Ok(asking.await.unwrap_or_else(|_| {
            let silent = "The database takes too long to answer: look at its load and its log.";
            vec![Finding::problem("database", silent)]
        }))
    });
    findings.extend(asked?);
    Ok(findings)
}

fn look_at_inventory(path: &std::path::Path) -> Finding {
    const NAME: &str = "inventory";
    match inventory::load(path, &|name| std::env::var(name).ok()) {
        Ok(inventory) => {
            let sites = counted(inventory.sites.len(), "site");
            Finding::ok(
                NAME,
                format!("{} has {sites}, nothing wrong.", path.display()),
            )
        }
        Err(problems) => {
            let count = counted(problems.iter().count(), "problem");
            let path = path.display();
            Finding::problem(
                NAME,
                format!("{path} has {count}: `routervault check --inventory {path}` says which."),
            )
        }
    }
}

fn print(findings: &[Finding]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for finding in findings {
        let word = if finding.is_ok { "OK" } else { "PROBLEM" };
        writeln!(out, "{word:8} {:10} {}", finding.name, finding.message)
            .context("Cannot write to standard output")?;
    }
    Ok(())
}
