//! Where a secret comes from: the file itself, an environment variable, or a file of its own.
//!
//! No message here repeats a value: a password that stands behind `password_env` or
//! `password_file` by mistake must not end in a log.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;
use zeroize::Zeroizing;

use super::report::Report;
use super::section::Section;
use super::suggest::quote_list;

/// How large a file with a secret may be, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// The three keys that can give one secret.
pub(super) struct Keys {
    place: &'static str,
    env: &'static str,
    file: &'static str,
    /// Whether it has lines: a key has, a password has none.
    has_lines: bool,
}

/// A password.
pub(super) const PASSWORD: Keys = Keys {
    place: "password",
    env: "password_env",
    file: "password_file",
    has_lines: false,
};

/// A private key.
pub(super) const PRIVATE_KEY: Keys = Keys {
    place: "private_key",
    env: "private_key_env",
    file: "private_key_file",
    has_lines: true,
};

/// What opens a private key.
pub(super) const PASSPHRASE: Keys = Keys {
    place: "passphrase",
    env: "passphrase_env",
    file: "passphrase_file",
    has_lines: false,
};

/// What the keys of one secret gave.
pub(super) enum Given {
    /// None of them is there.
    Nothing,
    /// What is there can not be used; that is reported.
    Broken,
    /// The secret, and where the file says so.
    Value(SecretString, Range<usize>),
}

/// What secrets may be read from.
pub(super) struct Sources<'a> {
    /// Where relative paths begin.
    pub base_dir: &'a Path,
    /// The value of an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

impl Sources<'_> {
    /// The secret that one of `keys` gives; reports where two do, or one that is of no use.
    pub fn read(&self, keys: &Keys, section: &Section<'_>, report: &mut Report) -> Given {
        let mut present = [keys.place, keys.env, keys.file]
            .into_iter()
            .filter(|key| section.has(key));
        let Some(key) = present.next() else {
            return Given::Nothing;
        };
        if present.next().is_some() {
            let all = quote_list([keys.place, keys.env, keys.file]);
            report.add(&section.header, format!("keep only one of {all}"));
            return Given::Broken;
        }
        match self.read_one(key, keys, section, report) {
            Some(secret) => {
                let (span, secret) = (secret.span(), secret.into_inner());
                Given::Value(secret, span)
            }
            None => Given::Broken,
        }
    }

    fn read_one(
        &self,
        key: &str,
        keys: &Keys,
        section: &Section<'_>,
        report: &mut Report,
    ) -> Option<Spanned<SecretString>> {
        section.checked_text(
            key,
            |text| {
                let secret = if key == keys.env {
                    self.variable(text)?
                } else if key == keys.file {
                    self.file(text, keys.has_lines)?
                } else {
                    text.into()
                };
                check_characters(&secret, keys.has_lines)?;
                Ok(secret)
            },
            report,
        )
    }

    fn variable(&self, name: &str) -> Result<SecretString, String> {
        let shouts = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let which = if !name.is_empty() && name.bytes().all(shouts) {
            format!("the environment variable {name}, which")
        } else {
            "an environment variable that".to_owned()
        };
        match (self.env)(name).map(SecretString::from) {
            Some(value) if !value.expose_secret().is_empty() => Ok(value),
            Some(_) => Err(format!("names {which} is empty; give it a value")),
            None => Err(format!("names {which} is not set; set it, or name another")),
        }
    }

    fn file(&self, path: &str, has_lines: bool) -> Result<SecretString, String> {
        let bytes = read_small(&self.base_dir.join(path)).map_err(|reason| {
            format!(
                "names a file that can not be read: {reason} (relative to {})",
                self.base_dir.display()
            )
        })?;
        let text =
            std::str::from_utf8(&bytes).map_err(|_| "names a file that is not text".to_owned())?;
        if has_lines {
            return Ok(text.into());
        }
        // Editors and `echo` end the line; the secret does not.
        let text = text.strip_suffix('\n').unwrap_or(text);
        Ok(text.strip_suffix('\r').unwrap_or(text).into())
    }
}

fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    // Asked first: opening a pipe would wait for its other end.
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(format!("it is larger than {} kB", LARGEST_FILE / 1024));
    }
    Ok(bytes)
}

fn check_characters(secret: &SecretString, has_lines: bool) -> Result<(), String> {
    let text = secret.expose_secret();
    if text.is_empty() {
        return Err("gives an empty secret".to_owned());
    }
    if !has_lines && !is_one_line(secret) {
        return Err("gives a secret with a line break or another control character".to_owned());
    }
    Ok(())
}

/// Whether a secret can be typed: has no line break and no other control character.
pub(crate) fn is_one_line(secret: &SecretString) -> bool {
    !secret.expose_secret().chars().any(char::is_control)
}
