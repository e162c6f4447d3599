//! Reads an XML report element by element.

use std::io::Read;

use domain::quality::reports::Report;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Format;
use super::error::Error;
use super::limits::Limits;
use super::notes::{Book, Notes};
use crate::input::name::is_name;
use crate::input::{Attributes, Entities, Guard, Refusal, wellformed};

/// A buffer larger than this after a long text is given back.
const KEPT_BUFFER: usize = 1 << 20;

/// An element that begins.
#[derive(Clone, Copy)]
pub(super) struct Tag<'t, 'a> {
    /// Without prefix.
    pub(super) name: &'t str,
    /// 0 for the root.
    pub(super) depth: usize,
    pub(super) attributes: &'t Attributes<'a>,
}

impl Tag<'_, '_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.attributes.owned(name)
    }
}

/// What a format does with the elements of its report.
pub(super) trait Elements {
    /// The format, which may show only behind the root.
    fn format(&self) -> Format;

    /// An element begins. True where its text is wanted.
    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal>;

    /// An element ends. `text` is what stands in it directly, without that of elements in it; empty where it was
    /// not wanted.
    fn end(&mut self, name: &str, depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal>;

    /// The root has ended.
    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal>;
}

/// Gives the elements to what `choose` makes of the name of the root.
pub(super) fn read(
    input: impl Read,
    limits: &Limits,
    book: &mut Book,
    choose: impl FnOnce(&str) -> Result<Box<dyn Elements>, Error>,
) -> Result<(Format, Report), Error> {
    let mut reader = Reader::from_reader(Guard::new(input, limits.streamed(), true));
    reader.config_mut().check_comments = true;
    let mut state = State { choose: Some(choose), ..State::new(limits) };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().mark();
        let from = reader.get_ref().position();
        let event = reader.read_event_into(&mut buffer);
        let event = event.map_err(|error| refused(error, reader.get_ref()))?;
        let end = || reader.get_ref().line();
        // What is noted about a tag stands where it begins.
        let begin = || end() - breaks(&event);
        let mut notes = Notes::new(book, &begin);
        let taken = match &event {
            Event::Eof => return state.finish(&mut notes).map_err(|problem| problem.at(end(), from)),
            event => state.take(event, from, &mut notes),
        };
        taken.map_err(|problem| problem.at(end(), from))?;
        if buffer.capacity() > KEPT_BUFFER {
            buffer = Vec::new();
        }
    }
}

/// Line breaks in a tag.
fn breaks(event: &Event<'_>) -> u64 {
    match event {
        Event::Start(tag) | Event::Empty(tag) => memchr::memchr_iter(b'\n', tag.as_bytes()).count() as u64,
        _ => 0,
    }
}

