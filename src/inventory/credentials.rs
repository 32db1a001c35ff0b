//! `[[credential]]`: named user names with a password or a private key.

use std::collections::BTreeSet;

use super::private_key::{self, KeyProblem};
use super::report::Report;
use super::section::Section;
use super::source::{Given, PASSPHRASE, PASSWORD, PRIVATE_KEY, Sources};
use super::suggest::{near_or_all, quote};
use super::types::Credential;
use super::unique::Unique;
use super::{keys, values};
use crate::vault::Secret;

/// The names that the file gives to credentials, be they usable or not: a device that names a
/// broken one is not wrong itself.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The credential that a device or `[defaults]` names; one that is not there is reported,
    /// and returned all the same.
    pub fn read_reference(&self, section: &Section<'_>, report: &mut Report) -> Option<String> {
        let name = section.text("credential", report)?;
        let (span, name) = (name.span(), name.into_inner());
        if !self.0.contains(name) {
            let advice = if report.is_crowded() {
                // Comparing 10,000 names with 10,000 others would take minutes.
                "name one that is there".to_owned()
            } else {
                self.advice(name)
            };
            report.add(
                &span,
                format!("there is no credential {}; {advice}", quote(name)),
            );
        }
        Some(name.to_owned())
    }

    fn advice(&self, name: &str) -> String {
        near_or_all(name, &self.0).unwrap_or_else(|| "add one with [[credential]]".to_owned())
    }
}

/// Reads every `[[credential]]`: the usable ones, and the names of all.
pub(super) fn read(
    top: &Section<'_>,
    sources: &Sources<'_>,
    report: &mut Report,
) -> (Vec<Credential>, Names) {
    let mut credentials = Vec::new();
    let mut names = BTreeSet::new();
    let mut unique = Unique::default();
    for section in top.tables("credential", ("[[credential]]", keys::CREDENTIAL), report) {
        let name = section.required_text("name", values::name, report);
        if let Some(name) = &name {
            unique.claim("credential name", name, report);
            names.insert(name.get_ref().clone());
        }
        let username = section.required_text("username", values::username, report);
        let secret = read_secret(&section, sources, report);
        if let (Some(name), Some(username), Some((secret, public_key))) = (name, username, secret) {
            credentials.push(Credential {
                name: name.into_inner(),
                username: username.into_inner(),
                secret,
                public_key,
            });
        }
    }
    (credentials, Names(names))
}

/// The secret, and the public half of a private key.
fn read_secret(
    section: &Section<'_>,
    sources: &Sources<'_>,
    report: &mut Report,
) -> Option<(Secret, Option<String>)> {
    let password = sources.read(&PASSWORD, section, report);
    let private_key = sources.read(&PRIVATE_KEY, section, report);
    let passphrase = sources.read(&PASSPHRASE, section, report);
    match (password, private_key) {
        (Given::Nothing, Given::Nothing) => {
            report.add(
                &section.header,
                "this [[credential]] has no secret; add `password_env`, `password_file` or \
                 `private_key_file`",
            );
            None
        }
        (Given::Nothing, private_key) => read_private_key(private_key, passphrase, report),
        (password, Given::Nothing) => {
            if let Given::Value(_, span) = passphrase {
                let message = "a passphrase opens a private key, and here is none; remove it";
                report.add(&span, message);
            }
            match password {
                Given::Value(password, _) => Some((Secret::Password(password), None)),
                Given::Nothing | Given::Broken => None,
            }
        }
        (_, _) => {
            report.add(
                &section.header,
                "this [[credential]] has a password and a private key; keep only one, or make \
                 two credentials",
            );
            None
        }
    }
}

fn read_private_key(
    private_key: Given,
    passphrase: Given,
    report: &mut Report,
) -> Option<(Secret, Option<String>)> {
    let Given::Value(pem, key_span) = private_key else {
        return None;
    };
    let (passphrase, passphrase_span) = match passphrase {
        Given::Broken => return None,
        Given::Nothing => (None, key_span.clone()),
        Given::Value(passphrase, span) => (Some(passphrase), span),
    };
    match private_key::check(&pem, passphrase.as_ref()) {
        Ok(public) => Some((Secret::PrivateKey { pem, passphrase }, Some(public))),
        Err(wrong @ (KeyProblem::PassphraseWrong | KeyProblem::PassphraseNeedless)) => {
            report.add(&passphrase_span, wrong.to_string());
            None
        }
        Err(wrong) => {
            report.add(&key_span, wrong.to_string());
            None
        }
    }
}
