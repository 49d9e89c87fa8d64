//! The file of a backup: JSON Lines under gzip, alike whichever engine it was taken from.
//!
//! The first line is the [`Manifest`]. The rows of its tables follow in its order, each row an array;
//! behind the last of a table stands `{"table":…,"rows":…,"sha256":…}` over its lines, and behind the
//! last table `{"complete":…}` over all lines before. A file that was cut or in which a byte was
//! changed is refused with its table. The digests find damage. Whoever alters rows of the record *and*
//! digests is found by `qingkong journal verify`; accounts, tokens, contacts, messages and counters are
//! vouched for by nothing, so a backup is to be kept where nobody else writes.

use std::io::{self, BufRead, BufReader, Read, Write};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::digest::{Digest, NotADigest};
use crate::domain::journal::Head;
use crate::keyring::KeyMark;
use crate::store::db::Table;

/// What every file begins with; a later form has another number.
const FORMAT: &str = "qingkong-backup/1";

/// How many rows are handed out at once, and how many bytes unless a single row has more.
const ROWS_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: usize = 1 << 20;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The release that wrote it.
    pub release: String,
    /// The newest migration of its schema.
    pub schema: i64,
    /// The engine it was taken from, as a person names it.
    pub engine: String,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// The end of the journal's chain: its position.
    pub position: i64,
    /// And its seal.
    pub seal: String,
    /// The keys of the node's keyring, which is not part of it.
    pub keys: Vec<KeyMark>,
    /// Its tables, each after those it refers to.
    pub tables: Vec<Table>,
}

impl Manifest {
    /// The end of the journal's chain.
    pub fn head(&self) -> Result<Head, NotADigest> {
        Ok(Head {
            position: self.position,
            seal: self.seal.parse()?,
        })
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct First {
    format: String,
    #[serde(flatten)]
    manifest: Manifest,
}

/// What a whole backup comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// The rows of all tables.
    pub rows: u64,
    /// SHA-256 over all lines.
    pub sha256: String,
}

/// Why a file cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is something else.
    #[error("no backup of ours: expected gzip whose first line names `{FORMAT}`")]
    Foreign(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// Its end is missing, or what is packed is damaged.
    #[error("cut or damaged in `{place}` after {rows} rows")]
    Damaged {
        /// The table that was being read.
        place: String,
        /// How many of its rows were there.
        rows: u64,
        /// What was met.
        #[source]
        source: io::Error,
    },
    /// The lines are not those that were written.
    #[error("altered: `{place}` is not what its digest says")]
    Altered {
        /// The table, or `the end`.
        place: String,
    },
}

/// Lines with a running digest over the table and over all.
#[derive(Default)]
struct Running {
    table: Sha256,
    all: Sha256,
    rows: u64,
    rows_in_all: u64,
}

impl Running {
    fn add(&mut self, line: &[u8]) {
        self.table.update(line);
        self.all.update(line);
        self.rows += 1;
        self.rows_in_all += 1;
    }

    /// The line behind the last row of a table.
    fn end(&mut self, table: &Table) -> Line {
        Line::End {
            table: table.name.clone(),
            rows: std::mem::take(&mut self.rows),
            sha256: Digest::from(std::mem::take(&mut self.table)).to_string(),
        }
    }

    fn whole(&self) -> Whole {
        Whole {
            rows: self.rows_in_all,
            sha256: Digest::from(self.all.clone()).to_string(),
        }
    }
}

/// A line that is no row.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    End {
        table: String,
        rows: u64,
        sha256: String,
    },
    Complete {
        complete: Whole,
    },
}

impl Line {
    fn text(&self) -> String {
        let text = serde_json::to_string(self).expect("a line is plain data");
        text + "\n"
    }
}

/// A backup being written.
pub(super) struct Writer<W: Write> {
    out: GzEncoder<W>,
    running: Running,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(out: W, manifest: &Manifest) -> io::Result<Self> {
        let mut writer = Self {
            out: GzEncoder::new(out, Compression::fast()),
            running: Running::default(),
        };
        let first = First {
            format: FORMAT.to_owned(),
            manifest: manifest.clone(),
        };
        let line = serde_json::to_string(&first)? + "\n";
        writer.out.write_all(line.as_bytes())?;
        writer.running.all.update(line);
        Ok(writer)
    }

    /// Adds a row, as its engine writes it. Engines set blanks differently, so it is written anew.
    pub(super) fn row(&mut self, row: &str) -> io::Result<()> {
        let row: Vec<serde_json::Value> = serde_json::from_str(row)?;
        let line = serde_json::to_string(&row)? + "\n";
        self.out.write_all(line.as_bytes())?;
        self.running.add(line.as_bytes());
        Ok(())
    }

