//! The mail server as it is typed, and checked. Its password is in no text that is shown again.

use std::net::IpAddr;

use lettre::Address;
use secrecy::{ExposeSecret, SecretString};

use crate::db::alerts::settings::MailServer;
use crate::inventory::rules;
use crate::managing::problems::Problems;
use crate::managing::text::texts;
use crate::model::MailSecurity;

/// How many characters a password or user name may have.
const LONGEST: usize = 1_000;

texts! {
    /// The mail server as it is typed, but for the password.
    MailServerText {
        host,
        port,
        /// `tls`, `starttls` or `clear`.
        security,
        /// Empty: it asks for no sign-in.
        username,
        /// An address of mail.
        sender,
    }
}

impl MailServerText {
    /// What the form has as long as there is none.
    #[must_use]
    pub fn new() -> Self {
        Self {
            port: "587".to_owned(),
            security: MailSecurity::Starttls.to_string(),
            ..Self::default()
        }
    }

    /// What is meant, with the password of `before`, where none is typed and the server and the
    /// user name are the same: it is sent to no other. `seal` seals a typed one.
    ///
    /// # Errors
    /// Everything that is wrong; no sentence repeats a password.
    pub fn check(
        &self,
        password: &SecretString,
        before: Option<&MailServer>,
        seal: impl FnOnce(&str) -> Vec<u8>,
    ) -> Result<MailServer, Problems> {
        let mut problems = Problems::default();
        let host = rules::address(self.host.trim());
        let host = problems.take("host", "The server", host);
        let port = rules::in_range(self.port.trim().parse().ok(), u32::from(u16::MAX));
        let port = problems.take("port", "The port", port);
        let username = Some(self.username.trim()).filter(|name| !name.is_empty());
        let security = self.check_security(username.is_some(), &mut problems);
        check_username(username, &mut problems);
        let sender = self.sender.trim().parse::<Address>();
        let sender = sender.map_err(|_| "is no address of mail, as `vault@example.com`".to_owned());
        let sender = problems.take("sender", "The sender", sender);
        let is_same =
            |old: &&MailServer| old.host == self.host.trim() && old.username.as_deref() == username;
        let kept = before
            .filter(is_same)
            .and_then(|old| old.password_sealed.as_ref());
        check_password(password, username, kept.is_some(), &mut problems);
        match (host, port, security, sender) {
            (Some(host), Some(port), Some(security), Some(sender)) if problems.is_empty() => {
                let typed = password.expose_secret();
                let sealed = match typed.is_empty() {
                    true => kept.cloned(),
                    false => Some(seal(typed)),
                };
                Ok(MailServer {
                    host,
                    // From 1 to 65535.
                    port: i32::try_from(port).unwrap_or(i32::MAX),
                    security,
                    username: username.map(str::to_owned),
                    password_sealed: sealed,
                    sender: sender.to_string(),
                })
            }
            _ => Err(problems),
        }
    }

    fn check_security(&self, signs_in: bool, problems: &mut Problems) -> Option<MailSecurity> {
        match self.security.as_str() {
            "tls" => Some(MailSecurity::Tls),
            "starttls" => Some(MailSecurity::Starttls),
            "clear" if !is_this_machine(self.host.trim()) => {
                let sentence = "Without TLS mail is handed over on this machine alone: \
                                to `localhost`, `127.0.0.1` or `::1`";
                problems.add("security", sentence);
                None
            }
            "clear" if signs_in => {
                let sentence = "Without TLS nobody signs in: leave the user name empty";
                problems.add("security", sentence);
                None
            }
            "clear" => Some(MailSecurity::Clear),
            _ => {
                problems.add("security", "Choose how the connection is protected");
                None
            }
        }
    }
}

