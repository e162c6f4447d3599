//! A column's rule as the policy writes it.

use std::collections::BTreeMap;

use domain::base::problem::Problem;

use super::tree::Node;
use crate::normal::{Normal, Space};
use crate::rules::Words;

/// A rule for a column or path: what happens to each value of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What is done.
    pub action: Action,
    /// How a value is made the same as its other spellings before it is masked.
    pub normal: Normal,
    /// A name that sets its pseudonyms apart from those of other rules of this kind; empty for none.
    pub scope: String,
    /// Values that stay as they are, as in every column that refers to this one.
    pub except: Vec<String>,
    /// Why a value may stay as it is.
    pub reason: String,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The value stays.
    Keep,
    /// The column is left out.
    Drop,
    /// Every value becomes NULL.
    Null,
    /// Every value becomes this text; the second is its form in JSON.
    Constant(String, String),
    /// So many hexadecimal digits of a keyed hash.
    Hash(usize),
    /// A value that looks like a real one.
    Pseudonym(Words),
    /// Another value of the same shape, by FF1. With `true` numbers: the first digit is never 0.
    Format(bool),
    /// Dates move by up to so many days, the same for all rows with one value in another column.
    Shift {
        /// Most days, 1 to 3,650.
        days: u32,
        /// Column whose value is the person; empty for one shift of all rows.
        by: String,
    },
    /// Numbers move by up to so many percent.
    Noise(u32),
    /// Numbers fall to a multiple of a size.
    Bucket(u64),
    /// Dates fall to the first of the month or year.
    Round(Calendar),
    /// Patterns in free text are replaced.
    Redact {
        /// Patterns of our own by name, or regular expressions.
        patterns: Vec<String>,
        /// Columns whose values are replaced too where they stand in the text.
        also: Vec<String>,
    },
    /// Rules for the paths inside a JSON value.
    Json(BTreeMap<String, Rule>),
}

/// What a date falls to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// First day of the month.
    Month,
    /// First day of the year.
    Year,
}

const RULES: &[(&str, &[&str])] = &[
    ("keep", &["reason"]),
    ("drop", &[]),
    ("null", &[]),
    ("constant", &["value"]),
    ("hash", &["digits"]),
    ("pseudonym", &["kind", "domain", "range", "country"]),
    ("format", &["number"]),
    ("shift", &["days", "by"]),
    ("noise", &["percent"]),
    ("bucket", &["size", "to"]),
    ("redact", &["patterns", "also"]),
    ("json", &["paths"]),
];

/// Keys that a rule for a value has besides its own.
const COMMON: &[&str] = &["rule", "case", "space", "unicode", "scope", "except", "reason"];

impl Rule {
    /// A rule without options.
    pub(crate) fn plain(action: Action) -> Self {
        Self { action, normal: Normal::EXACT, scope: String::new(), except: Vec::new(), reason: String::new() }
    }

    /// Reads a rule; `also` are keys of the table that are not the rule's.
    pub(crate) fn read(node: &Node<'_>, also: &[&str]) -> Result<Self, Problem> {
        if node.is_text() {
            let rules: Vec<(&str, &str)> = RULES.iter().map(|(name, _)| (*name, *name)).collect();
            return Ok(Self::plain(action(node.one_of(&rules)?, node)?));
        }
        node.entries()?;
        let help = "write rule = \"keep\" or another; quote the name of a column or path that has a dot";
        let named = node.get("rule").ok_or_else(|| node.problem("a rule without rule", help))?;
        let rules: Vec<(&str, &(&str, &[&str]))> = RULES.iter().map(|rule| (rule.0, rule)).collect();
        let (name, keys) = named.one_of(&rules)?;
        node.known(&[COMMON, keys, also].concat())?;
        let action = action(name, node)?;
        let normal = normal(node, &action)?;
        let text = |key: &str| node.get(key).map_or(Ok(""), |node| node.text()).map(str::to_owned);
        let except = node.get("except").map_or(Ok(Vec::new()), |node| node.texts())?;
        let rule = Self { normal, scope: text("scope")?, except, reason: text("reason")?, action };
        if !rule.except.is_empty() && rule.reason.trim().is_empty() {
            return Err(node.problem("except without a reason", "say why these values are nobody's: reason = \"…\""));
        }
        Ok(rule)
    }

