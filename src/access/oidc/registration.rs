//! How we are registered with the provider.

use openidconnect::url::Url;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use sha2::{Digest, Sha256};

use crate::db::single_sign_on::Provider;
use crate::vault::{Vault, VaultError};

/// The path that the provider sends browsers back to.
const CALLBACK_PATH: &str = "/sign-in/sso/callback";

/// Where the provider is to send browsers back to; this is what it is told when we are registered.
#[must_use]
pub fn redirect_uri(own_address: &str) -> String {
    format!("{own_address}{CALLBACK_PATH}")
}

/// Seals the client secret, for this issuer and client id only: who changes the issuer to one of
/// their own does not get the secret sent there.
#[must_use]
pub fn seal_secret(vault: &Vault, issuer: &str, client_id: &str, secret: &str) -> Vec<u8> {
    vault.seal(&context(issuer, client_id), secret.as_bytes())
}

fn context(issuer: &str, client_id: &str) -> String {
    let whose = Sha256::new()
        .chain_update(Sha256::digest(issuer))
        .chain_update(Sha256::digest(client_id));
    format!(
        "single-sign-on:client-secret:{}",
        hex::encode(whose.finalize())
    )
}

/// What both sides know of us, opened and checked.
#[derive(Debug, Clone)]
pub struct Registration {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: Option<ClientSecret>,
    pub(super) redirect_uri: RedirectUrl,
    pub(super) scopes: Vec<Scope>,
    pub(super) groups_claim: String,
}

/// Why the stored settings can not be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The client secret was sealed for something else.
    #[error("the client secret of single sign-on can not be opened: {0}")]
    Secret(#[from] VaultError),
    /// An address is none, though the form refuses such.
    #[error("an address in the settings of single sign-on is none")]
    Address,
}

impl Registration {
    /// What is stored, with the secret opened.
    ///
    /// # Errors
    /// The secret does not open, or an address was stored that the form would refuse.
    pub fn open(provider: &Provider, vault: &Vault) -> Result<Self, RegistrationError> {
        let issuer = IssuerUrl::new(provider.issuer.clone());
        let redirect_uri = RedirectUrl::new(redirect_uri(&provider.own_address));
        let client_secret = match &provider.client_secret_sealed {
            Some(sealed) => Some(open_secret(provider, vault, sealed)?),
            None => None,
        };
        Ok(Self {
            issuer: issuer.map_err(|_| RegistrationError::Address)?,
            client_id: ClientId::new(provider.client_id.clone()),
            client_secret,
            redirect_uri: redirect_uri.map_err(|_| RegistrationError::Address)?,
            scopes: provider.scopes.iter().cloned().map(Scope::new).collect(),
            groups_claim: provider.groups_claim.clone(),
        })
    }

    /// The issuer, to the letter.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(super) fn issuer_url(&self) -> &Url {
        self.issuer.url()
    }
}

fn open_secret(
    provider: &Provider,
    vault: &Vault,
    sealed: &[u8],
) -> Result<ClientSecret, VaultError> {
    let opened = vault.open(&context(&provider.issuer, &provider.client_id), sealed)?;
    let secret = std::str::from_utf8(&opened).map_err(|_| VaultError::DoesNotOpen)?;
    Ok(ClientSecret::new(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    fn provider(vault: &Vault) -> Provider {
        let (issuer, client_id) = ("https://login.example.com", "vault");
        Provider {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret_sealed: Some(seal_secret(vault, issuer, client_id, "swordfish")),
            scopes: vec!["email".to_owned()],
            groups_claim: "groups".to_owned(),
            label: "Company".to_owned(),
            own_address: "https://vault.example.net".to_owned(),
            enabled: true,
        }
    }

    #[test]
    fn the_secret_opens_for_its_issuer_and_client_only_and_no_debug_shows_it() {
        let vault = Vault::create(&MasterKey::generate()).0;
        let stored = provider(&vault);
        let opened = Registration::open(&stored, &vault).unwrap();
        assert_eq!(opened.client_secret.as_ref().unwrap().secret(), "swordfish");
        assert!(!format!("{opened:?}").contains("swordfish"));
        for changed in [
            Provider {
                issuer: "https://thief.example.com".to_owned(),
                ..stored.clone()
            },
            Provider {
                client_id: "other".to_owned(),
                ..stored
            },
        ] {
            assert!(matches!(
                Registration::open(&changed, &vault),
                Err(RegistrationError::Secret(_))
            ));
        }
    }
}
