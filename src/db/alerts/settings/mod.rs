//! What an administrator says of alerts: the mail server, where messages go, and who hears of what.
//!
//! Whoever changes something holds [`inventory::lock`](crate::db::inventory::lock), so that what
//! was read before is still so.

mod destinations;
mod mail_server;
mod rules;

pub use destinations::{
    Destination, DestinationRow, LastMessage, SealedUrl, delete_destination, get_destination,
    insert_destination, is_destination_used, list_destination_rows, next_destination_id,
    update_destination,
};
pub use mail_server::{MailServer, get_mail_server, upsert_mail_server};
pub use rules::{
    AlertRule, AlertRuleValues, delete_alert_rule, get_alert_rule, insert_alert_rule,
    is_tag_in_alert_rule, list_alert_rules, update_alert_rule,
};
