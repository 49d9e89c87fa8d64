//! A file that appears whole or not at all: written beside its place, then moved there.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// A file beside `place`, for its owner alone, to be persisted there; it goes with its handle, or
/// stands in nobody's way after a crash.
pub fn beside(place: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder(place))
}

/// The folder a file stands in: its own move there is safe once the folder is synced.
pub fn folder(place: &Path) -> &Path {
    let folder = place.parent().filter(|dir| *dir != Path::new(""));
    folder.unwrap_or(Path::new("."))
}
