//! A RouterOS version, as far as the simulated routers behave differently by it.

use std::fmt;
use std::str::FromStr;

/// For example `6.49.18` or `7.18.2`; ordered as versions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    /// `None` in `7.16`.
    pub patch: Option<u32>,
}

impl Version {
    pub(super) fn is_at_least(self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// How `/system resource print` calls the release channel.
    pub(super) fn channel(self) -> &'static str {
        if self.major < 7 {
            "long-term"
        } else {
            "stable"
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

/// The text is no version of the form `7.18` or `7.18.2`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no RouterOS version such as 6.49.18 or 7.18.2")]
pub struct BadVersion(String);

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[major, minor]) => Ok(Self {
                major,
                minor,
                patch: None,
            }),
            Ok(&[major, minor, patch]) => Ok(Self {
                major,
                minor,
                patch: Some(patch),
            }),
            _ => Err(BadVersion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_ordered_and_written() {
        let version: Version = "7.18.2".parse().unwrap();
        assert_eq!(version.to_string(), "7.18.2");
        assert!(version.is_at_least(7, 10) && !version.is_at_least(7, 19));
        assert!("6.49.18".parse::<Version>().unwrap() < version);
        assert_eq!("7.16".parse::<Version>().unwrap().to_string(), "7.16");
        assert!("seven".parse::<Version>().is_err());
    }
}
