//! What a result of Robot Framework may take.

use crate::input::Bounds;
pub use crate::input::{Error, Refusal};

/// What may be held in memory while a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one tag or one text.
    pub event: usize,
    /// Bytes of all that is kept: suites, tests, messages, tags and errors.
    pub kept: usize,
    /// Elements in one another.
    pub depth: usize,
    /// Suites in one another; Robot Framework itself gives up at some 330.
    pub suites: usize,
    /// Bytes of the whole file after decompression.
    pub total: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { event: 64 << 20, kept: 512 << 20, depth: 10_000, suites: 256, total: 64 << 30 }
    }
}

impl Limits {
    pub(super) fn bounds(self) -> Bounds {
        Bounds { event: self.event, total: self.total }
    }
}
