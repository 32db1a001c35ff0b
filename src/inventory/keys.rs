//! Every key that an inventory file may hold, by section. `devices.example.toml` explains
//! them; a test holds the two together.

/// The top level.
pub(super) const TOP: &[&str] = &[
    "defaults",
    "credential",
    "site",
    "schedule",
    "maintenance_window",
    "retention",
    "archive",
];

/// `[defaults]`: what devices and sites inherit.
pub(super) const DEFAULTS: &[&str] = &[
    "platform",
    "credential",
    "port",
    "legacy_ssh",
    "connect_timeout_secs",
    "export_timeout_secs",
    "timezone",
];

/// `[[credential]]`.
pub(super) const CREDENTIAL: &[&str] = &[
    "name",
    "username",
    "password",
    "password_env",
    "password_file",
    "private_key",
    "private_key_env",
    "private_key_file",
    "passphrase",
    "passphrase_env",
    "passphrase_file",
];

/// `[[site]]`.
pub(super) const SITE: &[&str] = &["slug", "name", "timezone", "tags", "device"];

/// `[[site.device]]`.
pub(super) const DEVICE: &[&str] = &[
    "name",
    "address",
    "port",
    "platform",
    "credential",
    "tags",
    "enabled",
    "legacy_ssh",
    "connect_timeout_secs",
    "export_timeout_secs",
];

/// `[[schedule]]`.
pub(super) const SCHEDULE: &[&str] = &[
    "tag",
    "site",
    "device",
    "rhythm",
    "minute",
    "time",
    "weekdays",
    "cron",
    "timezone",
    "spread_minutes",
    "per_site",
];

/// `[[maintenance_window]]`.
pub(super) const MAINTENANCE_WINDOW: &[&str] = &[
    "name", "tag", "site", "device", "weekdays", "time", "minutes", "from", "until", "timezone",
];

/// `[[retention]]`.
pub(super) const RETENTION: &[&str] = &[
    "tag",
    "site",
    "keep_newest",
    "keep_days",
    "thin_all_days",
    "thin_daily_days",
];

/// `[[archive]]`.
pub(super) const ARCHIVE: &[&str] = &[
    "name", "site", "history", "contents", "secrets", "rhythm", "minute", "time", "weekdays",
    "cron", "timezone", "keep", "comment",
];
