//! One plan of archives made, changed or deleted, in the caller's transaction.

use sqlx::PgConnection;

use super::ArchivePlanText;
use super::change::{changed, check_writable};
use crate::db::archives::{self as db, MOST_PLANS, PlanValues, StoredPlan};
use crate::db::inventory::lock;
use crate::db::managing::get_site;
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::change::{Changed, Refused, in_words};
use crate::managing::problems::Problems;
use crate::managing::text::differences;
use crate::model::{ArchivePlanId, Origin};

/// Refuses a site that is not there or archived.
async fn check_site(conn: &mut PgConnection, values: &PlanValues) -> Result<(), Refused> {
    let Some(slug) = &values.choice.site else {
        return Ok(());
    };
    let site = get_site(conn, slug).await?;
    if site.is_some_and(|site| !site.is_archived) {
        return Ok(());
    }
    let sentence = "There is no such site; write its slug as its address has it";
    Err(wrong("site", sentence).into())
}

/// Refuses a name that another plan has.
fn check_name(
    stored: &[StoredPlan],
    name: &str,
    own: Option<ArchivePlanId>,
) -> Result<(), Refused> {
    let is_other = |one: &StoredPlan| Some(one.id) != own && one.values.name == name;
    if !stored.iter().any(is_other) {
        return Ok(());
    }
    let sentence = format!(
        "There is a plan {} already; choose another name",
        quote(name)
    );
    Err(wrong("name", sentence).into())
}

fn wrong(field: &'static str, sentence: impl Into<String>) -> Problems {
    let mut problems = Problems::default();
    problems.add(field, sentence);
    problems
}

fn subject(values: &PlanValues) -> String {
    format!("archive plan {}", values.name)
}

/// Makes a plan.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken or people made [`MOST_PLANS`] already, or what the
/// database answers.
pub async fn create_archive_plan(
    conn: &mut PgConnection,
    text: &ArchivePlanText,
) -> Result<(ArchivePlanId, Changed), Refused> {
    lock(conn).await?;
    let values = text.check(true)?;
    check_site(conn, &values).await?;
    let stored = db::list_plans(conn).await?;
    check_name(&stored, &values.name, None)?;
    if stored.iter().filter(|one| !one.origin.is_file()).count() >= MOST_PLANS {
        let sentence =
            format!("There are {MOST_PLANS} plans already; change or delete one of them");
        return Err(wrong("name", sentence).into());
    }
    let id = db::insert_plan(conn, Origin::Browser, &values).await?;
    let detail = format!(
        "made of {}: {}, {}, {} kept",
        values.choice.site.as_deref().unwrap_or("everything"),
        values.rhythm.in_words(),
        values.choice.in_words(),
        values.keep
    );
    Ok((id, changed(subject(&values), detail)))
}

/// Changes a plan. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_archive_plan(
    conn: &mut PgConnection,
    id: ArchivePlanId,
    text: &ArchivePlanText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_plan(conn, id).await?.ok_or(Refused::Gone)?;
    let before = ArchivePlanText::from(&stored.values);
    check_writable(stored.origin, &before.texts(), None)?;
    let values = text.check(true)?;
    if values.choice.site != stored.values.choice.site {
        check_site(conn, &values).await?;
    }
    check_writable(stored.origin, &before.texts(), Some(seen))?;
    check_name(&db::list_plans(conn).await?, &values.name, Some(id))?;
    let after = ArchivePlanText::from(&values);
    let differences = differences(ArchivePlanText::FIELDS, &before.texts(), &after.texts());
    db::update_plan(conn, id, Origin::Browser, &values).await?;
    Ok(changed(subject(&stored.values), in_words(&differences)))
}

/// Deletes a plan; its archives stay.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_archive_plan(
    conn: &mut PgConnection,
    id: ArchivePlanId,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_plan(conn, id).await?.ok_or(Refused::Gone)?;
    check_writable(stored.origin, &[], None)?;
    db::delete_plan(conn, id).await?;
    Ok(changed(subject(&stored.values), "deleted".to_owned()))
}
