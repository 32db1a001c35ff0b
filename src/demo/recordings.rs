//! Sessions recorded from real routers, served again: each `*.simulation.yaml` of a folder
//! becomes a router that answers exactly the commands that were recorded. The shape is that of
//! the test data of ytti/oxidized.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio_util::bytes::Bytes;

/// How large a recording may be.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// What the name of a recording ends with.
const SUFFIX: &str = ".simulation.yaml";

/// A recorded session.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The file's name without its ending; stands in for an identity that was not recorded.
    pub name: String,
    /// Answers with CRLF line ends, by command.
    answers: HashMap<String, Bytes>,
}

/// Why a recording can not be served.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file or folder can not be read.
    #[error("Cannot read {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    /// More than 8 MiB.
    #[error("Cannot use {0}: it is larger than 8 MiB")]
    TooLarge(PathBuf),
    /// Not YAML, or not the shape of a recording.
    #[error("Cannot use {path}: {reason}")]
    Shape { path: PathBuf, reason: String },
    /// No recording in the folder.
    #[error("Cannot find any file named *.simulation.yaml in {0}")]
    None(PathBuf),
}

#[derive(Deserialize)]
struct File {
    commands: Commands,
}

/// Both shapes occur: a map, and a list of maps with one key each.
#[derive(Deserialize)]
#[serde(untagged)]
enum Commands {
    Map(HashMap<String, Option<String>>),
    List(Vec<HashMap<String, Option<String>>>),
}

impl Recording {
    /// The recorded answer to a command, `None` when it was not recorded.
    pub(super) fn answer(&self, command: &str) -> Option<Bytes> {
        self.answers.get(&normal(command)).cloned()
    }

    /// Reads one recording; `path` names it in errors.
    ///
    /// # Errors
    /// The file is larger than 8 MiB, can not be read, or is not of the shape.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let read_error = |source| RecordingError::Read {
            path: path.to_owned(),
            source,
        };
        let mut text = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text))
            .map_err(read_error)?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(RecordingError::TooLarge(path.to_owned()));
        }
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &[u8]) -> Result<Self, RecordingError> {
        let shape = |reason: String| RecordingError::Shape {
            path: path.to_owned(),
            reason,
        };
        let file: File =
            serde_saphyr::from_slice(text).map_err(|error| shape(error.to_string()))?;
        let commands = match file.commands {
            Commands::Map(map) => vec![map],
            Commands::List(list) => list,
        };
        let answers: HashMap<_, _> = commands
            .into_iter()
            .flatten()
            .map(|(command, answer)| (normal(&command), wire(&answer.unwrap_or_default())))
            .collect();
        if !answers.keys().any(|command| command.starts_with("/export")) {
            return Err(shape("it records no /export".to_owned()));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(SUFFIX).unwrap_or(&name);
        let name = name.strip_prefix("routeros_").unwrap_or(name).to_owned();
        Ok(Self { name, answers })
    }
}

/// Reads all recordings of a folder, in the order of their names.
///
/// # Errors
/// The folder can not be read or holds no recording, or one of them can not be used.
pub fn read_folder(folder: &Path) -> Result<Vec<Recording>, RecordingError> {
    let read_error = |source| RecordingError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(read_error)?.collect();
    let mut paths: Vec<_> = entries
        .map_err(read_error)?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(SUFFIX))
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(RecordingError::None(folder.to_owned()));
    }
    paths.iter().map(|path| Recording::read(path)).collect()
}

/// A command as it is looked up: one blank between words, none around.
fn normal(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The recorded text as the router sent it: escapes undone, CRLF at every line's end.
fn wire(recorded: &str) -> Bytes {
    let mut text = unescape(recorded)
        .replace("\r\n", "\n")
        .replace('\n', "\r\n");
    if !text.is_empty() && !text.ends_with("\r\n") {
        text.push_str("\r\n");
    }
    text.into()
}

/// Undoes `\\`, `\"`, and `\xHH`, which the recordings use inside of block scalars, where YAML
/// itself leaves them alone. Any other backslash stays.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (character, length) = escape(&rest.as_bytes()[at..]);
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// The character that the escape at the start stands for, and the escape's length.
fn escape(bytes: &[u8]) -> (char, usize) {
    match bytes {
        [_, b'\\', ..] => ('\\', 2),
        [_, b'"', ..] => ('"', 2),
        [_, b'x', high, low, ..] => {
            let digit = |byte: u8| {
                char::from(byte)
                    .to_digit(16)
                    .and_then(|d| u8::try_from(d).ok())
            };
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (char::from(high * 16 + low), 4),
                _ => ('\\', 1),
            }
        }
        _ => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "init_prompt:\ncommands:\n  \"/system resource print\\n\": |-\n    \\x20    version: 7.16 (stable)\n    platform: MikroTik\n\n  \"/export show-sensitive\\n\": |-\n    # by RouterOS 7.16\n    add name=\\\"a b\\\" gateway=\\\\\n        192.0.2.1\n";

    fn parse(text: &str) -> Result<Recording, RecordingError> {
        Recording::parse(
            Path::new("/x/routeros_CHR_7.16.simulation.yaml"),
            text.as_bytes(),
        )
    }

    #[test]
    fn a_map_of_commands_is_read_and_its_escapes_undone() {
        let recording = parse(MAP).unwrap();
        assert_eq!(recording.name, "CHR_7.16");
        assert_eq!(
            recording.answer("/export show-sensitive").unwrap(),
            "# by RouterOS 7.16\r\nadd name=\"a b\" gateway=\\\r\n    192.0.2.1\r\n"
        );
        let facts = recording.answer("/system  resource print").unwrap();
        assert!(facts.starts_with(b"     version: 7.16"));
        assert_eq!(recording.answer("/export"), None);
    }

    #[test]
    fn a_list_of_commands_is_read_as_well() {
        let text = "---\ncommands:\n  - \"/export\\n\": |-\n      # jan/02/1970 by RouterOS 6.49\n  - \"quit\\n\": |-\n      interrupted\n";
        let recording = parse(text).unwrap();
        assert_eq!(recording.answer("quit").unwrap(), "interrupted\r\n");
        assert!(recording.answer("/export").is_some());
    }

    #[test]
    fn what_is_no_recording_is_refused_by_its_name() {
        for text in ["", "commands: 5", "]", "commands:\n  a: b", "\u{0}\u{1}"] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("routeros_CHR_7.16"), "{error}");
        }
        assert!(Recording::parse(Path::new("x"), b"\xff\xfe\xfd").is_err());
    }

    #[test]
    fn a_file_of_more_than_8_mib_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.simulation.yaml");
        fs::File::create(&path)
            .unwrap()
            .set_len(MAX_FILE_BYTES + 1)
            .unwrap();
        assert!(matches!(
            read_folder(folder.path()),
            Err(RecordingError::TooLarge(_))
        ));
        fs::remove_file(path).unwrap();
        assert!(matches!(
            read_folder(folder.path()),
            Err(RecordingError::None(_))
        ));
    }
}
