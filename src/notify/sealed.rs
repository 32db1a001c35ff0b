//! Under what the secrets of alerts are sealed, so that one that is moved to another row does not
//! open there. Who keeps them and who sends with them must agree.

use crate::model::DestinationId;

/// Of the password for the mail server.
#[must_use]
pub const fn mail_password_context() -> &'static str {
    "mail-server:password"
}

/// Of the address of a webhook.
#[must_use]
pub fn url_context(id: DestinationId) -> String {
    format!("alert-destination:url:{id}")
}

/// Of the secret that a webhook's messages are signed with, as `whsec_` and base64.
#[must_use]
pub fn secret_context(id: DestinationId) -> String {
    format!("alert-destination:secret:{id}")
}
