//! What the events of an XML result mean.

use quick_xml::events::{BytesStart, Event};

use super::draft::Draft;
use super::elements::Kind;
use super::error::{Limits, Refusal};
use super::fixture::Fixture;
use super::pictures;
use super::place::{Side, Span, TestPlace};
use super::times::{self, Timing};
use super::{LogMessage, Output, Scan};
use crate::input::name::is_name;
use crate::input::{Attributes, Entities, wellformed};

/// What the file has said so far.
pub(super) struct State {
    pub(super) draft: Draft,
    /// Elements that are open, outermost first.
    frames: Vec<Kind>,
    /// Times of the keywords and control structures that are open, outermost first.
    pub(super) items: Vec<Timing>,
    /// The setup or teardown of a suite that is open; its times are in `items`.
    pub(super) fixture: Option<(Side, Fixture)>,
    /// Where the open keyword of a suite began, and on which side of the tests it is.
    pub(super) outer: Option<(Side, u64)>,
    /// Text of the open element, where it is wanted.
    pub(super) text: Option<String>,
    /// Where the open `status` began.
    pub(super) status_from: u64,
    /// Name of the open metadata item.
    name: String,
    message: LogMessage,
    entities: Entities,
    limits: Limits,
    output: Output,
    copyable: bool,
    root_ended: bool,
}

impl State {
    pub(super) fn new(limits: Limits) -> Self {
        State {
            draft: Draft::new(&limits),
            frames: Vec::new(),
            items: Vec::new(),
            fixture: None,
            outer: None,
            text: None,
            status_from: 0,
            name: String::new(),
            message: LogMessage::default(),
            entities: Entities::default(),
            limits,
            output: Output { generator: "unknown".into(), ..Output::default() },
            copyable: true,
            root_ended: false,
        }
    }

