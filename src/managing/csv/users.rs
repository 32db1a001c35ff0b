//! Lines that are people who may sign in. Secrets have no column: who is new gets a link.

use std::collections::HashMap;

use super::cell;
use super::decide::{Named, Standing, decide};
use super::plan::{Effect, Planner, Stored, Writes};
use super::read::Row;
use crate::db::managing::{StoredUser, UserValues, Wanted};
use crate::managing::Texts as _;
use crate::managing::change::{LAST_ADMINISTRATOR, OWN_ROLE};
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::managing::text::{differences, trimmed};
use crate::managing::user::UserText;
use crate::model::{Origin, Role, UserId};

/// What is said of a line about somebody of whom the provider of single sign-on tells.
const ELSEWHERE: &str = "They sign in by single sign-on; what they may do comes from their groups";

/// The people of the lines so far.
pub(super) struct Planned<'a> {
    stored: HashMap<String, &'a StoredUser>,
    known: &'a Known,
    /// Who brought the file.
    own: Option<UserId>,
    /// How many administrators there are after the lines so far.
    administrators: usize,
    named: Named,
    writes: Writes,
}

impl<'a> Planned<'a> {
    pub fn new(stored: &'a Stored) -> Self {
        let by_name = |user: &'a StoredUser| (user.values.name.to_lowercase(), user);
        Self {
            stored: stored.users.iter().map(by_name).collect(),
            known: &stored.known,
            own: stored.own,
            administrators: stored.users.iter().filter(|user| is_one(user)).count(),
            named: Named::default(),
            writes: Writes::default(),
        }
    }

    /// What a line may not do.
    fn refuse(&self, user: Option<&StoredUser>, values: &UserValues) -> Result<(), Problems> {
        let Some(user) = user else {
            return Ok(());
        };
        let mut problems = Problems::default();
        if user.is_single_sign_on {
            problems.add("name", ELSEWHERE);
        } else if self.own == Some(user.id) && values.role != user.values.role {
            problems.add("role", OWN_ROLE);
        } else if is_one(user) && values.role != Role::Administrator && self.administrators == 1 {
            problems.add("role", LAST_ADMINISTRATOR);
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// Whether they are an administrator who can sign in.
fn is_one(user: &StoredUser) -> bool {
    user.values.role == Role::Administrator && !user.is_archived
}

impl Planner for Planned<'_> {
    fn plan(&mut self, row: &Row, columns: &[&'static str], advise: bool) -> (String, Effect) {
        let mut cells = row.by_column(columns);
        let name = cells.find(|(column, _)| *column == "name");
        let name = cell::unguarded(name.map_or("", |(_, cell)| cell)).to_owned();
        if let Some(twice) = self.named.claim(&name, row.line) {
            return (name, Effect::Wrong(vec![twice]));
        }
        let user = self.stored.get(&name.to_lowercase()).copied();
        let before = user.map_or_else(UserText::new, |user| UserText::from(&user.values));
        let mut text = overlaid(before.clone(), row, columns);
        if user.is_some() {
            text.name.clone_from(&before.name);
        }
        let checked = text.check(self.known, advise);
        let after = checked.as_ref().map_or(text, UserText::from);
        let differences = differences(UserText::FIELDS, &before.texts(), &after.texts());
        let standing = user.map(|user| Standing {
            id: user.id.0,
            origin: Origin::Browser,
            is_archived: user.is_archived,
        });
        let checked = checked.and_then(|values| self.refuse(user, &values).map(|()| values));
        let (effect, values) = decide(standing, differences, checked);
        if let Some(values) = values {
            let was_one = user.is_some_and(is_one);
            self.administrators += usize::from(values.role == Role::Administrator);
            self.administrators -= usize::from(was_one);
            let id = standing.map(|standing| standing.id);
            self.writes.users.push(Wanted { id, values });
        }
        (name, effect)
    }

    fn writes(self) -> Writes {
        self.writes
    }
}

/// The text with the cells of a row in it. An empty cell says nothing, but where it empties a
/// list.
fn overlaid(mut text: UserText, row: &Row, columns: &[&'static str]) -> UserText {
    for (column, cell) in row.by_column(columns) {
        let is_list = matches!(column, "withheld" | "sites" | "tags");
        if cell.is_empty() && !is_list {
            continue;
        }
        let value = match column {
            _ if is_list => cell::tags(cell),
            "all_sites" => cell::yes_or_no(cell).map_or(cell.to_owned(), |yes| yes.to_string()),
            _ => trimmed(cell::unguarded(cell)),
        };
        *text.field_mut(column).expect("columns are fields") = value;
    }
    text
}
