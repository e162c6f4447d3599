//! How the ledger holds the history of a file.
//!
//! Runs and outcomes are in one compressed attribute, because the price of a write depends on the size of the item.
//! Names and outcomes of tests repeat, so compressed they have a fifth of their length or less. The columns below put
//! similar values side by side. This compresses better than one map for each run or test.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

use super::{FileHistory, FileRun, Outcome};

use crate::base::ids::RunId;
use crate::base::time::Time;

/// Most bytes of the tests before they are compressed, so that no file's item comes near DynamoDB's 400 KB.
///
/// Of a file with more tests those that failed last are kept first, then other tests that did not always pass, then
/// the rest by name. A test that was left out is like one that never ran.
pub const MOST_BYTES: usize = 256 * 1024;

/// First byte of the packed attribute.
const FORMAT: u8 = 1;

/// Bytes that a packed attribute may have when it is unpacked: the tests, and room for the runs.
const MOST_UNPACKED: u64 = 2 * MOST_BYTES as u64;

/// The item of a file's history: `SUITE#<name>` / `FILE#<path>`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredHistory {
    /// Path below the package's root.
    pub path: String,
    /// Raised by each write.
    #[serde(default)]
    pub version: u64,
    /// Runs of an item of before outcomes were remembered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<FileRun>,
    /// A format's number, and runs and outcomes in that format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<serde_bytes::ByteBuf>,
}

/// A packed attribute that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// A newer release wrote it.
    #[error("its format {0} is not known")]
    Format(u8),
    /// It cannot be decompressed.
    #[error("it cannot be decompressed")]
    Compressed(#[source] std::io::Error),
    /// What it holds is not a history.
    #[error("it holds no history")]
    Content(#[source] serde_json::Error),
    /// There are not as many outcomes as runs.
    #[error("its outcomes do not fit its runs")]
    Misfit,
}

/// Runs and tests by column.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Columns {
    run: Vec<RunId>,
    started: Vec<Time>,
    seconds: Vec<f64>,
    commit: Vec<Option<String>>,
    image: Vec<Option<String>>,
    /// Long names in order.
    test: Vec<String>,
    /// Outcomes of each test, a letter for each run.
    outcomes: Vec<String>,
}

impl FileHistory {
    /// The history as the ledger holds it; the same history gives the same bytes.
    pub fn store(&self) -> Result<StoredHistory, Damaged> {
        let json = serde_json::to_vec(&self.columns()).map_err(Damaged::Content)?;
        let mut encoder = ZlibEncoder::new(vec![FORMAT], Compression::best());
        encoder.write_all(&json).map_err(Damaged::Compressed)?;
        let packed = encoder.finish().map_err(Damaged::Compressed)?;
        Ok(StoredHistory {
            path: self.path.clone(),
            version: self.version,
            runs: Vec::new(),
            packed: Some(serde_bytes::ByteBuf::from(packed)),
        })
    }

    fn columns(&self) -> Columns {
        let kept = self.kept_tests();
        Columns {
            run: self.runs.iter().map(|run| run.run.clone()).collect(),
            started: self.runs.iter().map(|run| run.started).collect(),
            seconds: self.runs.iter().map(|run| run.seconds).collect(),
            commit: self.runs.iter().map(|run| run.commit.clone()).collect(),
            image: self.runs.iter().map(|run| run.image.clone()).collect(),
            test: kept.keys().map(|name| (*name).to_owned()).collect(),
            outcomes: kept.values().map(|series| series.iter().copied().map(letter).collect()).collect(),
        }
    }

    /// The tests that fit into [`MOST_BYTES`].
    fn kept_tests(&self) -> BTreeMap<&str, &[Outcome]> {
        let mut tests: Vec<(&str, &[Outcome])> =
            self.tests.iter().map(|(name, series)| (name.as_str(), series.as_slice())).collect();
        tests.sort_by_key(|(_, series)| std::cmp::Reverse(interest(series)));
        let mut left = MOST_BYTES;
        tests.retain(|(name, series)| {
            let fits = left.checked_sub(written(name) + series.len() + 4);
            left = fits.unwrap_or(left);
            fits.is_some()
        });
        tests.into_iter().collect()
    }
}

/// Bytes of a name as JSON with a comma; a name that cannot be written would never fit.
fn written(name: &str) -> usize {
    serde_json::to_string(name).map_or(MOST_BYTES, |json| json.len() + 1)
}

/// When a test failed last, then when it last did not pass; the larger the more it tells.
fn interest(series: &[Outcome]) -> (Option<usize>, Option<usize>) {
    let failed = series.iter().rposition(|outcome| matches!(outcome, Outcome::Failed | Outcome::Flaky));
    (failed, series.iter().rposition(|outcome| *outcome == Outcome::Skipped))
}

impl StoredHistory {
    /// Whether it holds anything; where it is damaged, [`StoredHistory::forgotten`] is what is left.
    pub fn read(self) -> Result<FileHistory, Damaged> {
        let (path, version) = (self.path, self.version);
        let Some(packed) = self.packed else {
            return Ok(FileHistory { path, version, runs: self.runs, tests: BTreeMap::new() });
        };
        let columns = unpack(&packed)?;
        let (runs, tests) = columns.rows()?;
        Ok(FileHistory { path, version, runs, tests })
    }

    /// The history without its runs: the next write replaces what cannot be read.
    pub fn forgotten(&self) -> FileHistory {
        FileHistory { version: self.version, ..FileHistory::new(self.path.clone()) }
    }
}

fn unpack(packed: &[u8]) -> Result<Columns, Damaged> {
    match packed {
        [FORMAT, compressed @ ..] => {
            let mut json = Vec::new();
            let mut decoder = ZlibDecoder::new(compressed).take(MOST_UNPACKED);
            decoder.read_to_end(&mut json).map_err(Damaged::Compressed)?;
            serde_json::from_slice(&json).map_err(Damaged::Content)
        }
        _ => Err(Damaged::Format(packed.first().copied().unwrap_or(0))),
    }
}

type Rows = (Vec<FileRun>, BTreeMap<String, Vec<Outcome>>);

impl Columns {
    fn rows(self) -> Result<Rows, Damaged> {
        let count = self.run.len();
        let lengths = [self.started.len(), self.seconds.len(), self.commit.len(), self.image.len()];
        if lengths != [count; 4] || self.test.len() != self.outcomes.len() {
            return Err(Damaged::Misfit);
        }
        let times = self.run.into_iter().zip(self.started).zip(self.seconds);
        let origins = self.commit.into_iter().zip(self.image);
        let runs = times.zip(origins).map(|(((run, started), seconds), (commit, image))| FileRun {
            run,
            started,
            seconds,
            commit,
            image,
        });
        let tests = self.test.into_iter().zip(&self.outcomes).map(|(name, letters)| {
            let series: Vec<Outcome> = letters.chars().map_while(outcome).collect();
            if series.len() == count { Ok((name, series)) } else { Err(Damaged::Misfit) }
        });
        Ok((runs.collect(), tests.collect::<Result<_, _>>()?))
    }
}

fn letter(outcome: Outcome) -> char {
    match outcome {
        Outcome::NotRun => '-',
        Outcome::Skipped => 's',
        Outcome::Passed => 'p',
        Outcome::Flaky => 'r',
        Outcome::Failed => 'f',
    }
}

fn outcome(letter: char) -> Option<Outcome> {
    Some(match letter {
        '-' => Outcome::NotRun,
        's' => Outcome::Skipped,
        'p' => Outcome::Passed,
        'r' => Outcome::Flaky,
        'f' => Outcome::Failed,
        _ => return None,
    })
}
