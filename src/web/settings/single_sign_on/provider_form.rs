//! What is typed to set the provider up, and whether it can be kept. Pure but for sealing.

use openidconnect::url::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::access::oidc::{address, seal_secret};
use crate::db::single_sign_on::Provider;
use crate::vault::Vault;

/// How long a field may be.
const MAX_CHARS: usize = 300;

/// How long what the link says may be.
const MAX_LABEL: usize = 60;

/// How many scopes may be asked for.
const MAX_SCOPES: usize = 20;

/// Always asked for, and so not kept.
const OPENID: &str = "openid";

/// The form, as it is sent and as it is shown again.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct ProviderForm {
    pub issuer: String,
    pub client_id: String,
    /// Empty: the one before stays. Never shown.
    pub client_secret: SecretString,
    /// The provider gave no secret.
    pub no_secret: Option<String>,
    pub scopes: String,
    pub groups_claim: String,
    pub label: String,
    pub own_address: String,
    pub enabled: Option<String>,
}

impl Default for ProviderForm {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: SecretString::default(),
            no_secret: None,
            scopes: "profile email".to_owned(),
            groups_claim: "groups".to_owned(),
            label: "Company sign-in".to_owned(),
            own_address: String::new(),
            enabled: None,
        }
    }
}

impl ProviderForm {
    /// For the first time, at what seems to be our address.
    pub fn empty(own_address: String) -> Self {
        Self {
            own_address,
            ..Self::default()
        }
    }

    /// What is kept, to be changed.
    pub fn of(provider: &Provider) -> Self {
        let ticked = |is_so: bool| is_so.then(|| "1".to_owned());
        Self {
            issuer: provider.issuer.clone(),
            client_id: provider.client_id.clone(),
            client_secret: SecretString::default(),
            no_secret: ticked(provider.client_secret_sealed.is_none()),
            scopes: provider.scopes.join(" "),
            groups_claim: provider.groups_claim.clone(),
            label: provider.label.clone(),
            own_address: provider.own_address.clone(),
            enabled: ticked(provider.enabled),
        }
    }

    pub const fn has_no_secret(&self) -> bool {
        self.no_secret.is_some()
    }

    pub const fn is_enabled(&self) -> bool {
        self.enabled.is_some()
    }

    /// What is to be kept in place of `before`.
    ///
    /// # Errors
    /// A sentence for who typed it.
    pub fn read(&self, before: Option<&Provider>, vault: &Vault) -> Result<Provider, &'static str> {
        let issuer = field(&self.issuer, MAX_CHARS)
            .ok_or("Enter the issuer, an address of at most 300 characters.")?;
        let url =
            Url::parse(issuer).map_err(|_| "The issuer is no address: it begins with https://.")?;
        if !address::is_issuer(&url) {
            return Err(
                "The issuer must begin with https://, and have no user name, no ? and no #. Only a provider on this machine may do without TLS.",
            );
        }
        let client_id = field(&self.client_id, MAX_CHARS)
            .ok_or("Enter the client id that the provider gave, at most 300 characters.")?;
        Ok(Provider {
            client_secret_sealed: self.secret(before, vault, issuer, client_id)?,
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            scopes: scopes(&self.scopes)?,
            groups_claim: field(&self.groups_claim, MAX_CHARS)
                .ok_or("Enter the name of the claim that holds the groups.")?
                .to_owned(),
            label: field(&self.label, MAX_LABEL)
                .ok_or("Enter what the link on the sign-in page is to say, at most 60 characters.")?
                .to_owned(),
            own_address: own_address(&self.own_address)?,
            enabled: self.is_enabled(),
        })
    }

    /// The secret to keep, sealed. The one before is of its issuer and client id alone.
    fn secret(
        &self,
        before: Option<&Provider>,
        vault: &Vault,
        issuer: &str,
        client_id: &str,
    ) -> Result<Option<Vec<u8>>, &'static str> {
        let typed = self.client_secret.expose_secret().trim();
        if self.has_no_secret() {
            return if typed.is_empty() {
                Ok(None)
            } else {
                Err("Either enter a client secret, or tick that there is none.")
            };
        }
        if !typed.is_empty() {
            return Ok(Some(seal_secret(vault, issuer, client_id, typed)));
        }
        let same = before.filter(|old| old.issuer == issuer && old.client_id == client_id);
        let kept = same.and_then(|old| old.client_secret_sealed.clone());
        kept.map(Some).ok_or(
            "Enter the client secret; with another issuer or client id it has to be entered again. Or tick that there is none.",
        )
    }
}

