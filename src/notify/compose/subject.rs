//! The one line that people see first: what happened where, or how often.

use super::content::Content;
use crate::model::{AlertKind, MessageKind};
use crate::plural::counted;

/// How many characters it has at most.
const MAX_CHARS: usize = 160;

pub(super) fn subject(content: &Content) -> String {
    let said = match (content.kind, &content.coverage) {
        (MessageKind::Test, _) => "test message".to_owned(),
        (MessageKind::Digest, Some(coverage)) => {
            let happened = match content.sites.is_empty() {
                true => "nothing happened".to_owned(),
                false => happened(content),
            };
            let (verified, devices) = (coverage.verified, counted(coverage.devices, "device"));
            format!("{verified} of {devices} verified, {happened}")
        }
        (MessageKind::Digest, None) if content.sites.is_empty() => "nothing happened".to_owned(),
        (MessageKind::Digest | MessageKind::Events, _) => happened(content),
    };
    let line = format!("RouterVault: {said}");
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// `Backup failed: core-1 at Alpha`, or `2 Backup failed, 1 Recovered at 2 sites`.
fn happened(content: &Content) -> String {
    let items: Vec<_> = content.items().collect();
    if let [(site, item)] = items[..] {
        return format!("{}: {} at {}", item.kind.label(), item.device, site.name);
    }
    let count = |kind: AlertKind| items.iter().filter(|(_, item)| item.kind == kind).count();
    let counts = AlertKind::ALL.map(|kind| (count(kind), kind.label()));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, label)| format!("{count} {label}"))
        .collect();
    let places = match &content.sites[..] {
        [site] => site.name.clone(),
        sites => format!("{} sites", sites.len()),
    };
    format!("{} at {places}", counts.join(", "))
}
