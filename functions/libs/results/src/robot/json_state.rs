//! What the events of a JSON result mean.
//!
//! Of the bodies of tests and keywords only the times are looked at, so unlike in XML their errors pass.

use json_event_parser::JsonEvent;

use super::draft::Draft;
use super::error::{Limits, Refusal};
use super::fixture::Fixture;
use super::pictures;
use super::place::{Side, Span, TestPlace};
use super::state::written_by_robot;
use super::times::{self, Timing};
use super::{LogMessage, Output, Scan, status};

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The outermost object: the whole result, or only a suite.
    Root,
    Suite,
    Suites,
    Tests,
    Test,
    Tags,
    Metadata,
    /// Setup or teardown of a suite.
    Fixture,
    Body,
    /// A keyword or control structure, or a message, which takes no time.
    Item,
    Errors,
    ErrorMessage,
    /// Something that is not kept, with all that is in it.
    Ignored,
}

/// What the file has said so far.
pub(super) struct State {
    draft: Draft,
    open: Vec<At>,
    key: String,
    fixture: Option<(Side, Fixture)>,
    /// Times of the fixture and the items that are open, outermost first.
    items: Vec<Timing>,
    message: LogMessage,
    /// Whether the open item is a message with HTML, and its text.
    shown: (bool, String),
    output: Output,
    /// Whether the root is a whole result, not only a suite.
    whole: bool,
    generator: Option<String>,
    ended: bool,
}

impl State {
    pub(super) fn new(limits: Limits) -> Self {
        State {
            draft: Draft::new(&limits),
            open: Vec::new(),
            key: String::new(),
            fixture: None,
            items: Vec::new(),
            message: LogMessage::default(),
            shown: (false, String::new()),
            output: Output::default(),
            whole: false,
            generator: None,
            ended: false,
        }
    }

    pub(super) fn take(&mut self, event: JsonEvent<'_>) -> Result<(), Refusal> {
        match event {
            JsonEvent::StartObject => self.start(true),
            JsonEvent::StartArray => self.start(false),
            JsonEvent::EndObject | JsonEvent::EndArray => self.end(),
            JsonEvent::ObjectKey(key) => {
                self.key.clear();
                self.key.push_str(&key);
                Ok(())
            }
            JsonEvent::String(text) => self.value(Some(&text), None),
            JsonEvent::Number(number) => self.value(None, Some(&number)),
            JsonEvent::Boolean(value) => {
                match (self.open.last(), self.key.as_str()) {
                    (Some(At::Root), "rpa") => self.output.rpa = value,
                    (Some(At::ErrorMessage), "html") => self.message.html = value,
                    (Some(At::Item), "html") => self.shown.0 = value,
                    _ => {}
                }
                Ok(())
            }
            JsonEvent::Null | JsonEvent::Eof => Ok(()),
        }
    }

    fn start(&mut self, object: bool) -> Result<(), Refusal> {
        let at = self.opened(object)?;
        match at {
            At::Root => self.draft.start_suite(String::new(), None)?,
            At::Suite => {
                if self.open.last() == Some(&At::Root) {
                    // The root turns out to be a whole result, whose suite is this one.
                    self.whole = true;
                    self.draft.open.clear();
                }
                self.draft.start_suite(String::new(), None)?;
            }
            At::Test => self.draft.start_test(String::new(), None, TestPlace::default())?,
            At::Fixture => {
                let side = if self.key == "setup" { Side::Setup } else { Side::Teardown };
                self.fixture = Some((side, Fixture::default()));
                self.items.push(Timing::default());
            }
            At::Item => {
                self.shown = (false, String::new());
                self.items.push(Timing::default());
            }
            _ => {}
        }
        self.open.push(at);
        Ok(())
    }

