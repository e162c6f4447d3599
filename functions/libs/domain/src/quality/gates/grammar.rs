//! The form of a gate, before its names mean anything. Columns count characters from 0.

use winnow::ascii::{alpha1, digit1, space0, space1};
use winnow::combinator::{alt, cut_err, delimited, eof, not, opt, preceded, separated, terminated};
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
    /// In the unit's own measure: seconds, bytes, percent.
    pub(super) number: f64,
    pub(super) unit: Written,
}

/// What a unit measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Nothing,
    Percent,
    Dollars,
    Time,
    Bytes,
    PerSecond,
    BytesPerSecond,
    Unknown(Word),
}

/// A label: key, sign and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenLabel {
    pub(super) key: Word,
    pub(super) equal: bool,
    pub(super) value: Word,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Right {
    Quantity(Quantity),
    Baseline {
        /// Where it stands.
        at: usize,
        /// Where a factor stands, and the factor.
        factor: Option<(usize, f64)>,
        /// With the sign of the offset, and the offset.
        offset: Option<(f64, Quantity)>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    /// Name with dots, without labels.
    pub(super) name: Word,
    pub(super) labels: Vec<WrittenLabel>,
    pub(super) operator: Word,
    pub(super) right: Right,
    /// The least count and where it stands.
    pub(super) least: Option<(usize, u64)>,
}

type Input<'i> = LocatingSlice<&'i str>;

const NUMBER: &str = "a number such as 5, 80%, 500ms or $2, or baseline";

/// Units with what they measure, and how many of its own measure they are.
pub(super) const UNITS: [(&str, Written, f64); 15] = [
    ("%", Written::Percent, 1.0),
    ("us", Written::Time, 1e-6),
    ("ms", Written::Time, 1e-3),
    ("s", Written::Time, 1.0),
    ("m", Written::Time, 60.0),
    ("h", Written::Time, 3600.0),
    ("B", Written::Bytes, 1.0),
    ("kB", Written::Bytes, 1e3),
    ("MB", Written::Bytes, 1e6),
    ("GB", Written::Bytes, 1e9),
    ("KiB", Written::Bytes, 1024.0),
    ("MiB", Written::Bytes, 1_048_576.0),
    ("GiB", Written::Bytes, 1_073_741_824.0),
    ("/s", Written::PerSecond, 1.0),
    ("B/s", Written::BytesPerSecond, 1.0),
];

/// Reads the form of a gate; a refusal points at the first character that does not fit.
pub(super) fn parse(text: &str) -> Result<Syntax, Refusal> {
    gate.parse(LocatingSlice::new(text)).map_err(|error| {
        let at = error.offset();
        let column = text.get(..at).unwrap_or(text).chars().count();
        let found = match text.get(at..).and_then(|rest| rest.split_whitespace().next()) {
            Some(word) => crate::base::problem::quoted(word),
            None => "the end".to_owned(),
        };
        let what = format!("expected {}, found {found}", expected(error.inner()));
        Refusal { text: text.to_owned(), column, what, help: String::new() }
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
    let least = opt(preceded((space0, "min", not(alpha1)), cut_err(preceded(space0, least))))
        .context(describe("a whole number of samples after min"))
        .parse_next(input)?;
    cut_err(preceded(space0, eof)).context(describe("nothing more")).parse_next(input)?;
    Ok(Syntax { name, labels, operator, right, least })
}

fn least(input: &mut Input<'_>) -> ModalResult<(usize, u64)> {
    let at = input.current_token_start();
    let count = digit1.parse_to::<u64>().verify(|count| *count < 1_000_000_000).parse_next(input)?;
    Ok((at, count))
}

fn located<'i, O: AsRef<str>>(
    mut parser: impl ModalParser<Input<'i>, O, ContextError>,
) -> impl ModalParser<Input<'i>, Word, ContextError> {
    move |input: &mut Input<'i>| {
        let at = input.current_token_start();
        parser.parse_next(input).map(|text| Word { at, text: text.as_ref().to_owned() })
    }
}

fn of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn word<'i>(input: &mut Input<'i>) -> ModalResult<&'i str> {
    let first = one_of(|c: char| c.is_ascii_alphabetic() || c == '_');
    (first, take_while(0.., of_word)).take().parse_next(input)
}

/// A word after a dot, which may be the name of a load test's series: those begin with digits too.
fn part<'i>(input: &mut Input<'i>) -> ModalResult<&'i str> {
    take_while(1.., of_word).parse_next(input)
}

