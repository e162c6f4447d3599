//! A TOML value and its place in the file, so that each problem says where it is.

use domain::base::problem::{Problem, did_you_mean};
use toml::Value;

/// A value of the policy and its place, such as `dataset.toml: tables.people.columns.email`.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) place: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(crate) fn root(file: &str, value: &'a Value) -> Self {
        Self { place: format!("{file}:"), value }
    }

    /// The node of a key below this one.
    fn below(&self, key: &str, value: &'a Value) -> Self {
        let key = match key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            true => key.to_owned(),
            false => format!("{key:?}"),
        };
        let between = if self.place.ends_with(':') { " " } else { "." };
        Self { place: format!("{}{between}{key}", self.place), value }
    }

    pub(crate) fn problem(&self, what: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem::new(self.place.trim_end_matches(':'), what, help)
    }

    pub(crate) fn expected(&self, what: &str) -> Problem {
        self.problem(format!("expected {what}, found {}", self.found()), "")
    }

    fn found(&self) -> String {
        match self.value {
            Value::String(text) => format!("\"{text}\""),
            Value::Integer(number) => number.to_string(),
            Value::Array(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
            other => other.type_str().to_owned(),
        }
    }

    pub(crate) fn text(&self) -> Result<&'a str, Problem> {
        self.value.as_str().ok_or_else(|| self.expected("text"))
    }

    pub(crate) fn truth(&self) -> Result<bool, Problem> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// A whole number in a range.
    pub(crate) fn whole(&self, range: std::ops::RangeInclusive<i64>) -> Result<i64, Problem> {
        let expected = || self.expected(&format!("a whole number from {} to {}", range.start(), range.end()));
        self.value.as_integer().filter(|number| range.contains(number)).ok_or_else(expected)
    }

    /// One of some words.
    pub(crate) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Problem> {
        let word = self.text()?;
        let found = words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let help = did_you_mean(word, words.iter().map(|(known, _)| *known));
            self.problem(format!("unknown word \"{word}\""), help)
        })
    }

    pub(crate) fn list(&self) -> Result<Vec<Self>, Problem> {
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let node = |(at, value)| Self { place: format!("{}[{at}]", self.place), value };
        Ok(list.iter().enumerate().map(node).collect())
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>, Problem> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// Keys and nodes of a table with keys of the user's choice.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Problem> {
        let table = self.value.as_table().ok_or_else(|| self.expected("a table"))?;
        Ok(table.iter().map(|(key, value)| (key.as_str(), self.below(key, value))).collect())
    }

    /// Keys and nodes of a table with known keys.
    pub(crate) fn known(&self, keys: &[&str]) -> Result<Vec<(&'a str, Self)>, Problem> {
        let entries = self.entries()?;
        match entries.iter().find(|(key, _)| !keys.contains(key)) {
            Some((key, _)) => {
                Err(self.problem(format!("unknown key \"{key}\""), did_you_mean(key, keys.iter().copied())))
            }
            None => Ok(entries),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.below(key, value))
    }

    pub(crate) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A plain value and its form in JSON; none for dates, lists and tables.
    pub(crate) fn scalar(&self) -> Option<(String, String)> {
        match self.value {
            Value::String(text) => Some((text.clone(), serde_json::Value::from(text.as_str()).to_string())),
            Value::Integer(number) => Some((number.to_string(), number.to_string())),
            Value::Float(number) if number.is_finite() => Some((number.to_string(), number.to_string())),
            Value::Boolean(truth) => Some((truth.to_string(), truth.to_string())),
            _ => None,
        }
    }
}

/// The root value of a text; a syntax error says line and column.
pub(crate) fn parse(file: &str, text: &str) -> Result<Value, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    text.parse::<toml::Table>().map(Value::Table).map_err(|error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Problem::new(format!("{file}: line {line}, column {column}"), error.message().replace('\n', ", "), "")
    })
}
