//! The SSH settings of a router: what routers of its version were seen to offer
//! (ktbyers/netmiko#2669, warp-tech/warpgate#1493), and buffers small enough for thousands of
//! connections at once.

use std::borrow::Cow;
use std::time::Duration;

use russh::keys::{Algorithm, HashAlg, PrivateKey};
use russh::server::Config;
use russh::{MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex, mac};

use crate::demo::spec::{Algorithms, AuthMethods};
use crate::demo::version::Version;

/// How RouterOS calls itself.
pub(super) const SSH_ID: &str = "SSH-2.0-ROSSSH";
/// How many logins may be refused before the connection is closed, as documented by MikroTik.
const LOGIN_ATTEMPTS: usize = 3;
/// How long a connection may be silent.
const INACTIVITY: Duration = Duration::from_secs(600);
/// How much a client may send before it must wait; clients send commands only.
const WINDOW: u32 = 64 * 1024;
/// How many messages fit between a task and its session.
pub(super) const EVENT_BUFFER: usize = 1024;

const KEX_6: &[kex::Name] = &[
    kex::DH_GEX_SHA256,
    kex::DH_GEX_SHA1,
    kex::DH_G14_SHA1,
    kex::DH_G1_SHA1,
];
const KEX_7: &[kex::Name] = &[
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::DH_GEX_SHA256,
    kex::DH_GEX_SHA1,
    kex::DH_G14_SHA1,
    kex::DH_G1_SHA1,
];
const KEX_LEGACY: &[kex::Name] = &[kex::DH_G14_SHA1, kex::DH_G1_SHA1];

const CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];
const CIPHERS_LEGACY: &[cipher::Name] = &[
    cipher::AES_256_CBC,
    cipher::AES_192_CBC,
    cipher::AES_128_CBC,
    cipher::TRIPLE_DES_CBC,
];

const MACS: &[mac::Name] = &[mac::HMAC_SHA1];
const MACS_7: &[mac::Name] = &[mac::HMAC_SHA256, mac::HMAC_SHA1];

const SSH_RSA: Algorithm = Algorithm::Rsa { hash: None };
const RSA_SHA256: Algorithm = Algorithm::Rsa {
    hash: Some(HashAlg::Sha256),
};
const KEYS_6: &[Algorithm] = &[RSA_SHA256, SSH_RSA];
const KEYS_7: &[Algorithm] = &[Algorithm::Ed25519, RSA_SHA256, SSH_RSA];
const KEYS_LEGACY: &[Algorithm] = &[SSH_RSA];

fn preferred(version: Version, algorithms: Algorithms) -> Preferred {
    let (kex, key, cipher, mac) = match algorithms {
        Algorithms::LegacyOnly => (KEX_LEGACY, KEYS_LEGACY, CIPHERS_LEGACY, MACS),
        Algorithms::OfVersion if version.major < 7 => (KEX_6, KEYS_6, CIPHERS, MACS),
        Algorithms::OfVersion => (KEX_7, KEYS_7, CIPHERS, MACS_7),
    };
    Preferred {
        kex: Cow::Borrowed(kex),
        key: Cow::Borrowed(key),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Borrowed(cipher),
        mac: Cow::Borrowed(mac),
        compression: Cow::Borrowed(&[compression::NONE]),
    }
}

/// The settings of a router with this host key.
pub(super) fn config(
    version: Version,
    algorithms: Algorithms,
    auth: AuthMethods,
    host_key: PrivateKey,
) -> Config {
    Config {
        server_id: SshId::Standard(Cow::Borrowed(SSH_ID)),
        methods: methods(auth),
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![host_key],
        window_size: WINDOW,
        event_buffer_size: EVENT_BUFFER,
        channel_buffer_size: 4,
        preferred: preferred(version, algorithms),
        max_auth_attempts: LOGIN_ATTEMPTS,
        inactivity_timeout: Some(INACTIVITY),
        nodelay: true,
        ..Config::default()
    }
}

fn methods(auth: AuthMethods) -> MethodSet {
    let offered = [
        (MethodKind::PublicKey, auth.public_key),
        (MethodKind::Password, auth.password),
        (MethodKind::KeyboardInteractive, auth.keyboard_interactive),
    ];
    let mut methods = MethodSet::empty();
    for (method, is_offered) in offered {
        if is_offered {
            methods.push(method);
        }
    }
    methods
}
