//! One tree for JSON and TOML, so that the run's input and `qaops.toml` are checked by the same code and
//! complain in the same words.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::problem::{Problem, did_you_mean, quoted};
use crate::base::table::Table;

const A_DATE: &str = "a date such as 2026-12-31";

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// File and path of keys, such as `qaops.toml: gates.error[2]`.
    pub(crate) place: String,
    /// Byte offset in the text; 0 where there is no text.
    at: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Null,
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// A date or time of TOML.
    Time(String),
}

impl Node {
    /// The tree of a JSON value; `file` begins every place.
    pub(crate) fn from_json(file: &str, value: &serde_json::Value) -> Self {
        json(format!("{file}:"), value)
    }

    /// The tree of a TOML text; a syntax error says line and column.
    pub(crate) fn from_toml(file: &str, text: &str) -> Result<Self, Problem> {
        match DeTable::parse(text) {
            Ok(table) => Ok(toml_table(format!("{file}:"), table.span().start, table.get_ref())),
            Err(error) => Err(syntax(file, text, &error)),
        }
    }

    /// The problem that something else was expected here.
    pub(crate) fn expected(&self, what: &str) -> Problem {
        Problem::new(&self.place, format!("expected {what}, found {}", self.found()), "")
    }

    /// A problem with the value here.
    pub(crate) fn problem(&self, what: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem::new(&self.place, what, help)
    }

    fn found(&self) -> String {
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Whole(value) => value.to_string(),
            Kind::Number(value) if value.is_infinite() => "a number that is too large".to_owned(),
            Kind::Number(value) => value.to_string(),
            Kind::Text(value) => quoted(value),
            Kind::List(_) => "a list".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Time(value) => format!("the time {value}"),
        }
    }

    /// Text.
    pub(crate) fn text(&self) -> Result<&str, Problem> {
        match &self.kind {
            Kind::Text(text) => Ok(text),
            _ => Err(self.expected("text")),
        }
    }

    /// Text, or a whole number as it would be written. Other values have several spellings, so the user chooses.
    pub(crate) fn text_or_whole(&self) -> Result<String, Problem> {
        let help = match &self.kind {
            Kind::Text(text) => return Ok(text.clone()),
            Kind::Whole(number) => return Ok(number.to_string()),
            Kind::Number(_) => "write it in quotes, as the tests shall see it",
            Kind::Bool(_) => "write it in quotes, as the tests compare it: \"True\" or \"true\"",
            _ => "",
        };
        Err(Problem { help: help.to_owned(), ..self.expected("text or a whole number") })
    }

    /// True or false.
    pub(crate) fn truth(&self) -> Result<bool, Problem> {
        match self.kind {
            Kind::Bool(truth) => Ok(truth),
            _ => Err(self.expected("true or false")),
        }
    }

    /// A whole number in a range.
    pub(crate) fn whole(&self, range: std::ops::RangeInclusive<u32>) -> Result<u32, Problem> {
        let number = match self.kind {
            Kind::Whole(number) => u32::try_from(number).ok(),
            Kind::Number(number) if number.fract() == 0.0 && (0.0..=1e9).contains(&number) => Some(number as u32),
            _ => None,
        };
        let expected = || self.expected(&format!("a whole number from {} to {}", range.start(), range.end()));
        number.filter(|number| range.contains(number)).ok_or_else(expected)
    }

    /// An amount: a number that is not negative.
    pub(crate) fn amount(&self) -> Result<f64, Problem> {
        let number = match self.kind {
            Kind::Whole(number) => number as f64,
            Kind::Number(number) => number,
            _ => f64::NAN,
        };
        let good = number.is_finite() && number >= 0.0;
        if good { Ok(number) } else { Err(self.expected("a number of 0 or more")) }
    }

    /// A day, as text or as TOML's own date.
    pub(crate) fn date(&self) -> Result<jiff::civil::Date, Problem> {
        let (Kind::Text(text) | Kind::Time(text)) = &self.kind else { return Err(self.expected(A_DATE)) };
        let is_day = text.len() == "2026-12-31".len();
        text.parse().ok().filter(|_| is_day).ok_or_else(|| self.expected(A_DATE))
    }

    /// The nodes of a list.
    pub(crate) fn list(&self) -> Result<&[Node], Problem> {
        match &self.kind {
            Kind::List(nodes) => Ok(nodes),
            _ => Err(self.expected("a list")),
        }
    }

    /// Keys and nodes of a table with keys of the user's choice, in the order of the text.
    pub(crate) fn entries(&self) -> Result<&[(String, Node)], Problem> {
        match &self.kind {
            Kind::Table(entries) => Ok(entries),
            _ => Err(self.expected("a table")),
        }
    }

    /// Keys and nodes of a table whose keys are known; another key is refused with the one that may be meant, or with
    /// its place elsewhere. A null means that the key is left out: a state machine writes null for a value that it
    /// was not given.
    pub(crate) fn known(&self, table: &Table) -> Result<Vec<(&str, &Node)>, Problem> {
        self.keyed(table.names(), table.elsewhere)
    }

    /// As [`Node::known`], of keys that no reference lists.
    pub(crate) fn keyed<'k>(
        &self,
        keys: impl Iterator<Item = &'k str> + Clone,
        elsewhere: &[(&str, &str)],
    ) -> Result<Vec<(&str, &Node)>, Problem> {
        let entries = self.entries()?;
        for (key, _) in entries {
            if !keys.clone().any(|known| known == key) {
                let hint = elsewhere.iter().find(|(word, _)| word == key);
                let help = hint.map_or_else(|| did_you_mean(key, keys), |(_, help)| (*help).to_owned());
                return Err(Problem::new(&self.place, format!("unknown key {}", quoted(key)), help));
            }
        }
        Ok(entries.iter().filter(|(_, node)| !node.is_null()).map(|(key, node)| (key.as_str(), node)).collect())
    }

    fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }
}

