//! Conditions on the values of a row: `tenant == 'B' and status != 'closed'`.

use winnow::ascii::space0;
use winnow::combinator::{alt, delimited, separated};
use winnow::prelude::*;
use winnow::token::take_while;

/// Comparisons that all hold for the rows that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    comparisons: Vec<Comparison>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    column: String,
    equal: bool,
    /// None for NULL.
    value: Option<String>,
}

impl Condition {
    /// Reads comparisons of columns with texts in single quotes, numbers or `null`, joined by `and`.
    pub fn parse(text: &str) -> Option<Self> {
        let comparisons = separated(1.., comparison, delimited(space0, "and", space0)).parse(text.trim()).ok()?;
        Some(Self { comparisons })
    }

    /// The columns that it looks at.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.comparisons.iter().map(|comparison| comparison.column.as_str())
    }

    /// Whether it holds for a row; `value` gives the value of a column, none for NULL or for no such column.
    pub fn holds<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.comparisons.iter().all(|comparison| {
            let equal = value(&comparison.column) == comparison.value.as_deref();
            equal == comparison.equal
        })
    }
}

fn comparison(input: &mut &str) -> ModalResult<Comparison> {
    let name = take_while(1.., |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let sign = delimited(space0, alt(("==".value(true), "!=".value(false))), space0);
    let (column, equal, value): (&str, bool, Option<String>) = (name, sign, value).parse_next(input)?;
    Ok(Comparison { column: column.to_owned(), equal, value })
}

fn value(input: &mut &str) -> ModalResult<Option<String>> {
    let quoted = delimited('\'', take_while(0.., |c| c != '\''), '\'').map(|text: &str| Some(text.to_owned()));
    let number = take_while(1.., |c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    alt((quoted, "null".value(None), number.map(|text: &str| Some(text.to_owned())))).parse_next(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_hold_together() {
        let rows = Condition::parse("tenant == 'B' and gone == null and n != 3").unwrap();
        let row =
            |n| move |column: &str| [("tenant", "B"), ("n", n)].into_iter().find(|(c, _)| *c == column).map(|(_, v)| v);
        assert!(rows.holds(row("4")));
        assert!(!rows.holds(row("3")));
        assert_eq!(rows.columns().collect::<Vec<_>>(), ["tenant", "gone", "n"]);
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in ["", "tenant", "tenant = 'B'", "tenant == 'B' or x == 1", "tenant == 'B"] {
            assert_eq!(Condition::parse(text), None, "{text}");
        }
    }
}
