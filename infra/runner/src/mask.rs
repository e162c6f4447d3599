//! Keeps secrets out of what is uploaded.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use self::markup::Markup;

mod markup;

/// What stands where a secret was.
const MASK: &[u8] = b"***";

/// Bytes that are read at once.
const WINDOW: u64 = 256 << 10;

/// Bytes that a secret has at least: a shorter one is part of so many words that masking it would spoil the output.
pub const SHORTEST: usize = 4;

/// Replaces secrets in streams, in every form in which Robot Framework and its libraries write them.
#[derive(Debug)]
pub struct Masker {
    /// None when there are no secrets.
    patterns: Option<AhoCorasick>,
    longest: usize,
}

impl Masker {
    /// A masker of these values.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let forms: BTreeSet<Vec<u8>> = secrets.into_iter().flat_map(forms).collect();
        let longest = forms.iter().map(Vec::len).max().unwrap_or_default();
        let build = || AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&forms);
        // Building fails beyond 2^31 bytes of secrets only; SSM's parameters have 8 KiB at most.
        let patterns = if forms.is_empty() { None } else { build().ok() };
        Self { patterns, longest }
    }

    /// Whether there is anything to mask.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_none()
    }

    /// A text without secrets.
    pub fn text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        match self.copy(&mut text.as_bytes(), &mut out) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            Err(_) => String::new(),
        }
    }

    /// Copies a stream without its secrets, in memory of a few buffers. Secrets that overlap are masked as one.
    pub fn copy(&self, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
        self.stream(from, to, None)
    }

    /// Copies an `output.xml` without the secrets in its texts, so that it stays an `output.xml` whatever they are.
    pub fn copy_output(&self, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
        self.stream(from, to, Some(Markup::new()))
    }

    fn stream(&self, from: &mut impl Read, to: &mut impl Write, mut markup: Option<Markup>) -> io::Result<()> {
        let Some(patterns) = &self.patterns else { return io::copy(from, to).map(drop) };
        let mut window = Vec::new();
        // Bytes at the window's start that belong to a secret whose mask is written already.
        let mut covered = 0;
        loop {
            let last = from.by_ref().take(WINDOW).read_to_end(&mut window)? == 0;
            // A secret that begins in the rest may go on in the next window.
            let rest = if last { 0 } else { self.longest.saturating_sub(1) };
            let settled = window.len().saturating_sub(rest);
            let mut found = found(patterns, &window);
            if let Some(markup) = &mut markup {
                let texts = markup.texts(&window, settled);
                found.retain(|secret| within(secret, &texts));
            }
            let spans = joined(found, covered);
            covered = write_masked(&window[..settled], &spans, covered > 0, to)?;
            window.drain(..settled);
            if last {
                return to.flush();
            }
        }
    }
}

/// Where secrets stand.
fn found(patterns: &AhoCorasick, window: &[u8]) -> Vec<Range<usize>> {
    patterns.find_overlapping_iter(window).map(|found| found.range()).collect()
}

/// Whether one of these texts, which are in order, has all of a secret.
fn within(secret: &Range<usize>, texts: &[Range<usize>]) -> bool {
    let next = texts.partition_point(|text| text.end < secret.end);
    texts.get(next).is_some_and(|text| text.start <= secret.start)
}

/// Secrets that overlap or touch as one; the first `covered` bytes are part of one.
fn joined(mut spans: Vec<Range<usize>>, covered: usize) -> Vec<Range<usize>> {
    spans.extend((covered > 0).then_some(0..covered));
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    spans.dedup_by(|next, merged| {
        let touches = next.start <= merged.end;
        if touches {
            merged.end = merged.end.max(next.end);
        }
        touches
    });
    spans
}

/// Writes the bytes with a mask for each span, but for a first one that goes on from before; returns how many bytes
/// after these belong to a span that begins in them.
fn write_masked(bytes: &[u8], spans: &[Range<usize>], goes_on: bool, to: &mut impl Write) -> io::Result<usize> {
    let mut at = 0;
    for (index, span) in spans.iter().enumerate().take_while(|(_, span)| span.start < bytes.len()) {
        to.write_all(&bytes[at..span.start])?;
        if index > 0 || !goes_on {
            to.write_all(MASK)?;
        }
        if span.end > bytes.len() {
            return Ok(span.end - bytes.len());
        }
        at = span.end;
    }
    to.write_all(&bytes[at..]).map(|()| 0)
}

/// Every form of a secret: as it is, line by line, escaped for JSON and Python, percent-encoded, and each of these
/// escaped for XML and HTML.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut plain = vec![secret.to_owned(), json(secret), secret.escape_default().to_string(), percent(secret)];
    plain.push(secret.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"));
    plain.push(secret.trim().to_owned());
    plain.push(secret.replace("\r\n", "\n"));
    if secret.lines().count() > 1 {
        plain.extend(secret.lines().map(|line| line.trim().to_owned()));
    }
    let escaped: Vec<String> =
        plain.iter().flat_map(|form| [xml_text(form), xml_attribute(form), html(form)]).collect();
    plain.extend(escaped);
    plain.retain(|form| form.len() >= SHORTEST);
    plain.into_iter().map(String::into_bytes).collect()
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn xml_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn xml_attribute(text: &str) -> String {
    let escaped = xml_text(text).replace('"', "&quot;");
    escaped.replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#09;")
}

fn html(text: &str) -> String {
    xml_text(text).replace('"', "&quot;").replace('\'', "&#x27;")
}

#[cfg(test)]
mod tests;
