//! Pictures that the page itself has.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use infer::MatcherType;

/// A picture as an address that holds it; none if the bytes are not of a kind that browsers show.
///
/// The bytes tell the kind, not the name: what a test calls a picture must not become a document in the page.
pub(super) fn within(bytes: &[u8]) -> Option<String> {
    let kind = infer::get(bytes).filter(|kind| kind.matcher_type() == MatcherType::Image)?;
    Some(format!("data:{};base64,{}", kind.mime_type(), BASE64_STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_taken_by_what_they_hold() {
        let kinds = [
            (b"\x89PNG\r\n\x1a\n".as_slice(), Some("data:image/png;base64,iVBORw0KGgo=")),
            (b"\xff\xd8\xff\xe0", Some("data:image/jpeg;base64,/9j/4A==")),
            (b"GIF89a", Some("data:image/gif;base64,R0lGODlh")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None),
            (b"<!DOCTYPE html><script>", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ];
        for (bytes, address) in kinds {
            assert_eq!(within(bytes).as_deref(), address);
        }
    }
}
