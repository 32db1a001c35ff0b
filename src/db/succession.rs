//! What one body is to the one that follows it: how many lines it differs by, and the patch that
//! gives it back. Apart from the SQL, for both a new snapshot and one that is deleted bring two
//! bodies together that were not neighbours before.

use std::io;

use crate::compare;
use crate::vault::body;

/// How many lines of the comparison form one body and its predecessor do not share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChangedLines {
    /// Only in the newer one.
    pub added: i32,
    /// Only in the older one.
    pub removed: i32,
}

/// An older body beside the newer one.
pub(super) struct Succession {
    pub changed: ChangedLines,
    /// The older body as a patch against the newer one, already proven to give it back, not
    /// sealed yet; `None` when it was not asked for, or does not give it back.
    pub patch: Option<Vec<u8>>,
}

/// Compares two bodies and encodes the older against the newer one, on a thread of its own: that
/// takes seconds for large ones.
///
/// # Errors
/// When that thread panicked.
pub(super) async fn reckon(
    older: Vec<u8>,
    newer: Vec<u8>,
    wants_patch: bool,
) -> io::Result<Succession> {
    let reckoning = move || Succession {
        changed: changed_lines(&older, &newer),
        patch: wants_patch
            .then(|| body::encode_patch(&older, &newer))
            .filter(|patch| {
                body::decode_patch(patch, &newer, older.len()).is_ok_and(|back| back == older)
            }),
    };
    tokio::task::spawn_blocking(reckoning)
        .await
        .map_err(io::Error::other)
}

/// A body by itself, already proven to come back; `None` when it does not.
///
/// # Errors
/// When the thread that does it panicked.
pub(super) async fn encode_whole(bytes: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let encoding = move || {
        let encoded = body::encode_whole(&bytes);
        let proven = body::decode_whole(&encoded, bytes.len()).is_ok_and(|back| back == bytes);
        proven.then_some(encoded)
    };
    tokio::task::spawn_blocking(encoding)
        .await
        .map_err(io::Error::other)
}

fn changed_lines(older: &[u8], newer: &[u8]) -> ChangedLines {
    let changed = compare::changed_lines(older, newer);
    ChangedLines {
        added: i32::try_from(changed.added).unwrap_or(i32::MAX),
        removed: i32::try_from(changed.removed).unwrap_or(i32::MAX),
    }
}
