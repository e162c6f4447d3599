//! The attributes of one element.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::entities::Entities;
use super::error::Refusal;

/// More attributes than any element of Robot Framework has; checking for doubles is quadratic.
const MOST: usize = 64;

/// Names and values in the order of the file.
pub(super) struct Attributes<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Attributes<'a> {
    pub(super) fn new(tag: &'a BytesStart<'_>, entities: &mut Entities) -> Result<Self, Refusal> {
        let mut list = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| Refusal::malformed(error.to_string()))?;
            if list.len() == MOST {
                return Err(Refusal::Limit(format!("an element with more than {MOST} attributes")));
            }
            list.push((attribute.key.into_inner(), entities.attribute(attribute.value)?));
        }
        Ok(Attributes(list))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| *key)
    }
}
