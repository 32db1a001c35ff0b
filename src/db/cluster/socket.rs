//! Where the Unix socket is, and the URL that leads there.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ROLE;

/// Longest path of a Unix socket on Linux.
const MAX_SOCKET_PATH: usize = 107;

/// How PostgreSQL names its socket in the folder.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// The folder for the socket: in the data folder, or, where that path is too long for a socket,
/// one in the system's folder for temporary files that is named after it.
pub fn folder(data_dir: &Path) -> PathBuf {
    let inside = data_dir.join("run");
    if inside.as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH {
        return inside;
    }
    let digest = Sha256::digest(data_dir.as_os_str().as_bytes());
    PathBuf::from(format!("/tmp/routervault-{}", hex::encode(&digest[..8])))
}

/// The URL of the cluster whose socket is in `folder`.
pub fn url(folder: &Path) -> String {
    let mut url = String::from("postgres:///postgres?host=");
    for &byte in folder.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' => url.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            byte => write!(url, "%{byte:02X}").expect("writing to a String does not fail"),
        }
    }
    url.push_str("&user=");
    url.push_str(ROLE);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_socket() {
        assert_eq!(folder(Path::new("/data")), Path::new("/data/run"));
        let long = PathBuf::from(format!("/{}", "x".repeat(120)));
        assert!(folder(&long).as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH);
        assert_ne!(folder(&long), folder(&long.join("y")));
    }

    #[test]
    fn the_url_survives_odd_paths() {
        assert_eq!(
            url(Path::new("/a b&c%d")),
            "postgres:///postgres?host=/a%20b%26c%25d&user=routervault"
        );
    }
}
