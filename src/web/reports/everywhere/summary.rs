//! The month of all sites in a few sentences.

use super::read::Report;
use super::sites::{Figures, SiteLine};
use crate::plural::counted;
use crate::web::format;

/// The sentences, most important first. Without a device there is one.
pub fn sentences(report: &Report) -> Vec<String> {
    if report.sites.is_empty() {
        return vec!["There was no device at any site in this month.".to_owned()];
    }
    let total = &report.total;
    let (sites, devices) = (report.sites.len() as u64, total.devices);
    let mut said = vec![format!(
        "{} with {}.",
        many(sites, "site"),
        many(devices, "device")
    )];
    if !report.is_forgotten() {
        said.extend(coverage(report, total));
    }
    said.push(happened(
        report,
        total.changes,
        |site| site.changes,
        [
            "change of the configuration",
            "changes of the configuration",
        ],
        "No configuration changed.",
    ));
    if !report.is_forgotten() {
        said.push(happened(
            report,
            total.failures,
            |site| site.failures,
            ["backup failed", "backups failed"],
            "No backup failed.",
        ));
        if total.suspects > 0 {
            let suspects = happened(
                report,
                total.suspects,
                |site| site.suspects,
                ["backup was suspect", "backups were suspect"],
                "",
            );
            said.push(
                suspects.trim_end_matches('.').to_owned() + ": kept, but not counted as verified.",
            );
        }
    }
    said
}

/// On how many days of devices one was verified, and how many sites missed none.
fn coverage(report: &Report, total: &Figures) -> Vec<String> {
    let unverified = (total.unverified > 0).then(|| {
        let devices = many(total.unverified, "device");
        format!("{devices} had no verified backup in this month.")
    });
    let Some(coverage) = total.coverage() else {
        let nothing = "No day can be counted.".to_owned();
        return std::iter::once(nothing).chain(unverified).collect();
    };
    let counting = || report.sites.iter().filter(|site| site.figures.days > 0);
    let whole = counting()
        .filter(|site| site.figures.missed == 0 && site.figures.unverified == 0)
        .count();
    let sites = if whole == report.sites.len() {
        "All sites were".to_owned()
    } else {
        match whole {
            0 => "No site was".to_owned(),
            1 => "1 site was".to_owned(),
            some => format!("{} sites were", grouped(some)),
        }
    };
    let idle = report.sites.len() - counting().count();
    let rest = match idle {
        0 => String::new(),
        some => format!(" {} had no backup due yet.", many(some as u64, "site")),
    };
    let mut said = vec![format!(
        "{sites} backed up and verified whenever due.{rest}"
    )];
    said.extend(unverified);
    if total.missed > 0 {
        said.push(format!(
            "Of {} on which a device was due, {} missed: {coverage} are covered.",
            many(total.days, "day"),
            match total.missed {
                1 => "1 was".to_owned(),
                some => format!("{} were", grouped(some)),
            }
        ));
    }
    said
}

/// `12 backups failed, at 3 sites.`
fn happened(
    report: &Report,
    count: i64,
    of_site: fn(&Figures) -> i64,
    [one, several]: [&str; 2],
    none: &str,
) -> String {
    if count == 0 {
        return none.to_owned();
    }
    let is_of = |site: &&SiteLine| of_site(&site.figures) > 0;
    let sites = report.sites.iter().filter(is_of).count();
    let what = if count == 1 { one } else { several };
    format!(
        "{} {what}, at {}.",
        grouped(count),
        many(sites as u64, "site")
    )
}

fn many(count: u64, noun: &str) -> String {
    let words = counted(count, noun);
    let noun = words.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{noun}", grouped(count))
}

fn grouped(count: impl std::fmt::Display) -> String {
    format::thousands(&count.to_string())
}
