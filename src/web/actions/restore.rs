//! Restoring an archive: looking at what it would do, and doing it. The archive is read whole for
//! either; the work goes on when nobody waits for it any more, and its row tells what came of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Who;
use super::archives::open_archive;
use super::reading::{Read, Readings};
use crate::archive::{self, Checked, Plan, RestoreError, Restored};
use crate::db::archives::{self as db, ListedArchive};
use crate::db::audit::Actor;
use crate::model::{ArchiveId, Person, Right};
use crate::web::{error::PageError, state::AppState};

/// How long who asks is kept waiting for a restore.
const PATIENCE: Duration = Duration::from_secs(25);

/// How long they are kept waiting for what a restore would do.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

/// The restores of a server, and what is read for them.
#[derive(Clone)]
pub struct Restores {
    readings: Readings,
    /// One at a time: each holds everything that changes sites and people.
    turn: Arc<Semaphore>,
}

/// What a restore would do.
pub enum Outlook {
    Possible(Box<Plan>),
    /// Why it would be refused, a sentence.
    Refused(String),
    /// The archive is still being read: how many backups were so far.
    Reading(u32),
}

/// What came of a restore.
pub enum Came {
    Restored(Restored),
    /// Why nothing was, a sentence.
    Refused(String),
    /// It goes on; the row of the archive will tell.
    GoesOn,
}

impl Default for Restores {
    fn default() -> Self {
        Self {
            readings: Readings::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Restores {
    /// Finds out what a restore would do here, with `slug` for the name of its only site.
    ///
    /// # Errors
    /// [`PageError::NotFound`] and [`PageError::Gone`] without a file, [`PageError::Busy`] when
    /// others are being read, or what the database answers.
    pub async fn look(
        &self,
        state: &AppState,
        archive: &ListedArchive,
        slug: Option<&str>,
    ) -> Result<Outlook, PageError> {
        let file = open_archive(state, archive).await?;
        let name = archive.file_name.as_deref().unwrap_or_default();
        let path = state.archives.join(name);
        let checked = match self.readings.read(&path, file, LOOK_PATIENCE).await? {
            Read::Whole(checked) => checked,
            Read::Refused(refused) => return Ok(Outlook::Refused(refused)),
            Read::GoesOn(read) => return Ok(Outlook::Reading(read)),
        };
        let mut conn = state.connection().await?;
        match archive::plan(&mut conn, &checked, slug).await {
            Ok(plan) => Ok(Outlook::Possible(Box::new(plan))),
            Err(RestoreError::Database(error)) => Err(error.into()),
            Err(refused) => Ok(Outlook::Refused(refused.to_string())),
        }
    }

    /// Restores an archive.
    ///
    /// # Errors
    /// [`PageError::Forbidden`] unless who asks may do everything, [`PageError::Busy`] while
    /// another is restored, and those of [`Restores::look`].
    pub async fn restore(
        &self,
        state: &AppState,
        who: Who<'_>,
        archive: &ListedArchive,
        slug: Option<&str>,
    ) -> Result<Came, PageError> {
        check_rights(who.person)?;
        let permit = Arc::clone(&self.turn).try_acquire_owned().map_err(|_| {
            PageError::Busy("Another archive is being restored. Try again when it is done.")
        })?;
        let file = open_archive(state, archive).await?;
        let (own, id, actor) = (state.clone(), archive.id, who.actor.clone());
        let slug = slug.map(str::to_owned);
        // A task of its own: who no longer waits does not undo half of it.
        let restoring = tokio::spawn(async move {
            let restored = match archive::check(file).await {
                Ok(checked) => run(&own, checked, slug.as_deref(), &actor).await,
                Err(refused) => Err(refused.to_string()),
            };
            drop(permit);
            note(&own, id, &restored).await;
            restored
        });
        match timeout(PATIENCE, restoring).await {
            Err(_) => Ok(Came::GoesOn),
            Ok(Err(fault)) => Err(PageError::Internal(fault.into())),
            Ok(Ok(Ok(restored))) => Ok(Came::Restored(restored)),
            Ok(Ok(Err(problem))) => Ok(Came::Refused(problem)),
        }
    }
}

/// What is restored may be anything: people of every role, and credentials with their secrets. So
/// who lacks any right, or whose token does, gets none by an archive of their own making.
fn check_rights(person: &Person) -> Result<(), PageError> {
    if Right::ALL.iter().all(|right| person.may(*right)) {
        return Ok(());
    }
    Err(PageError::Forbidden(
        "Restoring an archive needs all the rights of an administrator, and one was withheld.",
    ))
}

/// What was done, or why nothing was.
async fn run(
    state: &AppState,
    mut checked: Checked,
    slug: Option<&str>,
    actor: &Actor,
) -> Result<Restored, String> {
    let who = (actor, state.now());
    let restored = archive::restore(&state.pool, &state.vault, &mut checked, slug, who).await;
    restored.map_err(|error| match error {
        RestoreError::Database(_) | RestoreError::Body(_) => {
            tracing::error!(%error, "An archive could not be restored");
            "Nothing was restored: the database failed. The log has the reason.".to_owned()
        }
        refused => refused.to_string(),
    })
}

/// Notes what came of it, for whoever did not wait.
async fn note(state: &AppState, id: ArchiveId, restored: &Result<Restored, String>) {
    let note = match restored {
        Ok(restored) => format!("Restored: {}.", restored.log.join("; ")),
        Err(refused) => refused.clone(),
    };
    let noting = async {
        let mut conn = state.pool.acquire().await?;
        db::note_restore(&mut conn, id, &note, state.now()).await
    };
    if let Err(error) = noting.await {
        tracing::warn!(archive = %id, %error, "What came of a restore could not be noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Role, Scope, UserId};

    #[test]
    fn whoever_lacks_a_right_restores_nothing() {
        let person = |withheld: &[Right]| Person {
            user: UserId(1),
            name: "kim".to_owned(),
            rights: Role::Administrator.rights().without(withheld),
            scope: Scope::All,
            token: None,
        };
        assert!(check_rights(&person(&[])).is_ok());
        for right in Right::ALL {
            let refused = check_rights(&person(&[right]));
            assert!(matches!(refused, Err(PageError::Forbidden(_))));
        }
    }
}
