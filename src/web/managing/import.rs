//! Bringing a file of CSV, or its text. It is looked at before anything is done: here it is only
//! kept, sealed, for an hour.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Multipart, Query, State, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use zeroize::Zeroizing;

use super::{done::Done, links, sites::EditQuery};
use crate::db::managing::{self as db, NewImport};
use crate::managing::csv::{Kind, MAX_LINES, check};
use crate::web::{
    bodies,
    error::PageError,
    filters,
    guard::SignedIn,
    shell::{Area, Shell},
    state::AppState,
};

/// How long a file waits to be applied.
const WAITS: TimeDelta = TimeDelta::hours(1);

/// How many bytes the name of a kind may have.
const LONGEST_KIND: usize = 100;

#[derive(Template, WebTemplate)]
#[template(path = "managing/import.html")]
struct ImportPage {
    shell: Shell,
    notice: Option<Done>,
    kind: Kind,
    /// What is wrong with the file that was brought.
    problem: Option<String>,
}

impl ImportPage {
    fn new(state: &AppState, person: &SignedIn, kind: Kind) -> Self {
        Self {
            shell: Shell::new(state, person, Area::Manage),
            notice: None,
            kind,
            problem: None,
        }
    }

    const fn max_lines(&self) -> usize {
        MAX_LINES
    }

    fn is_kind(&self, kind: &Kind) -> bool {
        self.kind == *kind
    }
}

/// Asks for a file.
pub async fn new(
    State(state): State<AppState>,
    person: SignedIn,
    Query(query): Query<EditQuery>,
) -> impl IntoResponse {
    let mut page = ImportPage::new(&state, &person, Kind::Devices);
    page.notice = query.notice;
    page
}

/// What was brought.
struct Brought {
    kind: Kind,
    text: Zeroizing<Vec<u8>>,
}

/// Keeps a file that can be read, and leads to what it would do.
pub async fn create(
    State(state): State<AppState>,
    person: SignedIn,
    multipart: Multipart,
) -> Result<Response, PageError> {
    let Brought { kind, text } = match read(multipart).await {
        Ok(brought) => brought,
        Err(refusal) => return Ok(refusal),
    };
    let checked = bodies::aside(move || check(kind, &text).map(|()| text)).await?;
    let text = match checked {
        Ok(text) => text,
        Err(unreadable) => {
            let mut page = ImportPage::new(&state, &person, kind);
            page.problem = Some(unreadable.to_string());
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let id = hex::encode(rand::random::<[u8; 16]>());
    let sealed = state.vault.seal(&context(&id), &text);
    let now = state.now();
    let new = NewImport {
        id: &id,
        owner: person.user,
        kind: kind.as_str(),
        sealed: &sealed,
        now,
        expires_at: now + WAITS,
    };
    let mut transaction = state.pool.begin().await?;
    db::insert_import(&mut transaction, &new).await?;
    transaction.commit().await?;
    Ok(Redirect::to(&links::import(&id)).into_response())
}

/// Under what a file is sealed.
pub fn context(id: &str) -> String {
    format!("import:{id}")
}

/// The kind and the text: of the file, else as it was typed.
async fn read(mut multipart: Multipart) -> Result<Brought, Response> {
    const STRANGE: PageError =
        PageError::BadRequest("This is not what the form sends. Open it again.");
    let (mut kind, mut file, mut typed) = (None, Zeroizing::default(), Zeroizing::default());
    let refuse = |error: MultipartError| error.status().into_response();
    while let Some(field) = multipart.next_field().await.map_err(refuse)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = Zeroizing::new(field.bytes().await.map_err(refuse)?.to_vec());
        match name.as_str() {
            "kind" if value.len() <= LONGEST_KIND => {
                kind = std::str::from_utf8(&value).ok().and_then(Kind::of);
            }
            "file" => file = value,
            "text" => typed = value,
            _ => return Err(STRANGE.into_response()),
        }
    }
    let kind = kind.ok_or_else(|| STRANGE.into_response())?;
    let text = if file.is_empty() { typed } else { file };
    Ok(Brought { kind, text })
}
