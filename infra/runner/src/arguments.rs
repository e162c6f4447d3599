//! The argument file of `robot`.
//!
//! Robot Framework strips each line, takes a line that begins with `-` as an option, and splits it at its first space
//! or `=`. So `--option value` on one line carries any value that has neither a line break nor spaces around it.

use std::path::Path;

use crate::error::Failure;

/// Lines of an argument file.
#[derive(Debug, Default)]
pub struct Arguments {
    lines: Vec<String>,
}

impl Arguments {
    /// Adds an option without a value.
    pub fn flag(&mut self, option: &str) {
        self.lines.push(option.to_owned());
    }

    /// Adds an option and its value.
    pub fn option(&mut self, option: &str, value: &str) -> Result<(), Failure> {
        if !fits(value) {
            return Err(Failure::Argument { what: format!("the value {value:?} of {option}") });
        }
        self.lines.push(format!("{option} {value}"));
        Ok(())
    }

    /// Adds an option whose value is a path.
    pub fn path(&mut self, option: &str, path: &Path) -> Result<(), Failure> {
        match path.to_str() {
            Some(text) => self.option(option, text),
            None => Err(Failure::Argument { what: format!("the path {path:?}") }),
        }
    }

    /// Adds a word as it is: an option, its value, or both.
    pub fn word(&mut self, word: &str) -> Result<(), Failure> {
        if !fits(word) || word.starts_with('#') {
            return Err(Failure::Argument { what: format!("the argument {word:?}") });
        }
        self.lines.push(word.to_owned());
        Ok(())
    }

    /// The file's content.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Whether a value comes through an argument file as it is.
pub fn fits(value: &str) -> bool {
    !value.is_empty() && value.trim() == value && !value.chars().any(breaks_a_line)
}

/// What Python's `splitlines` takes for the end of a line, and what no argument can hold.
fn breaks_a_line(c: char) -> bool {
    matches!(c, '\0' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A text that matches itself only where Robot Framework takes a glob pattern.
pub fn glob_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | '*' | '?' => escaped.extend(['[', c, ']']),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_and_value_stand_on_one_line() {
        let mut arguments = Arguments::default();
        arguments.flag("--runemptysuite");
        arguments.option("--variable", "URL:https://host/?a=b c").unwrap();
        arguments.word("--loglevel").unwrap();
        assert_eq!(arguments.text(), "--runemptysuite\n--variable URL:https://host/?a=b c\n--loglevel\n");
    }

    #[test]
    fn what_would_become_another_line_or_lose_spaces_is_refused() {
        for bad in ["a\nb", "a\rb", "a\u{2028}b", "a\u{85}b", " a", "a ", ""] {
            let error = Arguments::default().option("--include", bad).unwrap_err();
            assert_eq!(error.name(), "Runner.ArgumentRefused", "{bad:?}");
        }
        assert!(Arguments::default().word("# no argument").is_err());
    }

    #[test]
    fn glob_characters_stand_for_themselves() {
        assert_eq!(glob_escape("a[1]*?.robot"), "a[[]1][*][?].robot");
    }
}
