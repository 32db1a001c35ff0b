//! What a person does, by a page or by the API: the change, its entry in the audit, and what came
//! of it. How that is told is the caller's: a page leads on with a notice, the API answers JSON.

mod alerts;
mod archives;
mod backups;
mod bring;
mod host_keys;
mod import;
mod reading;
mod restore;
mod settings;
mod snapshots;
mod uploads;
mod users;

pub use alerts::{retry_message, test_destination};
pub use archives::{
    ArchiveAsked, AskedArchive, DEFAULT_DAYS, archive_subject, cancel_archive, check_secrets,
    delete_archive, open_archive, request_archive,
};
pub use backups::{back_up, cancel_batch, cancel_run, retry};
pub use bring::{NotListed, begin_archive, check_archive, declared_length, list_archive};
pub use host_keys::decide_host_key;
pub use import::{BroughtCsv, apply_import, plan_import};
pub use restore::{Came as RestoreCame, Outlook, Restores};
pub use settings::{commit, commit_as, record};
pub use snapshots::{delete, set_comment, set_pinned};
pub use uploads::{MAX_EXPORT_BYTES, upload_to};
pub use users::{
    delete_second_factor, end_sessions, link_address, list_tokens, make_link, revoke_tokens,
};

use crate::db::audit::Actor;
use crate::web::guard::SignedIn;

/// Who does it: as the rights and the scope know them, and as the audit names them.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    pub person: &'a SignedIn,
    pub actor: &'a Actor,
}
