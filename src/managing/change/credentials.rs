//! One credential. Its secret is sealed under its name, so another name seals it anew.

use sqlx::PgConnection;

use super::{Changed, Refused, check_archived, check_stamp, check_writable};
use crate::db::inventory::lock;
use crate::db::managing::{self as db, CredentialValues, StoredCredential, Wanted};
use crate::inventory::rules::quote;
use crate::managing::credential::{Checked, CredentialText};
use crate::managing::problems::Problems;
use crate::model::CredentialId;
use crate::vault::{Vault, credential_context};

fn changed(name: &str, detail: String) -> Changed {
    Changed {
        site: None,
        subject: format!("credential {name}"),
        detail,
        batches: Vec::new(),
    }
}

/// Refuses a name that another credential has, whatever the case.
async fn check_name(
    conn: &mut PgConnection,
    name: &str,
    own: Option<CredentialId>,
) -> Result<(), Refused> {
    let credentials = db::list_credentials(conn).await?;
    let lower = name.to_lowercase();
    let taken = credentials
        .iter()
        .find(|one| Some(one.id) != own && one.name.to_lowercase() == lower);
    let Some(taken) = taken else {
        return Ok(());
    };
    let name = quote(&taken.name);
    let mut problems = Problems::default();
    let sentence = if taken.is_archived {
        format!("There is an archived credential {name}; restore it, or choose another name")
    } else {
        format!("There is a credential {name} already; choose another name")
    };
    problems.add("name", sentence);
    Err(Refused::Wrong(problems))
}

/// The values of a credential whose secret is `checked.secret`, else the one that `stored` has.
async fn seal(
    conn: &mut PgConnection,
    vault: &Vault,
    checked: Checked,
    stored: Option<&StoredCredential>,
) -> Result<CredentialValues, Refused> {
    let context = credential_context(&checked.name);
    let (sealed, public_key) = match (checked.secret, stored) {
        (Some((secret, public)), _) => (vault.seal(&context, &secret.to_sealable_bytes()), public),
        (None, Some(stored)) => {
            let sealed = db::get_sealed(conn, stored.id)
                .await?
                .ok_or(Refused::Gone)?;
            let plain = vault.open(&credential_context(&stored.name), &sealed)?;
            (vault.seal(&context, &plain), stored.public_key.clone())
        }
        (None, None) => return Err(Refused::Gone),
    };
    Ok(CredentialValues {
        name: checked.name,
        username: checked.username,
        sealed: hex::encode(sealed),
        public_key,
    })
}

/// Makes a credential, and gives its number.
///
/// # Errors
/// [`Refused::Wrong`], also when the name is taken, or what the database answers.
pub async fn create_credential(
    conn: &mut PgConnection,
    vault: &Vault,
    text: &CredentialText,
) -> Result<(CredentialId, Changed), Refused> {
    lock(conn).await?;
    let checked = text.check(true)?;
    check_name(conn, &checked.name, None).await?;
    let values = seal(conn, vault, checked, None).await?;
    let name = values.name.clone();
    db::save_credentials(conn, &[Wanted { id: None, values }]).await?;
    let credentials = db::list_credentials(conn).await?;
    let made = credentials.iter().find(|one| one.name == name);
    let made = made.ok_or(Refused::Gone)?;
    Ok((made.id, changed(&name, "made".to_owned())))
}

/// Changes a credential; without a secret in `text` it keeps the one it has. `seen` is the stamp
/// of the form.
///
/// # Errors
/// See [`Refused`].
pub async fn update_credential(
    conn: &mut PgConnection,
    vault: &Vault,
    id: CredentialId,
    (text, seen): (&CredentialText, &str),
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = check_writable(db::get_credential(conn, id).await?)?;
    let checked = text.check(false)?;
    check_stamp(&stored, seen)?;
    check_name(conn, &checked.name, Some(id)).await?;
    let detail = words(&stored, &checked);
    let values = seal(conn, vault, checked, Some(&stored)).await?;
    db::save_credentials(
        conn,
        &[Wanted {
            id: Some(id.0),
            values,
        }],
    )
    .await?;
    Ok(changed(&stored.name, detail))
}

/// What changes, without the secret itself.
fn words(stored: &StoredCredential, checked: &Checked) -> String {
    let mut words = Vec::new();
    if stored.name != checked.name {
        words.push(format!("name to `{}`", checked.name));
    }
    if stored.username != checked.username {
        words.push(format!(
            "user name from `{}` to `{}`",
            stored.username, checked.username
        ));
    }
    if checked.secret.is_some() {
        words.push("its secret".to_owned());
    }
    if words.is_empty() {
        return "nothing changed".to_owned();
    }
    words.join(", ")
}

/// Archives a credential that no device uses.
///
/// # Errors
/// See [`Refused`].
pub async fn archive_credential(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = check_writable(db::get_credential(conn, id).await?)?;
    if !db::archive_credential(conn, id).await? {
        return Err(Refused::InUse);
    }
    Ok(changed(&stored.name, "archived".to_owned()))
}

/// Brings an archived credential back.
///
/// # Errors
/// See [`Refused`].
pub async fn restore_credential(
    conn: &mut PgConnection,
    id: CredentialId,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let stored = check_archived(db::get_credential(conn, id).await?)?;
    db::restore_credential(conn, id).await?;
    Ok(changed(&stored.name, "restored".to_owned()))
}
