//! Writes the merged result as one `output.xml`.

use std::io::{self, BufRead, Write};

use domain::results::interrupted::NOT_RUN;
use domain::results::outcome::{Suite, Test};
use jiff::civil::DateTime;

use super::counted::{Attempts, Counted};
use super::part::Part;
use super::tree::{Leaf, Node};
use super::{statistics, tree};
use crate::markup;
use crate::robot::error::{Error, Limits};
use crate::robot::place::{Place, Span};
use crate::robot::{LogMessage, Scan, scan, status};

/// Why results could not be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// An input could not be opened.
    #[error("failed to open result {input}")]
    Open {
        /// Number of the input, from 0.
        input: usize,
        /// Why.
        source: io::Error,
    },
    /// An input could not be read.
    #[error("failed to read result {input}")]
    Read {
        /// Number of the input, from 0.
        input: usize,
        /// Why.
        source: Error,
    },
    /// An input is JSON or declares entities, so its parts cannot be copied into another file.
    #[error("failed to copy from result {input}: only plain XML can be merged")]
    Form {
        /// Number of the input, from 0.
        input: usize,
    },
    /// An input is not the one whose tests were counted.
    #[error("failed to copy from result {input}: it is not the one that was counted")]
    Other {
        /// Number of the input, from 0.
        input: usize,
    },
    /// An input changed between the first look at it and the second.
    #[error("failed to copy from result {input}: it has changed meanwhile")]
    Changed {
        /// Number of the input, from 0.
        input: usize,
    },
    /// The merged result could not be written.
    #[error("failed to write the merged result")]
    Write(#[source] io::Error),
}

impl MergeError {
    /// Whether an input itself is to blame, so that it will not be better next time and the others can do without it.
    fn is_about_content(&self) -> bool {
        matches!(self, Self::Read { source: Error::Refused { .. }, .. } | Self::Form { .. } | Self::Other { .. })
    }

    /// Number of the input that it is about, from 0.
    pub fn input(&self) -> Option<usize> {
        match self {
            Self::Open { input, .. }
            | Self::Read { input, .. }
            | Self::Form { input }
            | Self::Other { input }
            | Self::Changed { input } => Some(*input),
            Self::Write(_) => None,
        }
    }
}

/// What came of a merge.
#[derive(Debug, Default)]
pub struct Merged {
    /// The tree that was written; an empty suite if every input was left out.
    pub root: Suite,
    /// Inputs that could not be read or copied, in order, and why.
    pub left_out: Vec<MergeError>,
}

/// Writes one `output.xml` from those of the parts of a run, in the order that
/// [`merge_suites`](super::merge_suites) wants.
///
/// Each input is opened by its number, from 0 to `inputs - 1`: once to learn what is in it, and again to copy
/// from it while the result is written, all inputs side by side. It is opened once more where a rerun has
/// tests in another order than the first run. Keywords and their logs are copied as they stand, so memory
/// grows with the tests, not with the files. Inputs that break off give what they have, and one that is refused
/// is left out; failing to open or read one is an error.
pub fn write_merged<'a, R: BufRead + 'a>(
    inputs: usize,
    mut open: impl FnMut(usize) -> io::Result<R>,
    out: impl Write,
) -> Result<Merged, MergeError> {
    let scanned = Scanned::of(inputs, &mut open)?;
    let counted = Counted::of(&scanned.parts);
    scanned.write(&counted, open, out)
}

/// Writes one `output.xml` as [`write_merged`] does, of attempts whose tests were counted already: it says of each test
/// what the verdict says. A result that is not the one that was counted is left out.
pub fn write_counted<'a, R: BufRead + 'a>(
    attempts: &Attempts<'_>,
    mut open: impl FnMut(usize) -> io::Result<R>,
    out: impl Write,
) -> Result<Merged, MergeError> {
    let mut scanned = Scanned::of(attempts.roots.len(), &mut open)?;
    let (counted, others) = Counted::take(attempts, &scanned.parts);
    scanned.leave_out(others);
    scanned.write(&counted, open, out)
}

/// What is in the inputs.
#[derive(Default)]
struct Scanned {
    head: Head,
    parts: Vec<Part>,
    left_out: Vec<MergeError>,
}

