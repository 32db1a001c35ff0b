//! All that is set up of alerts on one page, and what to do first.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};

use super::super::{done::Done, sites::EditQuery};
use super::{LOG, MAIL_SERVER, words};
use crate::db::alerts::settings::{self as db, AlertRule, DestinationRow, MailServer};
use crate::managing::alert_rule_in_words;
use crate::model::DestinationKind;
use crate::web::{
    error::PageError,
    filters,
    guard::SignedIn,
    links as pages,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "managing/alerts.html")]
struct OverviewPage {
    shell: Shell,
    notice: Option<Done>,
    rules: Vec<AlertRule>,
    destinations: Vec<DestinationRow>,
    mail_server: Option<MailServer>,
}

impl OverviewPage {
    /// Whether something is still to be done before anybody hears of anything.
    fn is_beginning(&self) -> bool {
        self.destinations.is_empty() || self.rules.is_empty()
    }

    /// Whether mail has somewhere to go and no server to take it.
    fn lacks_mail_server(&self) -> bool {
        let mut kinds = self.destinations.iter().map(|row| row.destination.kind);
        self.mail_server.is_none() && kinds.any(|kind| kind == DestinationKind::Mail)
    }

    fn in_words(&self, rule: &AlertRule) -> String {
        alert_rule_in_words(&rule.values, &rule.destination_name)
    }

    fn when(&self, rule: &AlertRule) -> String {
        match (rule.values.digest_at, rule.values.quiet) {
            (Some(at), _) => format!("Once a day at {}", at.format("%H:%M")),
            (None, None) => "At once".to_owned(),
            (None, Some((from, until))) => format!(
                "At once, quiet from {} to {}",
                from.format("%H:%M"),
                until.format("%H:%M")
            ),
        }
    }

    /// Where messages go, in short.
    fn leads_to(&self, row: &DestinationRow) -> String {
        let destination = &row.destination;
        match (&destination.url, destination.recipients.as_slice()) {
            (Some(url), _) => url.host.clone(),
            (None, [one]) => one.clone(),
            (None, [first, second]) => format!("{first}, {second}"),
            (None, many) => {
                let first = many.first().map_or("", String::as_str);
                format!("{first} and {} others", many.len().saturating_sub(1))
            }
        }
    }
}

/// Shows what is set up.
pub async fn show(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<EditQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut conn = state.connection().await?;
    Ok(OverviewPage {
        shell: Shell::new(&state, &person, Area::Manage),
        notice: query.notice,
        rules: db::list_alert_rules(&mut conn).await?,
        destinations: db::list_destination_rows(&mut conn).await?,
        mail_server: db::get_mail_server(&mut conn).await?,
    })
}
