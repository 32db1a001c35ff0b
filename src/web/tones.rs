//! The colours of router text, one name for each tone: of a backup that is viewed and of backups
//! that are compared.

use crate::platform::routeros::text::Tone;

/// The class of a tone in `assets/style/config.css`.
pub const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain | Tone::Value => "",
        Tone::Menu => "rsc-menu",
        Tone::Remark => "rsc-remark",
        Tone::Command => "rsc-command",
        Tone::Target => "rsc-target",
        Tone::Key => "rsc-key",
        Tone::Number => "rsc-number",
        Tone::Text => "rsc-text",
        Tone::Secret => "rsc-secret",
        Tone::Continuation => "rsc-continuation",
    }
}
