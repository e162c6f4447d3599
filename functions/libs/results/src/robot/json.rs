//! Reads the JSON form of results event by event.

use std::io::{self, Read};

use json_event_parser::{JsonEvent, JsonSyntaxError, LowLevelJsonParser};

use super::Scan;
use super::error::{Error, Limits, Refusal};
use super::json_state::State;
use crate::input::{Guard, from_io};

/// Bytes read at first; the buffer doubles where a text is longer.
const CHUNK: usize = 64 << 10;

/// Reads a file to its end, or to where it was cut off.
pub(super) fn scan(input: impl Read, limits: Limits) -> Result<Scan, Error> {
    let mut state = State::new(limits);
    let mut parser = LowLevelJsonParser::new().with_max_stack_size(limits.depth);
    let mut window = Window::new(Guard::new(input, limits.bounds(), false), limits.event);
    loop {
        let parsed = parser.parse_next(&window.bytes[window.from..window.to], window.ending);
        let used = parsed.consumed_bytes;
        let taken = match parsed.event {
            None => None,
            Some(Ok(JsonEvent::Eof)) => return state.finish(None).map_err(|reason| window.refused(reason)),
            Some(Err(error)) if window.ending && window.cut_off(&error) => {
                let problem = format!("the file ends at line {}, byte {}", window.line, window.at + used as u64);
                return state.finish(Some(problem)).map_err(|reason| window.refused(reason));
            }
            Some(Err(error)) => return Err(malformed(&error)),
            Some(Ok(event)) => Some(state.take(event)),
        };
        window.used(used);
        match taken {
            Some(Ok(())) => {}
            Some(Err(reason)) => return Err(window.refused(reason)),
            None => window.fill().map_err(|error| from_io(error, window.line, window.at))?,
        }
    }
}

fn malformed(error: &JsonSyntaxError) -> Error {
    let place = error.location().start;
    Error::Refused { line: place.line + 1, byte: place.offset, reason: Refusal::malformed(error.message()) }
}

/// The part of the file that the parser looks at.
struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    from: usize,
    to: usize,
    /// Whether nothing follows.
    ending: bool,
    /// Bytes of the file before `from`.
    at: u64,
    /// Line of `from`, from 1.
    line: u64,
    longest: usize,
}

impl<R: Read> Window<Guard<R>> {
    fn new(input: Guard<R>, longest: usize) -> Self {
        Window { input, bytes: vec![0; CHUNK], from: 0, to: 0, ending: false, at: 0, line: 1, longest }
    }

    fn used(&mut self, bytes: usize) {
        let used = &self.bytes[self.from..self.from + bytes];
        self.line += memchr::memchr_iter(b'\n', used).count() as u64;
        self.at += bytes as u64;
        self.from += bytes;
    }

    fn fill(&mut self) -> io::Result<()> {
        self.bytes.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        if self.to == self.bytes.len() {
            if self.to > self.longest {
                return Err(io::Error::other(Refusal::Limit(format!("a text is longer than {} bytes", self.longest))));
            }
            self.bytes.resize(self.to * 2, 0);
        }
        self.input.mark();
        let read = self.input.read(&mut self.bytes[self.to..])?;
        self.to += read;
        self.ending = read == 0;
        Ok(())
    }

    /// Whether an error is that of a file that just ends.
    fn cut_off(&self, error: &JsonSyntaxError) -> bool {
        error.location().end.offset >= self.at + (self.to - self.from) as u64
    }

    fn refused(&self, reason: Refusal) -> Error {
        Error::Refused { line: self.line, byte: self.at, reason }
    }
}
