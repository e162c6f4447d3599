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
    #[inline(never)]
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
            self.at = chunk.iter().position(is_control).unwrap_or(0);
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
    let no_character = |three: &[u8]| three[0] == 0xef && three[1] == 0xbf && three[2] >= 0xbe;
    let mut joint = tail.to_vec();
    joint.extend(chunk.iter().take(2));
    let mut found = has_control(chunk) || joint.windows(3).any(no_character);
    for at in memchr::memchr_iter(0xef, chunk) {
        found |= chunk.len() - at >= 3 && no_character(&chunk[at..at + 3]);
    }
    let all = [tail.as_slice(), &chunk[chunk.len().saturating_sub(2)..]].concat();
    tail.copy_from_slice(&all[all.len() - 2..]);
    found
}

fn is_control(byte: &u8) -> bool {
    *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether there is a control character. It looks at eight bytes at once, for nearly all are none.
fn has_control(chunk: &[u8]) -> bool {
    let (words, rest) = chunk.as_chunks::<8>();
    words.iter().any(|word| has_below_space(u64::from_le_bytes(*word)) && word.iter().any(is_control))
        || rest.iter().any(is_control)
}

/// Whether one of a word's bytes is less than 0x20: less of it leaves its highest bit set where there was none.
fn has_below_space(word: u64) -> bool {
    const EACH: u64 = u64::MAX / 255;
    word.wrapping_sub(EACH * 0x20) & !word & (EACH * 0x80) != 0
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Guard<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            self.next()?;
        }
        Ok(&self.chunk[self.at..self.filled])
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn words_find_the_bytes_that_one_by_one_are_controls(bytes in proptest::collection::vec(0_u8..0x30, 0..40)) {
            assert_eq!(has_control(&bytes), bytes.iter().any(is_control));
        }

        #[test]
        fn a_word_has_a_byte_below_space_where_one_is(bytes: [u8; 8]) {
            assert_eq!(has_below_space(u64::from_le_bytes(bytes)), bytes.iter().any(|byte| *byte < 0x20));
        }
    }
}