    /// What an object or an array that begins here is.
    fn opened(&self, object: bool) -> Result<At, Refusal> {
        let Some(parent) = self.open.last() else {
            return if object { Ok(At::Root) } else { Err(Refusal::value("result", "a list")) };
        };
        Ok(match (parent, self.key.as_str(), object) {
            (At::Root, "suite", true) => At::Suite,
            (At::Root, "errors", false) => At::Errors,
            (At::Errors, _, true) => At::ErrorMessage,
            (At::Suites, _, true) => At::Suite,
            (At::Tests, _, true) => At::Test,
            (At::Root | At::Suite, "suites", false) => At::Suites,
            (At::Root | At::Suite, "tests", false) => At::Tests,
            (At::Root | At::Suite, "setup" | "teardown", true) => At::Fixture,
            (At::Root | At::Suite, "metadata", true) => At::Metadata,
            (At::Test, "tags", false) => At::Tags,
            (At::Suite, "body", _) | (At::Test, "metadata", _) => At::Ignored,
            (At::Body, _, true) | (At::Test | At::Fixture | At::Item, "setup" | "teardown", true) => At::Item,
            (At::Test | At::Fixture | At::Item, "body", false) => At::Body,
            (At::Root | At::Fixture | At::Item | At::ErrorMessage | At::Ignored, _, _) => At::Ignored,
            (_, key, _) => return Err(Refusal::value("attribute", key)),
        })
    }

    fn end(&mut self) -> Result<(), Refusal> {
        match self.open.pop() {
            Some(At::Suite) => self.draft.end_suite(),
            Some(At::Root) if !self.whole => self.draft.end_suite(),
            Some(At::Test) => self.draft.end_test(Span::default())?,
            Some(At::Fixture) => {
                let times = self.items.pop().unwrap_or_default();
                if let (Some((side, fixture)), Some(suite)) = (self.fixture.take(), self.draft.open.last_mut()) {
                    *suite.fixture(side) = Some(Fixture { times, ..fixture });
                }
            }
            Some(At::Item) => {
                if let (true, text) = std::mem::take(&mut self.shown) {
                    self.draft.show(&text);
                }
                let micros = self.items.pop().unwrap_or_default().micros();
                let test = self.draft.test.as_mut().map(|draft| &mut draft.times);
                self.items.last_mut().or(test).into_iter().for_each(|times| times.add_child(micros));
            }
            Some(At::ErrorMessage) => self.output.errors.push(std::mem::take(&mut self.message)),
            _ => {}
        }
        self.ended = self.open.is_empty();
        Ok(())
    }

    /// A text or a number.
    fn value(&mut self, text: Option<&str>, number: Option<&str>) -> Result<(), Refusal> {
        let Some(at) = self.open.last().copied() else { return Err(Refusal::value("result", "a plain value")) };
        let kept = !matches!(at, At::Ignored | At::Item | At::Fixture) || (at == At::Fixture && self.key == "message");
        if let Some(text) = text.filter(|_| kept) {
            self.draft.budget.take(text.len())?;
        }
        match (at, text) {
            (At::Root, Some(text)) if self.key == "generator" => self.generator = Some(text.to_owned()),
            (At::Root, Some(text)) if self.key == "generated" => self.output.generated = Some(times::iso(text)?),
            (At::Root, _) if self.whole => {}
            (At::Root | At::Suite, _) => return self.suite_value(text, number),
            (At::Test, _) => return self.test_value(text, number),
            (At::Fixture | At::Item, _) => return self.item_value(at, text, number),
            (At::ErrorMessage, Some(text)) => return self.message_value(text),
            (At::Tags, Some(tag)) => {
                self.draft.test.as_mut().into_iter().for_each(|draft| draft.test.tags.push(tag.into()));
            }
            (At::Metadata, Some(value)) => {
                let item = (std::mem::take(&mut self.key), value.to_owned());
                self.draft.open.last_mut().into_iter().for_each(|draft| draft.suite.metadata.push(item.clone()));
            }
            (At::ErrorMessage | At::Body | At::Ignored, _) => {}
            _ => return Err(Refusal::value("plain value for", &self.key)),
        }
        Ok(())
    }

