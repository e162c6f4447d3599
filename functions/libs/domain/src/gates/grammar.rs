//! The form of a gate, before its names mean anything. Columns count characters from 0.

use winnow::ascii::{digit1, space0};
use winnow::combinator::{alt, cut_err, delimited, eof, opt, preceded, repeat, separated, terminated};
use winnow::error::{ContextError, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{one_of, take_while};

use super::Refusal;

/// Text and the column where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) at: usize,
    pub(super) text: String,
}

/// A number with the unit that was written to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    pub(super) at: usize,
    pub(super) number: f64,
    pub(super) unit: Written,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Nothing,
    Percent,
    Dollars,
    /// The number is in seconds already.
    Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Right {
    Quantity(Quantity),
    /// With the sign of the offset, and the offset.
    Baseline(Option<(f64, Quantity)>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    /// Name with dots, without labels.
    pub(super) name: Word,
    pub(super) labels: Vec<(Word, Word)>,
    pub(super) operator: Word,
    pub(super) right: Right,
}

type Input<'i> = LocatingSlice<&'i str>;

const NUMBER: &str = "a number such as 5, 80%, 500ms or $2, or baseline";

/// Reads the form of a gate; a refusal points at the first character that does not fit.
pub(super) fn parse(text: &str) -> Result<Syntax, Refusal> {
    gate.parse(LocatingSlice::new(text)).map_err(|error| {
        let at = error.offset();
        let column = text.get(..at).unwrap_or(text).chars().count();
        let found = match text.get(at..).and_then(|rest| rest.split_whitespace().next()) {
            Some(word) => crate::problem::quoted(word),
            None => "the end".to_owned(),
        };
        let what = format!("expected {}, found {found}", expected(error.inner()));
        Refusal { text: text.to_owned(), column, what, mend: String::new() }
    })
}

fn expected(error: &ContextError) -> String {
    let description = |context: &StrContext| match context {
        StrContext::Expected(StrContextValue::Description(text)) => Some((*text).to_owned()),
        _ => None,
    };
    error.context().find_map(description).unwrap_or_else(|| "a gate such as tests.failed == 0".to_owned())
}

fn describe(text: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(text))
}

fn gate(input: &mut Input<'_>) -> ModalResult<Syntax> {
    let (name, labels) = preceded(space0, metric).parse_next(input)?;
    let sign = alt(("==", "!=", "<=", ">=", "<", ">"));
    let operator = cut_err(delimited(space0, located(sign), space0))
        .context(describe("one of the operators == != < <= > >="))
        .parse_next(input)?;
    let right = cut_err(right).context(describe(NUMBER)).parse_next(input)?;
    cut_err(preceded(space0, eof)).context(describe("nothing more")).parse_next(input)?;
    Ok(Syntax { name, labels, operator, right })
}

fn located<'i, O: AsRef<str>>(
    mut parser: impl ModalParser<Input<'i>, O, ContextError>,
) -> impl ModalParser<Input<'i>, Word, ContextError> {
    move |input: &mut Input<'i>| {
        let at = input.current_token_start();
        parser.parse_next(input).map(|text| Word { at, text: text.as_ref().to_owned() })
    }
}

fn word<'i>(input: &mut Input<'i>) -> ModalResult<&'i str> {
    let first = one_of(|c: char| c.is_ascii_alphabetic() || c == '_');
    (first, take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')).take().parse_next(input)
}

fn metric(input: &mut Input<'_>) -> ModalResult<(Word, Vec<(Word, Word)>)> {
    let mut name = cut_err(located(word)).context(describe("a metric such as tests.failed")).parse_next(input)?;
    let mut labels = opt(labels_in_braces).parse_next(input)?;
    while opt('.').parse_next(input)?.is_some() {
        let next = cut_err(word).context(describe("a word after the dot")).parse_next(input)?;
        name.text = format!("{}.{next}", name.text);
        if labels.is_none() {
            labels = opt(labels_in_braces).parse_next(input)?;
        }
    }
    Ok((name, labels.unwrap_or_default()))
}

fn labels_in_braces(input: &mut Input<'_>) -> ModalResult<Vec<(Word, Word)>> {
    let list = separated(1.., label, (space0, ',', space0));
    let close = cut_err((space0, '}')).context(describe("\",\" or \"}\""));
    preceded(('{', space0), terminated(cut_err(list), close)).parse_next(input)
}

fn label(input: &mut Input<'_>) -> ModalResult<(Word, Word)> {
    let key = cut_err(located(word)).context(describe("a label such as tag")).parse_next(input)?;
    cut_err((space0, '=', space0)).context(describe("\"=\" and the label's value")).parse_next(input)?;
    let value = cut_err(alt((quoted, located(bare)))).context(describe("the label's value")).parse_next(input)?;
    Ok((key, value))
}

fn quoted(input: &mut Input<'_>) -> ModalResult<Word> {
    delimited('"', located(take_while(1.., |c: char| c != '"')), cut_err('"')).parse_next(input)
}

fn bare<'i>(input: &mut Input<'i>) -> ModalResult<&'i str> {
    take_while(1.., |c: char| !matches!(c, ',' | '{' | '}' | '"'))
        .map(str::trim)
        .verify(|text: &str| !text.is_empty())
        .parse_next(input)
}

fn right(input: &mut Input<'_>) -> ModalResult<Right> {
    if opt("baseline").parse_next(input)?.is_none() {
        return quantity.map(Right::Quantity).parse_next(input);
    }
    let sign = alt(('+'.value(1.0), '-'.value(-1.0)));
    let Some(sign) = opt(delimited(space0, sign, space0)).parse_next(input)? else {
        return Ok(Right::Baseline(None));
    };
    let offset = cut_err(quantity).context(describe("a number such as 0.5%")).parse_next(input)?;
    Ok(Right::Baseline(Some((sign, offset))))
}

fn quantity(input: &mut Input<'_>) -> ModalResult<Quantity> {
    let at = input.current_token_start();
    if opt(('$', space0)).parse_next(input)?.is_some() {
        let number = cut_err(number).parse_next(input)?;
        return Ok(Quantity { at, number, unit: Written::Dollars });
    }
    if let Some(seconds) = opt(time).parse_next(input)? {
        return Ok(Quantity { at, number: seconds, unit: Written::Time });
    }
    let number = number.parse_next(input)?;
    let percent = opt(preceded(space0, '%')).parse_next(input)?.is_some();
    Ok(Quantity { at, number, unit: if percent { Written::Percent } else { Written::Nothing } })
}

/// One or more of `1h`, `30m`, `5s`, `250ms` as seconds; they may follow each other: `1m30s`.
fn time(input: &mut Input<'_>) -> ModalResult<f64> {
    let unit = alt(("ms".value(0.001), 'h'.value(3600.0), 'm'.value(60.0), 's'.value(1.0)));
    let part = (number, unit).map(|(number, seconds): (f64, f64)| number * seconds);
    repeat(1.., part).fold(|| 0.0, |sum, part: f64| sum + part).parse_next(input)
}

fn number(input: &mut Input<'_>) -> ModalResult<f64> {
    (digit1, opt(('.', digit1))).take().parse_to::<f64>().verify(|n: &f64| *n < 1e15).parse_next(input)
}
