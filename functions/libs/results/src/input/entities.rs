//! References in texts and attributes: characters, the five names of XML, and what the file itself declares.

use std::borrow::Cow;
use std::collections::HashMap;

use super::error::Refusal;

/// Bytes that all references of a file may expand to, so that a small file cannot become a huge one.
const EXPANDED: usize = 1 << 20;
/// References in one another.
const DEPTH: usize = 16;

/// The entities that a file declares.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    declared: HashMap<String, String>,
    expanded: usize,
}

impl Entities {
    /// Reads what stands between `<!DOCTYPE` and its `>`.
    pub(crate) fn declare(&mut self, doctype: &str) -> Result<(), Refusal> {
        let Some((_, subset)) = doctype.split_once('[') else { return Ok(()) };
        let mut rest = subset.trim_start();
        while !rest.is_empty() && !rest.starts_with(']') {
            rest = self.declaration(rest)?.trim_start();
        }
        Ok(())
    }

    /// Reads one declaration and gives what follows it.
    fn declaration<'a>(&mut self, text: &'a str) -> Result<&'a str, Refusal> {
        if let Some(comment) = text.strip_prefix("<!--") {
            return after(comment, "-->");
        }
        if let Some(instruction) = text.strip_prefix("<?") {
            return after(instruction, "?>");
        }
        if let Some(element) = text.strip_prefix("<!ELEMENT") {
            return after(element, ">");
        }
        let entity = text.strip_prefix("<!ENTITY").ok_or(Refusal::Unsupported("this document type"))?;
        let (name, value, rest) = entity_parts(entity).ok_or(Refusal::Unsupported("this entity"))?;
        // The first declaration of a name is the one that counts.
        let value = characters(value)?;
        self.declared.entry(name.to_owned()).or_insert(value);
        Ok(rest)
    }

    /// Appends what `&name;` stands for.
    pub(crate) fn resolve(&mut self, name: &str, into: &mut String) -> Result<(), Refusal> {
        self.expand(name, into, 0)
    }

    /// Checks a reference in a text that nobody asks for.
    pub(crate) fn check(&mut self, name: &str) -> Result<(), Refusal> {
        match predefined(name)? {
            Some(_) => Ok(()),
            None => self.expand(name, &mut String::new(), 0),
        }
    }

    fn expand(&mut self, name: &str, into: &mut String, depth: usize) -> Result<(), Refusal> {
        if let Some(c) = predefined(name)? {
            into.push(c);
            return Ok(());
        }
        let value = self.declared.get(name).ok_or_else(|| Refusal::malformed(format!("undefined entity &{name};")))?;
        self.expanded += value.len();
        if depth >= DEPTH || self.expanded > EXPANDED {
            return Err(Refusal::Limit("its entities expand without end".into()));
        }
        if value.contains('<') {
            return Err(Refusal::Unsupported("markup in an entity"));
        }
        let value = value.clone();
        self.each_part(&value, into, depth + 1)
    }

    fn each_part(&mut self, text: &str, into: &mut String, depth: usize) -> Result<(), Refusal> {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            into.push_str(&rest[..at]);
            let (name, after) = rest[at + 1..].split_once(';').ok_or_else(|| unclosed(rest))?;
            self.expand(name, into, depth)?;
            rest = after;
        }
        into.push_str(rest);
        Ok(())
    }

    /// The value of an attribute, with references resolved and white space as XML wants it.
    pub(crate) fn attribute<'a>(&mut self, raw: &'a str) -> Result<Cow<'a, str>, Refusal> {
        // Without an early end the compiler looks at many bytes at once.
        let special = |found: bool, b: u8| found | matches!(b, b'<' | b'\t' | b'\n' | b'\r' | b'&');
        if !raw.bytes().fold(false, special) {
            return Ok(Cow::Borrowed(raw));
        }
        if raw.contains('<') {
            return Err(Refusal::malformed("'<' in the value of an attribute"));
        }
        let spaced = raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        let mut value = String::with_capacity(spaced.len());
        self.each_part(&spaced, &mut value, 0)?;
        Ok(Cow::Owned(value))
    }
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, Refusal> {
    text.split_once(end).map(|(_, rest)| rest).ok_or_else(|| Refusal::malformed("an open declaration"))
}

fn unclosed(text: &str) -> Refusal {
    Refusal::malformed(format!("a reference without an end: {}", text.chars().take(20).collect::<String>()))
}

/// Name and value of `<!ENTITY name "value">`, and what follows. None for one in another file.
fn entity_parts(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.trim_start().split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'') && name != "%")?;
    let (value, rest) = rest[1..].split_once(quote)?;
    Some((name, value, rest.trim_start().strip_prefix('>')?))
}

/// Resolves references to characters, which happens where an entity is declared.
fn characters(value: &str) -> Result<String, Refusal> {
    let mut resolved = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("&#") {
        resolved.push_str(&rest[..at]);
        let (name, after) = rest[at + 1..].split_once(';').ok_or_else(|| unclosed(rest))?;
        resolved.extend(predefined(name)?);
        rest = after;
    }
    resolved.push_str(rest);
    Ok(resolved)
}

/// What needs no declaration: a character by number or one of the five names. None for other names.
fn predefined(name: &str) -> Result<Option<char>, Refusal> {
    Ok(Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => match name.strip_prefix('#') {
            None => return Ok(None),
            Some(number) => {
                by_number(number).ok_or_else(|| Refusal::malformed(format!("no such character: &{name};")))?
            }
        },
    }))
}

fn by_number(number: &str) -> Option<char> {
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| plain)?;
    let allowed = matches!(code, 9 | 10 | 13) || (code >= 0x20 && !matches!(code, 0xfffe | 0xffff));
    char::from_u32(code).filter(|_| allowed)
}
