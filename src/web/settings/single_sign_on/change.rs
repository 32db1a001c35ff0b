//! The provider and its groups written, by a page or by the API: checked, kept, with the entry in the
//! audit, in the caller's transaction.

use sqlx::PgConnection;

use super::group_form::{GroupForm, Unfit};
use super::provider_form::ProviderForm;
use crate::db::audit::{self, Actor, Entry};
use crate::db::inventory::lock;
use crate::db::single_sign_on::groups::{self, Group, Written};
use crate::db::single_sign_on::{self as db, Provider};
use crate::model::AuditAction;
use crate::web::{error::PageError, state::AppState};

const MISSING: PageError = PageError::NotFound("group");

/// Keeps the provider in place of the one before; `Err` in it: a sentence about what is wrong.
///
/// # Errors
/// What the database answers.
pub async fn save_provider(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    form: &ProviderForm,
) -> Result<Result<Provider, &'static str>, PageError> {
    lock(conn).await?;
    let before = db::get(conn).await?;
    let provider = match form.read(before.as_ref(), &state.vault) {
        Ok(provider) => provider,
        Err(problem) => return Ok(Err(problem)),
    };
    db::upsert(conn, &provider).await?;
    let detail = format!(
        "{}, issuer {}, client {}",
        if provider.enabled { "on" } else { "off" },
        provider.issuer,
        provider.client_id
    );
    record(state, conn, actor, ("single sign-on", &detail)).await?;
    Ok(Ok(provider))
}

/// Adds a group, or changes that of this number; `Err` in it: a sentence about what is wrong.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn save_group(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    id: Option<i64>,
    form: &GroupForm,
) -> Result<Result<(), String>, PageError> {
    lock(conn).await?;
    let group = match form.read(conn).await {
        Ok(group) => group,
        Err(Unfit::Database(error)) => return Err(error.into()),
        Err(Unfit::Sentence(sentence)) => return Ok(Err(sentence)),
    };
    let sentence = match groups::write(conn, id, &group).await? {
        Written::Done => {
            let subject = subject(&group.name);
            record(state, conn, actor, (&subject, &in_words(&group))).await?;
            return Ok(Ok(()));
        }
        Written::Missing => return Err(MISSING),
        Written::NameTaken => "There is a group of that name already.",
        Written::TooMany => "There are 200 groups already.",
    };
    Ok(Err(sentence.to_owned()))
}

/// Takes a group away. Whoever is in it keeps what they may do until they sign in again.
///
/// # Errors
/// [`PageError::NotFound`], or what the database answers.
pub async fn delete_group(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    id: i64,
) -> Result<(), PageError> {
    lock(conn).await?;
    let name = groups::delete(conn, id).await?.ok_or(MISSING)?;
    record(state, conn, actor, (&subject(&name), "taken away")).await
}

fn subject(group: &str) -> String {
    format!("single sign-on, group {group}")
}

/// What a group may do, for the audit.
fn in_words(group: &Group) -> String {
    let grants = &group.grants;
    let withheld: Vec<_> = grants.withheld.iter().map(|right| right.as_str()).collect();
    let without = match withheld.is_empty() {
        true => String::new(),
        false => format!(", without {}", withheld.join(", ")),
    };
    let reach = if grants.all_sites {
        "all sites".to_owned()
    } else {
        let tags = match grants.site_tags.is_empty() {
            true => "no tags".to_owned(),
            false => format!("tags {}", grants.site_tags.join(", ")),
        };
        format!("{} sites by name, {tags}", grants.sites.len())
    };
    format!("{}, {reach}{without}", grants.role)
}

async fn record(
    state: &AppState,
    conn: &mut PgConnection,
    actor: &Actor,
    (subject, detail): (&str, &str),
) -> Result<(), PageError> {
    let entry = Entry {
        action: AuditAction::SettingsChanged,
        site: None,
        subject,
        detail,
    };
    Ok(audit::record(conn, actor, &entry, state.now()).await?)
}
