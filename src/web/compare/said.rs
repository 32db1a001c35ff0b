//! What a comparison says of itself above its table, in sentences.

use super::page::ShowPage;
use crate::web::format::thousands;

/// A sentence, and where to go from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub is_warning: bool,
    /// Its beginning in bold, where it is not to be missed.
    pub lead: &'static str,
    pub text: String,
    /// What a link behind it is called, and its address.
    pub link: Option<(&'static str, String)>,
}

impl Said {
    fn info(text: impl Into<String>) -> Self {
        Self {
            is_warning: false,
            lead: "",
            text: text.into(),
            link: None,
        }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self {
            is_warning: true,
            ..Self::info(text)
        }
    }

    fn with_link(self, name: &'static str, address: String) -> Self {
        Self {
            link: Some((name, address)),
            ..self
        }
    }
}

impl ShowPage {
    /// What to know before the differences are read.
    pub(super) fn notices(&self) -> Vec<Said> {
        let mut notices = Vec::new();
        for (step, changed) in self.table.steps.iter().enumerate() {
            if let Some((old, new)) = &changed.version {
                let names = [self.column_name(&step), self.column_name(&(step + 1))];
                notices.push(Said::info(if !self.is_within_a_device(&step) {
                    versions_differ(&names, old, new)
                } else {
                    upgraded(old, new, (!self.is_pair()).then_some(&names))
                }));
            }
            if let Some((old, new)) = &changed.model {
                notices.push(Said::warning(format!(
                    "The model differs: {old} and {new}."
                )));
            }
        }
        if !self.is_one_device() {
            notices.push(Said::info("These are backups of different devices."));
        }
        if self.table.left_out > 0 {
            let beyond = Said {
                lead: "Not all was compared:",
                ..Said::warning(left_out(self.table.left_out))
            };
            notices.push(beyond.with_link("The text compares all of them", self.view.text_link()));
        }
        if self.secrets_differ() {
            notices.push(Said::warning(
                "Not all of these hold passwords and keys, so lines with them differ for that \
                 reason alone.",
            ));
        }
        notices
    }

    /// What is not shown as it is, each with the way to see it, where there is one.
    pub(super) fn hidden(&self) -> [Said; 2] {
        let noise = noise(self.view.noise, self.noise(), self.table.left_out > 0);
        let other_noise = || self.view.with_noise_turned().link();
        let noise = match (self.view.noise, self.noise()) {
            (true, _) => noise.with_link("Hide what is no change", other_noise()),
            (false, 0) => noise,
            (false, _) => noise.with_link("Show them", other_noise()),
        };
        let (secrets, link) = if self.view.secrets {
            ("Secrets are shown.", "Mask them")
        } else {
            (
                "Secrets are masked, and yet marked where they differ.",
                "Show secrets",
            )
        };
        let secrets = Said::info(secrets);
        let secrets = match self.may_turn_secrets() {
            true => secrets.with_link(link, self.view.with_secrets_turned().link()),
            false => secrets,
        };
        [noise, secrets]
    }
}

/// Two devices with different versions: nobody upgraded anything.
fn versions_differ([one, other]: &[String; 2], old: &str, new: &str) -> String {
    format!(
        "The RouterOS versions of {one} and {other} differ: {old} and {new}; each writes some \
         lines in its own way."
    )
}

/// An upgrade; `between` names the columns where there are more than two.
fn upgraded(old: &str, new: &str, between: Option<&[String; 2]>) -> String {
    let between = between.map_or_else(String::new, |[one, other]| {
        format!(" between {one} and {other}")
    });
    format!(
        "RouterOS changed from {old} to {new}{between}; an upgrade rewrites lines that nobody \
         touched."
    )
}

fn left_out(lines: usize) -> String {
    let count = thousands(&lines.to_string());
    let (noun, verb) = if lines == 1 {
        ("line", "is")
    } else {
        ("lines", "are")
    };
    format!("{count} {noun} at the end of these backups {verb} beyond what this page compares.")
}

/// What is left out of the table besides equal items: `lines` of noise, unless they are shown.
fn noise(is_shown: bool, lines: usize, is_cut: bool) -> Said {
    let rest = match (is_shown, lines) {
        (true, _) => "status remarks and an order that says nothing are shown".to_owned(),
        (false, 0) if is_cut => "nothing else is left out".to_owned(),
        (false, 0) => "nothing is left out".to_owned(),
        (false, lines) => {
            let count = thousands(&lines.to_string());
            let (noun, verb) = if lines == 1 {
                ("line", "is")
            } else {
                ("lines", "are")
            };
            format!(
                "{count} {noun} of status remarks, times and an order that says nothing {verb} \
                 left out"
            )
        }
    };
    Said::info(format!("Wrapped lines are joined; {rest}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_is_told_and_two_devices_are_not_called_upgraded() {
        let names = ["2".to_owned(), "3".to_owned()];
        let told = upgraded("7.15.2", "7.16", Some(&names));
        assert!(told.starts_with("RouterOS changed from 7.15.2 to 7.16 between 2 and 3; an"));
        assert!(upgraded("7.15.2", "7.16", None).contains("to 7.16; an upgrade"));
        let told = versions_differ(&names, "7.15.2", "7.16");
        assert!(told.contains("of 2 and 3 differ: 7.15.2 and 7.16; each"));
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert!(left_out(1).starts_with("1 line at the end of these backups is beyond"));
        assert!(left_out(1_200).starts_with("1,200 lines at the end of these backups are"));
        let noise = |is_shown, lines, is_cut| super::noise(is_shown, lines, is_cut).text;
        assert!(noise(false, 0, false).ends_with("; nothing is left out."));
        assert!(noise(false, 0, true).ends_with("; nothing else is left out."));
        assert!(noise(false, 1, true).contains("; 1 line of status remarks"));
        assert!(noise(true, 7, true).ends_with(" are shown."));
    }
}
