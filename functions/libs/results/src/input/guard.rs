//! Watches over the bytes on their way to the parser: characters that XML forbids, texts without end,
//! and the place in the file.

use std::io::{self, BufRead, Read};

use super::error::{Bounds, Refusal};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// A reader that refuses what would not fit into memory and knows where it is.
pub(crate) struct Guard<R> {
    input: R,
    bounds: Bounds,
    chunk: Vec<u8>,
    /// Where in the chunk the parser is, and where the chunk ends.
    at: usize,
    filled: usize,
    /// Bytes before the chunk, and line breaks in and before it.
    before: u64,
    lines: u64,
    /// Where the current event began.
    mark: u64,
    /// Whether the parser has asked for more than there is.
    ended: bool,
    /// The last two bytes of the chunk before.
    tail: [u8; 2],
    xml: bool,
}

impl<R: Read> Guard<R> {
    pub(crate) fn new(input: R, bounds: Bounds, xml: bool) -> Self {
        Guard {
            input,
            bounds,
            chunk: vec![0; CHUNK],
            at: 0,
            filled: 0,
            before: 0,
            lines: 0,
            mark: 0,
            ended: false,
            tail: [0; 2],
            xml,
        }
    }

    /// Says that a new event begins.
    pub(crate) fn mark(&mut self) {
        self.mark = self.position();
    }

    /// Whether the end of the file was met.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Line of what was given on last, from 1.
    pub(crate) fn line(&self) -> u64 {
        1 + self.lines - breaks(&self.chunk[self.at..self.filled])
    }

    /// Bytes given on so far.
    pub(crate) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Reads a chunk and looks at it once as a whole, which is much quicker than at each event.
    fn next(&mut self) -> io::Result<()> {
        self.check()?;
        self.before += self.filled as u64;
        (self.at, self.filled) = (0, 0);
        self.filled = loop {
            match self.input.read(&mut self.chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let chunk = &self.chunk[..self.filled];
        self.ended |= chunk.is_empty();
        self.lines += breaks(chunk);
        if self.xml && forbidden(chunk, &mut self.tail) {
            let control = |b: &u8| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
            self.at = chunk.iter().position(control).unwrap_or(0);
            return Err(refuse(Refusal::malformed("a character that XML forbids")));
        }
        Ok(())
    }

    fn check(&self) -> io::Result<()> {
        if self.position() - self.mark > self.bounds.event as u64 {
            let limit = self.bounds.event;
            return Err(refuse(Refusal::Limit(format!("a text or a tag is longer than {limit} bytes"))));
        }
        if self.position() > self.bounds.total {
            let limit = self.bounds.total;
            return Err(refuse(Refusal::Limit(format!("the file is longer than {limit} bytes"))));
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

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            self.next()?;
        }
        Ok(&self.chunk[self.at..self.filled])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}
