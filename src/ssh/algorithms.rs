//! Which algorithms are offered, and the sizes that default russh gets wrong for RouterOS.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use russh::client::{Config, GexParams};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{Preferred, cipher, compression, kex, mac};

/// Bytes of a channel's window. RouterOS loses the tail of an export, with exit status 0, when
/// the window is used up before it is adjusted (ytti/oxidized#3867); 2 MiB is what OpenSSH
/// opens, which is not known to lose anything.
pub const WINDOW_BYTES: u32 = 2 * 1024 * 1024;

/// How many messages a channel buffers before the socket is read no further. A consumer that
/// falls behind delays the window's adjustment, and so invites the same fault.
const CHANNEL_BUFFER_MESSAGES: usize = 256;

/// Largest packet, RFC 4253's minimum maximum.
const PACKET_BYTES: u32 = 32_768;

const RSA_SHA512: Algorithm = Algorithm::Rsa {
    hash: Some(HashAlg::Sha512),
};
const RSA_SHA256: Algorithm = Algorithm::Rsa {
    hash: Some(HashAlg::Sha256),
};
const RSA_SHA1: Algorithm = Algorithm::Rsa { hash: None };
const P256: Algorithm = Algorithm::Ecdsa {
    curve: EcdsaCurve::NistP256,
};
const P384: Algorithm = Algorithm::Ecdsa {
    curve: EcdsaCurve::NistP384,
};
const P521: Algorithm = Algorithm::Ecdsa {
    curve: EcdsaCurve::NistP521,
};

/// Safe key exchanges, cheapest first: curve25519 is RouterOS 7.7 on, the others what 6.49 and
/// older 7 have (with `strong-crypto=yes` only the group exchange).
const KEX: &[kex::Name] = &[
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::DH_G14_SHA256,
    kex::DH_GEX_SHA256,
    kex::DH_G16_SHA512,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// SHA-1 key exchanges, for `legacy_ssh` only. The fixed groups come before the exchanged one:
/// russh asks for no group below 2048 bits, which is all that the oldest have.
const LEGACY_KEX: &[kex::Name] = &[kex::DH_G14_SHA1, kex::DH_GEX_SHA1, kex::DH_G1_SHA1];

const KEYS: &[Algorithm] = &[
    Algorithm::Ed25519,
    P256,
    P384,
    P521,
    RSA_SHA512,
    RSA_SHA256,
    // Signs the exchange with SHA-1, and is all that default RouterOS 6.49 may offer; the key
    // itself is pinned, which does not rest on that hash.
    RSA_SHA1,
];

const LEGACY_KEYS: &[Algorithm] = &[Algorithm::Dsa];

const CIPHERS: &[cipher::Name] = &[
    cipher::AES_128_GCM,
    cipher::AES_256_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_128_CTR,
    cipher::AES_192_CTR,
    cipher::AES_256_CTR,
];

const LEGACY_CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_CBC,
    cipher::AES_192_CBC,
    cipher::AES_128_CBC,
    cipher::TRIPLE_DES_CBC,
];

const MACS: &[mac::Name] = &[
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256,
    mac::HMAC_SHA512,
    // Default RouterOS 6.49 offers only this and MD5 (kkonradpl/mtscan#10). HMAC does not rest
    // on SHA-1's resistance to collisions.
    mac::HMAC_SHA1,
];

const LEGACY_MACS: &[mac::Name] = &[mac::HMAC_SHA1_ETM];

static SAFE: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(config(&safe())));
static LEGACY: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(config(&legacy())));

/// The configuration of a connection; with `legacy` the weak algorithms are offered as well,
/// after the safe ones.
pub fn client_config(legacy: bool) -> Arc<Config> {
    Arc::clone(if legacy { &LEGACY } else { &SAFE })
}

fn config(preferred: &Preferred) -> Config {
    Config {
        preferred: preferred.clone(),
        window_size: WINDOW_BYTES,
        maximum_packet_size: PACKET_BYTES,
        channel_buffer_size: CHANNEL_BUFFER_MESSAGES,
        // russh prefers 8192 bits, which costs 375 ms of our CPU a login, far more of the
        // router's (Eugeny/russh#636), and is refused by old RouterOS (warp-tech/warpgate#1659).
        gex: GexParams::new(2048, 2048, 8192).expect("the sizes are within russh's limits"),
        nodelay: true,
        // RouterOS does not answer keepalive@openssh.com; russh would count that as a dead peer.
        // Our own deadlines end what hangs.
        keepalive_interval: None,
        inactivity_timeout: None,
        ..Config::default()
    }
}

fn safe() -> Preferred {
    Preferred {
        kex: Cow::Borrowed(KEX),
        key: Cow::Borrowed(KEYS),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Borrowed(CIPHERS),
        mac: Cow::Borrowed(MACS),
        // An export is read once and is small; compression would cost the router more.
        compression: Cow::Borrowed(&[compression::NONE]),
    }
}

fn legacy() -> Preferred {
    let safe = safe();
    Preferred {
        kex: joined(&safe.kex, LEGACY_KEX),
        key: joined(&safe.key, LEGACY_KEYS),
        cipher: joined(&safe.cipher, LEGACY_CIPHERS),
        mac: joined(&safe.mac, LEGACY_MACS),
        ..safe
    }
}

fn joined<T: Clone>(strong: &[T], weak: &[T]) -> Cow<'static, [T]> {
    Cow::Owned(strong.iter().chain(weak).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_algorithms_are_offered_to_legacy_devices_only_and_last() {
        let (safe, legacy) = (safe(), legacy());
        for weak in LEGACY_KEX {
            assert!(!safe.kex.contains(weak));
            assert!(legacy.kex.contains(weak));
        }
        for weak in LEGACY_CIPHERS {
            assert!(!safe.cipher.contains(weak));
        }
        assert!(!safe.key.contains(&Algorithm::Dsa));
        assert!(legacy.kex.starts_with(&safe.kex));
        assert!(legacy.cipher.starts_with(&safe.cipher));
        assert!(legacy.key.starts_with(&safe.key));
    }

    #[test]
    fn default_routeros_6_49_has_something_in_common() {
        let safe = safe();
        assert!(safe.kex.contains(&kex::DH_GEX_SHA256));
        assert!(safe.mac.contains(&mac::HMAC_SHA1));
        assert!(safe.cipher.contains(&cipher::AES_128_CTR));
    }

    #[test]
    fn the_window_is_what_openssh_opens() {
        assert!(client_config(false).window_size >= 2_097_152);
        assert!(client_config(true).window_size >= 2_097_152);
        assert_eq!(client_config(false).keepalive_interval, None);
    }
}
