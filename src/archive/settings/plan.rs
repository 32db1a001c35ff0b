//! What a restore would make of the schedules, maintenance windows, retention rules and archive plans
//! of an archive, and what would stay as it is.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::values::{ARCHIVE_PLAN, Key, RETENTION_RULE, SCHEDULE, SettingsValues, WINDOW};
use crate::plural::counted;

/// What would be made of them.
#[derive(Debug, Default)]
pub struct PlannedSettings {
    pub new: SettingsValues,
    /// What is there already.
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    key: Key,
    /// What is said here and in the archive, where that differs.
    differs: Option<(String, String)>,
}

/// What would be made of `archived`, whose targets are called as they would be here.
///
/// # Errors
/// When the database fails.
pub async fn plan(
    conn: &mut PgConnection,
    archived: SettingsValues,
) -> Result<PlannedSettings, sqlx::Error> {
    let here: BTreeMap<Key, String> = SettingsValues::load(conn).await?.told().collect();
    let kept = archived.told().filter_map(|(key, said)| {
        let own = here.get(&key)?;
        let differs = (*own != said).then(|| (own.clone(), said));
        Some(Kept { key, differs })
    });
    Ok(PlannedSettings {
        kept: kept.collect(),
        new: archived.without(&here),
    })
}

impl PlannedSettings {
    /// A line for each kind that would be made, and for each that would stay.
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = self.lines("would be made", "would stay as here");
        for kept in &self.kept {
            if let (Some((here, archived)), (what, name)) = (&kept.differs, &kept.key) {
                lines.push(format!(
                    "the {what} {name} here: {here}; in the archive: {archived}"
                ));
            }
        }
        lines
    }

    /// The same once it is done.
    pub fn log(&self) -> Vec<String> {
        self.lines("made", "there before, not changed")
    }

    fn lines(&self, made: &str, stays: &str) -> Vec<String> {
        let new: Vec<Key> = self.new.told().map(|(key, _)| key).collect();
        let kept: Vec<Key> = self.kept.iter().map(|kept| kept.key.clone()).collect();
        let mut lines = Vec::new();
        for what in [SCHEDULE, WINDOW, RETENTION_RULE, ARCHIVE_PLAN] {
            for (keys, done) in [(&new, made), (&kept, stays)] {
                let of_kind = keys.iter().filter(|(kind, _)| *kind == what);
                let names: Vec<&str> = of_kind.map(|(_, name)| name.as_str()).collect();
                if !names.is_empty() {
                    let many = counted(names.len(), what);
                    lines.push(format!("{many} {done}: {}", names.join(", ")));
                }
            }
        }
        lines
    }
}
