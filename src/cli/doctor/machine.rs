//! This machine: the disk of the data folder.

use nix::sys::statvfs::statvfs;

use super::super::store::Database;
use super::Finding;

const NAME: &str = "disk";

/// How many bytes should be free at least: a night of 10,000 changed devices takes some hundred
/// megabytes, and PostgreSQL stops when it can write no more.
const LEAST_FREE_BYTES: u64 = 1 << 30;

/// How much of the disk should be free at least, in per cent.
const LEAST_FREE_PERCENT: u64 = 5;

/// Whether the data folder has room. That of a database elsewhere can not be seen from here.
pub fn disk(database: &Database) -> Finding {
    let Some(folder) = database.private_folder() else {
        let elsewhere = "The database is one of your own: watch the disk where it runs.";
        return Finding::ok(NAME, elsewhere);
    };
    let shown = folder.display();
    match statvfs(folder) {
        Ok(disk) => {
            let unit = disk.fragment_size();
            let free = disk.blocks_available().saturating_mul(unit);
            judge(&shown.to_string(), free, disk.blocks().saturating_mul(unit))
        }
        Err(error) => Finding::problem(
            NAME,
            format!("It can not be told how full the disk of {shown} is: {error}."),
        ),
    }
}

fn judge(folder: &str, free: u64, all: u64) -> Finding {
    let percent = free.saturating_mul(100).checked_div(all).unwrap_or(0);
    let megabytes = free >> 20;
    let said = format!("{megabytes} MiB ({percent} %) are free for {folder}");
    if free < LEAST_FREE_BYTES || percent < LEAST_FREE_PERCENT {
        Finding::problem(NAME, format!("Only {said}: make room before it is full."))
    } else {
        Finding::ok(NAME, format!("{said}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_too_full_by_bytes_or_by_its_share() {
        const GIB: u64 = 1 << 30;
        assert!(judge("/x", 10 * GIB, 100 * GIB).is_ok);
        assert!(!judge("/x", GIB / 2, 4 * GIB).is_ok);
        assert!(!judge("/x", 40 * GIB, 1000 * GIB).is_ok);
        assert!(!judge("/x", 0, 0).is_ok);
    }
}
