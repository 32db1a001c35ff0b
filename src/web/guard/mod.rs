//! The guard at the door of every page: who asks, and whether they may. The one place that
//! decides about an address; what is shown behind it is narrowed by the scope that goes along.

mod bearer;
mod cookie;
mod identity;
mod needs;
mod person;
mod refusal;
mod route;

pub use cookie::{SESSION, SINGLE_SIGN_ON};
pub use identity::CurrentSession;
pub use needs::ROUTES;
pub use person::{Acting, SignedIn};
pub use route::{Need, Route};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{client::Client, error::PageError, state::AppState};
use crate::model::{Right, Role, Scope};
use identity::{Identity, identify};

/// Lets a request through to its page, with who asks in its extensions, or refuses it.
pub async fn check(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let need = match need(&request) {
        Ok(need) => need,
        Err(error) => return error.into_response(),
    };
    if need == Need::Nothing {
        return next.run(request).await;
    }
    let identity = match identify(&state, request.headers(), request.extensions()).await {
        Ok(identity) => identity,
        Err(error) => return error.into_response(),
    };
    let Some(identity) = identity else {
        let client = Client::of(request.extensions());
        if need == Need::Everything && is_here(client, request.headers()) {
            return next.run(request).await;
        }
        return refusal::sign_in_first(&request);
    };
    let person = identity.person.clone();
    let mut response = if is_allowed(&identity, need) {
        request.extensions_mut().insert(identity.person);
        if let Some(session) = identity.session {
            request.extensions_mut().insert(CurrentSession(session));
        }
        next.run(request).await
    } else {
        let client = Client::of(request.extensions());
        let asked = format!("{} {}", request.method(), request.uri().path());
        refusal::forbidden(&state, &person, need, client, &asked).await
    };
    // The page of an error is drawn further out, and has the frame of who asked, too.
    response.extensions_mut().insert(person);
    response
}

/// What is asked of who opens the address. One that the router does not have either is a page
/// like any other: who is not signed in is not told which there are.
fn need(request: &Request) -> Result<Need, PageError> {
    const A_PAGE: Need = Need::Right(Right::See);
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        return Ok(A_PAGE);
    };
    match needs::need(request.method(), path.as_str()) {
        Some(need) => Ok(need),
        // The router says which methods the address has.
        None if needs::is_known(path.as_str()) => Ok(A_PAGE),
        None => Err(PageError::Internal(anyhow::anyhow!(
            "{} is in no table of needs",
            path.as_str()
        ))),
    }
}

/// Whether nobody in particular asks on this machine. Who brings a token that is not good any more
/// is to hear of it.
fn is_here(client: Client, headers: &HeaderMap) -> bool {
    client.address.is_loopback() && !bearer::is_there(headers)
}

fn is_allowed(identity: &Identity, need: Need) -> bool {
    match need {
        Need::Nothing => true,
        Need::Browser => identity.person.token.is_none(),
        Need::Everything => identity.person.may(Right::See) && identity.person.scope == Scope::All,
        Need::Whole => is_whole(&identity.person),
        Need::Right(right) => identity.person.may(right),
    }
}

/// Whether nothing is withheld from who asks, neither as a right nor as a site.
fn is_whole(person: &SignedIn) -> bool {
    person.rights == Role::Administrator.rights() && person.scope == Scope::All
}

/// Whether the request only asks.
fn only_asks(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
