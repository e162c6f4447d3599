//! What XML demands and the parser does not look at.

use quick_xml::events::BytesDecl;

use super::attributes::Attributes;
use super::entities::Entities;
use super::error::Refusal;

/// Whether a text has the end of a CDATA section, which may stand nowhere else.
pub(crate) fn ends_cdata(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 2 && memchr::memchr_iter(b']', bytes).any(|at| bytes[at..].starts_with(b"]]>"))
}

/// Checks the XML declaration, which begins at byte `at`.
pub(crate) fn declaration(text: &BytesDecl<'_>, at: u64) -> Result<(), Refusal> {
    let refused = || Refusal::malformed("an XML declaration that is none");
    let mut attributes = Attributes::default();
    attributes.read(&text[3..], &mut Entities::default()).map_err(|_| refused())?;
    let names: Vec<&str> = attributes.names().collect();
    let order = matches!(
        names.as_slice(),
        ["version"] | ["version", "encoding" | "standalone"] | ["version", "encoding", "standalone"]
    );
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
    let value = |name: &str| attributes.get(name).is_some_and(|value| !value.is_empty() && value.chars().all(plain));
    if order && names.iter().all(|name| value(name)) && at == 0 { Ok(()) } else { Err(refused()) }
}
