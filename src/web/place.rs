//! A place in the history of a device, as an address has it. It holds what the history is ordered
//! by and not only the number of a snapshot, so that it stays a place when that one is deleted.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de};

use crate::db::pages::SnapshotRow;
use crate::model::SnapshotId;

/// Behind a snapshot: older ones follow. Written `1777687211000000-2`, the microseconds since 1970
/// when it was taken, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub taken_at: DateTime<Utc>,
    pub id: SnapshotId,
}

/// What is no place.
#[derive(Debug, thiserror::Error)]
#[error("a place in a history is two numbers with a hyphen between them")]
pub struct NoPlace;

impl Place {
    /// Behind this snapshot.
    pub const fn behind(row: &SnapshotRow) -> Self {
        Self {
            taken_at: row.taken_at,
            id: row.id,
        }
    }

    /// As the database compares it.
    pub const fn key(self) -> (DateTime<Utc>, SnapshotId) {
        (self.taken_at, self.id)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.taken_at.timestamp_micros(), self.id)
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (micros, id) = text.split_once('-').ok_or(NoPlace)?;
        let micros: i64 = micros.parse().map_err(|_| NoPlace)?;
        Ok(Self {
            taken_at: DateTime::from_timestamp_micros(micros).ok_or(NoPlace)?,
            id: id.parse().map_err(|_| NoPlace)?,
        })
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place {
            taken_at: "2026-05-02T02:00:11.000001Z".parse().unwrap(),
            id: SnapshotId(2),
        };
        assert_eq!(place.to_string(), "1777687211000001-2");
        assert_eq!("1777687211000001-2".parse::<Place>().unwrap(), place);
    }

    #[test]
    fn what_is_no_place_and_what_no_database_can_hold_is_refused() {
        for text in ["", "2", "-2", "x-2", "2-x", "-1-2", "9223372036854775807-1"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
