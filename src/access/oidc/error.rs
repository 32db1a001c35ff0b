//! What can go wrong between us and the provider.

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, StandardErrorResponse,
    UserInfoError,
};

use super::calls::CallError;
use crate::visible;

/// How many characters of a provider's code of error go to the log.
const MAX_CODE: usize = 60;

/// Why the token endpoint gave no tokens.
type TokenError = RequestTokenError<CallError, StandardErrorResponse<CoreErrorResponseType>>;

/// Why the provider could not be asked, or why what it said is not believed. The sentences are for
/// who signs in and for who sets the provider up, and hold nothing that the provider wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    #[error(
        "The provider does not answer. Look whether its address is right, and whether this machine reaches it and trusts its certificate."
    )]
    Unreachable,
    #[error("The provider took too long to answer. Try again in a moment.")]
    Slow,
    #[error("The provider's answer is far larger than any that belongs here.")]
    TooLarge,
    #[error(
        "The provider's answer makes no sense. Look whether the issuer is that of an OpenID Connect provider."
    )]
    Garbage,
    #[error(
        "The provider refused to answer or sent us elsewhere. Look whether the issuer is right; redirects are not followed."
    )]
    Status,
    #[error(
        "The provider calls itself otherwise. Enter the issuer to the letter as the provider has it, with or without a slash at the end."
    )]
    OtherIssuer,
    #[error(
        "The provider names an address that is neither protected by TLS nor on this machine, or one on this machine though it is elsewhere itself. It is not called."
    )]
    Forbidden,
    #[error("The provider has no token endpoint, so it can not be used to sign in.")]
    NoTokenEndpoint,
    #[error("The provider has no keys to prove its answers with.")]
    NoKeys,
    #[error("The provider says which kinds of PKCE it knows, and S256 is not among them.")]
    NoPkce,
    #[error(
        "The provider did not accept the sign-in. If this goes on, the client id or the client secret may be wrong."
    )]
    CodeRefused,
    #[error("The provider did not say who signed in: there is no id token in its answer.")]
    NoIdToken,
    #[error("What the provider says was not signed with a key of the provider.")]
    Signature,
    #[error("What the provider says was not said for this sign-in.")]
    Nonce,
    #[error("What the provider says was said for another program.")]
    Audience,
    #[error(
        "What the provider says has expired. Look whether the clocks of the provider and of this machine are right."
    )]
    Expired,
    #[error("What the provider says contradicts itself.")]
    Contradiction,
}

impl From<&CallError> for ProviderError {
    fn from(error: &CallError) -> Self {
        let cause = causes(error);
        tracing::warn!(%error, cause, "The provider of single sign-on could not be asked");
        match error {
            CallError::Forbidden => Self::Forbidden,
            CallError::Failed(_) => Self::Unreachable,
            CallError::Slow => Self::Slow,
            CallError::TooLarge => Self::TooLarge,
        }
    }
}

impl From<DiscoveryError<CallError>> for ProviderError {
    fn from(error: DiscoveryError<CallError>) -> Self {
        match &error {
            DiscoveryError::Request(call) => call.into(),
            DiscoveryError::Validation(_) => Self::OtherIssuer,
            DiscoveryError::Response(status, ..) if !status.is_success() => Self::Status,
            _ => Self::Garbage,
        }
    }
}

impl From<TokenError> for ProviderError {
    fn from(error: TokenError) -> Self {
        match &error {
            RequestTokenError::Request(call) => call.into(),
            RequestTokenError::ServerResponse(refusal) => {
                let code: String = refusal.error().as_ref().chars().take(MAX_CODE).collect();
                let code = visible::text(&code);
                tracing::warn!(code, "The provider of single sign-on refused a sign-in");
                Self::CodeRefused
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::Garbage,
        }
    }
}

impl From<UserInfoError<CallError>> for ProviderError {
    fn from(error: UserInfoError<CallError>) -> Self {
        match &error {
            UserInfoError::Request(call) => call.into(),
            UserInfoError::ClaimsVerification(error) => error.into(),
            UserInfoError::Response(status, ..) if !status.is_success() => Self::Status,
            _ => Self::Garbage,
        }
    }
}

impl From<&ClaimsVerificationError> for ProviderError {
    fn from(error: &ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Expired,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::SignatureVerification(_) => Self::Signature,
            _ => Self::Contradiction,
        }
    }
}

/// The whole chain of causes below an error, for the log.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
