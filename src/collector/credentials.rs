//! Opened credentials, kept while their sealed form stays the same: opening an encrypted
//! private key costs more than a whole login.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret;

use crate::db::jobs::Credential;
use crate::model::CredentialId;
use crate::ssh::{Login, Proof, SshError};
use crate::vault::{Secret, Vault, credential_context};

/// The credentials opened so far.
#[derive(Default)]
pub struct Cache {
    opened: Mutex<HashMap<CredentialId, Opened>>,
}

struct Opened {
    sealed: Vec<u8>,
    proof: Proof,
}

impl Cache {
    /// The login of a credential.
    ///
    /// # Errors
    /// [`SshError::CredentialUnusable`] when it does not open or is no usable key.
    pub async fn login(
        &self,
        vault: &Arc<Vault>,
        credential: &Credential,
    ) -> Result<Login, SshError> {
        let proof = match self.get(credential) {
            Some(proof) => proof,
            None => self.open(vault, credential).await?,
        };
        Ok(Login {
            username: credential.username.clone(),
            proof,
        })
    }

    fn get(&self, credential: &Credential) -> Option<Proof> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened
            .get(&credential.id)
            .filter(|opened| opened.sealed == credential.sealed)
            .map(|opened| opened.proof.clone())
    }

    async fn open(&self, vault: &Arc<Vault>, credential: &Credential) -> Result<Proof, SshError> {
        let vault = Arc::clone(vault);
        let (name, sealed) = (credential.name.clone(), credential.sealed.clone());
        let proof = tokio::task::spawn_blocking(move || open(&vault, &name, &sealed))
            .await
            .map_err(|error| SshError::CredentialUnusable(error.to_string()))??;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.insert(
            credential.id,
            Opened {
                sealed: credential.sealed.clone(),
                proof: proof.clone(),
            },
        );
        Ok(proof)
    }
}

fn open(vault: &Vault, name: &str, sealed: &[u8]) -> Result<Proof, SshError> {
    let unusable = |reason: String| SshError::CredentialUnusable(format!("{name}: {reason}"));
    let bytes = vault
        .open(&credential_context(name), sealed)
        .map_err(|error| unusable(error.to_string()))?;
    match Secret::from_sealable_bytes(&bytes).map_err(|error| unusable(error.to_string()))? {
        Secret::Password(password) => Ok(Proof::Password(password)),
        Secret::PrivateKey { pem, passphrase } => {
            let passphrase = passphrase.as_ref().map(ExposeSecret::expose_secret);
            let key = russh::keys::decode_secret_key(pem.expose_secret(), passphrase)
                .map_err(|_| unusable("the private key can not be read".to_owned()))?;
            Ok(Proof::PrivateKey(Arc::new(key)))
        }
    }
}
