//! What proves somebody without a password: random, told once, and kept as its hash.

use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// 32 random bytes in hexadecimal. Too many to be guessed, so that a plain hash keeps it.
#[derive(Debug, Clone)]
pub struct Token(SecretString);

impl Token {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        let bytes: [u8; 32] = rand::rng().random();
        Self(hex::encode(bytes).into())
    }

    /// The one that somebody brings; whether anybody knows it is to be looked up.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.into())
    }

    /// What is told, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database keeps.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.expose()).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_and_shown_by_no_debug() {
        let token = Token::generate();
        assert_eq!(token.expose().len(), 64);
        assert_ne!(token.hash(), Token::generate().hash());
        assert_eq!(token.hash(), Token::presented(token.expose()).hash());
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
