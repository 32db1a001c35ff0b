//! What a simulated router is to be: hardware, software, accounts, algorithms, distance.

use std::time::Duration;

use russh::keys::PublicKey;
use secrecy::SecretString;

use super::account::ADVISED;
use super::dice::Dice;
use super::fault::Fault;
use super::model::Model;
use super::version::Version;

/// Everything about a simulated router that is chosen before it starts.
#[derive(Debug, Clone)]
pub struct RouterSpec {
    /// `/system identity`.
    pub identity: String,
    /// The hardware.
    pub model: Model,
    /// The software; decides what `/export` knows and how dates are written.
    pub version: Version,
    /// Serial number of a routerboard; `None` on a CHR.
    pub serial: Option<String>,
    /// What the configuration and the host key are made from.
    pub seed: u64,
    /// How large the export is, about.
    pub size_bytes: usize,
    /// The one account.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// The keys that may log in to it.
    pub authorized_keys: Vec<PublicKey>,
    /// What the account's group allows, by the names of RouterOS.
    pub policies: Vec<&'static str>,
    /// The ways to log in that are offered.
    pub auth: AuthMethods,
    /// The illness it starts with.
    pub fault: Option<Fault>,
    /// The SSH algorithms it offers.
    pub algorithms: Algorithms,
    /// The kind of host key it shows.
    pub host_key: HostKeyKind,
    /// How far away it seems to be: the time to the router and back.
    pub round_trip: Duration,
}

/// The ways to log in that a router offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthMethods {
    /// `password`
    pub password: bool,
    /// `keyboard-interactive`, with one prompt for the password.
    pub keyboard_interactive: bool,
    /// `publickey`
    pub public_key: bool,
}

impl AuthMethods {
    /// All three, as RouterOS offers them.
    pub const ALL: Self = Self {
        password: true,
        keyboard_interactive: true,
        public_key: true,
    };
}

/// The SSH algorithms a router offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithms {
    /// What a router of its version offers as delivered.
    OfVersion,
    /// SHA-1 key exchange and signatures and CBC ciphers only.
    LegacyOnly,
}

/// The kind of host key a router shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostKeyKind {
    /// Cheap, from the seed, one per router.
    Ed25519,
    /// 2048 bits; the same for all routers of the process, for making one takes long.
    Rsa,
}

impl RouterSpec {
    /// A healthy hEX S with RouterOS 7.18.2, 20 kB of configuration, and the account
    /// `backup` with a password of its own, to be changed by its fields.
    #[must_use]
    pub fn new(identity: impl Into<String>, seed: u64) -> Self {
        let mut dice = Dice::new(seed, "router");
        let serial = dice.text(b"0123456789ABCDEF", 12);
        Self {
            identity: identity.into(),
            model: Model::HEX_S,
            version: Version {
                major: 7,
                minor: 18,
                patch: Some(2),
            },
            serial: Some(serial),
            seed,
            size_bytes: 20_000,
            username: "backup".to_owned(),
            password: dice.text(b"abcdefghjkmnpqrstuvwxyz23456789", 16).into(),
            authorized_keys: Vec::new(),
            policies: ADVISED.to_vec(),
            auth: AuthMethods::ALL,
            fault: None,
            algorithms: Algorithms::OfVersion,
            host_key: HostKeyKind::Ed25519,
            round_trip: Duration::ZERO,
        }
    }

    /// The same on other hardware; a CHR has no serial number.
    #[must_use]
    pub fn on(mut self, model: Model) -> Self {
        self.model = model;
        if model.product.is_none() {
            self.serial = None;
        }
        self
    }

    /// The same with another version. Version 6 knows no Ed25519 host key.
    #[must_use]
    pub fn running(mut self, version: Version) -> Self {
        self.version = version;
        self.host_key = match version.major {
            ..7 => HostKeyKind::Rsa,
            7.. => HostKeyKind::Ed25519,
        };
        self
    }
}
