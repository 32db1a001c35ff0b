//! What a program says of a destination, and the same as the texts of the form, which has the checks.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::managing::DestinationText;
use crate::model::DestinationKind;
use crate::web::api::managed::untold;
use crate::web::error::PageError;

/// Where messages are to go. A request is known again (`Idempotency-Key`) by all but the address of a
/// webhook, so that nothing of a secret is kept for it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationSettings {
    /// Stays what it is.
    pub kind: DestinationKind,
    /// Unique.
    name: String,
    /// Addresses of mail, for `mail` alone; at most 50.
    #[serde(default)]
    recipients: Vec<String>,
    /// Where it is posted to, for all others. Who knows it may post there, so it is never told; to
    /// change a destination, none leaves it as it is.
    #[serde(default, serialize_with = "untold")]
    #[schema(value_type = Option<String>, format = Password)]
    url: Option<SecretString>,
}

impl DestinationSettings {
    /// What the form would be filled with to say the same, with the address of a webhook.
    ///
    /// # Errors
    /// [`PageError::Wrong`] for what is of another kind, and for a recipient that is several.
    pub fn text(&self) -> Result<(DestinationText, SecretString), PageError> {
        let url = self.url.clone().unwrap_or_default();
        let is_mail = self.kind == DestinationKind::Mail;
        let is_one = |one: &String| !one.trim().is_empty() && !one.contains(['\n', ',', ';']);
        let wrong = match is_mail {
            true if !url.expose_secret().is_empty() => Some("Mail has `recipients`, and no `url`."),
            false if !self.recipients.is_empty() => Some("`recipients` are of mail alone."),
            _ if !self.recipients.iter().all(is_one) => {
                Some("Each of the `recipients` is one address of mail.")
            }
            _ => None,
        };
        if let Some(sentence) = wrong {
            return Err(PageError::Wrong(sentence.to_owned()));
        }
        let text = DestinationText {
            kind: self.kind.to_string(),
            name: self.name.clone(),
            recipients: self.recipients.join("\n"),
        };
        Ok((text, url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DestinationKind, recipients: &[&str], url: &str) -> DestinationSettings {
        DestinationSettings {
            kind,
            name: "Ops".to_owned(),
            recipients: recipients.iter().map(|one| (*one).to_owned()).collect(),
            url: (!url.is_empty()).then(|| url.into()),
        }
    }

    #[test]
    fn what_is_of_another_kind_is_refused_and_never_repeated() {
        use DestinationKind::{Mail, Slack};
        let both = said(Mail, &["a@example.com", "b@example.com"], "");
        assert_eq!(
            both.text().unwrap().0.recipients,
            "a@example.com\nb@example.com"
        );
        for wrong in [
            said(Mail, &["a@example.com"], "https://example.com/swordfish"),
            said(Slack, &["a@example.com"], "https://example.com/swordfish"),
            said(Mail, &["a@example.com, b@example.com"], ""),
            said(Mail, &[" "], ""),
        ] {
            let told = wrong.text().unwrap_err().to_string();
            assert!(!told.contains("swordfish"), "{told}");
        }
        let slack = said(Slack, &[], "https://example.com/swordfish");
        let kept = serde_json::to_string(&slack).unwrap();
        assert!(!kept.contains("swordfish"), "{kept}");
    }
}
