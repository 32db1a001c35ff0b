//! Whether an id token is believed (OpenID Connect Core 1.0, section 3.1.3.7).

use chrono::{DateTime, Utc};
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, Nonce, SignatureVerificationError,
};

use super::error::ProviderError;
use super::party::{OurIdClaims, OurIdToken, Party};

/// The signatures that are believed: those that only the provider can make. `none`, and those made
/// with the client secret, which we have too, are not among them.
const BELIEVED: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the token endpoint told.
pub struct Told<'a> {
    pub id_token: &'a OurIdToken,
    pub access_token: &'a AccessToken,
    /// That of the sign-in it was told for.
    pub nonce: Nonce,
    pub now: DateTime<Utc>,
}

/// Why it is not believed.
#[derive(Debug)]
pub enum Doubt {
    /// It was signed with a key that we do not know: the provider may have a new one.
    UnknownKey,
    Of(ProviderError),
}

impl From<ClaimsVerificationError> for Doubt {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => Self::UnknownKey,
            error => Self::Of(ProviderError::from(&error)),
        }
    }
}

impl From<Doubt> for ProviderError {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::UnknownKey => Self::Signature,
            Doubt::Of(error) => error,
        }
    }
}

impl Told<'_> {
    /// The claims, when all of it fits: issuer, audience, nonce, expiry, signature, and the access
    /// token that came with it.
    pub fn believed(&self, our: &Party) -> Result<OurIdClaims, Doubt> {
        let now = self.now;
        let verifier = our
            .id_token_verifier()
            .set_allowed_algs(BELIEVED)
            .set_time_fn(move || now);
        let claims = self.id_token.claims(&verifier, &self.nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let of_key = |_| Doubt::Of(ProviderError::Signature);
            let algorithm = self.id_token.signing_alg().map_err(of_key)?;
            let key = self.id_token.signing_key(&verifier).map_err(of_key)?;
            let actual = AccessTokenHash::from_token(self.access_token, algorithm, key);
            if actual.ok().as_ref() != Some(expected) {
                return Err(Doubt::Of(ProviderError::Contradiction));
            }
        }
        Ok(claims.clone())
    }
}
