//! The mail server written, in the caller's transaction.

use secrecy::SecretString;
use sqlx::PgConnection;

use super::{MailServerText, changed};
use crate::db::alerts::settings::{get_mail_server, upsert_mail_server};
use crate::db::inventory::lock;
use crate::managing::Texts as _;
use crate::managing::change::{Changed, Refused, in_words};
use crate::managing::text::{differences, stamp};
use crate::notify::sealed::mail_password_context;
use crate::vault::Vault;

/// Stores the mail server in place of the one before; without a typed password it keeps the one it
/// has. `seen` is the stamp of the form: that of what was stored, or of `None`.
///
/// # Errors
/// [`Refused::Wrong`], [`Refused::Meanwhile`], or what the database answers.
pub async fn save_mail_server(
    conn: &mut PgConnection,
    vault: &Vault,
    (text, password): (&MailServerText, &SecretString),
    seen: &str,
) -> Result<Changed, Refused> {
    lock(conn).await?;
    let before = get_mail_server(conn).await?;
    let seal = |plain: &str| vault.seal(mail_password_context(), plain.as_bytes());
    let server = text.check(password, before.as_ref(), seal)?;
    if stamp(&before) != seen {
        return Err(Refused::Meanwhile);
    }
    let was = before.as_ref().map(MailServerText::from);
    let was = was.unwrap_or_default();
    let is = MailServerText::from(&server);
    let told = differences(MailServerText::FIELDS, &was.texts(), &is.texts());
    let old = before.and_then(|old| old.password_sealed);
    let of_password = match (&old, &server.password_sealed) {
        (old, new) if old == new => "",
        (_, Some(_)) => "; its password",
        (_, None) => "; its password taken away",
    };
    upsert_mail_server(conn, &server).await?;
    let detail = format!("{}{of_password}", in_words(&told));
    Ok(changed("mail server".to_owned(), detail))
}