fn below(place: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let key = if plain { key.to_owned() } else { quoted(key) };
    if place.ends_with(':') { format!("{place} {key}") } else { format!("{place}.{key}") }
}

fn json(place: String, value: &serde_json::Value) -> Node {
    use serde_json::Value;
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Kind::Whole(whole),
            None => Kind::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Kind::Text(text.clone()),
        Value::Array(list) => {
            Kind::List(list.iter().enumerate().map(|(n, value)| json(format!("{place}[{n}]"), value)).collect())
        }
        Value::Object(map) => {
            Kind::Table(map.iter().map(|(key, value)| (key.clone(), json(below(&place, key), value))).collect())
        }
    };
    Node { place: place.trim_end_matches(':').to_owned(), at: 0, kind }
}

fn toml_table(place: String, at: usize, table: &DeTable<'_>) -> Node {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let name = key.get_ref().to_string();
        let mut node = toml_value(below(&place, &name), value);
        node.at = key.span().start;
        (name, node)
    };
    let mut entries: Vec<(String, Node)> = table.iter().map(entry).collect();
    entries.sort_by_key(|(_, node)| node.at);
    Node { place: place.trim_end_matches(':').to_owned(), at, kind: Kind::Table(entries) }
}

fn toml_value(place: String, value: &Spanned<DeValue<'_>>) -> Node {
    let at = value.span().start;
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(whole) => Kind::Whole(whole),
            // More than 64 bits hold.
            Err(_) => Kind::Number(number.as_str().parse().unwrap_or(f64::INFINITY)),
        },
        DeValue::Float(number) => Kind::Number(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(time) => Kind::Time(time.to_string()),
        DeValue::Array(list) => {
            Kind::List(list.iter().enumerate().map(|(n, value)| toml_value(format!("{place}[{n}]"), value)).collect())
        }
        DeValue::Table(table) => return toml_table(place, at, table),
    };
    Node { place, at, kind }
}

fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").chars().count();
    let place = format!("{file}: line {}, column {}", line + 1, column + 1);
    let what = error.message().replace('\n', ", ");
    match text.lines().nth(line) {
        Some(shown) if shown.len() < 200 => Problem::new(place, what, "").with_caret(shown.trim_end(), column),
        _ => Problem::new(place, what, ""),
    }
}
