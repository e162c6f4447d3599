//! Pictures that keywords show in the log, such as screenshots: `<img>` in messages that are HTML.

use camino::{Utf8Component, Utf8Path};
use html5gum::{Token, Tokenizer};
use percent_encoding::percent_decode_str;

/// Bytes of a message that are looked at. What libraries write around a picture is much shorter, unless the picture
/// itself is in it, and that is not kept.
pub(super) const LOOKED_AT: usize = 16 << 10;

/// Pictures of a test that are kept: the last ones, which show how it failed.
const MOST: usize = 8;

/// Longest path that is kept, in bytes.
const LONGEST: usize = 512;

/// Adds the pictures that `html` shows to `kept`, each once and the latest last.
pub(super) fn keep(kept: &mut Vec<String>, html: &str) {
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        let source = tag.attributes.get(b"src".as_slice()).filter(|_| *tag.name == b"img");
        let source = source.and_then(|source| std::str::from_utf8(source).ok());
        if let Some(path) = source.and_then(below) {
            kept.retain(|known| *known != path);
            kept.push(path);
        }
    }
    kept.drain(..kept.len().saturating_sub(MOST));
}

/// The path that a reference names, if it stays below the folder of the log.
fn below(reference: &str) -> Option<String> {
    let written = reference.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(written).decode_utf8().ok()?.replace('\\', "/");
    if path.len() > LONGEST || path.contains(|c: char| c == ':' || c.is_control()) {
        return None;
    }
    let parts = Utf8Path::new(&path).components().filter(|part| *part != Utf8Component::CurDir);
    let name = |part: Utf8Component<'_>| matches!(part, Utf8Component::Normal(_)).then(|| part.to_string());
    let names: Vec<String> = parts.map(name).collect::<Option<_>>()?;
    Some(names.join("/")).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_of_the_log_are_kept() {
        let cases = [
            ("selenium-screenshot-1.png", Some("selenium-screenshot-1.png")),
            ("browser/screenshot/fail%20screenshot%231.png", Some("browser/screenshot/fail screenshot#1.png")),
            ("a b.png", Some("a b.png")),
            ("./a//b.png?x=1#y", Some("a/b.png")),
            (r"pictures\a.png", Some("pictures/a.png")),
            ("100%.png", Some("100%.png")),
            ("", None),
            ("#", None),
            (".", None),
            ("../a.png", None),
            ("a/../../b.png", None),
            ("a%2F..%2F..%2Fb.png", None),
            ("/etc/passwd", None),
            ("//example.com/a.png", None),
            (r"\\server\a.png", None),
            ("C:/a.png", None),
            ("https://example.com/a.png", None),
            ("data:image/png;base64,AAAA", None),
            ("javascript:alert(1)", None),
            ("a%00.png", None),
            ("a%FF.png", None),
        ];
        for (reference, path) in cases {
            assert_eq!(below(reference).as_deref(), path, "{reference}");
        }
        assert_eq!(below(&"a".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn the_last_pictures_are_kept_each_once() {
        let mut kept = Vec::new();
        for number in 1..=MOST + 1 {
            keep(&mut kept, &format!("<IMG width=9 SRC='{number}.png'/><a href=\"a.png\">"));
        }
        keep(&mut kept, r#"</td></tr><tr><td colspan="3"><a href="x.png"><img src="3.png" width="800px"></a>"#);
        keep(&mut kept, "<!-- <img src=no.png> --><imgs src=no.png><img alt=no.png><img src=no.png");
        assert_eq!(kept, ["2.png", "4.png", "5.png", "6.png", "7.png", "8.png", "9.png", "3.png"]);
    }
}
