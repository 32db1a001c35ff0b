//! API tokens of one's own: made, shown once, and revoked.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use sqlx::Connection as _;

use super::{done::Done, owner::Owner, problem::Problem, token_form::TokenForm};
use crate::access::Token;
use crate::access::api_token::{self, Lasts, Refused, Wanted};
use crate::db::api_tokens;
use crate::model::{AuditAction, Right, Role, TokenId};
use crate::web::{
    error::PageError,
    fields::{Fields, values},
    filters, roles,
    shell::{Area, Shell},
    state::AppState,
};

#[derive(Template, WebTemplate)]
#[template(path = "account/token.html")]
struct TokenPage {
    shell: Shell,
    /// The greatest role that is offered: one's own.
    own_role: Role,
    /// Whether there is a password to be asked for.
    has_password: bool,
    form: TokenForm,
    problem: Option<String>,
}

impl TokenPage {
    /// The roles that are offered.
    fn roles(&self) -> impl Iterator<Item = Role> {
        let own = self.own_role.rights();
        Role::ALL
            .into_iter()
            .filter(move |role| role.rights().and(own) == role.rights())
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "account/token_made.html")]
struct TokenMadePage {
    shell: Shell,
    name: String,
    token: Token,
}

/// The form.
pub async fn new(
    State(state): State<AppState>,
    owner: Owner,
) -> Result<impl IntoResponse, PageError> {
    page(&state, &owner, TokenForm::default()).await
}

async fn page(state: &AppState, owner: &Owner, form: TokenForm) -> Result<TokenPage, PageError> {
    let account = owner.account(state).await?;
    Ok(TokenPage {
        shell: Shell::new(state, &owner.person, Area::None),
        own_role: account.role,
        has_password: account.has_password,
        form,
        problem: None,
    })
}

/// Makes a token and shows it. The answer is the page itself, for nothing that could be fetched
/// again may have the token; sent again, the form finds its name taken and makes no other. The
/// password is asked for: a token would outlive a stolen session by far.
pub async fn create(
    State(state): State<AppState>,
    owner: Owner,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let form = TokenForm::read(&fields)?;
    let password = values(&fields, "password").next().unwrap_or_default();
    let mut page = page(&state, &owner, form).await?;
    let problem = match make(&state, &owner, &page, password.into()).await? {
        Ok(token) => {
            let made = TokenMadePage {
                shell: page.shell,
                name: page.form.name.trim().to_owned(),
                token,
            };
            return Ok(made.into_response());
        }
        Err(problem) => problem,
    };
    Ok(problem.answer(|sentence| {
        page.problem = Some(sentence);
        page
    }))
}

/// The token, or why there is none, for who asked.
async fn make(
    state: &AppState,
    owner: &Owner,
    page: &TokenPage,
    password: SecretString,
) -> Result<Result<Token, Problem>, PageError> {
    let (form, own) = (&page.form, owner.own(state));
    let reach = {
        let mut conn = state.connection().await?;
        match form.reach(&mut conn, &owner.person.scope).await? {
            Ok(reach) => reach,
            Err(sentence) => return Ok(Err(Problem::wrong(sentence))),
        }
    };
    if page.has_password
        && let Err(unproven) = own.prove(password, "a new API token").await
    {
        return Problem::of(unproven, own.now).map(Err);
    }
    let wanted = Wanted {
        name: &form.name,
        role: form.role,
        withheld: &form.withheld,
        reach,
        lasts: form.lasts,
    };
    match api_token::make(&own, page.own_role, &wanted).await {
        Ok(token) => Ok(Ok(token)),
        Err(Refused::Database(error)) => Err(error.into()),
        Err(refused) => Ok(Err(Problem::wrong(refused))),
    }
}

/// Revokes a token of one's own.
pub async fn revoke(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<TokenId>,
) -> Result<impl IntoResponse, PageError> {
    let own = owner.own(&state);
    let mut conn = state.connection().await?;
    let mut tx = conn.begin().await?;
    let revoked = api_tokens::revoke(&mut tx, id, Some(own.user), own.now).await?;
    let name = revoked.ok_or(PageError::NotFound("token"))?;
    own.record(&mut tx, AuditAction::TokenRevoked, &name, "")
        .await?;
    tx.commit().await?;
    Ok(Done::TokenRevoked.at("/account"))
}
