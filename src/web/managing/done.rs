//! What a page says after something was done, or was not. One of a few fixed sentences, so that a
//! forged link can not put words on a page.

use serde::Deserialize;

macro_rules! done {
    ($($(#[$doc:meta])* $name:ident $text:literal => $sentence:literal),+ $(,)?) => {
        /// What was done, or why it was not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        pub enum Done { $(#[serde(rename = $text)] $name),+ }

        impl Done {
            /// The value of the `notice` parameter.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// The sentence on the page.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence),+ }
            }
        }
    };
}

done! {
    Made "made" => "It was added.",
    Saved "saved" => "The changes were saved.",
    Archived "archived" => "It was archived: nothing new is backed up, and its history stays.",
    Restored "restored" => "It was restored.",
    UserMade "user-made" =>
        "The user was added. Make a one-time link for them below, by which they choose a password.",
    UserSaved "user-saved" =>
        "The changes were saved. They count at once, also where the user is signed in.",
    UserArchived "user-archived" =>
        "The user was archived: their sessions ended, and their API tokens were revoked.",
    UserRestored "user-restored" => "The user was restored and can sign in as before.",
    SecondFactorGone "second-factor-gone" => "The second factor was taken away.",
    NoSecondFactor "no-second-factor" => "Nothing was changed: there is no second factor any more.",
    TokenRevoked "token-revoked" => "The API token was revoked: it does nothing any more.",
    SessionsEnded "sessions-ended" => "What was asked for has ended.",
    Yourself "yourself" =>
        "Nothing was changed: nobody does this to themselves. Another administrator can.",
    LastAdministrator "last-administrator" =>
        "Nothing was changed: this is the last administrator. Make somebody else one first.",
    Elsewhere "elsewhere" =>
        "Nothing was changed: this user signs in by single sign-on. What they may do comes from \
         their groups there.",
    Deleted "deleted" => "It was deleted.",
    AlwaysThere "always-there" =>
        "Nothing was deleted: there is always a schedule for everything. Turn it off instead.",
    DestinationMade "destination-made" =>
        "The destination was added. Send a test to see whether messages arrive.",
    RulesLeadHere "rules-lead-here" =>
        "Nothing was deleted: a rule tells this destination. Change or delete the rule first.",
    TestAsked "test-asked" =>
        "A test message is on its way. Load this page again to see whether it arrived.",
    TriedAgain "tried-again" =>
        "The message is on its way again. Load this page again to see whether it arrived.",
    NotFailed "not-failed" =>
        "Nothing was done: the message has not failed, or its destination is gone.",
    SecretKept "secret-kept" =>
        "No new secret was made: somebody changed the destination meanwhile. Look at it again.",
    TagAlerted "tag-alerted" =>
        "Nothing was changed: a rule of alerts is for this tag. Change that first.",
    TagScheduled "tag-scheduled" =>
        "Nothing was changed: a schedule or a maintenance window is for this tag. Change that \
         first.",
    InFile "in-file" =>
        "Nothing was changed: this comes from the inventory file. Change it there.",
    OtherState "other-state" =>
        "Nothing was changed: somebody archived or restored it meanwhile.",
    InUse "in-use" =>
        "Nothing was changed: devices use this credential. Give them another one first.",
    NeedsArchived "needs-archived" =>
        "Nothing was restored: its site or its credential is archived. Restore that first.",
    TagChanged "tag-changed" => "The tag was changed everywhere.",
    TagKept "tag-kept" =>
        "The tag was changed, but not in what comes from the inventory file. Change it there, too.",
    TagReached "tag-reached" =>
        "Nothing was changed: people or API tokens reach sites by this tag, and would reach \
         others after it. Change what they reach first.",
    TagWrong "tag-wrong" =>
        "Nothing was changed: a tag has 1 to 50 characters, no comma, and no blank at its ends.",
    RuleSaved "rule-saved" =>
        "The rule was saved. What is to go by it is deleted within minutes.",
    RuleRemoved "rule-removed" => "The rule was taken away.",
    ArchiveAsked "archive-asked" =>
        "The archive is being made. Load this page again to see how far it is.",
    ArchiveWrong "archive-wrong" =>
        "Nothing was asked for: it is kept for 1 to 3650 days, or for ever when the field is empty, \
         and a comment has at most 500 characters.",
    ArchiveNoSite "archive-no-site" => "Nothing was asked for: there is no such site.",
    ArchivesFull "archives-full" =>
        "Nothing was done: there are as many archives as are kept. Delete one first.",
    ArchiveCancelled "archive-cancelled" => "The archive was cancelled; nothing of it is kept.",
    ArchiveEnded "archive-ended" => "Nothing was cancelled: the archive has ended already.",
    ArchiveDeleted "archive-deleted" => "The archive was deleted.",
    ArchiveGoesOn "archive-goes-on" =>
        "Nothing was deleted: the archive is still being made. Cancel it first.",
    ArchiveRestored "archive-restored" =>
        "The archive was restored. What was done stands beside it.",
    RestoreGoesOn "restore-goes-on" =>
        "The archive is still being restored. Load this page again: what came of it will stand \
         beside it.",
    Imported "imported" => "The file was applied.",
    Discarded "discarded" => "The file was thrown away. Nothing was changed.",
    NotAsShown "not-as-shown" =>
        "Nothing was applied: something was changed meanwhile, and the file would do something \
         else now. Look at it again.",
}
