//! What a redirect tells the page it leads to: a table, for each row is a variant, the value of a
//! parameter and a sentence at once.

use serde::Deserialize;

/// Makes the enum of its rows: the variant, the value of the `notice` parameter, and the sentence
/// on the page, which documents the variant, too.
macro_rules! notices {
    ($($variant:ident $value:literal $sentence:literal)+) => {
        /// One of a few fixed sentences, so that a forged link can not put words on a page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        pub enum Notice {
            $(#[doc = $sentence] #[serde(rename = $value)] $variant,)+
        }

        impl Notice {
            /// The value of the `notice` parameter.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $value,)+ }
            }

            /// The sentence on the page.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

notices! {
    Queued "queued" "The backup was started."
    QueuedRest "queued-rest"
        "The backup was started. Some of the devices were being backed up already and stay in \
         their own batch."
    AlreadyRunning "already-running"
        "These devices are being backed up already; this is the batch that does it. Nothing was \
         started twice."
    NothingTicked "nothing-ticked" "Nothing was started: tick at least one device first."
    TickedGone "ticked-gone" "Nothing was started: the ticked devices are no longer at this site."
    NoDevices "no-devices" "Nothing was started: there is no enabled device to back up here."
    Cancelled "cancelled" "Queued runs were cancelled, running ones are being stopped."
    NothingToCancel "nothing-to-cancel" "Nothing was cancelled: everything had ended already."
    Retried "retried"
        "The devices that failed are being tried again; this is the batch that does it."
    NothingToRetry "nothing-to-retry"
        "Nothing was started: no device of that batch failed, or none is in the inventory any \
         more."
    CommentSaved "comment-saved" "The comment was saved."
    Pinned "pinned" "The backup is pinned: it can not be deleted until it is unpinned."
    Unpinned "unpinned" "The backup is no longer pinned."
    Deleted "deleted" "The backup was deleted."
    PinnedStays "pinned-stays" "Nothing was deleted: the backup is pinned. Unpin it first."
    NewestStays "newest-stays"
        "Nothing was deleted: this is the newest verified backup of a device that is still in the \
         inventory."
    NothingTickedHere "nothing-ticked-here" "Nothing was done: tick at least one backup first."
    KeysAccepted "keys-accepted"
        "The new host key is trusted from now on. Back the device up to see that it works."
    KeysRejected "keys-rejected" "The new host key stays refused."
    KeysDecidedAlready "keys-decided-already"
        "Nothing was changed: somebody else has decided on it already."
    TestGoesOn "test-goes-on"
        "Nothing was begun: this test of yours goes on. Let it end, or cancel it first."
    Uploaded "uploaded"
        "The file was kept as uploaded. It is suspect, for nobody saw the router send it."
    NoExport "no-export"
        "Nothing was kept: choose an export of RouterOS, with the lines at its top that name the \
         version, of at most 16 MiB."
    SignedOut "signed-out" "You are signed out."
    SettingsSaved "settings-saved" "The settings were saved."
}