fn metric(input: &mut Input<'_>) -> ModalResult<(Word, Vec<WrittenLabel>)> {
    let mut name = cut_err(located(word)).context(describe("a metric such as tests.failed")).parse_next(input)?;
    let mut labels = opt(labels_in_braces).parse_next(input)?;
    while opt('.').parse_next(input)?.is_some() {
        let next = cut_err(part).context(describe("a word after the dot")).parse_next(input)?;
        name.text = format!("{}.{next}", name.text);
        if labels.is_none() {
            labels = opt(labels_in_braces).parse_next(input)?;
        }
    }
    Ok((name, labels.unwrap_or_default()))
}

fn labels_in_braces(input: &mut Input<'_>) -> ModalResult<Vec<WrittenLabel>> {
    let list = separated(1.., label, (space0, ',', space0));
    let close = cut_err((space0, '}')).context(describe("\",\" or \"}\""));
    preceded(('{', space0), terminated(cut_err(list), close)).parse_next(input)
}

fn label(input: &mut Input<'_>) -> ModalResult<WrittenLabel> {
    let key = cut_err(located(word)).context(describe("a label such as tag")).parse_next(input)?;
    let sign = alt(("!=".value(false), '='.value(true)));
    let equal = cut_err(delimited(space0, sign, space0))
        .context(describe("\"=\" or \"!=\" and the label's value"))
        .parse_next(input)?;
    let value = cut_err(alt((quoted, located(bare)))).context(describe("the label's value")).parse_next(input)?;
    Ok(WrittenLabel { key, equal, value })
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
    let at = input.current_token_start();
    if opt("baseline").parse_next(input)?.is_none() {
        return quantity.map(Right::Quantity).parse_next(input);
    }
    let factor = match opt(delimited(space0, '*', space0)).parse_next(input)? {
        Some(_) => Some(cut_err(factor).context(describe("a factor such as 1.2")).parse_next(input)?),
        None => None,
    };
    let sign = alt(('+'.value(1.0), '-'.value(-1.0)));
    let offset = match opt(delimited(space0, sign, space0)).parse_next(input)? {
        Some(sign) => Some((sign, cut_err(quantity).context(describe("a number such as 0.5%")).parse_next(input)?)),
        None => None,
    };
    Ok(Right::Baseline { at, factor, offset })
}

fn factor(input: &mut Input<'_>) -> ModalResult<(usize, f64)> {
    let at = input.current_token_start();
    number.map(|factor| (at, factor)).parse_next(input)
}

fn quantity(input: &mut Input<'_>) -> ModalResult<Quantity> {
    let at = input.current_token_start();
    if opt(('$', space0)).parse_next(input)?.is_some() {
        let number = cut_err(number).parse_next(input)?;
        return Ok(Quantity { at, number, unit: Written::Dollars });
    }
    let first = number.parse_next(input)?;
    let (unit, size) = unit(input)?;
    let mut sum = first * size;
    // Times may follow each other: 1m30s.
    while unit == Written::Time
        && let Some((number, size)) = opt((number, time)).parse_next(input)?
    {
        sum += number * size;
    }
    Ok(Quantity { at, number: sum, unit })
}

/// The unit behind a number. A word right behind it can be nothing else; behind a space it must be one that is known.
fn unit(input: &mut Input<'_>) -> ModalResult<(Written, f64)> {
    let at = input.current_token_start();
    if let Some(word) = opt(unit_word).parse_next(input)? {
        let unknown = || (Written::Unknown(Word { at, text: word.to_owned() }), 1.0);
        return Ok(known_unit(word).unwrap_or_else(unknown));
    }
    Ok(opt(preceded(space1, unit_word.verify_map(known_unit))).parse_next(input)?.unwrap_or((Written::Nothing, 1.0)))
}

fn time(input: &mut Input<'_>) -> ModalResult<f64> {
    let time = |word: &str| known_unit(word).filter(|(unit, _)| *unit == Written::Time).map(|(_, size)| size);
    unit_word.verify_map(time).parse_next(input)
}

fn unit_word<'i>(input: &mut Input<'i>) -> ModalResult<&'i str> {
    alt(("%", take_while(1.., |c: char| c.is_alphabetic() || c == '/'))).parse_next(input)
}

/// What a unit measures and its size. Any unit of data may be one per second too.
fn known_unit(word: &str) -> Option<(Written, f64)> {
    let word = word.replace(['µ', 'μ'], "u").replace("KB", "kB");
    let find = |word: &str| UNITS.iter().find(|(unit, ..)| *unit == word).map(|(_, unit, size)| (unit.clone(), *size));
    let per_second = |(unit, size)| (unit == Written::Bytes).then_some((Written::BytesPerSecond, size));
    find(&word).or_else(|| find(word.strip_suffix("/s")?).and_then(per_second))
}

fn number(input: &mut Input<'_>) -> ModalResult<f64> {
    (digit1, opt(('.', digit1))).take().parse_to::<f64>().verify(|n: &f64| *n < 1e15).parse_next(input)
}
