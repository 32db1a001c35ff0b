//! The verdict on an export, and the named checks it rests on.

use serde::{Deserialize, Serialize};

use super::state::text_enum;

text_enum! {
    /// What the checks say of an export that was kept.
    Verdict {
        /// Proven whole: every check passed.
        Verified => "verified",
        /// Kept and shown, never counted as good.
        Suspect => "suspect",
    }
}

/// One named check and its result, as the database and JSON hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// Stable name, for example `sentinel`.
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// What was seen, in one sentence for a technician.
    pub detail: String,
}
