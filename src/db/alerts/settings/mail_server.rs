//! The one mail server: a single row.

use serde::Serialize;
use sqlx::PgConnection;

use crate::model::MailSecurity;

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailServer {
    /// A name or an address, without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: i32,
    pub security: MailSecurity,
    /// `None`: it asks for no sign-in.
    pub username: Option<String>,
    /// `None`: it is signed in to without one, or not at all.
    pub password_sealed: Option<Vec<u8>>,
    /// The address that mail is from.
    pub sender: String,
}

/// The mail server; `None`: none was ever set up.
///
/// # Errors
/// When the database fails.
pub async fn get_mail_server(conn: &mut PgConnection) -> Result<Option<MailServer>, sqlx::Error> {
    sqlx::query_as!(
        MailServer,
        r#"SELECT host, port, security AS "security: MailSecurity", username, password_sealed, sender
           FROM mail_server"#
    )
    .fetch_optional(conn)
    .await
}

/// Stores the mail server in place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn upsert_mail_server(
    conn: &mut PgConnection,
    server: &MailServer,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO mail_server (host, port, security, username, password_sealed, sender)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE
         SET host = excluded.host,
             port = excluded.port,
             security = excluded.security,
             username = excluded.username,
             password_sealed = excluded.password_sealed,
             sender = excluded.sender",
        server.host,
        server.port,
        server.security.as_str(),
        server.username,
        server.password_sealed,
        server.sender,
    )
    .execute(conn)
    .await?;
    Ok(())
}
