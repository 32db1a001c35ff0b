//! One destination made, changed or deleted, in the caller's transaction. Its address and the
//! secret of its signature are sealed under its number.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;

use super::{CheckedDestination, DestinationText, changed, wrong};
use crate::db::alerts::settings::{self as db, Destination, SealedUrl};
use crate::db::inventory::lock;
use crate::inventory::rules::quote;
use crate::managing::Texts as _;
use crate::managing::change::{Changed, Refused, in_words};
use crate::managing::text::{differences, stamp};
use crate::model::{DestinationId, DestinationKind};
use crate::notify::sealed::{secret_context, url_context};
use crate::vault::Vault;

/// How many destinations there may be: all of them stand on one page.
const MOST_DESTINATIONS: usize = 100;

/// What is said of a destination, for the audit.
fn subject(name: &str) -> String {
    format!("alert destination {name}")
}

/// A new secret for signatures, as Standard Webhooks writes it.
fn new_secret() -> SecretString {
    let bytes: [u8; 32] = rand::random();
    format!("whsec_{}", STANDARD.encode(bytes)).into()
}

fn seal_secret(vault: &Vault, id: DestinationId, secret: &SecretString) -> Vec<u8> {
    vault.seal(&secret_context(id), secret.expose_secret().as_bytes())
}

fn seal_url(
    vault: &Vault,
    id: DestinationId,
    url: Option<(SecretString, String)>,
) -> Option<SealedUrl> {
    url.map(|(url, host)| SealedUrl {
        sealed: vault.seal(&url_context(id), url.expose_secret().as_bytes()),
        host,
    })
}

/// Refuses a name that another destination has, whatever the case, and more than there may be.
async fn check_name(
    conn: &mut PgConnection,
    name: &str,
    own: Option<DestinationId>,
) -> Result<(), Refused> {
    let rows = db::list_destination_rows(conn).await?;
    let mut others = rows.iter().map(|row| &row.destination);
    let lower = name.to_lowercase();
    if let Some(taken) = others.find(|one| Some(one.id) != own && one.name.to_lowercase() == lower)
    {
        let name = quote(&taken.name);
        let sentence = format!("There is a destination {name} already; choose another name");
        return Err(wrong("name", sentence));
    }
    if own.is_none() && rows.len() >= MOST_DESTINATIONS {
        let sentence =
            format!("There are {MOST_DESTINATIONS} destinations already; delete one first");
        return Err(wrong("name", sentence));
    }
    Ok(())
}

/// Makes a destination; a generic webhook gets a secret, which is told this once.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_destination(
    conn: &mut PgConnection,
    vault: &Vault,
    (text, url): (&DestinationText, &SecretString),
) -> Result<(DestinationId, Option<SecretString>, Changed), Refused> {
    lock(conn).await?;
    let CheckedDestination {
        kind,
        name,
        recipients,
        url,
    } = text.check(url, true)?;
    check_name(conn, &name, None).await?;
    let id = db::next_destination_id(conn).await?;
    let secret = (kind == DestinationKind::Webhook).then(new_secret);
    let destination = Destination {
        id,
        name,
        kind,
        recipients,
        url: seal_url(vault, id, url),
        secret_sealed: secret.as_ref().map(|secret| seal_secret(vault, id, secret)),
    };
    db::insert_destination(conn, &destination).await?;
    let leads = match &destination.url {
        Some(url) => url.host.clone(),
        None => destination.recipients.join(", "),
    };
    let detail = format!("made: {} to {leads}", kind.label());
    Ok((id, secret, changed(subject(&destination.name), detail)))
}

/// The destination, which nobody else changes until the transaction ends.
async fn get(conn: &mut PgConnection, id: DestinationId) -> Result<Destination, Refused> {
    lock(conn).await?;
    db::get_destination(conn, id).await?.ok_or(Refused::Gone)
}

/// Changes a destination, but for its kind; without a typed address it keeps the one it has.
/// `seen` is the stamp of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_destination(
    conn: &mut PgConnection,
    vault: &Vault,
    id: DestinationId,
    (text, url, seen): (&DestinationText, &SecretString, &str),
) -> Result<Changed, Refused> {
    let stored = get(conn, id).await?;
    let text = DestinationText {
        kind: stored.kind.to_string(),
        ..text.clone()
    };
    let checked = text.check(url, false)?;
    if stamp(&stored) != seen {
        return Err(Refused::Meanwhile);
    }
    check_name(conn, &checked.name, Some(id)).await?;
    let new_url = seal_url(vault, id, checked.url);
    let of_url = match &new_url {
        Some(url) => format!("; its address, at {}", url.host),
        None => String::new(),
    };
    let was = DestinationText::from(&stored);
    let (name, url) = (stored.name, new_url.or(stored.url));
    let destination = Destination {
        name: checked.name,
        recipients: checked.recipients,
        url,
        ..stored
    };
    let is = DestinationText::from(&destination);
    let told = differences(DestinationText::FIELDS, &was.texts(), &is.texts());
    db::update_destination(conn, &destination).await?;
    let detail = format!("{}{of_url}", in_words(&told));
    Ok(changed(subject(&name), detail))
}

/// Makes a new secret for a generic webhook, which is told this once; the one before counts no
/// more. `seen` is the stamp of the page: pressed twice, it makes one.
///
/// # Errors
/// See [`Refused`]; [`Refused::Gone`] also where the destination is of another kind.
pub async fn renew_secret(
    conn: &mut PgConnection,
    vault: &Vault,
    id: DestinationId,
    seen: &str,
) -> Result<(SecretString, Changed), Refused> {
    let stored = get(conn, id).await?;
    if stored.kind != DestinationKind::Webhook {
        return Err(Refused::Gone);
    }
    if stamp(&stored) != seen {
        return Err(Refused::Meanwhile);
    }
    let secret = new_secret();
    let destination = Destination {
        secret_sealed: Some(seal_secret(vault, id, &secret)),
        ..stored
    };
    db::update_destination(conn, &destination).await?;
    let detail = "a new secret for its signature".to_owned();
    Ok((secret, changed(subject(&destination.name), detail)))
}

/// Deletes a destination that no rule leads to.
///
/// # Errors
/// See [`Refused`].
pub async fn delete_destination(
    conn: &mut PgConnection,
    id: DestinationId,
) -> Result<Changed, Refused> {
    let stored = get(conn, id).await?;
    if db::is_destination_used(conn, id).await? {
        return Err(Refused::RulesLeadHere);
    }
    db::delete_destination(conn, id).await?;
    Ok(changed(subject(&stored.name), "deleted".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_32_bytes_behind_its_prefix_and_is_another_each_time() {
        let secret = new_secret();
        let text = secret.expose_secret();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap());
        assert_eq!(bytes.unwrap().len(), 32);
        assert_ne!(text, new_secret().expose_secret());
    }
}
