//! One person who may sign in. Each change waits for whoever else changes who there is, so that
//! there is always an administrator left.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Changed, Refused, in_words};
use crate::access::subject;
use crate::db::managing::{self as db, StoredUser, UserValues, Wanted};
use crate::db::users::lock;
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::known::Known;
use crate::managing::problems::Problems;
use crate::managing::text::{differences, stamp};
use crate::managing::user::UserText;
use crate::model::{Role, UserId};

/// What is said to who changes their own role.
pub const OWN_ROLE: &str = "Nobody changes their own role; another administrator can";

/// What is said of a change that would leave nobody who can make another.
pub const LAST_ADMINISTRATOR: &str = "This is the last administrator; make somebody else one first";

fn changed(name: &str, detail: String) -> Changed {
    Changed {
        site: None,
        subject: subject::user(name),
        detail,
        batches: Vec::new(),
    }
}

fn wrong(field: &'static str, sentence: impl Into<String>) -> Refused {
    let mut problems = Problems::default();
    problems.add(field, sentence);
    Refused::Wrong(problems)
}

/// What somebody new is, in words.
fn described(values: &UserValues) -> String {
    let new = UserText::from(values);
    let nothing = UserText {
        name: values.name.clone(),
        ..UserText::default()
    };
    let told = differences(UserText::FIELDS, &nothing.texts(), &new.texts());
    let told = told
        .iter()
        .map(|one| format!("{} `{}`", one.field, one.after));
    format!("made: {}", told.collect::<Vec<_>>().join(", "))
}

/// Makes somebody, who has no password yet, and gives their id.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_user(
    conn: &mut PgConnection,
    text: &UserText,
) -> Result<(UserId, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(&Known::load(conn).await?, true)?;
    if let Some(there) = db::get_user_id(conn, &values.name).await? {
        let there = db::get_user(conn, there).await?.ok_or(Refused::Gone)?;
        let name = quote(&there.values.name);
        return Err(wrong(
            "name",
            if there.is_archived {
                format!("Somebody archived is called {name}; restore them instead")
            } else {
                format!("Somebody is called {name} already; choose another name")
            },
        ));
    }
    let changed = changed(&values.name, described(&values));
    let name = values.name.clone();
    db::save_users(conn, &[Wanted { id: None, values }]).await?;
    let id = db::get_user_id(conn, &name).await?.ok_or(Refused::Gone)?;
    Ok((id, changed))
}

/// Somebody who can be changed here: who is there, is not archived, and does not come from the
/// provider of single sign-on.
fn check_writable(user: Option<StoredUser>) -> Result<StoredUser, Refused> {
    let user = user.ok_or(Refused::Gone)?;
    if user.is_archived {
        return Err(Refused::OtherState);
    }
    if user.is_single_sign_on {
        return Err(Refused::Elsewhere);
    }
    Ok(user)
}

/// Changes somebody but for their name. `by` is who does it; `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_user(
    conn: &mut PgConnection,
    by: UserId,
    id: UserId,
    (text, seen): (&UserText, &str),
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let user = check_writable(db::get_user(conn, id).await?)?;
    let text = UserText {
        name: user.values.name.clone(),
        ..text.clone()
    };
    let values = text.check(&Known::load(conn).await?, true)?;
    if stamp(&user) != seen {
        return Err(Refused::Meanwhile);
    }
    if by == id && values.role != user.values.role {
        return Err(wrong("role", OWN_ROLE));
    }
    if values.role != Role::Administrator && is_last_administrator(conn, &user).await? {
        return Err(wrong("role", LAST_ADMINISTRATOR));
    }
    let (before, after) = (UserText::from(&user.values), UserText::from(&values));
    let told = differences(UserText::FIELDS, &before.texts(), &after.texts());
    let changed = changed(&values.name, in_words(&told));
    let id = Some(id.0);
    db::save_users(conn, &[Wanted { id, values }]).await?;
    Ok(changed)
}

async fn is_last_administrator(
    conn: &mut PgConnection,
    user: &StoredUser,
) -> Result<bool, sqlx::Error> {
    let is_one = user.values.role == Role::Administrator && !user.is_archived;
    Ok(is_one && db::count_administrators(conn).await? == 1)
}

/// Archives somebody, whose sessions end and whose tokens are revoked. `by` is who does it.
///
/// # Errors
/// See [`Refused`].
pub async fn archive_user(
    conn: &mut PgConnection,
    by: UserId,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let user = db::get_user(conn, id).await?.ok_or(Refused::Gone)?;
    if user.is_archived {
        return Err(Refused::OtherState);
    }
    if by == id {
        return Err(Refused::Yourself);
    }
    if is_last_administrator(conn, &user).await? {
        return Err(Refused::LastAdministrator);
    }
    db::archive_user(conn, id, now).await?;
    Ok(changed(&user.values.name, "archived".to_owned()))
}

/// Lets somebody who was archived sign in again.
///
/// # Errors
/// See [`Refused`].
pub async fn restore_user(conn: &mut PgConnection, id: UserId) -> Result<Changed, Refused> {
    lock(conn).await?;
    let user = db::get_user(conn, id).await?.ok_or(Refused::Gone)?;
    if !user.is_archived {
        return Err(Refused::OtherState);
    }
    db::restore_user(conn, id).await?;
    Ok(changed(&user.values.name, "restored".to_owned()))
}

/// Somebody whose way to sign in can be mended by `by`: who is not archived, signs in here, and
/// is somebody else, for one's own is mended in one's own account, by the password.
///
/// # Errors
/// See [`Refused`].
pub async fn get_mendable(
    conn: &mut PgConnection,
    by: UserId,
    id: UserId,
) -> Result<StoredUser, Refused> {
    let user = check_writable(db::get_user(conn, id).await?)?;
    if by == id {
        return Err(Refused::Yourself);
    }
    Ok(user)
}
