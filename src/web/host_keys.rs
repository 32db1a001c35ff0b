//! Host keys that devices showed in place of the trusted ones: accept or reject one, or those of
//! a whole site after its hardware was swapped.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect},
};
use chrono_tz::Tz;
use serde::Deserialize;
use sqlx::Connection;

use super::{
    actions::{Who, decide_host_key},
    error::PageError,
    fields::{self, Fields},
    filters, format,
    guard::{Acting, SignedIn},
    links,
    shell::{Area, Notice, Shell},
    state::AppState,
};
use crate::db::host_key_changes::{self, ChangeFilter, ChangeRow};
use crate::model::{HostKeyChangeId, HostKeyDecision};

/// How many changes stand on one page; as many are decided at once at most.
const CHANGES_PER_PAGE: usize = 100;

/// How many are asked for: one more than is shown tells whether there are older ones.
const CHANGES_ASKED: i64 = CHANGES_PER_PAGE as i64 + 1;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Shows those that were decided on.
    decided: Option<Past>,
    before: Option<HostKeyChangeId>,
    notice: Option<Notice>,
}

/// The one value of `decided`.
#[derive(Debug, Clone, Copy, Deserialize)]
enum Past {
    #[serde(rename = "1")]
    Yes,
}

#[derive(Template, WebTemplate)]
#[template(path = "host_keys/list.html")]
struct ListPage {
    shell: Shell,
    notice: Option<Notice>,
    is_open: bool,
    changes: Vec<ChangeRow>,
    has_older: bool,
}

impl ListPage {
    /// The changes of each site together; those of a site come one after the other.
    fn sites(&self) -> Vec<Vec<&ChangeRow>> {
        let mut sites: Vec<Vec<&ChangeRow>> = Vec::new();
        for change in &self.changes {
            match sites.iter_mut().find(|of| of[0].site == change.site) {
                Some(of) => of.push(change),
                None => sites.push(vec![change]),
            }
        }
        sites
    }

    fn zone(&self, change: &ChangeRow) -> Tz {
        format::zone(&change.timezone)
    }

    fn older_link(&self) -> Option<String> {
        let last = self.changes.last().filter(|_| self.has_older)?;
        Some(links::host_keys_before(&last.id, !self.is_open))
    }
}

/// Lists the changes that wait, or those that were decided on.
pub async fn list(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<impl IntoResponse, PageError> {
    let filter = ChangeFilter {
        is_open: query.decided.is_none(),
        before: query.before,
    };
    let mut conn = state.connection().await?;
    let mut changes = host_key_changes::list(&mut conn, &filter, CHANGES_ASKED).await?;
    let has_older = changes.len() > CHANGES_PER_PAGE;
    changes.truncate(CHANGES_PER_PAGE);
    Ok(ListPage {
        shell: Shell::new(&state, &person, Area::Manage),
        notice: query.notice,
        is_open: filter.is_open,
        changes,
        has_older,
    })
}

/// Decides on the changes that the form names, and on no other that came in meanwhile. All in one
/// transaction; what was decided on by somebody else in between stays as it is.
pub async fn decide(
    State(state): State<AppState>,
    person: SignedIn,
    Acting(actor): Acting,
    Form(fields): Form<Fields>,
) -> Result<Redirect, PageError> {
    const UNCLEAR: &str = "It is not clear which key is meant. Go back and try again.";
    let ids: Vec<HostKeyChangeId> = fields::ids(&fields, "change", UNCLEAR)?;
    let decision = match fields::values(&fields, "decision").collect::<Vec<_>>()[..] {
        ["accept"] => HostKeyDecision::Accepted,
        ["reject"] => HostKeyDecision::Rejected,
        _ => return Err(PageError::BadRequest(UNCLEAR)),
    };
    if ids.is_empty() || ids.len() > CHANGES_PER_PAGE {
        return Err(PageError::BadRequest(UNCLEAR));
    }
    let who = Who {
        person: &person,
        actor: &actor,
    };
    let is_replaced = fields::values(&fields, "replaced").any(|value| value == "1");
    let mut conn = state.connection().await?;
    let mut tx = conn.begin().await?;
    let mut decided = 0;
    for id in ids {
        decided +=
            usize::from(decide_host_key(&state, &mut tx, who, (id, decision, is_replaced)).await?);
    }
    tx.commit().await?;
    let notice = match (decided, decision) {
        (0, _) => Notice::KeysDecidedAlready,
        (_, HostKeyDecision::Accepted) => Notice::KeysAccepted,
        (_, HostKeyDecision::Rejected) => Notice::KeysRejected,
    };
    Ok(Redirect::to(&links::host_keys_notice(notice.as_str())))
}
