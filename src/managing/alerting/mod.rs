//! Alerts by hand: the mail server, where messages go and who hears of what, as they are typed,
//! checked and written.

mod destination;
mod destination_change;
mod mail_server;
mod mail_server_change;
mod rule;
mod rule_change;
mod url;
mod words;

use destination::CheckedDestination;
pub use destination::DestinationText;
pub use destination_change::{
    create_destination, delete_destination, renew_secret, update_destination,
};
pub use mail_server::MailServerText;
pub use mail_server_change::save_mail_server;
pub use rule::AlertRuleText;
pub use rule_change::{create_alert_rule, delete_alert_rule, update_alert_rule};
pub use words::alert_rule_in_words;

use super::change::{Changed, Refused};
use super::problems::Problems;

/// How many characters the name of a rule or destination may have.
const LONGEST_NAME: usize = 60;

/// The name of a rule or of a destination.
fn check_name(text: &str) -> Result<String, String> {
    let name = crate::inventory::rules::name(text.trim())?;
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("is longer than {LONGEST_NAME} characters"));
    }
    Ok(name)
}

/// A change for the audit.
fn changed(subject: String, detail: String) -> Changed {
    Changed {
        site: None,
        subject,
        detail,
        batches: Vec::new(),
    }
}

/// One field is wrong.
fn wrong(field: &'static str, sentence: impl Into<String>) -> Refused {
    let mut problems = Problems::default();
    problems.add(field, sentence);
    Refused::Wrong(problems)
}