    /// Ends a table; answers with how many rows it has.
    pub(super) fn end(&mut self, table: &Table) -> io::Result<u64> {
        let rows = self.running.rows;
        let line = self.running.end(table).text();
        self.out.write_all(line.as_bytes())?;
        self.running.all.update(line);
        Ok(rows)
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        let complete = self.running.whole();
        self.out
            .write_all(Line::Complete { complete }.text().as_bytes())?;
        self.out.finish()
    }
}

/// A backup being read.
pub struct Reader<R: Read> {
    /// What it holds.
    pub manifest: Manifest,
    lines: BufReader<MultiGzDecoder<R>>,
    running: Running,
    /// The table being read; past the last one, all of it was read and found whole.
    table: usize,
    line: String,
}

/// Some rows of a table.
pub(super) struct Rows {
    /// Which table of the manifest.
    pub(super) table: usize,
    /// The rows, as a JSON array.
    pub(super) json: String,
}

impl<R: Read> Reader<R> {
    /// Reads the manifest.
    pub fn open(input: R) -> Result<Self, Fault> {
        let mut lines = BufReader::new(MultiGzDecoder::new(input));
        let mut line = String::new();
        let foreign = |error: io::Error| Fault::Foreign(Some(error.into()));
        // Whatever is no backup has no reason to end its first line.
        let first = (&mut lines).take(BYTES_AT_ONCE as u64).read_line(&mut line);
        first.map_err(foreign)?;
        let First { format, manifest } =
            serde_json::from_str(&line).map_err(|error| Fault::Foreign(Some(error.into())))?;
        if format != FORMAT {
            return Err(Fault::Foreign(None));
        }
        let mut running = Running::default();
        running.all.update(&line);
        Ok(Self {
            manifest,
            lines,
            running,
            table: 0,
            line: String::new(),
        })
    }

    /// Reads the rest and hands out nothing; answers with what it comes to.
    pub fn check(mut self) -> Result<Whole, Fault> {
        while self.next()?.is_some() {}
        Ok(self.running.whole())
    }

    /// The next rows of the table under way. None after the last of all, when everything has been
    /// found as it was written.
    pub(super) fn next(&mut self) -> Result<Option<Rows>, Fault> {
        while self.table < self.manifest.tables.len() {
            let table = self.table;
            let (mut json, mut rows) = (String::from("["), 0);
            while self.table == table && rows < ROWS_AT_ONCE && json.len() < BYTES_AT_ONCE {
                self.read_line()?;
                if self.line.starts_with('[') {
                    self.running.add(self.line.as_bytes());
                    json.push_str(if rows > 0 { "," } else { "" });
                    json.push_str(&self.line);
                    rows += 1;
                } else {
                    self.end_table()?;
                }
            }
            if rows > 0 {
                json.push(']');
                return Ok(Some(Rows { table, json }));
            }
        }
        self.read_end()?;
        Ok(None)
    }

    fn end_table(&mut self) -> Result<(), Fault> {
        let end = self.running.end(&self.manifest.tables[self.table]);
        self.expect(&end)?;
        self.running.all.update(&self.line);
        self.table += 1;
        Ok(())
    }

    fn read_end(&mut self) -> Result<(), Fault> {
        if self.table > self.manifest.tables.len() {
            return Ok(());
        }
        self.read_line()?;
        let complete = self.running.whole();
        self.expect(&Line::Complete { complete })?;
        self.line.clear();
        let more = self.lines.read_line(&mut self.line);
        match more.map_err(|source| self.damaged(source))? {
            0 => self.table += 1,
            _ => return Err(self.altered()),
        }
        Ok(())
    }

    /// That the line just read is the one that has to stand here.
    fn expect(&self, line: &Line) -> Result<(), Fault> {
        if line.text() == self.line {
            Ok(())
        } else {
            Err(self.altered())
        }
    }

    fn read_line(&mut self) -> Result<(), Fault> {
        self.line.clear();
        let read = self.lines.read_line(&mut self.line);
        match read {
            Ok(_) if self.line.ends_with('\n') => Ok(()),
            Ok(_) => Err(self.damaged(io::ErrorKind::UnexpectedEof.into())),
            Err(source) => Err(self.damaged(source)),
        }
    }

    fn damaged(&self, source: io::Error) -> Fault {
        Fault::Damaged {
            place: self.place(),
            rows: self.running.rows,
            source,
        }
    }

    fn altered(&self) -> Fault {
        Fault::Altered {
            place: self.place(),
        }
    }

