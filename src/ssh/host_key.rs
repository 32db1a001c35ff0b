//! A device's host key: trusted at first sight, per key type.

use russh::keys::ssh_key::PublicKey;
use russh::keys::{Algorithm, HashAlg};

/// A host key that a device showed and proved to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKey {
    /// The key's type, `ssh-rsa` or `ssh-ed25519` say; never a signature algorithm, so that
    /// RSA with SHA-1 and with SHA-2 are one key.
    pub algorithm: String,
    /// OpenSSH's wire encoding.
    pub public_key: Vec<u8>,
    /// `SHA256:...`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

impl HostKey {
    /// The key of a device, or `None` when it can not be encoded.
    #[must_use]
    pub fn from_public_key(key: &PublicKey) -> Option<Self> {
        Some(Self {
            algorithm: key_type(&key.algorithm()),
            public_key: key.to_bytes().ok()?,
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        })
    }

    /// The key from its wire encoding, or `None` when that is damaged.
    #[must_use]
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        Self::from_public_key(&PublicKey::from_bytes(bytes).ok()?)
    }
}

fn key_type(algorithm: &Algorithm) -> String {
    match algorithm {
        Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
        other => other.to_string(),
    }
}

/// What a shown key is to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition {
    /// The pinned one of its type.
    Known,
    /// The first of its type.
    New,
    /// Another one than the pinned one of its type.
    Changed { pinned: HostKey },
}

/// Compares a shown key with the pinned ones *of its type*.
#[must_use]
pub fn recognise(shown: &HostKey, pinned: &[HostKey]) -> Recognition {
    match pinned.iter().find(|pin| pin.algorithm == shown.algorithm) {
        None => Recognition::New,
        Some(pin) if pin.public_key == shown.public_key => Recognition::Known,
        Some(pin) => Recognition::Changed {
            pinned: pin.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(algorithm: &str, content: u8) -> HostKey {
        HostKey {
            algorithm: algorithm.to_owned(),
            public_key: vec![content],
            fingerprint: format!("SHA256:{content}"),
        }
    }

    #[test]
    fn keys_are_compared_within_their_type() {
        let pinned = [key("ssh-rsa", 1)];
        assert_eq!(recognise(&key("ssh-rsa", 1), &pinned), Recognition::Known);
        assert_eq!(recognise(&key("ssh-ed25519", 2), &pinned), Recognition::New);
        assert_eq!(
            recognise(&key("ssh-rsa", 2), &pinned),
            Recognition::Changed {
                pinned: key("ssh-rsa", 1)
            }
        );
    }
}
