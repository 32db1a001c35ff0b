//! The second factor of one's own account: turning it on with an app, new recovery codes, and
//! turning it off.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{done::Done, owner::Owner, problem::Problem, qr::Qr};
use crate::access::second_factor::{self, Refused};
use crate::access::totp::Authenticator;
use crate::db::own_account::OwnAccount;
use crate::web::{
    error::PageError,
    filters,
    shell::{Area, Shell},
    state::AppState,
};

/// Where all of this is.
const PAGE: &str = "/account/second-factor";

const BEGIN_AGAIN: PageError = PageError::BadRequest(
    "This form is not of your account, or was altered. Open the page of the second factor again.",
);

/// What the address may say.
#[derive(Debug, Deserialize)]
pub struct ShowQuery {
    notice: Option<Done>,
}

/// What turns it on.
#[derive(Deserialize)]
pub struct TurnOnForm {
    /// The sealed secret in hexadecimal: nothing is kept of it until it counts.
    setup: String,
    code: String,
    password: SecretString,
}

/// What proves who asks.
#[derive(Deserialize)]
pub struct ProofForm {
    password: SecretString,
}

#[derive(Template, WebTemplate)]
#[template(path = "account/second_factor.html")]
struct SecondFactorPage {
    shell: Shell,
    notice: Option<Done>,
    account: OwnAccount,
    /// What is to be set up; `None`: it is on, or not to be had.
    setup: Option<Setup>,
    problem: Option<String>,
}

/// A secret that does not count yet.
struct Setup {
    sealed: String,
    typed: SecretString,
    qr: Qr,
}

impl Setup {
    fn typed(&self) -> &str {
        self.typed.expose_secret()
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "account/recovery_codes.html")]
struct RecoveryCodesPage {
    shell: Shell,
    /// Whether the second factor was turned on just now.
    is_new: bool,
    codes: Vec<SecretString>,
}

impl RecoveryCodesPage {
    fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(|code| code.expose_secret())
    }
}

/// What there is, or what is to be set up: each time another secret, of which nothing is kept.
pub async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Query(query): Query<ShowQuery>,
) -> Result<impl IntoResponse, PageError> {
    let mut page = page(&state, &owner, None).await?;
    page.notice = query.notice;
    Ok(page)
}

async fn page(
    state: &AppState,
    owner: &Owner,
    chosen: Option<Authenticator>,
) -> Result<SecondFactorPage, PageError> {
    let account = owner.account(state).await?;
    let is_offered = account.has_password && !account.has_second_factor;
    let setup = is_offered.then(|| {
        let new = chosen.unwrap_or_else(|| Authenticator::generate(&account.name));
        let sealed = second_factor::seal_for_setup(&state.vault, owner.person.user, &new);
        let qr = Qr::of(&new.address()).map_err(|error| PageError::Internal(error.into()))?;
        Ok::<_, PageError>(Setup {
            sealed: hex::encode(sealed),
            typed: new.typed(),
            qr,
        })
    });
    Ok(SecondFactorPage {
        shell: Shell::new(state, &owner.person, Area::None),
        notice: None,
        account,
        setup: setup.transpose()?,
        problem: None,
    })
}

/// Turns it on and shows the recovery codes. Sent again, it turns nothing on: it is on.
pub async fn turn_on(
    State(state): State<AppState>,
    owner: Owner,
    Form(form): Form<TurnOnForm>,
) -> Result<Response, PageError> {
    let sealed = hex::decode(&form.setup).map_err(|_| BEGIN_AGAIN)?;
    let (user, name) = (owner.person.user, &owner.person.name);
    let new = second_factor::open_setup(&state.vault, user, name, &sealed);
    let new = new.map_err(|_| BEGIN_AGAIN)?;
    let own = owner.own(&state);
    let code = form.code.replace(' ', "");
    let turned = second_factor::turn_on(&own, &state.vault, &new, &code, form.password).await;
    match turned {
        Ok(codes) => Ok(told(&state, &owner, codes, true)),
        Err(refused) => again(&state, &owner, refused, Some(new)).await,
    }
}

/// Makes new recovery codes and shows them. Sent again, it makes others: those that are shown
/// are always those that count.
pub async fn renew(
    State(state): State<AppState>,
    owner: Owner,
    Form(form): Form<ProofForm>,
) -> Result<Response, PageError> {
    let own = owner.own(&state);
    match second_factor::renew_recovery_codes(&own, form.password).await {
        Ok(codes) => Ok(told(&state, &owner, codes, false)),
        Err(refused) => again(&state, &owner, refused, None).await,
    }
}

/// Turns it off.
pub async fn turn_off(
    State(state): State<AppState>,
    owner: Owner,
    Form(form): Form<ProofForm>,
) -> Result<Response, PageError> {
    match second_factor::turn_off(&owner.own(&state), form.password).await {
        Ok(()) => Ok(Done::SecondFactorOff.at("/account").into_response()),
        Err(refused) => again(&state, &owner, refused, None).await,
    }
}

fn told(state: &AppState, owner: &Owner, codes: Vec<SecretString>, is_new: bool) -> Response {
    let page = RecoveryCodesPage {
        shell: Shell::new(state, &owner.person, Area::None),
        is_new,
        codes,
    };
    page.into_response()
}

/// Shows the page again, with the secret that the app has already.
async fn again(
    state: &AppState,
    owner: &Owner,
    refused: Refused,
    chosen: Option<Authenticator>,
) -> Result<Response, PageError> {
    let problem = match refused {
        Refused::OtherState => return Ok(Done::SecondFactorOther.at(PAGE).into_response()),
        Refused::Foreign(_) => return Err(BEGIN_AGAIN),
        Refused::WrongCode => Problem::wrong(refused),
        Refused::Unproven(unproven) => Problem::of(unproven, state.now())?,
    };
    let mut page = page(state, owner, chosen).await?;
    Ok(problem.answer(|sentence| {
        page.problem = Some(sentence);
        page
    }))
}