    fn suite_value(&mut self, text: Option<&str>, number: Option<&str>) -> Result<(), Refusal> {
        let Some(draft) = self.draft.open.last_mut() else { return Ok(()) };
        match (self.key.as_str(), text) {
            ("name", Some(text)) => text.clone_into(&mut draft.suite.name),
            ("doc", Some(text)) => text.clone_into(&mut draft.suite.doc),
            ("message", Some(text)) => text.clone_into(&mut draft.suite.message),
            ("source", Some(text)) => draft.suite.source = Some(text.to_owned()),
            ("id" | "status" | "rpa", _) => {}
            (key, _) => return time_value(&mut draft.times, key, text, number),
        }
        Ok(())
    }

    fn test_value(&mut self, text: Option<&str>, number: Option<&str>) -> Result<(), Refusal> {
        let Some(draft) = self.draft.test.as_mut() else { return Ok(()) };
        match (self.key.as_str(), text) {
            ("name", Some(text)) => text.clone_into(&mut draft.test.name),
            ("message", Some(text)) => text.clone_into(&mut draft.test.message),
            ("status", Some(text)) => draft.test.status = status::of_test(text),
            ("lineno", _) => draft.test.line = number.and_then(|line| line.parse().ok()),
            ("id" | "doc" | "timeout", _) => {}
            (key, _) => return time_value(&mut draft.times, key, text, number),
        }
        Ok(())
    }

    fn item_value(&mut self, at: At, text: Option<&str>, number: Option<&str>) -> Result<(), Refusal> {
        let shown = self.draft.test.is_some() || matches!(self.fixture, Some((Side::Setup, _)));
        let fixture = self.fixture.as_mut().filter(|_| at == At::Fixture);
        match (self.key.as_str(), text, fixture) {
            ("message", Some(text), Some((_, fixture))) => text.clone_into(&mut fixture.message),
            ("message", Some(text), None) if shown && text.len() <= pictures::LOOKED_AT => {
                text.clone_into(&mut self.shown.1);
            }
            ("status", Some(text), Some((_, fixture))) => fixture.status = status::of_fixture(text),
            (key @ ("start_time" | "end_time" | "elapsed_time"), _, _) => {
                return self.items.last_mut().map_or(Ok(()), |times| time_value(times, key, text, number));
            }
            _ => {}
        }
        Ok(())
    }

    fn message_value(&mut self, text: &str) -> Result<(), Refusal> {
        match self.key.as_str() {
            "message" => text.clone_into(&mut self.message.text),
            "level" => text.clone_into(&mut self.message.level),
            "timestamp" => self.message.time = Some(times::iso(text)?),
            _ => {}
        }
        Ok(())
    }

    /// Ends at the end of the file, or where it breaks off.
    pub(super) fn finish(mut self, problem: Option<String>) -> Result<Scan, Refusal> {
        if !self.whole && self.open.is_empty() && !self.ended {
            return Err(Refusal::Empty);
        }
        self.output.generator = match self.generator {
            Some(generator) => generator,
            None if !self.whole => "unknown".into(),
            None => return Err(Refusal::value("generator", "")),
        };
        let by_robot = written_by_robot(&self.output.generator)?;
        let running = self.draft.running();
        let (root, place) = self.draft.finish(by_robot)?;
        let output = Output { root, complete: problem.is_none(), problem, running, ..self.output };
        Ok(Scan { output, place, copyable: false })
    }
}

fn time_value(times: &mut Timing, key: &str, text: Option<&str>, number: Option<&str>) -> Result<(), Refusal> {
    match (key, text, number) {
        ("start_time", Some(text), _) => times.start = Some(times::iso(text)?),
        ("end_time", Some(text), _) => times.end = Some(times::iso(text)?),
        ("elapsed_time", _, Some(number)) => times.elapsed = Some(times::elapsed(number)?),
        _ => return Err(Refusal::value("attribute", key)),
    }
    Ok(())
}
