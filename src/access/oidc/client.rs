//! Talking to the provider: sending a browser there, and finding out who came back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::url::Url;
use openidconnect::{
    AccessToken, AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, SubjectIdentifier, TokenResponse as _,
};
use tokio::time::timeout;

use super::calls::{Calls, Limits};
use super::claims::{Claimed, Said};
use super::error::ProviderError;
use super::flow::Flow;
use super::id_token::{Doubt, Told};
use super::metadata::Kept;
use super::party::{OurUserInfo, Party, party};
use super::registration::Registration;
use crate::access::Token;

/// How long all calls of one page together may take; a page has half a minute.
const WHOLE_DEADLINE: Duration = Duration::from_secs(20);

/// Talks to the provider; shared by all who sign in.
pub struct Client {
    calls: Calls,
    kept: Kept,
}

/// A sign-in that begins.
pub struct Begun {
    /// Where the browser is sent.
    pub url: Url,
    /// What the provider hands back with the browser.
    pub state: Token,
    /// To be kept until then.
    pub flow: Flow,
}

impl Client {
    /// One under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            calls: Calls::new(limits),
            kept: Kept::default(),
        }
    }

    /// Where to send a browser.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn begin(&self, registration: &Registration) -> Result<Begun, ProviderError> {
        in_time(async {
            let metadata = self.kept.or_ask(&self.calls, &registration.issuer).await?;
            let state = Token::generate();
            let handed_back = CsrfToken::new(state.expose().to_owned());
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
            let (url, _, nonce) = party(registration, metadata)
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    move || handed_back,
                    || Nonce::new(Token::generate().expose().to_owned()),
                )
                .add_scopes(registration.scopes.iter().cloned())
                .set_pkce_challenge(challenge)
                .url();
            let flow = Flow {
                nonce: nonce.secret().clone(),
                verifier: verifier.into_secret(),
            };
            Ok(Begun { url, state, flow })
        })
        .await
    }

    /// Who came back with `code`, at `now`.
    ///
    /// # Errors
    /// [`ProviderError`], also when what the provider says is not to be believed.
    pub async fn finish(
        &self,
        registration: &Registration,
        flow: Flow,
        code: String,
        now: DateTime<Utc>,
    ) -> Result<Claimed, ProviderError> {
        in_time(self.ask_who(registration, flow, code, now)).await
    }

    async fn ask_who(
        &self,
        registration: &Registration,
        flow: Flow,
        code: String,
        now: DateTime<Utc>,
    ) -> Result<Claimed, ProviderError> {
        let metadata = self.kept.or_ask(&self.calls, &registration.issuer).await?;
        let our = party(registration, metadata);
        let tokens = our
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| ProviderError::NoTokenEndpoint)?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier))
            .request_async(&self.calls.of(registration.issuer_url()))
            .await?;
        let told = Told {
            id_token: tokens.id_token().ok_or(ProviderError::NoIdToken)?,
            access_token: tokens.access_token(),
            nonce: Nonce::new(flow.nonce),
            now,
        };
        let claims = match told.believed(&our) {
            Err(Doubt::UnknownKey) => {
                let metadata = self.kept.ask(&self.calls, &registration.issuer).await?;
                told.believed(&party(registration, metadata))
            }
            believed => believed,
        }?;
        let mut said = Said::of(&claims, &registration.groups_claim);
        if !said.is_whole() {
            let (subject, token) = (claims.subject().clone(), tokens.access_token().clone());
            said = said.or(self.userinfo(registration, &our, token, subject).await?);
        }
        Ok(said.of_subject(registration.issuer(), claims.subject()))
    }

    /// Asks the provider about itself anew.
    ///
    /// # Errors
    /// [`ProviderError`]: what is wrong.
    pub async fn check(&self, registration: &Registration) -> Result<(), ProviderError> {
        in_time(async {
            self.kept.ask(&self.calls, &registration.issuer).await?;
            Ok(())
        })
        .await
    }

    /// What the userinfo endpoint says: nothing when the provider has none.
    async fn userinfo(
        &self,
        registration: &Registration,
        our: &Party,
        access_token: AccessToken,
        subject: SubjectIdentifier,
    ) -> Result<Said, ProviderError> {
        let Ok(request) = our.user_info(access_token, Some(subject)) else {
            return Ok(Said::default());
        };
        let calls = self.calls.of(registration.issuer_url());
        let claims: OurUserInfo = request.request_async(&calls).await?;
        Ok(Said::of(&claims, &registration.groups_claim))
    }
}

/// Under the deadline of all calls together.
async fn in_time<T>(
    work: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    timeout(WHOLE_DEADLINE, work)
        .await
        .unwrap_or(Err(ProviderError::Slow))
}
