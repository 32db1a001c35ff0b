//! Whether secrets of a configuration are shown: one decision for every page, copy and plain
//! text, so that the right to see them has one place to be asked for; and that they were.

use chrono::{DateTime, Utc};
use memchr::memmem;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::access::subject;
use crate::db::audit::{self, Actor, Entry};
use crate::db::pages::SnapshotHead;
use crate::model::{AuditAction, Right, Rights};
use crate::platform::routeros::text::{MASK, masked};

/// How secrets are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Secrets {
    /// Replaced by [`MASK`].
    #[default]
    Masked,
    /// As the router sent them.
    Shown,
}

/// What somebody with these rights gets who asks for `asked`: without the right to see secrets they are masked, and
/// nothing says that they were asked for.
pub const fn granted(rights: Rights, asked: Secrets) -> Secrets {
    match asked {
        Secrets::Shown if rights.has(Right::Reveal) => Secrets::Shown,
        Secrets::Shown | Secrets::Masked => Secrets::Masked,
    }
}

/// Records that `actor` is shown the secrets of a snapshot; before they are, so that nobody sees
/// them without it. `detail` says on which page.
///
/// # Errors
/// When the query fails.
pub async fn record_shown(
    conn: &mut PgConnection,
    actor: &Actor,
    snapshot: &SnapshotHead,
    detail: &str,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let entry = Entry {
        action: AuditAction::SecretsShown,
        site: Some(snapshot.site_id),
        subject: &subject::backup(&snapshot.site_slug, &snapshot.device_name, snapshot.id),
        detail,
    };
    audit::record(conn, actor, &entry, at).await
}

/// A configuration as a page may use it.
pub struct Readable {
    /// The text, with the line count of the original.
    pub text: Vec<u8>,
    /// How many secrets are hidden in it.
    pub masked: usize,
}

/// The configuration with its secrets as they were [`granted`].
pub fn readable(body: Vec<u8>, granted: Secrets) -> Readable {
    match granted {
        Secrets::Shown => Readable {
            text: body,
            masked: 0,
        },
        Secrets::Masked => {
            let text = masked(&body);
            // A router writes the same stars where a user may not see a secret.
            let masked = masks(&text).saturating_sub(masks(&body));
            Readable { text, masked }
        }
    }
}

fn masks(text: &[u8]) -> usize {
    memmem::find_iter(text, MASK).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    const EXPORT: &[u8] = b"/snmp community\nset [ find ] name=\"*****\"\n\
        /ppp secret\nadd name=a password=hunter-2\nadd name=b password=hunter-3\n";

    #[test]
    fn what_is_hidden_is_counted_without_the_stars_of_the_router() {
        let hidden = readable(EXPORT.to_vec(), Secrets::Masked);
        assert_eq!(hidden.masked, 2);
        assert!(memmem::find(&hidden.text, b"hunter").is_none());
    }

    #[test]
    fn who_may_not_see_secrets_gets_them_masked_whatever_is_asked_for() {
        let granted = |role: Role, asked| granted(role.rights(), asked);
        assert_eq!(granted(Role::Viewer, Secrets::Shown), Secrets::Masked);
        assert_eq!(granted(Role::Technician, Secrets::Shown), Secrets::Shown);
        assert_eq!(
            granted(Role::Administrator, Secrets::Masked),
            Secrets::Masked
        );
        let narrowed = Role::Technician.rights().without(&[Right::Reveal]);
        assert_eq!(super::granted(narrowed, Secrets::Shown), Secrets::Masked);
    }

    #[test]
    fn shown_is_what_the_router_sent() {
        let shown = readable(EXPORT.to_vec(), Secrets::Shown);
        assert_eq!((shown.text.as_slice(), shown.masked), (EXPORT, 0));
    }
}
