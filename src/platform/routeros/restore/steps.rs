//! What to do, in order, with the exact commands.

use super::storage::{Storage, storage};
use super::{RestoreStep, Source, Target, is_long, major_of};

/// How many characters of a device's name are taken for the file's.
const MAX_NAME_CHARS: usize = 40;

/// The steps of a restore.
pub(super) fn steps(source: &Source, target: &Target) -> Vec<RestoreStep> {
    let place = storage(target.model.as_deref().or(source.model.as_deref()));
    let name = file_name(target.name.as_deref());
    let path = match place {
        Storage::Flash => format!("flash/{name}"),
        Storage::Root | Storage::Unknown => name.clone(),
    };
    let console = Console {
        is_v7: major_of(source, target).is_some_and(|major| major >= 7),
        path,
    };
    let mut steps = vec![prepare(source, target, &name), console.upload(place)];
    steps.extend(console.dry_run());
    if is_long(source) {
        steps.push(console.reset_alone());
        steps.push(console.import());
    } else {
        steps.push(console.reset_and_run());
    }
    steps.push(console.finish());
    steps
}

/// The name under which the file is put on a device: letters, digits, dashes and underscores, so
/// that it needs no quotes and never ends in `.auto.rsc`, which runs on upload.
#[must_use]
pub fn file_name(device: Option<&str>) -> String {
    let plain: String = device
        .unwrap_or_default()
        .chars()
        .take(MAX_NAME_CHARS)
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => c,
            _ => '-',
        })
        .collect();
    let plain = plain.trim_matches('-');
    let plain = if plain.is_empty() { "restore" } else { plain };
    format!("{plain}.rsc")
}

fn step(text: impl Into<String>, commands: impl IntoIterator<Item = String>) -> RestoreStep {
    RestoreStep {
        text: text.into(),
        commands: commands.into_iter().collect(),
    }
}

fn prepare(source: &Source, target: &Target, name: &str) -> RestoreStep {
    let device = target.name.as_deref().unwrap_or("the device");
    let version = source.version.as_ref().map_or_else(
        || "the RouterOS version that the backup came from".to_owned(),
        |version| format!("RouterOS {version}"),
    );
    let delay = if source.content.has_radios {
        " It has Wi-Fi or LTE, whose interfaces appear late after a start: put the line \
         \":delay 15s\" in front of the first menu."
    } else {
        ""
    };
    step(
        format!(
            "Bring {device} to {version}, make a backup of what is on it now, and save \
             this one as {name}. Deal with the warnings in that file.{delay}"
        ),
        [],
    )
}

/// The words of one version's command line.
struct Console {
    is_v7: bool,
    /// Where the file lies on the device.
    path: String,
}

impl Console {
    /// A command in the version's own spelling; that of v6 is understood by v7 as well.
    fn command(&self, menu: &[&str], rest: &str) -> String {
        let menu = menu.join(if self.is_v7 { "/" } else { " " });
        format!("/{menu}{rest}")
    }

    fn upload(&self, place: Storage) -> RestoreStep {
        let path = &self.path;
        let text = match place {
            Storage::Flash => format!(
                "Upload it by WinBox or SFTP as {path}: on this model only what lies in flash \
                 survives the reboot."
            ),
            Storage::Root => format!(
                "Upload it by WinBox or SFTP as {path}. Should the list show a directory flash, \
                 put it there, and write flash/{path} below."
            ),
            Storage::Unknown => format!(
                "Upload it by WinBox or SFTP as {path}. It is not known where this model keeps \
                 files: if the list shows a directory flash, put it there and write \
                 flash/{path} below, for anything else is lost at the reboot."
            ),
        };
        let text = format!("{text} Never name it *.auto.rsc: that runs at once.");
        step(text, [self.command(&["file", "print"], "")])
    }

    /// `None` before v7, which does not know it.
    fn dry_run(&self) -> Option<RestoreStep> {
        let path = &self.path;
        self.is_v7.then(|| {
            step(
                "Look for errors without changing anything. A version that answers \"expected \
                 end of command\" does not know dry-run yet, and nothing happened.",
                [format!("/import file-name={path} verbose=yes dry-run")],
            )
        })
    }

    fn reset(&self, rest: &str) -> String {
        let rest = format!(" no-defaults=yes skip-backup=yes{rest}");
        self.command(&["system", "reset-configuration"], &rest)
    }

    fn reset_and_run(&self) -> RestoreStep {
        let rest = format!(" run-after-reset={}", self.path);
        step(
            "Reset the device; it starts empty and imports the file. This wipes its \
             configuration. Add keep-users=yes to keep the logins. Should it come up without \
             the configuration, log in by MAC address with WinBox and read the log.",
            [self.reset(&rest)],
        )
    }

    fn reset_alone(&self) -> RestoreStep {
        step(
            "Reset the device; it starts empty and without addresses. This wipes its \
             configuration. The import comes after it by hand, for run-after-reset is stopped \
             after two minutes. Add keep-users=yes to keep the logins.",
            [self.reset("")],
        )
    }

    fn import(&self) -> RestoreStep {
        step(
            "Log in by MAC address with WinBox, from the same network, and import. It stops at \
             the first error: mend the file, reset and begin again. Safe mode is no help, it \
             ends silently after about 100 changes.",
            [format!("/import file-name={} verbose=yes", self.path)],
        )
    }

    fn finish(&self) -> RestoreStep {
        step(
            "Set passwords, SSH keys and certificates, which no export holds; delete the file; \
             then back the device up here and compare it with this backup.",
            [
                self.command(&["file", "remove"], &format!(" {}", self.path)),
                self.command(&["log", "print"], ""),
            ],
        )
    }
}
