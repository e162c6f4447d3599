//! Options that may stand in a file of requirements, by pip's `SUPPORTED_OPTIONS` and `SUPPORTED_OPTIONS_REQ`.

/// What an option is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Another file with requirements.
    Requirement,
    /// Another file that limits versions.
    Constraint,
    /// A folder that is installed where it lies.
    Editable,
    /// A folder or page with archives.
    FindLinks,
    /// A hash of the requirement, or that each has one.
    Hash,
    /// Another index.
    Index,
    /// A host that is trusted without a certificate.
    Host,
    /// How pip chooses and builds, from what there is.
    Choice,
    /// A feature that only some versions of pip have.
    Feature,
}

/// An option with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) purpose: Purpose,
    /// As it is written in pip's documentation.
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Long name, short name, whether it takes a value, what it is for.
const OPTIONS: [(&str, &str, bool, Purpose); 19] = [
    ("--index-url", "-i", true, Purpose::Index),
    ("--pypi-url", "", true, Purpose::Index),
    ("--extra-index-url", "", true, Purpose::Index),
    ("--no-index", "", false, Purpose::Choice),
    ("--constraint", "-c", true, Purpose::Constraint),
    ("--requirement", "-r", true, Purpose::Requirement),
    ("--editable", "-e", true, Purpose::Editable),
    ("--find-links", "-f", true, Purpose::FindLinks),
    ("--no-binary", "", true, Purpose::Choice),
    ("--only-binary", "", true, Purpose::Choice),
    ("--prefer-binary", "", false, Purpose::Choice),
    ("--require-hashes", "", false, Purpose::Hash),
    ("--pre", "", false, Purpose::Choice),
    ("--trusted-host", "", true, Purpose::Host),
    ("--use-feature", "", true, Purpose::Feature),
    ("--hash", "", true, Purpose::Hash),
    ("--global-option", "", true, Purpose::Choice),
    ("--config-settings", "-C", true, Purpose::Choice),
    ("--config-setting", "", true, Purpose::Choice),
];

/// Reads options as Python's `optparse` does: a long one by any beginning that only one has, a value after `=` or in the
/// next word, a short one with its value in the same word or in the next. The error is a fragment.
pub(super) fn read(words: Vec<String>) -> Result<Vec<Given>, String> {
    let mut given = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        // What stands between options is nothing to pip.
        if !word.starts_with('-') || word == "-" || word == "--" {
            continue;
        }
        let (spec, inline) = if word.starts_with("--") { long(&word)? } else { short(&word)? };
        let (name, _, takes_value, purpose) = *spec;
        let value = match (takes_value, inline) {
            (true, Some(value)) => value,
            (true, None) => words.next().ok_or_else(|| format!("has the option {name} without its value"))?,
            (false, None) => String::new(),
            (false, Some(_)) => return Err(format!("has a value for the option {name}, which takes none")),
        };
        given.push(Given { purpose, name, value });
    }
    Ok(given)
}

type Spec = &'static (&'static str, &'static str, bool, Purpose);

fn long(word: &str) -> Result<(Spec, Option<String>), String> {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (word, None),
    };
    let whole = OPTIONS.iter().find(|(long, ..)| *long == name);
    let mut begun = OPTIONS.iter().filter(|(long, ..)| long.starts_with(name));
    match (whole, begun.next(), begun.next()) {
        (Some(spec), ..) | (None, Some(spec), None) => Ok((spec, value)),
        _ => Err(unknown(name)),
    }
}

fn short(word: &str) -> Result<(Spec, Option<String>), String> {
    let name = word.get(..2).unwrap_or(word);
    let spec = OPTIONS.iter().find(|(_, short, ..)| *short == name).ok_or_else(|| unknown(name))?;
    let rest = &word[2..];
    Ok((spec, (!rest.is_empty()).then(|| rest.to_owned())))
}

fn unknown(name: &str) -> String {
    format!("has the option {name}, which pip does not take in such a file")
}
