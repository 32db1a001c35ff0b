//! Opened credentials, kept while their sealed form stays the same: opening an encrypted
//! private key costs more than a whole login.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret;

use crate::db::jobs::Credential;
use crate::model::CredentialId;
use crate::ssh::{Login, Secret, SshError};
use crate::vault::{StoredSecret, Vault};

/// The credentials opened so far.
#[derive(Default)]
pub struct Cache {
    opened: Mutex<HashMap<CredentialId, Opened>>,
}

struct Opened {
    sealed: Vec<u8>,
    secret: Secret,
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
        let secret = match self.get(credential) {
            Some(secret) => secret,
            None => self.open(vault, credential).await?,
        };
        Ok(Login {
            username: credential.username.clone(),
            secret,
        })
    }

    fn get(&self, credential: &Credential) -> Option<Secret> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened
            .get(&credential.id)
            .filter(|opened| opened.sealed == credential.sealed)
            .map(|opened| opened.secret.clone())
    }

    async fn open(&self, vault: &Arc<Vault>, credential: &Credential) -> Result<Secret, SshError> {
        let vault = Arc::clone(vault);
        let (name, sealed) = (credential.name.clone(), credential.sealed.clone());
        let secret = tokio::task::spawn_blocking(move || open(&vault, &name, &sealed))
            .await
            .map_err(|error| SshError::CredentialUnusable(error.to_string()))??;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.insert(
            credential.id,
            Opened {
                sealed: credential.sealed.clone(),
                secret: secret.clone(),
            },
        );
        Ok(secret)
    }
}

fn open(vault: &Vault, name: &str, sealed: &[u8]) -> Result<Secret, SshError> {
    let unusable = |reason: String| SshError::CredentialUnusable(format!("{name}: {reason}"));
    let bytes = vault
        .open(&crate::vault::credential_context(name), sealed)
        .map_err(|error| unusable(error.to_string()))?;
    match StoredSecret::from_sealable_bytes(&bytes).map_err(|error| unusable(error.to_string()))? {
        StoredSecret::Password(password) => Ok(Secret::Password(password)),
        StoredSecret::PrivateKey { pem, passphrase } => {
            let passphrase = passphrase.as_ref().map(ExposeSecret::expose_secret);
            let key = russh::keys::decode_secret_key(pem.expose_secret(), passphrase)
                .map_err(|_| unusable("the private key can not be read".to_owned()))?;
            Ok(Secret::PrivateKey(Arc::new(key)))
        }
    }
}
