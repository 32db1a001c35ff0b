//! The openidconnect crate's client over our claims: us, as a provider knows us.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
};

use super::claims::OtherClaims;
use super::metadata::Metadata;
use super::registration::Registration;

/// What the provider says of who signed in, signed.
pub type OurIdToken = IdToken<
    OtherClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// The claims of an id token.
pub type OurIdClaims = IdTokenClaims<OtherClaims, CoreGenderClaim>;

/// The claims of the userinfo endpoint.
pub type OurUserInfo = UserInfoClaims<OtherClaims, CoreGenderClaim>;

/// What the token endpoint gives.
type OurTokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The crate's client over our claims, as discovery sets it up.
pub type Party = openidconnect::Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    OurTokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Us, as this provider knows us.
pub fn party(registration: &Registration, metadata: Metadata) -> Party {
    // Basic is what a provider offers that does not say (Discovery 1.0, section 3).
    let methods = metadata.token_endpoint_auth_methods_supported();
    let knows =
        |method: &CoreClientAuthMethod| methods.is_none_or(|methods| methods.contains(method));
    let auth_type = if knows(&CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    };
    Party::from_provider_metadata(
        metadata,
        registration.client_id.clone(),
        registration.client_secret.clone(),
    )
    .set_auth_type(auth_type)
    .set_redirect_uri(registration.redirect_uri.clone())
}