    /// Takes an event that stands at `span`.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::Empty(tag) => {
                self.start(&tag, span)?;
                self.end(Span { from: span.to, to: span.to })
            }
            Event::End(_) => self.end(span),
            Event::Text(text) if wellformed::ends_cdata(&text) => Err(Refusal::malformed("']]>' in a text")),
            Event::Text(_) if self.text.is_none() && !self.frames.is_empty() => Ok(()),
            Event::Text(text) => self.characters(&text.xml10_content()),
            Event::CData(_) if self.frames.is_empty() => Err(Refusal::malformed("a text outside of the root element")),
            Event::CData(text) => self.characters(&text.xml10_content()),
            Event::GeneralRef(name) => self.reference(&name),
            Event::Decl(declaration) => wellformed::declaration(&declaration, span.from),
            Event::DocType(_) if !self.frames.is_empty() || self.root_ended || !self.copyable => {
                Err(Refusal::malformed("a document type out of place"))
            }
            Event::DocType(doctype) => {
                self.copyable = false;
                self.entities.declare(&doctype)
            }
            Event::PI(instruction) if !is_name(instruction.target()) => {
                Err(Refusal::malformed("a processing instruction without a name"))
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, span: Span) -> Result<(), Refusal> {
        let parent = self.frames.last().copied();
        let kind = match parent {
            Some(parent) => parent.child(tag.name().as_ref())?,
            None if self.root_ended => return Err(Refusal::malformed("more after the end of the root element")),
            None => Kind::root(tag.name().as_ref())?,
        };
        if self.frames.len() >= self.limits.depth {
            return Err(Refusal::Limit(format!("more than {} elements in one another", self.limits.depth)));
        }
        let mut attributes = Attributes::default();
        attributes.read(tag.attributes_raw(), &mut self.entities)?;
        let kind = match (parent, attributes.get("type")) {
            (Some(parent), Some(of)) if kind == Kind::Keyword => parent.keyword(of)?,
            _ => kind,
        };
        if matches!(kind, Kind::Statistics | Kind::ErrorMessage) && !is_name(tag.name().as_ref()) {
            return Err(Refusal::malformed("an element without a name"));
        }
        self.frames.push(kind);
        self.enter(kind, parent, &attributes, span)
    }

    fn enter(
        &mut self,
        kind: Kind,
        parent: Option<Kind>,
        attributes: &Attributes<'_>,
        span: Span,
    ) -> Result<(), Refusal> {
        let name = || attributes.owned("name").unwrap_or_default();
        match kind {
            Kind::Robot => return self.root(attributes),
            Kind::Suite => return self.draft.start_suite(name(), attributes.owned("source")),
            Kind::Test => return self.test(name(), attributes, span),
            Kind::SuiteStatus | Kind::TestStatus | Kind::ItemStatus => return self.status(kind, attributes, span),
            Kind::Message | Kind::ErrorMessage => return self.log_message(kind, attributes),
            Kind::MetadataItem(_) => self.name = name(),
            Kind::SuiteDoc | Kind::TestTag => {}
            _ if kind.is_item() => return self.item(kind, parent, attributes, span),
            _ => return Ok(()),
        }
        self.text = Some(String::new());
        Ok(())
    }

    fn root(&mut self, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        if let Some(generator) = attributes.owned("generator") {
            self.output.generator = generator;
        }
        self.output.rpa = attributes.get("rpa") == Some("true");
        if let Some(generated) = attributes.get("generated").filter(|text| !text.is_empty()) {
            self.output.generated = times::iso(generated).map(Some).or_else(|_| times::legacy(Some(generated)))?;
        }
        Ok(())
    }

    fn test(&mut self, name: String, attributes: &Attributes<'_>, span: Span) -> Result<(), Refusal> {
        let line = match attributes.get("line") {
            None | Some("") => None,
            Some(line) => Some(line.trim().parse().map_err(|_| Refusal::value("line", line))?),
        };
        self.draft.start_test(name, line, TestPlace { tag: span, ..TestPlace::default() })
    }

    fn log_message(&mut self, kind: Kind, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        let html = matches!(attributes.get("html"), Some("true" | "yes"));
        let shown = self.draft.test.is_some() || matches!(self.fixture, Some((Side::Setup, _)));
        if html && kind == Kind::Message && shown {
            self.text = Some(String::new());
        }
        if let (Some(time), Kind::Message) = (attributes.get("time"), kind) {
            return times::check_iso(time);
        }
        let time = match attributes.get("time") {
            Some(time) => Some(times::iso(time)?),
            None => times::legacy(attributes.get("timestamp"))?,
        };
        if kind == Kind::ErrorMessage {
            let level = attributes.owned("level").unwrap_or_else(|| "INFO".into());
            self.message = LogMessage { level, html, time, text: String::new() };
            self.text = Some(String::new());
        }
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Refusal> {
        let Some(kind) = self.frames.pop() else { return Ok(()) };
        self.root_ended = self.frames.is_empty();
        match kind {
            Kind::Suite => self.draft.end_suite(),
            Kind::Test => self.draft.end_test(span)?,
            _ if kind.is_item() => self.end_item(span.to),
            _ => {}
        }
        match self.text.take() {
            Some(text) => self.end_text(kind, text, span.to),
            None => Ok(()),
        }
    }

    fn end_text(&mut self, kind: Kind, text: String, to: u64) -> Result<(), Refusal> {
        if kind == Kind::Message {
            self.draft.show(&text);
            return Ok(());
        }
        self.draft.budget.take(text.len())?;
        match kind {
            Kind::SuiteStatus | Kind::TestStatus | Kind::ItemStatus => self.end_status(kind, text, to),
            Kind::ErrorMessage => self.output.errors.push(LogMessage { text, ..std::mem::take(&mut self.message) }),
            Kind::TestTag => self.draft.test.as_mut().into_iter().for_each(|draft| draft.test.tags.push(text.clone())),
            _ => {
                let Some(draft) = self.draft.open.last_mut() else { return Ok(()) };
                match kind {
                    Kind::SuiteDoc => draft.suite.doc = text,
                    _ => draft.suite.metadata.push((std::mem::take(&mut self.name), text)),
                }
            }
        }
        Ok(())
    }

    /// Looks at what there is of a message that gets too long with `more` bytes, and leaves the rest of it.
    fn leave_long_message(&mut self, more: usize) {
        let longest = |text: &mut String| text.len() + more > pictures::LOOKED_AT;
        let long = self.frames.last() == Some(&Kind::Message);
        if let Some(text) = self.text.take_if(|text| long && longest(text)) {
            self.draft.show(&text);
        }
    }

    fn characters(&mut self, text: &str) -> Result<(), Refusal> {
        self.leave_long_message(text.len());
        if let Some(kept) = &mut self.text {
            kept.push_str(text);
        } else if self.frames.is_empty() && !text.trim_ascii().is_empty() {
            return Err(Refusal::malformed("a text outside of the root element"));
        }
        Ok(())
    }

    fn reference(&mut self, name: &str) -> Result<(), Refusal> {
        if self.frames.is_empty() {
            return Err(Refusal::malformed("a text outside of the root element"));
        }
        self.leave_long_message(name.len());
        match &mut self.text {
            Some(text) => self.entities.resolve(name, text),
            None => self.entities.check(name),
        }
    }

    /// Ends at `place`. `whole` is false if that is in the middle of an event.
    pub(super) fn finish(self, place: &str, whole: bool) -> Result<Scan, Refusal> {
        let mut output = self.output;
        if self.frames.is_empty() && !self.root_ended {
            return Err(Refusal::Empty);
        }
        output.complete = whole && self.root_ended;
        output.problem = (!output.complete).then(|| place.to_owned());
        let by_robot = written_by_robot(&output.generator)?;
        output.running = self.draft.running();
        let (root, place) = self.draft.finish(by_robot)?;
        output.root = root;
        Ok(Scan { output, place, copyable: self.copyable })
    }
}

/// Whether `robot` itself wrote the file, not a tool such as `rebot` that read it first.
pub(super) fn written_by_robot(generator: &str) -> Result<bool, Refusal> {
    let program = generator.split_whitespace().next();
    Ok(program.ok_or_else(|| Refusal::value("generator", generator))?.eq_ignore_ascii_case("robot"))
}