    fn place(&self) -> String {
        let table = self.manifest.tables.get(self.table);
        table.map_or_else(|| "the end".to_owned(), |table| table.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::Column;

    fn table(name: &str) -> Table {
        let column = Column {
            name: "key".to_owned(),
            kind: "BIGINT".to_owned(),
            key: 1,
        };
        Table {
            name: name.to_owned(),
            columns: vec![column],
        }
    }

    /// Two tables, one of more rows than are handed out at once, the other empty.
    fn backup() -> Vec<u8> {
        let tables = vec![table("plan"), table("notice")];
        let manifest = Manifest {
            release: "0.1.0".to_owned(),
            schema: 10,
            engine: "SQLite 3".to_owned(),
            taken_at: "2026-11-24T12:00:00Z".parse().unwrap(),
            position: 0,
            seal: Digest::ZERO.to_string(),
            keys: Vec::new(),
            tables: tables.clone(),
        };
        let mut writer = Writer::begin(Vec::new(), &manifest).unwrap();
        for key in 0..1_200 {
            writer.row(&format!("[{key}]")).unwrap();
        }
        assert_eq!(writer.end(&tables[0]).unwrap(), 1_200);
        assert_eq!(writer.end(&tables[1]).unwrap(), 0);
        writer.finish().unwrap()
    }

    fn check(bytes: &[u8]) -> Result<Whole, Fault> {
        Reader::open(bytes)?.check()
    }

    #[test]
    fn what_was_written_is_read_back_in_parts() {
        let bytes = backup();
        let mut reader = Reader::open(&bytes[..]).unwrap();
        let mut sizes = Vec::new();
        while let Some(rows) = reader.next().unwrap() {
            let values: Vec<Vec<i64>> = serde_json::from_str(&rows.json).unwrap();
            sizes.push((rows.table, values.len()));
        }
        assert_eq!(sizes, [(0, 500), (0, 500), (0, 200)]);
        assert!(reader.next().unwrap().is_none());
        assert_eq!(check(&bytes).unwrap().rows, 1_200);
    }

    #[test]
    fn blanks_that_an_engine_sets_do_not_count() {
        let mut digests = Vec::new();
        for row in ["[1,\"a b\"]", "[1, \"a b\"]"] {
            let mut writer = Writer {
                out: GzEncoder::new(Vec::new(), Compression::fast()),
                running: Running::default(),
            };
            writer.row(row).unwrap();
            digests.push(writer.running.whole());
        }
        assert_eq!(digests[0], digests[1]);
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let bytes = backup();
        for length in 0..bytes.len() {
            assert!(check(&bytes[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_byte_changed_anywhere_in_what_is_packed_is_refused() {
        let bytes = backup();
        // Bytes 3 to 9 of the header are hints of whoever packed, its time and system: nothing of ours.
        for place in (0..3).chain(10..bytes.len()) {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(check(&changed).is_err(), "changed at {place}");
        }
        assert!(check(&[&bytes[..], b"more"].concat()).is_err());
    }

    #[test]
    fn a_line_changed_and_packed_anew_is_refused_by_its_table() {
        let mut text = String::new();
        MultiGzDecoder::new(&backup()[..])
            .read_to_string(&mut text)
            .unwrap();
        let repacked = |text: &str| {
            let mut out = GzEncoder::new(Vec::new(), Compression::fast());
            out.write_all(text.as_bytes()).unwrap();
            out.finish().unwrap()
        };
        let refused = |text: &str| check(&repacked(text)).unwrap_err().to_string();
        assert!(check(&repacked(&text)).is_ok());
        let said = "altered: `plan` is not what its digest says";
        assert_eq!(refused(&text.replacen("\n[7]\n", "\n[8]\n", 1)), said);
        assert_eq!(refused(&text.replacen("\n[7]\n", "\n", 1)), said);
        let said = "altered: `the end` is not what its digest says";
        assert_eq!(refused(&text.replacen("SQLite 3", "SQLite 4", 1)), said);
        assert_eq!(refused(&format!("{text}[1]\n")), said);
        let lines: Vec<&str> = text.lines().collect();
        let cut = lines[..700].join("\n") + "\n";
        assert_eq!(refused(&cut), "cut or damaged in `plan` after 699 rows");
    }

    #[test]
    fn another_file_is_refused_as_none_of_ours() {
        for bytes in [
            &b""[..],
            b"PK\x03\x04",
            b"{\"format\":\"qingkong-backup/1\"}",
        ] {
            let refused = check(bytes).unwrap_err();
            assert!(matches!(refused, Fault::Foreign(_)), "{refused}");
        }
    }
}
