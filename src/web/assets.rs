//! Addresses of the style sheets, scripts and pictures that the pages ask for.

/// The address of an asset by its name: `app.css` is at `/assets/app.css`.
pub fn url(name: &str) -> String {
    format!("/assets/{name}")
}
