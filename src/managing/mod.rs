//! Managing sites, devices and credentials by hand: what was typed into a form or stands in a line
//! of CSV is checked by the rules of the inventory, compared with what is stored, and written whole
//! or not at all. No page is here, and no SQL.
//!
//! What is typed are texts (`SiteText`), what is checked are values (`SiteValues`), and back again
//! for a form to be filled and a file to be exported. Both ways of managing go through the same
//! checks, so that they can not disagree.

mod alerting;
mod change;
mod credential;
pub mod csv;
mod device;
mod known;
mod problems;
mod retention;
mod scheduling;
mod site;
mod tag;
mod text;
mod user;

pub use alerting::{
    AlertRuleText, DestinationText, MailServerText, alert_rule_in_words, create_alert_rule,
    create_destination, delete_alert_rule, delete_destination, renew_secret, save_mail_server,
    update_alert_rule, update_destination,
};
pub use change::{
    Changed, Refused, archive_credential, archive_device, archive_site, archive_user,
    create_credential, create_device, create_site, create_user, get_mendable, restore_credential,
    restore_device, restore_site, restore_user, update_credential, update_device, update_site,
    update_user,
};
pub use credential::CredentialText;
pub use device::DeviceText;
pub use known::Known;
pub use problems::Problems;
pub use retention::{
    RetentionText, RunLimitsText, find_target, remove_retention, retention_in_words,
    save_retention, save_run_limits,
};
pub use scheduling::{
    ArchivePlanText, ScheduleText, WindowText, create_archive_plan, create_schedule, create_window,
    delete_archive_plan, delete_schedule, delete_window, update_archive_plan, update_schedule,
    update_window,
};
pub use site::SiteText;
pub use tag::{TagRefused, change_tag};
pub use text::{Difference, Texts, differences, stamp};
pub use user::{MOST_SITES, UserText};
