//! One rule made, changed or deleted, in the caller's transaction.

use sqlx::PgConnection;

use super::{AlertRuleText, alert_rule_in_words, changed, wrong};
use crate::db::alerts::settings::{self as db, AlertRule, AlertRuleValues, Destination};
use crate::db::inventory::lock;
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::change::{Changed, Refused, in_words};
use crate::managing::known::Known;
use crate::managing::text::{differences, stamp};
use crate::model::AlertRuleId;

/// How many rules there may be: all of them stand on one page, and each is asked of what happens.
const MOST_RULES: usize = 200;

fn subject(name: &str) -> String {
    format!("alert rule {name}")
}

/// What was typed with what there is: sites and destinations.
async fn check(
    conn: &mut PgConnection,
    text: &AlertRuleText,
) -> Result<(AlertRuleValues, Vec<Destination>), Refused> {
    let known = Known::load(conn).await?;
    let rows = db::list_destination_rows(conn).await?;
    let destinations: Vec<Destination> = rows.into_iter().map(|row| row.destination).collect();
    let values = text.check(&known, &destinations)?;
    Ok((values, destinations))
}

/// Refuses a name that another rule has, whatever the case, and more than there may be.
async fn check_name(
    conn: &mut PgConnection,
    name: &str,
    own: Option<AlertRuleId>,
) -> Result<(), Refused> {
    let rules = db::list_alert_rules(conn).await?;
    let lower = name.to_lowercase();
    let mut others = rules.iter();
    let is_taken =
        |one: &&AlertRule| Some(one.id) != own && one.values.name.to_lowercase() == lower;
    if let Some(taken) = others.find(is_taken) {
        let name = quote(&taken.values.name);
        let sentence = format!("There is a rule {name} already; choose another name");
        return Err(wrong("name", sentence));
    }
    if own.is_none() && rules.len() >= MOST_RULES {
        let sentence = format!("There are {MOST_RULES} rules already; delete one first");
        return Err(wrong("name", sentence));
    }
    Ok(())
}

/// Makes a rule.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_alert_rule(
    conn: &mut PgConnection,
    text: &AlertRuleText,
) -> Result<(AlertRuleId, Changed), Refused> {
    lock(conn).await?;
    let (values, _) = check(conn, text).await?;
    check_name(conn, &values.name, None).await?;
    let id = db::insert_alert_rule(conn, &values).await?;
    let detail = format!("made: {}", alert_rule_in_words(&values, &text.destination));
    Ok((id, changed(subject(&values.name), detail)))
}

/// Changes a rule. `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_alert_rule(
    conn: &mut PgConnection,
    id: AlertRuleId,
    text: &AlertRuleText,
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_alert_rule(conn, id).await?.ok_or(Refused::Gone)?;
    let before = AlertRuleText::from(&stored);
    let (values, destinations) = check(conn, text).await?;
    if stamp(&before.texts()) != seen {
        return Err(Refused::Meanwhile);
    }
    check_name(conn, &values.name, Some(id)).await?;
    db::update_alert_rule(conn, id, &values).await?;
    let mut named = destinations.into_iter();
    let destination = named.find(|one| one.id == values.destination);
    let destination = destination.ok_or(Refused::Gone)?;
    let after = AlertRuleText::from(&AlertRule {
        id,
        values,
        destination_name: destination.name,
        destination_kind: destination.kind,
    });
    let told = differences(AlertRuleText::FIELDS, &before.texts(), &after.texts());
    Ok(changed(subject(&stored.values.name), in_words(&told)))
}

/// Deletes a rule; what it told stays in the log.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_alert_rule(
    conn: &mut PgConnection,
    id: AlertRuleId,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = db::get_alert_rule(conn, id).await?.ok_or(Refused::Gone)?;
    db::delete_alert_rule(conn, id).await?;
    Ok(changed(subject(&stored.values.name), "deleted".to_owned()))
}
