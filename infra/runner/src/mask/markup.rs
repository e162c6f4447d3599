//! Where user's text stands in an `output.xml`: a secret that happens to be a word of the format, such as `name` or
//! a year, must be masked in texts and nowhere else, or the file could not be read any more.

use std::ops::Range;

/// Bytes of a name that are kept; Robot Framework has none as long.
const LONGEST_NAME: usize = 32;

/// What stands at a place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Text,
    ElementName,
    Tag,
    AttributeName,
    Value { quote: u8, users: bool },
}

/// Follows the markup of a file from its start on.
#[derive(Clone, Debug)]
pub(super) struct Markup {
    at: At,
    element: Vec<u8>,
    attribute: Vec<u8>,
}

impl Markup {
    pub(super) fn new() -> Self {
        Self { at: At::Text, element: Vec::new(), attribute: Vec::new() }
    }

    /// Goes over the window's first `settled` bytes, and returns where user's text stands in the whole window.
    pub(super) fn texts(&mut self, window: &[u8], settled: usize) -> Vec<Range<usize>> {
        let mut texts = Vec::new();
        let mut open = self.is_users().then_some(0);
        self.follow(&window[..settled], 0, &mut open, &mut texts);
        // The rest comes again in the next window, so that nothing of it is remembered.
        let mut ahead = self.clone();
        ahead.follow(&window[settled..], settled, &mut open, &mut texts);
        texts.extend(open.map(|from| from..window.len()));
        texts
    }

    fn follow(&mut self, bytes: &[u8], offset: usize, open: &mut Option<usize>, texts: &mut Vec<Range<usize>>) {
        for (index, byte) in bytes.iter().enumerate() {
            self.step(*byte);
            let at = offset + index;
            match (*open, self.is_users()) {
                // A text begins after the `>` or the quote that opens it.
                (None, true) => *open = Some(at + 1),
                (Some(from), false) => {
                    texts.push(from..at);
                    *open = None;
                }
                _ => {}
            }
        }
    }

    fn is_users(&self) -> bool {
        matches!(self.at, At::Text | At::Value { users: true, .. })
    }

    fn step(&mut self, byte: u8) {
        self.at = match (self.at, byte) {
            // Robot Framework escapes both wherever they are not markup, so they are safe to find the way by.
            (_, b'<') => {
                self.element.clear();
                At::ElementName
            }
            (_, b'>') => At::Text,
            (At::Text, _) => At::Text,
            (At::ElementName, byte) if byte.is_ascii_whitespace() => At::Tag,
            (At::ElementName, byte) => keep(&mut self.element, byte, At::ElementName),
            (At::Tag, byte) if byte.is_ascii_whitespace() => At::Tag,
            (At::Tag, byte) => {
                self.attribute.clear();
                keep(&mut self.attribute, byte, At::AttributeName)
            }
            (At::AttributeName, b'"' | b'\'') => At::Value { quote: byte, users: self.is_users_value() },
            (At::AttributeName, b'=') => At::AttributeName,
            (At::AttributeName, byte) => keep(&mut self.attribute, byte, At::AttributeName),
            (At::Value { quote, .. }, byte) if byte == quote => At::Tag,
            (at @ At::Value { .. }, _) => at,
        };
    }

    /// Whether the attribute holds user's text. Sources and names of suites come from paths, and the results of a
    /// shard are found by them.
    fn is_users_value(&self) -> bool {
        const FORMAT: [&[u8]; 5] = [b"?xml", b"robot", b"suite", b"msg", b"status"];
        const ANYWHERE: [&[u8]; 7] = [b"id", b"line", b"type", b"flavor", b"pass", b"fail", b"skip"];
        !FORMAT.contains(&self.element.as_slice()) && !ANYWHERE.contains(&self.attribute.as_slice())
    }
}

fn keep(name: &mut Vec<u8>, byte: u8, at: At) -> At {
    if name.len() < LONGEST_NAME {
        name.push(byte);
    }
    at
}
