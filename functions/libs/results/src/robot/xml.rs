//! Reads the XML form of results event by event.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::Scan;
use super::error::{Error, Limits, Refusal};
use super::place::Span;
use super::state::State;
use crate::input::{Guard, from_io};

/// Reads a file to its end, or to where it was cut off.
pub(super) fn scan(input: impl Read, limits: Limits) -> Result<Scan, Error> {
    let mut reader = Reader::from_reader(Guard::new(input, limits.bounds(), true));
    reader.config_mut().check_comments = true;
    let mut state = State::new(limits);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().mark();
        let from = reader.get_ref().position();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return finish(state, reader.get_mut(), true),
            Ok(event) => event,
            Err(_) if reader.get_ref().ended() => return finish(state, reader.get_mut(), false),
            Err(error) => return Err(refused(error, reader.get_mut())),
        };
        let to = reader.get_ref().position();
        if let Err(reason) = state.take(event, Span { from, to }) {
            let line = reader.get_mut().line();
            return Err(Error::Refused { line, byte: from, reason });
        }
        if buffer.capacity() > KEPT_BUFFER {
            buffer = Vec::new();
        }
    }
}

/// Ends at the end of the file, which may be in the middle of an event.
fn finish(state: State, guard: &mut Guard<impl Read>, whole: bool) -> Result<Scan, Error> {
    let (line, byte) = (guard.line(), guard.position());
    let place = format!("the file ends at line {line}, byte {byte}");
    state.finish(&place, whole).map_err(|reason| Error::Refused { line, byte, reason })
}

/// A buffer larger than this after a long text is given back.
const KEPT_BUFFER: usize = 1 << 20;

fn refused(error: quick_xml::Error, guard: &mut Guard<impl Read>) -> Error {
    let (line, byte) = (guard.line(), guard.position());
    match error {
        quick_xml::Error::Io(error) => match std::sync::Arc::try_unwrap(error) {
            Ok(error) => from_io(error, line, byte),
            Err(shared) => Error::Read(std::io::Error::new(shared.kind(), shared)),
        },
        error => Error::Refused { line, byte, reason: Refusal::malformed(error.to_string()) },
    }
}
