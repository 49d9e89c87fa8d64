//! How much a workbook may weigh. It is a ZIP archive, and a small one can unpack to anything.
//!
//! Every part is unpacked once and counted before any is read: what an archive says of itself is
//! checked first, and what it holds is believed only as far as it has been unpacked. Whoever reads
//! the parts afterwards reads the same bytes.

use std::io::{self, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

const MIB: u64 = 1 << 20;

/// The largest file that is looked at: a list of 300,000 rows has some 60 MB.
pub(super) const LARGEST_FILE: u64 = 200 * MIB;

/// How much it may unpack to: a sheet of as many rows as there can be, with a list's columns.
const LARGEST_UNPACKED: u64 = 1_024 * MIB;

/// How much one part may unpack to that is no sheet: the texts of such a sheet. A reader keeps
/// them all, each at several times its size in the part.
const LARGEST_PART: u64 = 256 * MIB;

/// How much the formats may unpack to. Excel has at most 65,490, and a reader keeps each at a
/// hundred times its size in the part.
const LARGEST_STYLES: u64 = 8 * MIB;

/// How many parts there may be; a workbook has a dozen and one more for every sheet.
const MOST_PARTS: usize = 10_000;

/// How many times its size it may unpack to, beyond [`SMALL`]. Sheets are packed 10 to 50 times.
const LARGEST_RATIO: u64 = 250;

/// What may be unpacked at any ratio.
const SMALL: u64 = 32 * MIB;

/// Why an archive is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) found: String,
    pub(super) expected: String,
}

fn refusal(found: impl Into<String>, expected: impl Into<String>) -> Refusal {
    Refusal {
        found: found.into(),
        expected: expected.into(),
    }
}

/// Unpacks every part and throws it away.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    check_size(bytes.len() as u64)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MOST_PARTS {
        let expected = format!("a workbook of at most {MOST_PARTS} parts");
        return Err(refusal(format!("{} parts", archive.len()), expected));
    }
    let mut unpacked = 0;
    for at in 0..archive.len() {
        unpacked += check_part(&mut archive, at, LARGEST_UNPACKED - unpacked)?;
    }
    if unpacked > SMALL && unpacked / LARGEST_RATIO > bytes.len() as u64 {
        let expected = format!("a workbook packed at most {LARGEST_RATIO} times");
        return Err(refusal(format!("{unpacked} bytes unpacked"), expected));
    }
    Ok(())
}

/// Whether a file of so many bytes is looked at.
pub(super) fn check_size(bytes: u64) -> Result<(), Refusal> {
    if bytes > LARGEST_FILE {
        let expected = format!("a workbook of at most {} MiB", LARGEST_FILE / MIB);
        return Err(refusal(format!("{bytes} bytes"), expected));
    }
    Ok(())
}

/// Answers with the size of a part, which may be no larger than `left`.
fn check_part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    at: usize,
    left: u64,
) -> Result<u64, Refusal> {
    let part = archive.by_index(at).map_err(broken)?;
    let name = part.name().map_err(broken)?.to_ascii_lowercase();
    let most = largest(&name).min(left);
    let too_large = || {
        let expected = format!("a part of at most {} MiB unpacked", most / MIB);
        refusal(format!("more in `{name}`"), expected)
    };
    if part.size() > most {
        return Err(too_large());
    }
    let size = io::copy(&mut part.take(most + 1), &mut io::sink()).map_err(broken)?;
    if size > most {
        return Err(too_large());
    }
    if name.ends_with("sharedstrings.xml") {
        let part = archive.by_index(at).map_err(broken)?;
        check_count(part, size)?;
    }
    Ok(size)
}

fn largest(name: &str) -> u64 {
    if name.ends_with("styles.xml") {
        LARGEST_STYLES
    } else if name.contains("worksheets/") && !name.ends_with("sharedstrings.xml") {
        LARGEST_UNPACKED
    } else {
        LARGEST_PART
    }
}

/// A reader makes room for as many texts as the part says it has, which it may not have.
fn check_count(part: impl Read, size: u64) -> Result<(), Refusal> {
    /// Room for so many is nothing.
    const FEW: u64 = 1_000_000;
    let mut xml = Reader::from_reader(BufReader::new(part));
    xml.config_mut().expand_empty_elements = true;
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(tag) if tag.local_name().as_ref() == "sst" => {
                let numbers = tag.attributes_raw().split(|c: char| !c.is_ascii_digit());
                // What is no number is too long for one.
                let count = |digits: &str| digits.parse().unwrap_or(u64::MAX);
                let most = numbers.filter(|it| !it.is_empty()).map(count).max();
                if most > Some(size.max(FEW)) {
                    return Err(broken("more texts than there is room for"));
                }
                return Ok(());
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    refusal(error.to_string(), "a workbook (XLSX) that can be unpacked")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_packed_too_tightly_is_refused() {
        let bomb = archive(&[("xl/worksheets/sheet1.xml", &vec![b' '; 64 << 20])]);
        assert!(bomb.len() < 100_000);
        let refused = check(&bomb).unwrap_err();
        assert_eq!(refused.expected, "a workbook packed at most 250 times");
        let small = archive(&[("xl/worksheets/sheet1.xml", &vec![b' '; 16 << 20])]);
        assert_eq!(check(&small), Ok(()));
    }

    #[test]
    fn a_part_that_unpacks_to_more_than_it_may_is_refused_before_its_end() {
        let styles = archive(&[("xl/styles.xml", &vec![b' '; 9 << 20])]);
        let refused = check(&styles).unwrap_err();
        assert_eq!(refused.expected, "a part of at most 8 MiB unpacked");
        assert_eq!(refused.found, "more in `xl/styles.xml`");
    }

    #[test]
    fn a_part_that_lies_about_its_size_is_refused() {
        let honest = archive(&[("xl/styles.xml", &vec![b' '; 9 << 20])]);
        let (declared, lie) = ((9_u32 << 20).to_le_bytes(), 100_u32.to_le_bytes());
        let mut lying = honest.clone();
        let places: Vec<_> = (0..honest.len() - 4)
            .filter(|at| honest[*at..at + 4] == declared)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            lying[at..at + 4].copy_from_slice(&lie);
        }
        assert!(check(&lying).is_err());
    }

    #[test]
    fn a_count_of_texts_that_cannot_be_true_is_refused() {
        let strings = |tag: &str| archive(&[("xl/sharedStrings.xml", tag.as_bytes())]);
        let tag =
            |count: &str| format!("<?xml version=\"1.0\"?><sst uniqueCount=\"{count}\"></sst>");
        assert_eq!(check(&strings(&tag("3"))), Ok(()));
        for count in ["9999999999", "99999999999999999999999"] {
            let refused = check(&strings(&tag(count))).unwrap_err();
            assert_eq!(refused.found, "more texts than there is room for");
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let refused = check(b"PK\x03\x04 and nothing else").unwrap_err();
        assert_eq!(refused.expected, "a workbook (XLSX) that can be unpacked");
        let refused = check_size(LARGEST_FILE + 1).unwrap_err();
        assert_eq!(refused.expected, "a workbook of at most 200 MiB");
    }
}
