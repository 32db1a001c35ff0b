//! What pages say of kinds and states.

use crate::model::{AlertKind, DestinationKind, MessageState};

/// When it comes, for whoever chooses it.
pub const fn comes_when(kind: &AlertKind) -> &'static str {
    match kind {
        AlertKind::FirstFailure => {
            "When a backup of a device fails and the one before did not. Further failures are not \
             told."
        }
        AlertKind::Recovered => "When a device has a verified backup again.",
        AlertKind::Overdue => {
            "When a device has had no verified backup for as long as is said below, for whatever \
             reason. Once, until there is one again."
        }
        AlertKind::Suspect => {
            "When a backup did not pass every check, and so is kept but not counted."
        }
        AlertKind::HostKeyChanged => {
            "When a router shows another host key than the trusted one. Its backups stop until \
             somebody decides."
        }
        AlertKind::ConfigurationChanged => {
            "When a configuration is another than before, with what changed; secrets are masked. \
             Often, where people work on routers."
        }
    }
}

/// What the address of a webhook is, and where it is found.
pub const fn url_help(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::Mail => "",
        DestinationKind::Webhook => {
            "Where your program waits for messages: JSON by POST, signed. https, or http on this \
             machine or a private address."
        }
        DestinationKind::Slack => {
            "Of an incoming webhook of your Slack app, as https://hooks.slack.com/services/…"
        }
        DestinationKind::Teams => {
            "Of a workflow “Post to a channel when a webhook request is received” in Microsoft \
             Teams."
        }
    }
}

/// The colour of a state; its word stands beside it.
pub const fn tone(state: MessageState) -> &'static str {
    match state {
        MessageState::Waiting => "quiet",
        MessageState::Sending => "busy",
        MessageState::Sent => "good",
        MessageState::Failed => "bad",
    }
}
