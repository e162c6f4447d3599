//! The parts of suites and tests: keywords and control structures, their statuses, and texts.

use super::elements::Kind;
use super::error::Refusal;
use super::fixture::Fixture;
use super::place::{Side, Span};
use super::state::State;
use super::status;
use super::times::{self, Timing};
use crate::input::Attributes;

impl State {
    /// A keyword or control structure begins.
    pub(super) fn item(
        &mut self,
        kind: Kind,
        parent: Option<Kind>,
        attributes: &Attributes<'_>,
        span: Span,
    ) -> Result<(), Refusal> {
        if matches!(kind, Kind::IfBranch | Kind::TryBranch) {
            let strange = attributes.names().find(|name| !kind.branch_attribute(name));
            strange.map_or(Ok(()), |name| Err(Refusal::value("attribute of a branch", name)))?;
        }
        let times = match parent {
            Some(Kind::Suite) => self.outer_keyword(kind, attributes, span),
            _ => Timing::default(),
        };
        self.items.push(times);
        Ok(())
    }

    /// A keyword of a suite: its setup, its teardown, or what a listener ran beside them.
    fn outer_keyword(&mut self, kind: Kind, attributes: &Attributes<'_>, span: Span) -> Timing {
        let Some(suite) = self.draft.open.last_mut() else { return Timing::default() };
        if kind != Kind::Fixture {
            let side = suite.implicit_side();
            suite.fixture(side).get_or_insert_with(Fixture::implicit);
            self.outer = Some((side, span.from));
            return Timing::default();
        }
        let setup = attributes.get("type").is_some_and(|of| of.eq_ignore_ascii_case("setup"));
        let side = if setup { Side::Setup } else { Side::Teardown };
        let fixture = suite.fixture(side).take().unwrap_or_default();
        let times = fixture.times.clone();
        self.fixture = Some((side, fixture));
        self.outer = Some((side, span.from));
        times
    }

    /// A keyword or control structure ends at `to`.
    pub(super) fn end_item(&mut self, to: u64) {
        let Some(times) = self.items.pop() else { return };
        if let Some(parent) = self.items.last_mut() {
            parent.add_child(times.micros());
        } else if let Some(test) = &mut self.draft.test {
            test.times.add_child(times.micros());
        } else {
            self.end_outer_keyword(times, to);
        }
    }

    fn end_outer_keyword(&mut self, times: Timing, to: u64) {
        let (Some((side, from)), Some(suite)) = (self.outer.take(), self.draft.open.last_mut()) else { return };
        match side {
            Side::Setup => suite.place.setup.push(Span { from, to }),
            Side::Teardown => suite.place.teardown.push(Span { from, to }),
        }
        let slot = suite.fixture(side);
        match self.fixture.take() {
            Some((_, fixture)) => *slot = Some(Fixture { times, ..fixture }),
            None => slot.get_or_insert_with(Fixture::implicit).times.add_child(times.micros()),
        }
    }

    /// Whether the innermost item is the setup or teardown of a suite itself.
    fn in_fixture(&self) -> bool {
        self.items.len() == 1 && self.fixture.is_some()
    }

    pub(super) fn status(&mut self, kind: Kind, attributes: &Attributes<'_>, span: Span) -> Result<(), Refusal> {
        let value = attributes.get("status").unwrap_or("FAIL");
        let fixture = kind == Kind::ItemStatus && self.in_fixture();
        if let Some((_, of)) = self.fixture.as_mut().filter(|_| fixture) {
            of.status = status::of_fixture(value);
        }
        if fixture || kind != Kind::ItemStatus {
            self.text = Some(String::new());
        }
        let times = match kind {
            Kind::SuiteStatus => self.draft.open.last_mut().map(|suite| &mut suite.times),
            Kind::ItemStatus => self.items.last_mut(),
            _ => self.draft.test.as_mut().map(|draft| {
                draft.test.status = status::of_test(value);
                &mut draft.times
            }),
        };
        self.status_from = span.from;
        times.map_or(Ok(()), |times| set_times(times, attributes, kind))
    }

    /// The message of a status; an empty one leaves an earlier one as it is.
    pub(super) fn end_status(&mut self, kind: Kind, text: String, to: u64) {
        let message = match kind {
            Kind::SuiteStatus => self.draft.open.last_mut().map(|suite| &mut suite.suite.message),
            Kind::ItemStatus => self.fixture.as_mut().map(|(_, fixture)| &mut fixture.message),
            _ => self.draft.test.as_mut().map(|draft| {
                draft.place.status = Some(Span { from: self.status_from, to });
                &mut draft.test.message
            }),
        };
        if let Some(message) = message.filter(|_| !text.is_empty()) {
            *message = text;
        }
    }
}

fn set_times(times: &mut Timing, attributes: &Attributes<'_>, kind: Kind) -> Result<(), Refusal> {
    match (attributes.get("elapsed"), attributes.get("start")) {
        (Some(elapsed), start) => {
            times.elapsed = Some(times::elapsed(elapsed)?);
            match start {
                // Of a keyword only the duration counts.
                Some(start) if kind == Kind::ItemStatus => times::check_iso(start)?,
                start => times.start = start.map(times::iso).transpose()?,
            }
        }
        (None, _) => {
            times.start = times::legacy(attributes.get("starttime"))?;
            times.end = times::legacy(attributes.get("endtime"))?;
        }
    }
    Ok(())
}