/// A field with something in it that is not too long and has no control characters.
fn field(text: &str, max_chars: usize) -> Option<&str> {
    let text = text.trim();
    let fits = (1..=max_chars).contains(&text.chars().count());
    (fits && !text.contains(char::is_control)).then_some(text)
}

fn scopes(text: &str) -> Result<Vec<String>, &'static str> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split_whitespace().filter(|scope| *scope != OPENID) {
        // RFC 6749, section 3.3.
        let is_scope = scope
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if !is_scope || scope.len() > MAX_CHARS || scopes.len() == MAX_SCOPES {
            return Err("Enter at most 20 scopes, with spaces between them.");
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

/// Scheme, host and port.
fn own_address(text: &str) -> Result<String, &'static str> {
    let url = field(text, MAX_CHARS).and_then(|text| Url::parse(text).ok());
    url.filter(|url| address::is_issuer(url) && url.path() == "/")
        .map(|url| url.origin().ascii_serialization())
        .ok_or(
            "Enter the address of RouterVault as browsers know it, without a path: https://vault.example.net. Only on this machine it may begin with http://.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MasterKey;

    fn form() -> ProviderForm {
        ProviderForm {
            issuer: " https://login.example.com/ ".to_owned(),
            client_id: "vault".to_owned(),
            client_secret: "swordfish".into(),
            scopes: "openid groups  email groups".to_owned(),
            own_address: "https://Vault.example.net/".to_owned(),
            ..ProviderForm::default()
        }
    }

    fn vault() -> Vault {
        Vault::create(&MasterKey::generate()).0
    }

    #[test]
    fn a_whole_form_is_kept_with_its_secret_sealed() {
        let kept = form().read(None, &vault()).unwrap();
        assert_eq!(kept.issuer, "https://login.example.com/");
        assert_eq!(kept.scopes, ["groups", "email"]);
        assert_eq!(kept.own_address, "https://vault.example.net");
        let sealed = kept.client_secret_sealed.unwrap();
        assert!(!sealed.windows(9).any(|part| part == b"swordfish"));
        assert!(!kept.enabled);
    }

    #[test]
    fn the_secret_stays_with_its_issuer_and_client_and_goes_to_no_other() {
        let vault = vault();
        let before = form().read(None, &vault).unwrap();
        let silent = ProviderForm {
            client_secret: SecretString::default(),
            label: "Other".to_owned(),
            ..form()
        };
        let kept = silent.read(Some(&before), &vault).unwrap();
        assert_eq!(kept.client_secret_sealed, before.client_secret_sealed);
        for changed in [
            ProviderForm {
                issuer: "https://thief.example.com".to_owned(),
                ..silent.clone()
            },
            ProviderForm {
                client_id: "other".to_owned(),
                ..silent.clone()
            },
        ] {
            assert!(changed.read(Some(&before), &vault).is_err());
        }
        let none = ProviderForm {
            no_secret: Some("1".to_owned()),
            ..silent
        };
        let kept = none.read(Some(&before), &vault).unwrap();
        assert_eq!(kept.client_secret_sealed, None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let with = |change: fn(&mut ProviderForm)| {
            let mut form = form();
            change(&mut form);
            form.read(None, &vault())
        };
        let senseless: [fn(&mut ProviderForm); 10] = [
            |form| form.issuer = "http://login.example.com".to_owned(),
            |form| form.issuer = "login.example.com".to_owned(),
            |form| form.issuer = format!("https://{}", "a".repeat(400)),
            |form| form.client_id = "a\0b".to_owned(),
            |form| form.client_secret = SecretString::default(),
            |form| form.no_secret = Some("1".to_owned()),
            |form| form.scopes = "a\"b".to_owned(),
            |form| form.groups_claim = " ".to_owned(),
            |form| form.label = "a".repeat(61),
            |form| form.own_address = "https://vault.example.net/path".to_owned(),
        ];
        for (number, change) in senseless.into_iter().enumerate() {
            assert!(with(change).is_err(), "{number}");
        }
    }
}
