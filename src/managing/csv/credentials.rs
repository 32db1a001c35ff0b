//! Lines that are credentials, always with a password. Cells are taken as they are: a password may
//! begin with an apostrophe, and these files are never exported.

use std::collections::HashMap;

use secrecy::SecretString;

use super::decide::{Named, Standing, decide};
use super::plan::{Effect, Planner, Stored, Writes};
use super::read::Row;
use crate::db::managing::{CredentialValues, StoredCredential, Wanted};
use crate::inventory::rules::quote;
use crate::managing::credential::{Checked, CredentialText};
use crate::managing::text::Difference;
use crate::vault::{Vault, credential_context};

/// What is said of a password that becomes another.
const NOT_SHOWN: &str = "not shown";

/// The credentials of the lines so far.
pub(super) struct Planned<'a> {
    vault: &'a Vault,
    /// By name in lower case.
    stored: HashMap<String, &'a (StoredCredential, Vec<u8>)>,
    named: Named,
    writes: Writes,
}

impl<'a> Planned<'a> {
    pub fn new(stored: &'a Stored, vault: &'a Vault) -> Self {
        let credentials = stored.credentials.iter();
        Self {
            vault,
            stored: credentials
                .map(|one| (one.0.name.to_lowercase(), one))
                .collect(),
            named: Named::default(),
            writes: Writes::default(),
        }
    }

    /// In what the stored credential differs from the line; one that does not open differs.
    fn differences(
        &self,
        (stored, sealed): &(StoredCredential, Vec<u8>),
        checked: &Checked,
    ) -> Vec<Difference> {
        let mut differences = Vec::new();
        if stored.username != checked.username {
            differences.push(Difference {
                field: "username",
                before: stored.username.clone(),
                after: checked.username.clone(),
            });
        }
        let plain = self.vault.open(&credential_context(&stored.name), sealed);
        let wanted = checked
            .secret
            .as_ref()
            .map(|(secret, _)| secret.to_sealable_bytes());
        if plain.ok() != wanted {
            differences.push(Difference {
                field: "password",
                before: NOT_SHOWN.to_owned(),
                after: NOT_SHOWN.to_owned(),
            });
        }
        differences
    }

    fn seal(&self, checked: Checked) -> CredentialValues {
        let (secret, public_key) = checked.secret.expect("it was checked that there is one");
        let context = credential_context(&checked.name);
        let sealed = self.vault.seal(&context, &secret.to_sealable_bytes());
        CredentialValues {
            name: checked.name,
            username: checked.username,
            sealed: hex::encode(sealed),
            public_key,
        }
    }
}

impl Planner for Planned<'_> {
    fn plan(&mut self, row: &Row, columns: &[&'static str], _: bool) -> (String, Effect) {
        let text = text(row, columns);
        let what = text.name.clone();
        if let Some(twice) = self.named.claim(&what, row.line) {
            return (what, Effect::Wrong(vec![twice]));
        }
        let stored = self.stored.get(&what.to_lowercase()).copied();
        if let Some((other, _)) = stored.filter(|(stored, _)| stored.name != what) {
            let name = quote(&other.name);
            let wrong = format!("There is a credential {name}; write its name in the same way");
            return (what, Effect::Wrong(vec![wrong]));
        }
        let checked = text.check(true);
        let differences = match (&checked, stored) {
            (Ok(checked), Some(stored)) => self.differences(stored, checked),
            // What is wrong is told before what differs is asked for.
            _ => vec![],
        };
        let standing = stored.map(|(stored, _)| Standing {
            id: stored.id.0,
            origin: stored.origin,
            is_archived: stored.is_archived,
        });
        let standing = standing.filter(|_| checked.is_ok());
        let (effect, checked) = decide(standing, differences, checked);
        let id = standing.map(|standing| standing.id);
        let values = checked.map(|checked| self.seal(checked));
        self.writes
            .credentials
            .extend(values.map(|values| Wanted { id, values }));
        (what, effect)
    }

    fn writes(self) -> Writes {
        self.writes
    }
}

fn text(row: &Row, columns: &[&'static str]) -> CredentialText {
    let mut text = CredentialText::default();
    for (column, cell) in row.by_column(columns) {
        match column {
            "name" => cell.clone_into(&mut text.name),
            "username" => cell.clone_into(&mut text.username),
            _ => {}
        }
    }
    // A password is taken with the blanks around it.
    let cells = row.cells.as_deref().unwrap_or_default();
    let mut cells = columns.iter().zip(cells);
    let password = cells.find(|(column, _)| **column == "password");
    text.password = SecretString::from(password.map_or("", |(_, cell)| cell));
    text
}
