//! Watches over the bytes on their way to the parser: characters that XML forbids, texts without end,
//! and the place in the file.

use std::io::{self, BufRead, Read};

use super::error::{Limits, Refusal};

/// A reader that refuses what would not fit into memory and knows where it is.
pub(super) struct Guard<R> {
    input: R,
    limits: Limits,
    /// Bytes given on so far.
    at: u64,
    /// Where the current event began.
    mark: u64,
    /// Bytes of the input's buffer that were looked at and not yet given on.
    seen: usize,
    /// Line breaks in everything that was looked at.
    lines: u64,
    /// Whether the parser has asked for more than there is.
    ended: bool,
    /// The last two bytes of the chunk before.
    tail: [u8; 2],
    xml: bool,
}

impl<R: BufRead> Guard<R> {
    pub(super) fn new(input: R, limits: Limits, xml: bool) -> Self {
        Guard { input, limits, at: 0, mark: 0, seen: 0, lines: 0, ended: false, tail: [0; 2], xml }
    }

    /// Says that a new event begins.
    pub(super) fn mark(&mut self) {
        self.mark = self.at;
    }

    /// Whether the end of the file was met.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Line of what was given on last, from 1.
    pub(super) fn line(&mut self) -> u64 {
        let left = match self.input.fill_buf() {
            Ok(buffer) => breaks(&buffer[..self.seen.min(buffer.len())]),
            Err(_) => 0,
        };
        1 + self.lines.saturating_sub(left)
    }

    /// Bytes given on so far.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    fn check(&mut self) -> io::Result<()> {
        if self.at - self.mark > self.limits.event as u64 {
            let limit = self.limits.event;
            return Err(refuse(Refusal::Limit(format!("a text or a tag is longer than {limit} bytes"))));
        }
        if self.at > self.limits.total {
            return Err(refuse(Refusal::Limit("the file is too long".into())));
        }
        Ok(())
    }

    /// Looks at a fresh chunk once as a whole, which is much quicker than at each event.
    fn look(&mut self) -> io::Result<()> {
        let chunk = self.input.fill_buf()?;
        self.seen = chunk.len();
        self.ended |= chunk.is_empty();
        self.lines += breaks(chunk);
        if self.xml && forbidden(chunk, &mut self.tail) {
            return Err(refuse(Refusal::malformed("a character that XML forbids")));
        }
        Ok(())
    }
}

fn refuse(reason: Refusal) -> io::Error {
    io::Error::other(reason)
}

fn breaks(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Whether there is a control character, U+FFFE or U+FFFF. `tail` carries over to the next chunk.
fn forbidden(chunk: &[u8], tail: &mut [u8; 2]) -> bool {
    let control = chunk.iter().fold(false, |found, b| found | (*b < 0x20 && !matches!(*b, b'\t' | b'\n' | b'\r')));
    let no_character = |three: &[u8]| three[0] == 0xef && three[1] == 0xbf && three[2] >= 0xbe;
    let mut joint = tail.to_vec();
    joint.extend(chunk.iter().take(2));
    let mut found = control || joint.windows(3).any(no_character);
    for at in memchr::memchr_iter(0xef, chunk) {
        found |= chunk.len() - at >= 3 && no_character(&chunk[at..at + 3]);
    }
    let all = [tail.as_slice(), &chunk[chunk.len().saturating_sub(2)..]].concat();
    tail.copy_from_slice(&all[all.len() - 2..]);
    found
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.seen == 0 {
            self.check()?;
            self.look()?;
        }
        let chunk = self.input.fill_buf()?;
        Ok(&chunk[..self.seen.min(chunk.len())])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
        self.seen -= amount.min(self.seen);
        self.input.consume(amount);
    }
}
