//! What a provider says of itself (Discovery 1.0, section 4): its endpoints and keys, kept for a
//! while, so that a sign-in is not two calls more.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};

use super::address;
use super::calls::Calls;
use super::error::ProviderError;

/// How long what a provider said of itself is believed without asking again.
const BELIEVED_FOR: Duration = Duration::from_secs(600);

/// The kind of PKCE that we use (RFC 7636, section 4.2).
const S256: &str = "S256";

/// What the crate does not know of a provider's metadata.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Pkce {
    /// `None`: the provider does not say (RFC 8414, section 2).
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
}

impl AdditionalProviderMetadata for Pkce {}

/// The metadata of a provider, with its keys.
pub type Metadata = ProviderMetadata<
    Pkce,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

struct Known {
    metadata: Metadata,
    asked_at: Instant,
}

/// The provider that was asked last.
#[derive(Default)]
pub struct Kept(Mutex<Option<Known>>);

impl Kept {
    /// What is known of an issuer, and believed still.
    fn get(&self, issuer: &IssuerUrl) -> Option<Metadata> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        let is_believed = known.metadata.issuer().as_str() == issuer.as_str()
            && known.asked_at.elapsed() < BELIEVED_FOR;
        is_believed.then(|| known.metadata.clone())
    }

    fn set(&self, metadata: Metadata) {
        let known = Known {
            metadata,
            asked_at: Instant::now(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    /// What an issuer says of itself: as it is known, or asked for.
    pub async fn or_ask(
        &self,
        calls: &Calls,
        issuer: &IssuerUrl,
    ) -> Result<Metadata, ProviderError> {
        match self.get(issuer) {
            Some(metadata) => Ok(metadata),
            None => self.ask(calls, issuer).await,
        }
    }

    /// What an issuer says of itself now.
    pub async fn ask(&self, calls: &Calls, issuer: &IssuerUrl) -> Result<Metadata, ProviderError> {
        if !address::is_issuer(issuer.url()) {
            return Err(ProviderError::Forbidden);
        }
        let metadata = Metadata::discover_async(issuer.clone(), &calls.of(issuer.url())).await?;
        check(&metadata)?;
        self.set(metadata.clone());
        Ok(metadata)
    }
}

/// Whether somebody can be signed in by this provider.
fn check(metadata: &Metadata) -> Result<(), ProviderError> {
    let leads_to = metadata.authorization_endpoint().url();
    if !address::may_lead(metadata.issuer().url(), leads_to) {
        return Err(ProviderError::Forbidden);
    }
    if metadata.token_endpoint().is_none() {
        return Err(ProviderError::NoTokenEndpoint);
    }
    if metadata.jwks().keys().is_empty() {
        return Err(ProviderError::NoKeys);
    }
    let methods = &metadata
        .additional_metadata()
        .code_challenge_methods_supported;
    let knows_s256 = |methods: &Vec<String>| methods.iter().any(|method| method == S256);
    if !methods.as_ref().is_none_or(knows_s256) {
        return Err(ProviderError::NoPkce);
    }
    Ok(())
}