/// The name of the root element of a file that may break off, without prefix.
pub(super) fn root(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return Some(tag.local_name().as_ref().to_owned()),
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn refused(error: quick_xml::Error, guard: &Guard<impl Read>) -> Error {
    let (line, byte) = (guard.line(), guard.position());
    match error {
        quick_xml::Error::Io(error) => match std::sync::Arc::try_unwrap(error) {
            Ok(error) => Error::of_io(error, line, byte),
            Err(shared) => Error::Read(std::io::Error::new(shared.kind(), shared)),
        },
        error => Error::at_line(line, byte, Refusal::malformed(error.to_string())),
    }
}

/// What is wrong, before its place is known.
enum Problem {
    Here(Refusal),
    Report(Error),
}

impl Problem {
    fn at(self, line: u64, byte: u64) -> Error {
        match self {
            Self::Here(reason) => Error::at_line(line, byte, reason),
            Self::Report(error) => error,
        }
    }
}

/// What the file has said so far.
struct State<C> {
    choose: Option<C>,
    chosen: Option<Box<dyn Elements>>,
    /// Texts of the elements that are open, outermost first; none where the text is not wanted.
    open: Vec<Option<String>>,
    entities: Entities,
    /// Elements in one another, and bytes of a text in all its pieces.
    depth: usize,
    longest: usize,
    declared: bool,
}

impl<C> State<C>
where
    C: FnOnce(&str) -> Result<Box<dyn Elements>, Error>,
{
    fn new(limits: &Limits) -> Self {
        State {
            choose: None,
            chosen: None,
            open: Vec::new(),
            entities: Entities::default(),
            depth: limits.depth,
            longest: limits.event,
            declared: false,
        }
    }

    fn take(&mut self, event: &Event<'_>, at: u64, notes: &mut Notes<'_>) -> Result<(), Problem> {
        match event {
            Event::Start(tag) => self.start(tag, notes),
            Event::Empty(tag) => {
                self.start(tag, notes)?;
                self.end(tag.local_name().as_ref(), notes)
            }
            Event::End(tag) => self.end(tag.local_name().as_ref(), notes),
            other => self.other(other, at).map_err(Problem::Here),
        }
    }

    fn other(&mut self, event: &Event<'_>, at: u64) -> Result<(), Refusal> {
        match event {
            Event::Text(text) => self.characters(&text.xml10_content()),
            Event::CData(_) if self.open.is_empty() => Err(Refusal::malformed("a text outside of the root element")),
            Event::CData(text) => self.characters(&text.xml10_content()),
            Event::GeneralRef(_) if self.open.is_empty() => {
                Err(Refusal::malformed("a reference outside of the root element"))
            }
            Event::GeneralRef(name) => match self.open.last_mut() {
                Some(Some(text)) => self.entities.resolve(name, text),
                _ => Ok(()),
            },
            Event::Decl(declaration) => wellformed::declaration(declaration, at),
            Event::DocType(_) if self.chosen.is_some() || self.declared => {
                Err(Refusal::malformed("a document type out of place"))
            }
            Event::DocType(doctype) => {
                self.declared = true;
                self.entities.declare(doctype)
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, notes: &mut Notes<'_>) -> Result<(), Problem> {
        let depth = self.open.len();
        if depth > self.depth {
            return Err(Problem::Here(Refusal::Limit(format!("more than {} elements in one another", self.depth))));
        }
        let local = tag.local_name();
        let name = local.as_ref();
        if !is_name(name) {
            return Err(Problem::Here(Refusal::malformed("an element without a name")));
        }
        let mut attributes = Attributes::default();
        attributes.read(tag.attributes_raw(), &mut self.entities).map_err(Problem::Here)?;
        if let Some(choose) = self.choose.take() {
            self.chosen = Some(choose(name).map_err(Problem::Report)?);
        } else if depth == 0 {
            return Err(Problem::Here(Refusal::malformed("more after the end of the root element")));
        }
        let wanted = match &mut self.chosen {
            Some(elements) => {
                let tag = Tag { name, depth, attributes: &attributes };
                elements.start(tag, notes).map_err(Problem::Here)?
            }
            None => false,
        };
        self.open.push(wanted.then(String::new));
        Ok(())
    }

    fn end(&mut self, name: &str, notes: &mut Notes<'_>) -> Result<(), Problem> {
        let text = self.open.pop().flatten().unwrap_or_default();
        match &mut self.chosen {
            Some(elements) => elements.end(name, self.open.len(), &text, notes).map_err(Problem::Here),
            None => Ok(()),
        }
    }

    fn characters(&mut self, text: &str) -> Result<(), Refusal> {
        match self.open.last_mut() {
            Some(Some(wanted)) if wanted.len() + text.len() > self.longest => {
                return Err(Refusal::Limit(format!("a text is longer than {} bytes", self.longest)));
            }
            Some(Some(wanted)) => wanted.push_str(text),
            None if !text.trim().is_empty() => return Err(Refusal::malformed("a text outside of the root element")),
            _ => {}
        }
        Ok(())
    }

    fn finish(self, notes: &mut Notes<'_>) -> Result<(Format, Report), Problem> {
        if !self.open.is_empty() {
            return Err(Problem::Here(Refusal::malformed("the file ends before its root element does")));
        }
        match self.chosen {
            Some(elements) => Ok((elements.format(), elements.finish(notes).map_err(Problem::Here)?)),
            None => Err(Problem::Report(Error::Empty)),
        }
    }
}