impl Scanned {
    fn of<'a, R: BufRead + 'a>(
        inputs: usize,
        open: &mut impl FnMut(usize) -> io::Result<R>,
    ) -> Result<Self, MergeError> {
        let mut scanned = Self::default();
        for input in 0..inputs {
            match scan_part(input, open) {
                Ok(scan) => scanned.parts.push(scanned.head.take(scan, input)),
                Err(error) if error.is_about_content() => scanned.left_out.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(scanned)
    }

    fn leave_out(&mut self, inputs: Vec<usize>) {
        self.parts.retain(|part| !inputs.contains(&part.input));
        self.left_out.extend(inputs.into_iter().map(|input| MergeError::Other { input }));
    }

    fn write<'a, R: BufRead + 'a>(
        self,
        counted: &Counted,
        mut open: impl FnMut(usize) -> io::Result<R>,
        mut out: impl Write,
    ) -> Result<Merged, MergeError> {
        let inputs = self.parts.iter().map(|part| part.input + 1).max().unwrap_or_default();
        let root = tree::merge(self.parts, counted, self.head.rpa);
        let files = (0..inputs).map(|_| None).collect();
        let mut copier = Copier { open: |input| open(input), files, out: &mut out };
        self.head.start(copier.out).map_err(MergeError::Write)?;
        copier.suite(&root, "s1")?;
        let root = root.into_suite();
        self.head.end(&root, &mut out).map_err(MergeError::Write)?;
        Ok(Merged { root, left_out: self.left_out })
    }
}

fn scan_part<'a, R: BufRead + 'a>(
    input: usize,
    open: &mut impl FnMut(usize) -> io::Result<R>,
) -> Result<Scan, MergeError> {
    let reader = open(input).map_err(|source| MergeError::Open { input, source })?;
    let scan = scan(reader, Limits::default()).map_err(|source| MergeError::Read { input, source })?;
    if scan.copyable { Ok(scan) } else { Err(MergeError::Form { input }) }
}

/// What the merged file says beside the suites.
#[derive(Default)]
struct Head {
    rpa: bool,
    generated: Option<DateTime>,
    errors: Vec<LogMessage>,
}

impl Head {
    /// Takes from an input what is not of its suites, and gives those.
    fn take(&mut self, scan: Scan, input: usize) -> Part {
        self.rpa |= scan.output.rpa;
        self.generated = self.generated.max(scan.output.generated);
        self.errors.extend(scan.output.errors);
        Part { root: scan.output.root, place: scan.place, input }
    }

    /// The generator must not call itself `Robot`: failed suite teardowns would reach tests once more.
    fn start(&self, out: &mut impl Write) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let generated = self.generated.map(|time| format!(" generated=\"{}\"", markup::time(time)));
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        write!(out, r#"<robot generator="QAOps {version}"{}"#, generated.unwrap_or_default())?;
        writeln!(out, r#" rpa="{}" schemaversion="5">"#, self.rpa)
    }

    fn end(&self, root: &Suite, out: &mut impl Write) -> io::Result<()> {
        statistics::write(root, self.rpa, out)?;
        writeln!(out, "<errors>")?;
        for error in &self.errors {
            let time = error.time.map(|time| format!("time=\"{}\" ", markup::time(time))).unwrap_or_default();
            let html = if error.html { " html=\"true\"" } else { "" };
            let (level, text) = (markup::attribute(&error.level), markup::text(&error.text));
            writeln!(out, r#"<msg {time}level="{level}"{html}>{text}</msg>"#)?;
        }
        writeln!(out, "</errors>\n</robot>")?;
        out.flush()
    }
}

/// An input that is open, and how many of its bytes are behind.
struct File<'a> {
    input: Box<dyn BufRead + 'a>,
    at: u64,
}

struct Copier<'a, 'o, F, W> {
    open: F,
    files: Vec<Option<File<'a>>>,
    out: &'o mut W,
}

impl<'a, R: BufRead + 'a, F: FnMut(usize) -> io::Result<R>, W: Write> Copier<'a, '_, F, W> {
    fn suite(&mut self, node: &Node, id: &str) -> Result<(), MergeError> {
        let suite = &node.suite;
        let source = suite.source.as_deref().map(|source| format!(" source=\"{}\"", markup::attribute(source)));
        let name = markup::attribute(&suite.name);
        self.line(&format!("<suite id=\"{id}\" name=\"{name}\"{}>", source.unwrap_or_default()))?;
        self.keywords(node, |place| (&place.setup, place.setup_failed))?;
        for (number, child) in node.suites.iter().enumerate() {
            self.suite(child, &format!("{id}-s{}", number + 1))?;
        }
        for (number, leaf) in node.tests.iter().enumerate() {
            self.test(leaf, &format!("{id}-t{}", number + 1))?;
        }
        self.keywords(node, |place| (&place.teardown, place.teardown_failed))?;
        self.suite_end(suite, node)
    }

    fn suite_end(&mut self, suite: &Suite, node: &Node) -> Result<(), MergeError> {
        if !suite.doc.is_empty() {
            self.line(&format!("<doc>{}</doc>", markup::text(&suite.doc)))?;
        }
        for (name, value) in &suite.metadata {
            self.line(&format!("<meta name=\"{}\">{}</meta>", markup::attribute(name), markup::text(value)))?;
        }
        let word = node.status_word();
        self.line(&status_element(word, suite.start, suite.seconds, &suite.message))?;
        self.line("</suite>")
    }

    /// Copies the setup or teardown from the first part where it failed, else from the first that has one.
    fn keywords(&mut self, node: &Node, of: impl Fn(&Place) -> (&Vec<Span>, bool)) -> Result<(), MergeError> {
        let failed = node.parts.iter().find(|(_, place)| of(place).1);
        let any = || node.parts.iter().find(|(_, place)| !of(place).0.is_empty());
        let Some((input, place)) = failed.or_else(any) else { return Ok(()) };
        for span in of(place).0 {
            self.copy(*input, *span)?;
            self.line("")?;
        }
        Ok(())
    }

    fn test(&mut self, leaf: &Leaf, id: &str) -> Result<(), MergeError> {
        let (place, test) = (&leaf.place, &leaf.test);
        let line = test.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
        let tag = format!("<test id=\"{id}\" name=\"{}\"{line}>", markup::attribute(&test.name));
        self.raw(tag.as_bytes())?;
        let status = tag_of(leaf) + &status_of(test);
        match place.status {
            _ if place.end.from == place.end.to => self.raw(status.as_bytes())?,
            None => {
                self.copy(leaf.input, Span { from: place.tag.to, to: place.end.from })?;
                self.raw(status.as_bytes())?;
            }
            Some(old) => {
                self.copy(leaf.input, Span { from: place.tag.to, to: old.from })?;
                self.raw(status.as_bytes())?;
                self.copy(leaf.input, Span { from: old.to, to: place.end.from })?;
            }
        }
        self.line("</test>")
    }

    fn line(&mut self, text: &str) -> Result<(), MergeError> {
        self.raw(text.as_bytes())?;
        self.raw(b"\n")
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), MergeError> {
        self.out.write_all(bytes).map_err(MergeError::Write)
    }

    /// Copies a part of an input as it stands.
    fn copy(&mut self, input: usize, span: Span) -> Result<(), MergeError> {
        let mut file = match self.files[input].take().filter(|file| file.at <= span.from) {
            Some(file) => file,
            None => self.fresh(input)?,
        };
        let failed = |source| MergeError::Read { input, source: Error::Read(source) };
        while file.at < span.to {
            let chunk = file.input.fill_buf().map_err(failed)?;
            if chunk.is_empty() {
                return Err(MergeError::Changed { input });
            }
            let behind = span.from.saturating_sub(file.at).min(chunk.len() as u64);
            let ahead = (span.to - file.at).min(chunk.len() as u64);
            self.out.write_all(&chunk[behind as usize..ahead as usize]).map_err(MergeError::Write)?;
            file.input.consume(ahead as usize);
            file.at += ahead;
        }
        self.files[input] = Some(file);
        Ok(())
    }

    fn fresh(&mut self, input: usize) -> Result<File<'a>, MergeError> {
        let reader = (self.open)(input).map_err(|source| MergeError::Open { input, source })?;
        let source = crate::input::open(reader).map_err(|source| MergeError::Read { input, source })?;
        Ok(File { input: source.input, at: 0 })
    }
}

/// The tag that Robot Framework gives to tests that it does not run.
fn tag_of(leaf: &Leaf) -> String {
    if leaf.not_run { format!("<tag>{NOT_RUN}</tag>") } else { String::new() }
}

fn status_of(test: &Test) -> String {
    status_element(status::word(test.status), test.start, test.seconds, &test.message)
}

fn status_element(word: &str, start: Option<DateTime>, seconds: f64, message: &str) -> String {
    let start = start.map(|time| format!(" start=\"{}\"", markup::time(time))).unwrap_or_default();
    let message = markup::text(message);
    format!("<status status=\"{word}\"{start} elapsed=\"{seconds:.6}\">{message}</status>")
}
