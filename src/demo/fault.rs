//! The ways in which a simulated router can be ill, by name. What each does on the wire is
//! decided where it happens: in the gate, the SSH handler, or the export.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

/// One illness; its name on the command line is the kebab-case of the variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Fault {
    /// The port is closed: connections are refused.
    Refuse,
    /// TCP is accepted, and then nothing is ever said.
    HangAccept,
    /// The SSH version is sent, the key exchange is never answered.
    HangKex,
    /// Every login is left without an answer.
    HangAuth,
    /// Opening a channel is neither confirmed nor refused.
    HangChannel,
    /// A command is accepted and never answered.
    HangExec,
    /// Half of the export is sent, then nothing more.
    HangMidExport,
    /// The whole export is sent, and the channel is never closed.
    HangClose,
    /// The TCP connection is reset in the middle of the export.
    Cut,
    /// Half of the export is sent, then exit status 0 and a clean close.
    CutClean,
    /// What does not fit into the client's channel window is lost, with exit status 0.
    WindowTruncation,
    /// The export ends early, with `#error exporting` and `#interrupted`.
    Interrupted,
    /// Some menus are replaced by `#error exporting "/..." (timeout)`.
    MenuTimeouts,
    /// The export always has the same two `#error exporting` lines, and is whole otherwise.
    ErrorMenus,
    /// The export is answered with `not enough permissions (9)` and exit status 0.
    PermissionRefused,
    /// The export is empty.
    Empty,
    /// The export goes on for 50 MB.
    Flood,
    /// Every login is refused.
    WrongPassword,
    /// A shell is refused; commands work.
    NoShell,
    /// Another host key of the same algorithm is shown.
    ChangedHostKey,
    /// Only SHA-1 key exchange and signatures and CBC ciphers are offered.
    LegacyOnly,
    /// The channel is closed without an exit status.
    NoExitStatus,
    /// Everything is well, but the exit status is 1.
    NonzeroExit,
    /// Comments hold bytes that are neither ASCII nor UTF-8.
    Latin1,
    /// Status comments differ from one export to the next.
    StatusNoise,
    /// The export trickles, never idle and for longer than any deadline.
    Slow,
    /// A `:put` behind another command is a syntax error.
    SentinelUnsupported,
    /// The export is well-formed, with next to nothing in it.
    ExportShrunk,
    /// The serial number is another one, as after a replacement.
    SerialChanged,
    /// What answers on the port does not speak SSH.
    BannerGarbage,
    /// The first connection is reset, all later ones are healthy.
    Flap,
    /// `show-sensitive` is refused as an unknown word.
    HiddenSecrets,
}

impl Fault {
    /// All faults, in the order of a session.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// The name as on the command line, for example `cut-clean`.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn sentence(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// No fault has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault named {0:?}; the names are {list}", list = names())]
pub struct UnknownFault(String);

fn names() -> String {
    let names: Vec<_> = Fault::all().iter().map(|fault| fault.name()).collect();
    names.join(", ")
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| UnknownFault(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_sentence_and_is_found_by_its_name() {
        for fault in Fault::all() {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert!(fault.sentence().len() > 10, "{fault} has no sentence");
        }
        assert_eq!(Fault::Latin1.to_string(), "latin1");
        assert_eq!(Fault::CutClean.to_string(), "cut-clean");
    }

    #[test]
    fn an_unknown_fault_is_refused_with_the_names_there_are() {
        let error = "cut-dirty".parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("cut-dirty") && error.contains("cut-clean"));
    }
}