    /// The rule's name in the policy.
    pub fn name(&self) -> &'static str {
        match self.action {
            Action::Keep => "keep",
            Action::Drop => "drop",
            Action::Null => "null",
            Action::Constant(..) => "constant",
            Action::Hash(_) => "hash",
            Action::Pseudonym(_) => "pseudonym",
            Action::Format(_) => "format",
            Action::Shift { .. } => "shift",
            Action::Noise(_) => "noise",
            Action::Bucket(_) | Action::Round(_) => "bucket",
            Action::Redact { .. } => "redact",
            Action::Json(_) => "json",
        }
    }
}

fn action(name: &str, node: &Node<'_>) -> Result<Action, Problem> {
    match name {
        "keep" => Ok(Action::Keep),
        "drop" => Ok(Action::Drop),
        "null" => Ok(Action::Null),
        "constant" => constant(node),
        "hash" => Ok(Action::Hash(usize::try_from(whole(node, "digits", 8..=64, 32)?).unwrap_or(32))),
        "pseudonym" => Words::read(node).map(Action::Pseudonym),
        "format" => Ok(Action::Format(node.get("number").map_or(Ok(false), |node| node.truth())?)),
        "shift" => shift(node),
        "noise" => Ok(Action::Noise(u32::try_from(whole(node, "percent", 1..=90, 10)?).unwrap_or(10))),
        "bucket" => bucket(node),
        "redact" => redact(node),
        _ => json(node),
    }
}

fn whole(node: &Node<'_>, key: &str, range: std::ops::RangeInclusive<i64>, without: i64) -> Result<i64, Problem> {
    node.get(key).map_or(Ok(without), |node| node.whole(range))
}

fn constant(node: &Node<'_>) -> Result<Action, Problem> {
    let value = node.get("value").ok_or_else(|| node.problem("a constant without value", "write value = \"…\""))?;
    let (text, json) = value.scalar().ok_or_else(|| value.expected("text, a number, true or false"))?;
    Ok(Action::Constant(text, json))
}

fn shift(node: &Node<'_>) -> Result<Action, Problem> {
    let days = u32::try_from(whole(node, "days", 1..=3650, 30)?).unwrap_or(30);
    let by = node.get("by").map_or(Ok(""), |node| node.text())?.to_owned();
    Ok(Action::Shift { days, by })
}

fn bucket(node: &Node<'_>) -> Result<Action, Problem> {
    match (node.get("size"), node.get("to")) {
        (Some(size), None) => Ok(Action::Bucket(u64::try_from(size.whole(2..=1_000_000_000)?).unwrap_or(2))),
        (None, Some(to)) => to.one_of(&[("month", Calendar::Month), ("year", Calendar::Year)]).map(Action::Round),
        _ => {
            Err(node
                .problem("a bucket has either size or to", "write size = 10 for numbers or to = \"month\" for dates"))
        }
    }
}

fn redact(node: &Node<'_>) -> Result<Action, Problem> {
    let texts = |key: &str| node.get(key).map(|node| node.texts()).transpose();
    let ours = || ["email", "phone", "card", "iban"].map(str::to_owned).to_vec();
    let patterns = texts("patterns")?.unwrap_or_else(ours);
    if let Some(wrong) = patterns.iter().find(|pattern| crate::rules::redact_pattern(pattern).is_none()) {
        let help = "name email, phone, card or iban, or write a regular expression";
        return Err(node.problem(format!("{wrong:?} is no pattern"), help));
    }
    Ok(Action::Redact { patterns, also: texts("also")?.unwrap_or_default() })
}

fn json(node: &Node<'_>) -> Result<Action, Problem> {
    let paths =
        node.get("paths").ok_or_else(|| node.problem("a rule json without paths", "write paths = { \"a.b\" = … }"))?;
    let mut rules = BTreeMap::new();
    for (path, node) in paths.entries()? {
        let rule = Rule::read(&node, &[])?;
        crate::json::check_path(path).map_err(|what| node.problem(what, "write it like user.tags[]"))?;
        rules.insert(path.to_owned(), rule);
    }
    Ok(Action::Json(rules))
}

fn normal(node: &Node<'_>, action: &Action) -> Result<Normal, Problem> {
    let mut normal = match action {
        Action::Pseudonym(words) => words.normal(),
        _ => Normal::EXACT,
    };
    if let Some(case) = node.get("case") {
        normal.fold = case.one_of(&[("fold", true), ("exact", false)])?;
    }
    if let Some(unicode) = node.get("unicode") {
        normal.nfc = unicode.one_of(&[("nfc", true), ("exact", false)])?;
    }
    if let Some(space) = node.get("space") {
        normal.space = space.one_of(&[("trim", Space::Trim), ("keep", Space::Keep), ("exact", Space::Exact)])?;
    }
    Ok(normal)
}
