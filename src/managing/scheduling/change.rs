//! One schedule or window made, changed or deleted, in the caller's transaction.

use sqlx::PgConnection;

use super::{ScheduleText, WindowText};
use crate::db::inventory::lock;
use crate::db::schedules::{self as db, ScheduleValues, StoredSchedule, StoredWindow};
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::change::{Changed, Refused, in_words};
use crate::managing::problems::Problems;
use crate::managing::text::{differences, stamp};
use crate::model::{Origin, ScheduleId, Target, WindowId};

pub(super) fn changed(subject: String, detail: String) -> Changed {
    Changed {
        site: None,
        subject,
        detail,
        batches: Vec::new(),
    }
}

/// Refuses a site or device that is not there.
async fn check_target(conn: &mut PgConnection, target: &Target) -> Result<(), Refused> {
    if db::is_target_there(conn, target).await? {
        return Ok(());
    }
    let mut problems = Problems::default();
    problems.add("target", format!("There is no {target}; add it first"));
    Err(Refused::Wrong(problems))
}

/// Refuses what is not the browser's, or was changed since the form was filled.
pub(super) fn check_writable(
    origin: Origin,
    now: &[&str],
    seen: Option<&str>,
) -> Result<(), Refused> {
    if origin.is_file() {
        return Err(Refused::InFile);
    }
    match seen {
        Some(seen) if stamp(&now) != seen => Err(Refused::Meanwhile),
        _ => Ok(()),
    }
}

/// Makes a schedule.
///
/// # Errors
/// [`Refused::Wrong`], also when there is one for the same already, or what the database answers.
pub async fn create_schedule(
    conn: &mut PgConnection,
    text: &ScheduleText,
) -> Result<(ScheduleId, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(true)?;
    check_target(conn, &values.target).await?;
    if db::get_schedule_of(conn, &values.target).await?.is_some() {
        let mut problems = Problems::default();
        let sentence = format!(
            "There is a schedule for {} already; change it",
            values.target
        );
        problems.add("target", sentence);
        return Err(Refused::Wrong(problems));
    }
    let target = values.target.clone();
    let detail = format!("made: {}", values.rhythm.in_words());
    write(conn, None, values).await?;
    let made = db::get_schedule_of(conn, &target).await?;
    let StoredSchedule { id, .. } = made.ok_or(Refused::Gone)?;
    Ok((id, changed(format!("schedule for {target}"), detail)))
}

/// Changes a schedule, but for what it is for. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_schedule(
    conn: &mut PgConnection,
    id: ScheduleId,
    text: &ScheduleText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_schedule(conn, id).await?.ok_or(Refused::Gone)?;
    let before = ScheduleText::from(&stored.schedule.values);
    let text = text.clone().of_target(&stored.schedule.values.target);
    check_writable(stored.schedule.origin, &before.texts(), None)?;
    let values = text.check(true)?;
    check_writable(stored.schedule.origin, &before.texts(), Some(seen))?;
    let after = ScheduleText::from(&values);
    let subject = format!("schedule for {}", values.target);
    let differences = differences(ScheduleText::FIELDS, &before.texts(), &after.texts());
    write(conn, Some(id), values).await?;
    Ok(changed(subject, in_words(&differences)))
}

async fn write(
    conn: &mut PgConnection,
    id: Option<ScheduleId>,
    values: ScheduleValues,
) -> Result<(), sqlx::Error> {
    db::save_schedules(conn, Origin::Browser, &[(id, values)]).await?;
    db::resolve(conn).await
}

/// Deletes a schedule; its devices have the next nearest one from then on. The one for everything
/// stays.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_schedule(conn: &mut PgConnection, id: ScheduleId) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_schedule(conn, id).await?.ok_or(Refused::Gone)?;
    let StoredSchedule { origin, values, .. } = stored.schedule;
    check_writable(origin, &[], None)?;
    if values.target == Target::Everything {
        return Err(Refused::AlwaysThere);
    }
    db::delete_schedule(conn, id).await?;
    db::resolve(conn).await?;
    let subject = format!("schedule for {}", values.target);
    Ok(changed(subject, "deleted".to_owned()))
}

/// Refuses a name that another window has.
async fn check_name(
    conn: &mut PgConnection,
    name: &str,
    own: Option<WindowId>,
) -> Result<(), Refused> {
    let windows = db::list_windows(conn).await?;
    let is_other = |one: &StoredWindow| Some(one.id) != own && one.values.name == name;
    if !windows.iter().any(is_other) {
        return Ok(());
    }
    let mut problems = Problems::default();
    let sentence = format!(
        "There is a window {} already; choose another name",
        quote(name)
    );
    problems.add("name", sentence);
    Err(Refused::Wrong(problems))
}

/// Makes a window.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_window(
    conn: &mut PgConnection,
    text: &WindowText,
) -> Result<(WindowId, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(true)?;
    check_target(conn, &values.target).await?;
    check_name(conn, &values.name, None).await?;
    let name = values.name.clone();
    let detail = format!("made for {}: {}", values.target, values.span.in_words());
    db::save_windows(conn, Origin::Browser, &[(None, values)]).await?;
    let mut made = db::list_windows(conn).await?.into_iter();
    let made = made.find(|window| window.values.name == name);
    let id = made.ok_or(Refused::Gone)?.id;
    Ok((id, changed(format!("maintenance window {name}"), detail)))
}

/// Changes a window. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_window(
    conn: &mut PgConnection,
    id: WindowId,
    text: &WindowText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_window(conn, id).await?.ok_or(Refused::Gone)?;
    let before = WindowText::from(&stored.values);
    check_writable(stored.origin, &before.texts(), None)?;
    let values = text.check(true)?;
    check_target(conn, &values.target).await?;
    check_writable(stored.origin, &before.texts(), Some(seen))?;
    check_name(conn, &values.name, Some(id)).await?;
    let after = WindowText::from(&values);
    let differences = differences(WindowText::FIELDS, &before.texts(), &after.texts());
    db::save_windows(conn, Origin::Browser, &[(Some(id), values)]).await?;
    let subject = format!("maintenance window {}", stored.values.name);
    Ok(changed(subject, in_words(&differences)))
}

/// Deletes a window; what it held back is queued at once.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_window(conn: &mut PgConnection, id: WindowId) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_window(conn, id).await?.ok_or(Refused::Gone)?;
    check_writable(stored.origin, &[], None)?;
    db::delete_window(conn, id).await?;
    let subject = format!("maintenance window {}", stored.values.name);
    Ok(changed(subject, "deleted".to_owned()))
}
