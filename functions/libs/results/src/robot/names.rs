//! Names that Robot Framework treats as equal, and names it makes up.

/// A tag or the name of a metadata item as Robot Framework compares it: case, white space and
/// underscores do not count.
pub fn normalized(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && *c != '_');
    kept.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Tags as Robot Framework lists them: each once in its first spelling, in the order of their
/// normalized names, without empty ones and `NONE`.
pub(super) fn tags(written: Vec<String>) -> Vec<String> {
    let mut tags: Vec<_> = written.into_iter().map(|tag| (normalized(&tag), tag)).collect();
    tags.retain(|(key, _)| !key.is_empty() && key != "none");
    tags.sort_by(|a, b| a.0.cmp(&b.0));
    tags.dedup_by(|later, first| later.0 == first.0);
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// Metadata as Robot Framework lists it: first spelling of the name, last value, sorted by
/// normalized name.
pub(super) fn metadata(written: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut items: Vec<_> = written.into_iter().map(|item| (normalized(&item.0), item)).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    items.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1.1 = std::mem::take(&mut later.1.1);
        }
        same
    });
    items.into_iter().map(|(_, item)| item).collect()
}

/// Name of a suite that has none: made from its path, else from the names of its children.
pub(super) fn of_suite(source: Option<&str>, children: &[domain::results::outcome::Suite]) -> String {
    let from_source = source.map(from_source).unwrap_or_default();
    if !from_source.is_empty() {
        return from_source;
    }
    children.iter().map(|child| child.name.as_str()).collect::<Vec<_>>().join(" & ")
}

fn from_source(source: &str) -> String {
    let file = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = match file.rfind('.') {
        Some(dot) if dot > 0 && dot + 1 < file.len() => &file[..dot],
        _ => file,
    };
    let rest = stem.split_once("__").map(|(_, rest)| rest).filter(|rest| !rest.is_empty());
    let name = rest.unwrap_or(stem).replace('_', " ").trim().to_owned();
    if is_lower(&name) { title(&name) } else { name }
}

fn is_lower(name: &str) -> bool {
    name.chars().any(char::is_lowercase) && !name.chars().any(char::is_uppercase)
}

fn title(name: &str) -> String {
    let mut in_word = false;
    let mut titled = String::with_capacity(name.len());
    for c in name.chars() {
        if in_word {
            titled.push(c);
        } else {
            titled.extend(c.to_uppercase());
        }
        in_word = c.is_alphabetic();
    }
    titled
}
