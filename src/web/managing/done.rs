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
    Imported "imported" => "The file was applied.",
    Discarded "discarded" => "The file was thrown away. Nothing was changed.",
    NotAsShown "not-as-shown" =>
        "Nothing was applied: something was changed meanwhile, and the file would do something \
         else now. Look at it again.",
}
