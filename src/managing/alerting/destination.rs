//! A destination as it is typed, and checked. The address of a webhook is in no text that is shown
//! again: who knows it may post there.

use lettre::Address;
use secrecy::{ExposeSecret, SecretString};

use super::{check_name, url};
use crate::db::alerts::settings::Destination;
use crate::inventory::rules::quote;
use crate::managing::problems::Problems;
use crate::managing::text::texts;
use crate::model::DestinationKind;

/// How many people a message goes to.
const MOST_RECIPIENTS: usize = 50;

texts! {
    /// A destination as it is typed, but for the address of a webhook.
    DestinationText {
        /// `mail`, `webhook`, `slack` or `teams`; stays what it is.
        kind,
        name,
        /// Addresses of mail, one a line.
        recipients,
    }
}

/// What can be stored.
#[derive(Debug)]
pub struct CheckedDestination {
    pub kind: DestinationKind,
    pub name: String,
    /// Each once; none for other kinds than mail.
    pub recipients: Vec<String>,
    /// A typed address with its host; `None`: none was typed, or it is mail.
    pub url: Option<(SecretString, String)>,
}

impl DestinationText {
    /// A new one of this kind.
    #[must_use]
    pub fn new(kind: DestinationKind) -> Self {
        Self {
            kind: kind.to_string(),
            ..Self::default()
        }
    }

    /// The kind that is typed; mail when it is none.
    #[must_use]
    pub fn kind(&self) -> DestinationKind {
        let mut known = DestinationKind::ALL.into_iter();
        let named = known.find(|kind| kind.as_str() == self.kind);
        named.unwrap_or(DestinationKind::Mail)
    }

    /// What is meant; where it `needs_url`, none is a problem for other kinds than mail.
    ///
    /// # Errors
    /// Everything that is wrong; no sentence repeats the address of a webhook.
    pub fn check(
        &self,
        url: &SecretString,
        needs_url: bool,
    ) -> Result<CheckedDestination, Problems> {
        let mut problems = Problems::default();
        let name = problems.take("name", "The name", check_name(&self.name));
        let kind = self.kind();
        let (mut recipients, mut checked_url) = (Vec::new(), None);
        if kind == DestinationKind::Mail {
            recipients = self.check_recipients(&mut problems);
        } else if needs_url || !url.expose_secret().trim().is_empty() {
            let host = url::check(url).map_err(str::to_owned);
            let host = problems.take("url", "The address", host);
            checked_url = host.map(|host| (url.expose_secret().trim().into(), host));
        }
        match name {
            Some(name) if problems.is_empty() => Ok(CheckedDestination {
                kind,
                name,
                recipients,
                url: checked_url,
            }),
            _ => Err(problems),
        }
    }

    /// The addresses, each once, in their order.
    fn check_recipients(&self, problems: &mut Problems) -> Vec<String> {
        let mut recipients: Vec<String> = Vec::new();
        let lines = self.recipients.split(['\n', ',', ';']).map(str::trim);
        for line in lines.filter(|line| !line.is_empty()) {
            if line.parse::<Address>().is_err() {
                let sentence = format!("{} is no address of mail", quote(line));
                problems.add("recipients", sentence);
                return recipients;
            }
            if !recipients.iter().any(|known| known == line) {
                recipients.push(line.to_owned());
            }
            if recipients.len() > MOST_RECIPIENTS {
                let sentence = format!("There are more than {MOST_RECIPIENTS} recipients");
                problems.add("recipients", sentence);
                return recipients;
            }
        }
        if recipients.is_empty() {
            problems.add("recipients", "Enter at least one address of mail");
        }
        recipients
    }
}

impl From<&Destination> for DestinationText {
    fn from(destination: &Destination) -> Self {
        Self {
            kind: destination.kind.to_string(),
            name: destination.name.clone(),
            recipients: destination.recipients.join("\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(recipients: &str) -> DestinationText {
        DestinationText {
            name: " Night shift ".to_owned(),
            recipients: recipients.to_owned(),
            ..DestinationText::new(DestinationKind::Mail)
        }
    }

    #[test]
    fn recipients_stand_one_a_line_and_count_once() {
        let text = mail("a@example.com\r\n\r\n b@example.com\na@example.com, c@example.com");
        let checked = text.check(&"".into(), true).unwrap();
        assert_eq!(checked.name, "Night shift");
        let expected = ["a@example.com", "b@example.com", "c@example.com"];
        assert_eq!(checked.recipients, expected);
        assert!(checked.url.is_none());
    }

    #[test]
    fn what_is_no_recipient_is_named() {
        let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.com")).collect();
        for (recipients, words) in [
            ("", "at least one"),
            ("kim", "`kim` is no address"),
            ("kim@example.com\nkim larsen@example.com", "kim larsen"),
            (many.join("\n").as_str(), "more than 50"),
        ] {
            let problems = mail(recipients).check(&"".into(), true).unwrap_err();
            let told = problems.of("recipients").unwrap();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn an_address_is_asked_for_once_and_never_repeated() {
        let text = DestinationText {
            name: "x".repeat(61),
            ..DestinationText::new(DestinationKind::Slack)
        };
        let problems = text.check(&"http://swordfish/".into(), true).unwrap_err();
        assert!(problems.of("name").unwrap().contains("60"));
        assert!(problems.of("url").is_some());
        assert!(
            problems
                .into_sentences()
                .all(|told| !told.contains("swordfish"))
        );
        let named = DestinationText {
            name: "Ops".to_owned(),
            ..text
        };
        assert!(named.check(&" ".into(), true).is_err());
        assert!(named.check(&" ".into(), false).unwrap().url.is_none());
        let typed = named.check(&" https://hooks.example.com/x ".into(), false);
        let (url, host) = typed.unwrap().url.unwrap();
        assert_eq!(url.expose_secret(), "https://hooks.example.com/x");
        assert_eq!(host, "hooks.example.com");
    }
}
