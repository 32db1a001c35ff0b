//! Host keys from the seed, the same at every start, so that a demo started again is not taken
//! for a set of strangers. They protect nothing.

use std::sync::OnceLock;

use rand::SeedableRng;
use rand::rngs::StdRng;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair};

use crate::demo::dice::Dice;
use crate::demo::spec::HostKeyKind;

/// The size of the RSA host key.
const RSA_BITS: usize = 2048;

/// The usual RSA key of this process, and the one that it changes to.
static RSA: [OnceLock<PrivateKey>; 2] = [const { OnceLock::new() }; 2];

/// The host key of a router; `is_changed` gives another one of the same kind.
///
/// # Errors
/// The thread that makes an RSA key failed, or the key could not be made.
pub(super) async fn host_key(
    kind: HostKeyKind,
    seed: u64,
    is_changed: bool,
) -> Result<PrivateKey, russh::Error> {
    match kind {
        HostKeyKind::Ed25519 => {
            let purpose = if is_changed {
                "other host key"
            } else {
                "host key"
            };
            let pair = Ed25519Keypair::from_seed(&Dice::new(seed, purpose).bytes());
            Ok(PrivateKey::new(KeypairData::from(pair), "").map_err(russh::keys::Error::from)?)
        }
        HostKeyKind::Rsa => {
            let index = usize::from(is_changed);
            if let Some(key) = RSA[index].get() {
                return Ok(key.clone());
            }
            // Making a key takes a good part of a second of computing. It is locked meanwhile,
            // so that a thousand routers make it once.
            tokio::task::spawn_blocking(move || RSA[index].get_or_init(|| rsa_key(index)).clone())
                .await
                .map_err(|_| russh::Error::Disconnect)
        }
    }
}

fn rsa_key(index: usize) -> PrivateKey {
    let mut rng = StdRng::seed_from_u64(0x524f_5345 + index as u64);
    let pair = RsaKeypair::random(&mut rng, RSA_BITS).expect("2048 bits are a valid key size");
    PrivateKey::new(KeypairData::from(pair), "").expect("a new RSA key has a valid form")
}
