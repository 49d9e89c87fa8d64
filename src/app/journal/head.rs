//! The heads told outside: a file beside the database, one line for every batch sealed.
//!
//! Whoever owns the database can rebuild the whole chain; not, unnoticed, what stands elsewhere.
//! A line is `POSITION SEAL TIME`; one that ends in `restored` says that a backup with this head was
//! restored at that time, and that what was told before of later positions belongs to an epoch that
//! is lost. The file only grows. A line cut off by a crash says nothing; the next one begins on a
//! line of its own.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::domain::journal::Head;
use crate::domain::time::rfc3339;

/// The file's name in the data directory.
pub const FILE: &str = "journal-head.log";

/// The longest line there is, with room to spare.
const LONGEST: i64 = 256;

/// What ends the line of a restore.
const RESTORED: &str = "restored";

/// A line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The head.
    pub head: Head,
    /// When it was told.
    pub at: DateTime<Utc>,
    /// Whether a backup that ends in it was restored then.
    pub restored: bool,
}

impl Told {
    /// A head that was sealed.
    pub fn sealed(head: Head, at: DateTime<Utc>) -> Self {
        Self {
            head,
            at,
            restored: false,
        }
    }

    /// The head of a backup that was restored.
    pub fn restored(head: Head, at: DateTime<Utc>) -> Self {
        Self {
            restored: true,
            ..Self::sealed(head, at)
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head { position, seal } = self.head;
        write!(f, "{position} {seal} {}", rfc3339(self.at))?;
        if self.restored {
            write!(f, " {RESTORED}")?;
        }
        Ok(())
    }
}

/// Adds a line, durably.
pub fn append(path: &Path, told: Told) -> io::Result<()> {
    let mut file = File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let mut line = format!("{told}\n");
    if !ends_a_line(&mut file)? {
        line.insert(0, '\n');
    }
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The last head that was told; none before the first.
pub fn last(path: &Path) -> io::Result<Option<Head>> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let length = file.seek(SeekFrom::End(0))?;
    let tail = i64::try_from(length).unwrap_or(i64::MAX).min(2 * LONGEST);
    file.seek(SeekFrom::End(-tail))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text.lines().rev().find_map(parse).map(|told| told.head))
}

/// How many bytes have been told; none where there is no file.
pub fn length(path: &Path) -> io::Result<u64> {
    let file = open(path)?;
    file.map_or(Ok(0), |file| Ok(file.metadata()?.len()))
}

/// What was told in so many bytes, in the order of the file; nothing where there is no file.
pub fn read(
    path: &Path,
    length: u64,
) -> io::Result<impl Iterator<Item = io::Result<Told>> + use<>> {
    let lines = open(path)?.map(|file| BufReader::new(file.take(length)).lines());
    let heads = lines.into_iter().flatten();
    Ok(heads.filter_map(|line| line.map(|line| parse(&line)).transpose()))
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A line that was written to its end.
fn parse(line: &str) -> Option<Told> {
    let mut parts = line.split(' ');
    let head = Head {
        position: parts.next()?.parse().ok()?,
        seal: parts.next()?.parse().ok()?,
    };
    let at = DateTime::parse_from_rfc3339(parts.next()?).ok()?.to_utc();
    let restored = match parts.next() {
        None => false,
        Some(RESTORED) => true,
        Some(_) => return None,
    };
    parts
        .next()
        .is_none()
        .then_some(Told { head, at, restored })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;

    fn head(position: i64) -> Head {
        Head {
            position,
            seal: Digest::of(&position.to_be_bytes()),
        }
    }

    fn told(path: &Path) -> Vec<i64> {
        let heads = read(path, length(path).unwrap()).unwrap();
        heads.map(|told| told.unwrap().head.position).collect()
    }

    #[test]
    fn what_was_told_is_read_back_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(last(&path).unwrap(), None);
        assert_eq!(told(&path), [0; 0]);
        let at = "2026-11-24T12:00:00.123Z".parse().unwrap();
        for position in 1..=9 {
            append(&path, Told::sealed(head(position), at)).unwrap();
        }
        assert_eq!(last(&path).unwrap(), Some(head(9)));
        assert_eq!(told(&path), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn what_is_told_after_a_length_was_noted_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let at = "2026-11-24T12:00:00.123Z".parse().unwrap();
        assert_eq!(length(&path).unwrap(), 0);
        append(&path, Told::sealed(head(1), at)).unwrap();
        let noted = length(&path).unwrap();
        append(&path, Told::sealed(head(2), at)).unwrap();
        assert_eq!(read(&path, noted).unwrap().count(), 1);
        assert_eq!(told(&path), [1, 2]);
    }

    #[test]
    fn a_restore_is_read_back_as_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let at = "2026-11-24T12:00:00.123Z".parse().unwrap();
        let lines = [
            Told::sealed(head(9), at),
            Told::restored(head(4), at),
            Told::sealed(head(5), at),
        ];
        for line in lines {
            append(&path, line).unwrap();
        }
        let told: Vec<_> = read(&path, u64::MAX).unwrap().map(Result::unwrap).collect();
        assert_eq!(told, lines);
        assert_eq!(last(&path).unwrap(), Some(head(5)));
    }

    #[test]
    fn a_line_cut_off_anywhere_loses_only_itself() {
        let at = "2026-11-24T12:00:00Z".parse().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        append(&path, Told::sealed(head(1), at)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..whole.len() - 1 {
            std::fs::write(&path, [&whole, &whole[..cut]].concat()).unwrap();
            assert_eq!(last(&path).unwrap(), Some(head(1)), "cut after {cut} bytes");
            append(&path, Told::sealed(head(2), at)).unwrap();
            assert_eq!(told(&path), [1, 2], "cut after {cut} bytes");
        }
    }
}
