//! Key pairs made for signing in to routers: the private half becomes a credential's secret, the
//! public half is what a technician puts on the router.

use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair};

use crate::model::KeyKind;
use crate::vault::Secret;

/// The size of an RSA key, as strong as AES-128 (NIST SP 800-57, table 2). RouterOS takes 4096 bits,
/// too, but each sign-in costs the more computing the longer the key is.
const RSA_BITS: usize = 3072;

/// What a key says of itself on the router.
const COMMENT: &str = "routervault";

/// A new key pair. `Debug` shows nothing of its private half.
#[derive(Debug)]
pub struct KeyPair {
    /// For a credential.
    pub secret: Secret,
    /// In OpenSSH form, on one line.
    pub public: String,
}

/// A key could not be made; there is nothing that the person who asked could do about it.
#[derive(Debug, thiserror::Error)]
#[error("a key pair could not be made: {0}")]
pub struct KeyPairError(String);

/// Makes a key pair, on a thread of its own: an RSA key may take seconds.
///
/// # Errors
/// [`KeyPairError`] when the machine's randomness or the thread fails.
pub async fn generate(kind: KeyKind) -> Result<KeyPair, KeyPairError> {
    let made = tokio::task::spawn_blocking(move || make(kind)).await;
    made.map_err(|error| KeyPairError(error.to_string()))?
        .map_err(|error| KeyPairError(error.to_string()))
}

fn make(kind: KeyKind) -> Result<KeyPair, russh::keys::ssh_key::Error> {
    let mut rng = rand::rng();
    let pair = match kind {
        KeyKind::Ed25519 => KeypairData::from(Ed25519Keypair::random(&mut rng)),
        KeyKind::Rsa => KeypairData::from(RsaKeypair::random(&mut rng, RSA_BITS)?),
    };
    let key = PrivateKey::new(pair, COMMENT)?;
    Ok(KeyPair {
        public: key.public_key().to_openssh()?,
        secret: Secret::PrivateKey {
            pem: key.to_openssh(LineEnding::LF)?.as_str().into(),
            passphrase: None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::private_key;

    #[tokio::test]
    async fn a_pair_of_either_kind_fits_together_and_is_a_usable_credential() {
        for (kind, begins) in [
            (KeyKind::Ed25519, "ssh-ed25519 "),
            (KeyKind::Rsa, "ssh-rsa "),
        ] {
            let pair = generate(kind).await.unwrap();
            assert!(pair.public.starts_with(begins), "{}", pair.public);
            assert!(pair.public.ends_with(" routervault") && !pair.public.contains('\n'));
            let Secret::PrivateKey { pem, passphrase } = &pair.secret else {
                panic!("no key: {:?}", pair.secret);
            };
            assert!(private_key::check(pem, passphrase.as_ref()).is_ok());
            let key = PrivateKey::from_openssh(secrecy::ExposeSecret::expose_secret(pem)).unwrap();
            assert_eq!(key.public_key().to_openssh().unwrap(), pair.public);
            assert!(!format!("{pair:?}").contains("BEGIN"));
        }
    }

    #[tokio::test]
    async fn no_two_pairs_are_the_same() {
        let [one, two] = [
            generate(KeyKind::Ed25519).await,
            generate(KeyKind::Ed25519).await,
        ];
        assert_ne!(one.unwrap().public, two.unwrap().public);
    }
}