/// By what is written: a name may lead elsewhere tomorrow.
fn is_this_machine(host: &str) -> bool {
    let inner = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || inner.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The name is not quoted: people put passwords into the wrong line.
fn check_username(username: Option<&str>, problems: &mut Problems) {
    let name = username.unwrap_or_default();
    if name.chars().any(char::is_control) || name.chars().count() > LONGEST {
        let sentence = format!(
            "The user name has control characters in it, or more than {LONGEST} characters"
        );
        problems.add("username", sentence);
    }
}

fn check_password(
    password: &SecretString,
    username: Option<&str>,
    is_kept: bool,
    problems: &mut Problems,
) {
    let typed = !password.expose_secret().is_empty();
    let sentence = match username {
        None if typed => "A password is of a user name, and here is none",
        Some(_) if !typed && !is_kept => {
            "Enter the password; with another server or user name it has to be entered again"
        }
        _ if typed && !rules::is_one_line(password) => {
            "The password has a line break or another control character in it"
        }
        _ if password.expose_secret().chars().count() > LONGEST => {
            "The password is longer than 1000 characters"
        }
        _ => return,
    };
    problems.add("password", sentence);
}

impl From<&MailServer> for MailServerText {
    fn from(server: &MailServer) -> Self {
        Self {
            host: server.host.clone(),
            port: server.port.to_string(),
            security: server.security.to_string(),
            username: server.username.clone().unwrap_or_default(),
            sender: server.sender.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> MailServerText {
        MailServerText {
            host: " mail.example.com ".to_owned(),
            username: "vault".to_owned(),
            sender: "vault@example.com".to_owned(),
            ..MailServerText::new()
        }
    }

    fn checked(
        text: &MailServerText,
        password: &str,
        before: Option<&MailServer>,
    ) -> Result<MailServer, Problems> {
        text.check(&password.into(), before, |plain| {
            plain.bytes().rev().collect()
        })
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant_and_comes_back() {
        let server = checked(&typed(), "swordfish", None).unwrap();
        assert_eq!(
            (server.host.as_str(), server.port),
            ("mail.example.com", 587)
        );
        assert_eq!(server.password_sealed.as_deref(), Some(&b"hsifdrows"[..]));
        let again = checked(&MailServerText::from(&server), "", Some(&server));
        assert_eq!(again.unwrap(), server, "the password is kept");
    }

    #[test]
    fn a_password_stays_with_its_server_and_user_and_goes_to_no_other() {
        let before = checked(&typed(), "swordfish", None).unwrap();
        let changed: [fn(&mut MailServerText); 2] = [
            |text| text.host = "thief.example.com".to_owned(),
            |text| text.username = "other".to_owned(),
        ];
        for change in changed {
            let mut text = typed();
            change(&mut text);
            let problems = checked(&text, "", Some(&before)).unwrap_err();
            assert!(problems.of("password").unwrap().contains("again"));
        }
        let nobody = MailServerText {
            username: String::new(),
            ..typed()
        };
        let open = checked(&nobody, "", Some(&before)).unwrap();
        assert_eq!((open.username, open.password_sealed), (None, None));
    }

    #[test]
    fn without_tls_mail_stays_on_this_machine_and_nobody_signs_in() {
        let clear = |host: &str, username: &str| {
            let text = MailServerText {
                host: host.to_owned(),
                security: "clear".to_owned(),
                username: username.to_owned(),
                ..typed()
            };
            checked(&text, username, None)
        };
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(clear(host, "").unwrap().security, MailSecurity::Clear);
            assert!(clear(host, "kim").unwrap_err().of("security").is_some());
        }
        for host in ["mail.example.com", "192.0.2.1", "localhost.example.com"] {
            let problems = clear(host, "").unwrap_err();
            assert!(problems.of("security").unwrap().contains("this machine"));
        }
    }

    #[test]
    fn every_field_tells_what_is_wrong_with_it() {
        let wrong = MailServerText {
            host: "mail.example.com:25".to_owned(),
            port: "65536".to_owned(),
            security: "some".to_owned(),
            username: "a\0".to_owned(),
            sender: "vault".to_owned(),
        };
        let problems = checked(&wrong, "two\nlines", None).unwrap_err();
        for field in ["host", "port", "security", "username", "sender", "password"] {
            assert!(problems.of(field).is_some(), "{field}");
        }
        assert!(problems.into_sentences().all(|told| !told.contains("two")));
    }
}
