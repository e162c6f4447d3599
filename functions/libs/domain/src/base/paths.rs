//! Names of entries that are safe to create below a folder.

use crate::base::text::breaks_a_line;

/// Longest path and longest part of one that every system can create, in bytes.
const LONGEST_PATH: usize = 1024;
const TOO_LONG: &str = "has more than 1024 bytes, or a part with more than 255 bytes";
const LONGEST_PART: usize = 255;

/// The part of a path after a folder; for the root, the whole path.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// Path below the package's root of a source that Robot Framework wrote on an instance of any platform.
///
/// `root` is the folder on the instance that the package was unpacked into.
pub fn relative(source: &str, root: &str) -> Option<String> {
    let rest = source.strip_prefix(root)?;
    let path = rest.trim_start_matches(['/', '\\']);
    (rest.len() > path.len()).then(|| path.replace('\\', "/"))
}

/// Refuses a path that is empty, absolute, leaves its root, or reads differently on another system; the error is
/// the reason as a fragment after the path.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    let bytes = path.as_bytes();
    if path.is_empty() {
        return Err("is an empty name");
    }
    if path.contains('\\') {
        return Err("has a backslash");
    }
    // Robot Framework's argument files, which name the suite files, take the separators for the end of a line.
    if path.chars().any(breaks_a_line) {
        return Err("has a control character or a line separator");
    }
    if path.starts_with('/') {
        return Err("is an absolute path");
    }
    if bytes.len() > 1 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic() {
        return Err("begins with a drive letter");
    }
    if path.len() > LONGEST_PATH || path.split('/').any(|part| part.len() > LONGEST_PART) {
        return Err(TOO_LONG);
    }
    match path.split('/').find(|part| matches!(*part, "" | "." | "..")) {
        Some("..") => Err("leads out of its folder"),
        Some(_) => Err("has an empty part"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_both_platforms_become_paths_below_the_root() {
        assert_eq!(relative("/w/1/shop/a/b.robot", "/w/1/shop").as_deref(), Some("a/b.robot"));
        assert_eq!(relative(r"C:\w\shop\a\b.robot", r"C:\w\shop").as_deref(), Some("a/b.robot"));
        assert_eq!(relative("/w/1/shop", "/w/1/shop"), None);
        assert_eq!(relative("/w/1/shopping/a.robot", "/w/1/shop"), None);
    }
}
