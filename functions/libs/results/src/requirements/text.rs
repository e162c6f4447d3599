//! The text of a file of requirements, by pip's `auto_decode`: a byte order mark, a line `# -*- coding: … -*-` among the
//! first two, or else UTF-8, which the runner sets for pip on every platform.

use domain::base::problem::{Problem, did_you_mean};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memmem;

/// The text of a file.
pub(super) fn decode(path: &str, bytes: &[u8]) -> Result<String, Problem> {
    // pip takes the mark of UTF-32 for that of UTF-16, whose two bytes begin it, and reads nothing that makes sense.
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(Problem::new(path, "is UTF-32", "save it as UTF-8"));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return strict(path, encoding, &bytes[length..]);
    }
    match declared(path, bytes)? {
        Some(encoding) => strict(path, encoding, bytes),
        None => strict(path, UTF_8, bytes),
    }
}

fn strict(path: &str, encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Problem> {
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let what = if encoding == UTF_8 { "is not UTF-8".to_owned() } else { format!("is not {}", name(encoding)) };
    decoded.map(|text| text.into_owned()).ok_or_else(|| Problem::new(path, what, "save it as UTF-8"))
}

fn name(encoding: &'static Encoding) -> &'static str {
    match encoding {
        encoding if encoding == UTF_16LE || encoding == UTF_16BE => "UTF-16",
        encoding => encoding.name(),
    }
}

/// The encoding that one of the first two lines declares (PEP 263).
fn declared(path: &str, bytes: &[u8]) -> Result<Option<&'static Encoding>, Problem> {
    let Some(label) = bytes.split(|byte| *byte == b'\n').take(2).find_map(label) else { return Ok(None) };
    if label == "ascii" || label == "us_ascii" {
        return Ok(Some(UTF_8));
    }
    let found = Encoding::for_label(label.replace('_', "-").as_bytes());
    let found = found.or_else(|| Encoding::for_label(label.replace('_', "").as_bytes()));
    match found {
        // Python's own names of what the web calls windows-1252.
        None if matches!(label.as_str(), "l1" | "latin" | "8859") => Ok(Some(WINDOWS_1252)),
        None => {
            let what = format!("declares the encoding \"{label}\", which is not known here");
            let help = did_you_mean(&label, ["utf-8", "latin-1"]);
            Err(Problem::new(path, what, if help.starts_with("did") { help } else { "save it as UTF-8".to_owned() }))
        }
        found => Ok(found),
    }
}

/// The encoding's name in a comment, as Python compares it: in lower case, `_` for everything between words.
fn label(line: &[u8]) -> Option<String> {
    let after = line.starts_with(b"#").then(|| memmem::find(line, b"coding"))??;
    let rest =
        line[after + b"coding".len()..].strip_prefix(b":").or(line[after + b"coding".len()..].strip_prefix(b"="))?;
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name: Vec<u8> = rest.trim_ascii_start().iter().take_while(part).map(u8::to_ascii_lowercase).collect();
    let name = String::from_utf8(name).ok().filter(|name| !name.is_empty())?;
    Some(name.replace(['-', '.'], "_"))
}
