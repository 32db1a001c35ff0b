//! What keeps secrets unreadable in the database: the key file, sealing, and the codec of
//! snapshot bodies. No I/O but the key file's.
//!
//! Two keys: the *master key* is a file on the machine, the *data key* is in the database,
//! sealed by the master key, and seals everything else. So the master key can be replaced
//! without touching a single body.

pub mod body;
mod key_file;
mod key_place;
mod secret;

pub use key_file::{KeyFileError, MasterKey};
pub use key_place::{KeyPlace, RotationLock};
pub use secret::{Secret, UnsealError};

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// How many bytes of nonce precede each ciphertext; random nonces of this length do not
/// collide in practice (XChaCha20-Poly1305).
const NONCE_BYTES: usize = 24;

/// Names the purpose of the one record that is sealed by the master key itself.
const DATA_KEY_CONTEXT: &str = "vault:data-key";

/// Under what a credential's secret is sealed.
#[must_use]
pub fn credential_context(name: &str) -> String {
    format!("credential:{name}")
}

/// Why something sealed could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Too short, altered, sealed for another context, or by another key.
    #[error("what is stored does not open with this key: it was altered, or sealed by another key")]
    DoesNotOpen,
}

/// Seals and opens with the data key.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// A vault with a new data key, and that key sealed by `master` for the database.
    #[must_use]
    pub fn create(master: &MasterKey) -> (Self, Vec<u8>) {
        let data_key = Zeroizing::new(<[u8; 32]>::generate());
        let wrapped = wrap(master, &data_key);
        (Self::with_key(&data_key), wrapped)
    }

    /// The vault whose data key was sealed by `master`.
    ///
    /// # Errors
    /// [`VaultError::DoesNotOpen`] when `wrapped` was sealed by another master key.
    pub fn unlock(master: &MasterKey, wrapped: &[u8]) -> Result<Self, VaultError> {
        unwrap(master, wrapped).map(|data_key| Self::with_key(&data_key))
    }

    /// The data key that was sealed by `old`, sealed by `new`; the key itself stays the same.
    ///
    /// # Errors
    /// [`VaultError::DoesNotOpen`] when `wrapped` was sealed by another master key than `old`.
    pub fn rewrap(old: &MasterKey, new: &MasterKey, wrapped: &[u8]) -> Result<Vec<u8>, VaultError> {
        let data_key = unwrap(old, wrapped)?;
        Ok(wrap(new, &data_key))
    }

    fn with_key(data_key: &[u8; 32]) -> Self {
        Self {
            cipher: cipher(data_key),
        }
    }

    /// Seals `plain`; the same `context` is needed to open it, so that a sealed value moved to
    /// another row does not open there. Gives nonce and ciphertext, 40 bytes more than `plain`.
    #[must_use]
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        seal(&self.cipher, context, plain)
    }

    /// What was sealed under `context`.
    ///
    /// # Errors
    /// [`VaultError::DoesNotOpen`] when it was altered or sealed under another context or key.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open(&self.cipher, context, sealed)
    }
}

fn wrap(master: &MasterKey, data_key: &[u8; 32]) -> Vec<u8> {
    seal(&cipher(master.bytes()), DATA_KEY_CONTEXT, data_key)
}

fn unwrap(master: &MasterKey, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let plain = open(&cipher(master.bytes()), DATA_KEY_CONTEXT, wrapped)?;
    let data_key = plain.as_slice().try_into();
    data_key
        .map(Zeroizing::new)
        .map_err(|_| VaultError::DoesNotOpen)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

fn seal(cipher: &XChaCha20Poly1305, context: &str, plain: &[u8]) -> Vec<u8> {
    let nonce = XNonce::generate();
    let payload = Payload {
        msg: plain,
        aad: context.as_bytes(),
    };
    let ciphertext = cipher
        .encrypt(&nonce, payload)
        .expect("sealing fails only above 256 GiB");
    let mut sealed = Vec::with_capacity(NONCE_BYTES + ciphertext.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    sealed
}

fn open(
    cipher: &XChaCha20Poly1305,
    context: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, ciphertext) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or(VaultError::DoesNotOpen)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| VaultError::DoesNotOpen)?;
    let payload = Payload {
        msg: ciphertext,
        aad: context.as_bytes(),
    };
    cipher
        .decrypt(&XNonce::from(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| VaultError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::create(&MasterKey::generate()).0
    }

    #[test]
    fn what_is_sealed_opens_under_its_context_only() {
        let vault = vault();
        let sealed = vault.seal("credential:core", b"swordfish");
        assert_eq!(
            vault.open("credential:core", &sealed).unwrap().as_slice(),
            b"swordfish"
        );
        assert!(vault.open("credential:edge", &sealed).is_err());
        assert!(!sealed.windows(9).any(|window| window == b"swordfish"));
    }

    #[test]
    fn an_altered_or_cut_value_does_not_open() {
        let vault = vault();
        let sealed = vault.seal("x", b"text");
        for position in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[position] ^= 1;
            assert!(vault.open("x", &altered).is_err());
            assert!(vault.open("x", &sealed[..position]).is_err());
        }
    }

    #[test]
    fn another_master_key_does_not_unlock() {
        let master = MasterKey::generate();
        let (vault, wrapped) = Vault::create(&master);
        let again = Vault::unlock(&master, &wrapped).unwrap();
        assert_eq!(
            again.open("x", &vault.seal("x", b"y")).unwrap().as_slice(),
            b"y"
        );
        assert!(Vault::unlock(&MasterKey::generate(), &wrapped).is_err());
    }

    #[test]
    fn a_data_key_wrapped_anew_opens_what_it_sealed_and_no_longer_by_the_old_key() {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let (vault, wrapped) = Vault::create(&old);
        let sealed = vault.seal("x", b"y");
        let rewrapped = Vault::rewrap(&old, &new, &wrapped).unwrap();
        let again = Vault::unlock(&new, &rewrapped).unwrap();
        assert_eq!(again.open("x", &sealed).unwrap().as_slice(), b"y");
        assert!(Vault::unlock(&old, &rewrapped).is_err());
        assert!(Vault::rewrap(&new, &old, &wrapped).is_err());
    }

    #[test]
    fn two_seals_of_the_same_text_differ() {
        let vault = vault();
        assert_ne!(vault.seal("x", b"y"), vault.seal("x", b"y"));
    }
}
