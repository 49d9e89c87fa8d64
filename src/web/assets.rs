//! Style sheets, scripts and pictures, embedded in the binary.
//!
//! An asset's URL carries a part of its digest, `/assets/app.0a1b2c3d.css`, so that browsers may
//! keep it for ever and a new release is seen at once.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;
use crate::domain::digest::hex;

#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct Assets;

/// How many bytes of the digest stand in a URL.
const DIGEST_BYTES: usize = 6;

/// The URL of an asset, for a template.
///
/// # Panics
///
/// When there is no asset of this name: names are written in our templates, not by callers.
pub fn url(name: &str) -> String {
    let file = Assets::get(name).unwrap_or_else(|| panic!("there is no asset `{name}`"));
    let (stem, extension) = name
        .rsplit_once('.')
        .expect("an asset's name ends in its kind");
    format!("/assets/{stem}.{}.{extension}", digest(&file))
}

/// Answers for `/assets/{file}`.
pub async fn serve(Path(file): Path<String>) -> Result<Response, Problem> {
    let asset = find(&file).ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let headers = [
        (header::CONTENT_TYPE, asset.metadata.mimetype().to_owned()),
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
    ];
    Ok((headers, asset.data).into_response())
}

/// The asset that a URL's last part names, if the digest is that of this release.
fn find(file: &str) -> Option<EmbeddedFile> {
    let (rest, extension) = file.rsplit_once('.')?;
    let (stem, written) = rest.rsplit_once('.')?;
    let asset = Assets::get(&format!("{stem}.{extension}"))?;
    (digest(&asset) == written).then_some(asset)
}

fn digest(file: &EmbeddedFile) -> String {
    hex(&file.metadata.sha256_hash()[..DIGEST_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_under_its_url_and_no_other_digest() {
        let url = url("icon.svg");
        let file = url.strip_prefix("/assets/").unwrap();
        assert_eq!(find(file).unwrap().metadata.mimetype(), "image/svg+xml");
        assert!(find("icon.svg").is_none());
        assert!(find("icon.000000000000.svg").is_none());
        assert!(find("../../Cargo.000000000000.toml").is_none());
    }
}
