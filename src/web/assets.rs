//! Stylesheets, script and icon, compiled in. The address of each holds the hash of its
//! content, so a browser may keep it for ever and an upgrade is seen at once.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::PageError;

/// How many bytes of the SHA-256 stand in the address.
const HASH_BYTES: usize = 8;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets"]
struct Assets;

/// The address of an asset.
///
/// # Panics
/// When there is no such asset: a template names one that is not in the folder, which any
/// test of that page shows.
pub fn url(path: &str) -> String {
    let file = Assets::get(path).expect("templates name assets that exist");
    format!("/assets/{}/{path}", hash(&file))
}

fn hash(file: &EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..HASH_BYTES])
}

/// Serves an asset under the hash of its content.
pub async fn show(
    Path((hash_asked, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let file = Assets::get(&path)
        .filter(|file| hash(file) == hash_asked)
        .ok_or(PageError::NotFound("file"))?;
    let etag = format!("\"{hash_asked}\"");
    let about = [
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ETAG, etag.clone()),
    ];
    if is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let kind = HeaderValue::from_static(content_type(&path));
    Ok((about, [(header::CONTENT_TYPE, kind)], file.data).into_response())
}

/// Whether the browser says that it has the content of this entity tag.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| {
            known.split(',').any(|tag| {
                let tag = tag.trim();
                tag == "*" || tag.trim_start_matches("W/") == etag
            })
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
