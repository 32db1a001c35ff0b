//! The text for a person who opens an archive without this program.

use super::manifest::{Counts, made_with};
use crate::model::{ArchiveChoice, ArchivedSecrets, Contents, History};
use crate::plural::counted;
use chrono::{DateTime, Utc};

const EXACT: &str = "\
The .rsc files are the exact bytes that the routers sent. They may hold passwords and keys, and
credentials.jsonl holds those with which RouterVault signs in: keep this archive where those may
be kept. `/import` on a router reads an .rsc file.
";

const WITH_SETTINGS: &str = "\
Schedules, maintenance windows, retention rules and archive plans are in the other .jsonl files.

";

const NOT_IN_IT: &str = "
Never in an archive: passwords, second factors, sessions and tokens of people; alerts and where they
go; single sign-on; runs, the audit, and how long runs are kept.
";

const MASKED: &str = "\
Secrets are masked in these files, as far as they can be known as such, and credentials are left
out: this is for reading. It can be checked by RouterVault, and not restored.
";

const CONFIGURATIONS: &str = "\
Only the configurations are here, for reading: settings, schedules, credentials and users are left
out, so it can not be restored.
";

/// The text; what is left out is a sentence each.
pub fn readme(
    choice: &ArchiveChoice,
    counts: Counts,
    left_out: &[String],
    made_at: DateTime<Utc>,
) -> String {
    let of = choice.site.as_deref().unwrap_or("everything");
    let history = match choice.history {
        History::Whole => "the whole history",
        History::Newest => "the newest verified backup of each device",
    };
    let mut text = format!(
        "An archive of {of}, {history}, made by {} at {}.\n\n\
         {}, {}, {}: by site, device and time (UTC) in the folder `sites`. `manifest.json` has the\n\
         size and the SHA-256 of each file.\n\n",
        made_with(),
        made_at.format("%Y-%m-%d %H:%M:%S UTC"),
        counted(counts.sites as usize, "site"),
        counted(counts.devices as usize, "device"),
        counted(counts.snapshots as usize, "backup"),
    );
    if choice.contents == Contents::Everything {
        text.push_str(WITH_SETTINGS);
    }
    text.push_str(match choice.secrets {
        ArchivedSecrets::Exact => EXACT,
        ArchivedSecrets::Masked => MASKED,
    });
    if choice.contents == Contents::Configurations {
        text.push_str(CONFIGURATIONS);
    }
    text.push_str(NOT_IN_IT);
    if !left_out.is_empty() {
        text.push_str("\nCould not be read, so not in here:\n");
        for sentence in left_out {
            text.push_str(&format!("    {}\n", crate::visible::text(sentence)));
        }
    }
    text
}
