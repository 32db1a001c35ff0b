//! The codec of snapshot bodies: whole (zstd), or a zstd patch against another body, which is
//! then its raw-content dictionary. A small change to a large export is a patch of some hundred
//! bytes (see `benches/pure.rs`).

use std::io::{self, Read, Write};

use zstd::stream::raw::CParameter;
use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

/// zstd level of the newest body of a device: read most, soon rewritten as a patch.
const WHOLE_LEVEL: i32 = 3;

/// zstd level of patches: written once, kept for years.
const PATCH_LEVEL: i32 = 19;

/// The same for a body and base that are large together: level 19 takes 3.6 s for two of 5 MB,
/// and a transaction waits for it.
const LARGE_PATCH_LEVEL: i32 = 6;

/// From how many bytes on a body and its base are large.
const LARGE_BYTES: usize = 2 * 1024 * 1024;

/// Largest window that is written and accepted, as a power of two (128 MiB): covers a base and
/// a body of the largest export together.
const MAX_WINDOW_LOG: u32 = 27;

/// How many patches may hang on one whole body: the oldest costs that many decompressions.
pub const MAX_CHAIN: i32 = 100;

/// Compresses a body by itself.
#[must_use]
pub fn encode_whole(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, WHOLE_LEVEL).expect("compressing into memory does not fail")
}

/// Compresses a body as a patch against `base`.
#[must_use]
pub fn encode_patch(body: &[u8], base: &[u8]) -> Vec<u8> {
    write_patch(body, base).expect("compressing into memory does not fail")
}

fn write_patch(body: &[u8], base: &[u8]) -> io::Result<Vec<u8>> {
    let level = match body.len() + base.len() {
        ..LARGE_BYTES => PATCH_LEVEL,
        LARGE_BYTES.. => LARGE_PATCH_LEVEL,
    };
    let mut encoder = Encoder::with_ref_prefix(Vec::new(), level, base)?;
    // The window must reach back over the whole base, or its beginning is not found.
    let reach = (body.len() + base.len()).next_power_of_two().ilog2();
    encoder.set_parameter(CParameter::WindowLog(reach.clamp(10, MAX_WINDOW_LOG)))?;
    encoder.set_parameter(CParameter::ContentSizeFlag(true))?;
    encoder.set_pledged_src_size(Some(body.len() as u64))?;
    encoder.write_all(body)?;
    encoder.finish()
}

/// The body again, at most `size_bytes` of it.
///
/// # Errors
/// When `encoded` is damaged, or holds more than `size_bytes`.
pub fn decode_whole(encoded: &[u8], size_bytes: usize) -> io::Result<Vec<u8>> {
    read_exactly(Decoder::with_buffer(encoded)?, size_bytes)
}

/// The body again from its patch and the same base, at most `size_bytes` of it.
///
/// # Errors
/// When `encoded` is damaged, holds more than `size_bytes`, or needs another base.
pub fn decode_patch(encoded: &[u8], base: &[u8], size_bytes: usize) -> io::Result<Vec<u8>> {
    let mut decoder = Decoder::with_ref_prefix(encoded, base)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    read_exactly(decoder, size_bytes)
}

/// Reads one byte more than expected at most, so that a damaged or hostile body costs bounded
/// memory.
fn read_exactly(decoder: impl Read, size_bytes: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(size_bytes);
    decoder.take(size_bytes as u64 + 1).read_to_end(&mut body)?;
    if body.len() != size_bytes {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the stored size does not match",
        ));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_change_is_a_small_patch() {
        let old: Vec<u8> = (0..4000)
            .flat_map(|i| format!("add address=192.0.2.{} list=l{i}\r\n", i % 250).into_bytes())
            .collect();
        let mut new = old.clone();
        new.extend_from_slice(b"add address=198.51.100.7 list=new\r\n");
        let patch = encode_patch(&old, &new);
        assert!(patch.len() < 100, "{} bytes", patch.len());
        assert_eq!(decode_patch(&patch, &new, old.len()).unwrap(), old);
    }

    #[test]
    fn more_than_the_stored_size_is_refused() {
        let bomb = encode_whole(&vec![0; 1 << 20]);
        assert!(decode_whole(&bomb, 1000).is_err());
        assert!(decode_whole(&bomb, (1 << 20) + 1).is_err());
    }

    proptest! {
        #[test]
        fn bodies_come_back(body in proptest::collection::vec(any::<u8>(), 0..4000)) {
            prop_assert_eq!(decode_whole(&encode_whole(&body), body.len()).unwrap(), body);
        }

        #[test]
        fn patches_come_back(
            body in proptest::collection::vec(any::<u8>(), 0..4000),
            base in proptest::collection::vec(any::<u8>(), 0..4000),
        ) {
            let patch = encode_patch(&body, &base);
            prop_assert_eq!(decode_patch(&patch, &base, body.len()).unwrap(), body);
        }

        #[test]
        fn garbage_is_an_error_and_no_panic(garbage in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode_whole(&garbage, 1000);
            prop_assert!(decode_patch(&garbage, b"base", 1000).map_or(true, |body| body.len() == 1000));
        }
    }
}
