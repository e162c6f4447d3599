//! The attributes of one element, read more strictly than the parser would: as XML demands, with white space
//! between them, no name twice, and no markup in values.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::entities::Entities;
use super::error::Refusal;
use super::name::is_name;

/// More attributes than any element of Robot Framework has; checking for doubles is quadratic.
const MOST: usize = 64;

/// As many as nearly every element has; more need memory of their own.
const USUAL: usize = 4;

/// Names and values in the order of the file.
#[derive(Default)]
pub(crate) struct Attributes<'a>(SmallVec<[(&'a str, Cow<'a, str>); USUAL]>);

impl<'a> Attributes<'a> {
    /// Reads what stands in a tag behind the name of the element. It fills a list that is there, for to move one with
    /// every element takes time.
    pub(crate) fn read(&mut self, raw: &'a str, entities: &mut Entities) -> Result<(), Refusal> {
        let list = &mut self.0;
        let mut rest = raw;
        while let Some((name, value, behind)) = split(rest)? {
            if list.iter().any(|(earlier, _)| *earlier == name) {
                return Err(bad_name(name));
            }
            if list.len() == MOST {
                return Err(Refusal::Limit(format!("an element with more than {MOST} attributes")));
            }
            list.push((name, entities.attribute(value)?));
            rest = behind;
        }
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| *key)
    }
}

fn bad_name(name: &str) -> Refusal {
    Refusal::malformed(format!("an attribute '{name}'"))
}

/// Name and value of the first attribute, and what follows. None if there is no more.
fn split(text: &str) -> Result<Option<(&str, &str, &str)>, Refusal> {
    split_usual(text).map_or_else(|| split_any(text), |parts| Ok(Some(parts)))
}

fn split_any(text: &str) -> Result<Option<(&str, &str, &str)>, Refusal> {
    let trimmed = text.trim_ascii_start();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let wrong = || Refusal::malformed("an attribute without a quoted value or without a space before it");
    let equals = memchr::memchr(b'=', trimmed.as_bytes()).filter(|_| trimmed.len() < text.len()).ok_or_else(wrong)?;
    let value = trimmed[equals + 1..].trim_ascii_start();
    let quote = value.bytes().next().filter(|byte| matches!(byte, b'"' | b'\'')).ok_or_else(wrong)?;
    let end = memchr::memchr(quote, &value.as_bytes()[1..]).ok_or_else(wrong)?;
    let name = trimmed[..equals].trim_ascii_end();
    if is_name(name) { Ok(Some((name, &value[1..=end], &value[end + 2..]))) } else { Err(bad_name(name)) }
}

/// The same where it is written as nearly always, ` name="value"`; this is quicker.
fn split_usual(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.strip_prefix(' ')?;
    let usual = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    let name = text.as_bytes().iter().take_while(|byte| usual(byte)).count();
    let value = text[name..].strip_prefix("=\"").filter(|_| name > 0)?;
    let end = memchr::memchr(b'"', value.as_bytes())?;
    Some((&text[..name], &value[..end], &value[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Option<Vec<(String, String)>> {
        let mut attributes = Attributes::default();
        attributes.read(raw, &mut Entities::default()).ok()?;
        Some(attributes.0.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect())
    }

    #[test]
    fn attributes_are_read_with_either_quote_and_any_space() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(""), Some(vec![]));
        assert_eq!(read(" a=\"1\"\n b = '\"' "), Some(vec![pair("a", "1"), pair("b", "\"")]));
        assert_eq!(read(" é='&lt;&#65;\t'"), Some(vec![pair("é", "<A ")]));
    }

    proptest::proptest! {
        #[test]
        fn the_quick_way_reads_what_the_other_does(text in " ?[a-c_1]{0,2} ?=?[\"'][ a<&='\"]{0,4}[\"'] ?b?") {
            if let Some(parts) = split_usual(&text) {
                assert_eq!(split_any(&text).ok().flatten(), Some(parts), "{text}");
            }
        }
    }

    #[test]
    fn what_xml_forbids_is_refused() {
        for raw in
            [" a", " a=", " a=1", " a='", " a='1'b='2'", "a='1'", " a='<'", " a='1' a='2'", " 1='1'", " ='1'", " a='&'"]
        {
            assert_eq!(read(raw), None, "{raw}");
        }
    }
}
