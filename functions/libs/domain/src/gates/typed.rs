//! The meaning of a gate: its metric, labels and unit are checked before any instance starts.

use super::grammar::{Quantity, Right, Syntax, Word, Written};
use super::{Gate, Limit, Operator, Refusal, Severity};
use crate::metrics::{Known, Metric, Unit, labels_of, lookup, names_like};
use crate::problem::{did_you_mean, quoted};

/// Gives the form of a gate its meaning.
pub(super) fn check(text: &str, severity: Severity, syntax: Syntax) -> Result<Gate, Refusal> {
    let refuse = |at: usize, what: String, mend: String| Refusal {
        text: text.to_owned(),
        column: text.get(..at).unwrap_or(text).chars().count(),
        what,
        mend,
    };
    let name = &syntax.name;
    let known = lookup(&name.text)
        .ok_or_else(|| refuse(name.at, format!("unknown metric {}", quoted(&name.text)), names_like(&name.text)))?;
    for (index, label) in syntax.labels.iter().enumerate() {
        let before = &syntax.labels[..index];
        check_label(&name.text, label, before).map_err(|(at, what, mend)| refuse(at, what, mend))?;
    }
    let operator = operator(&syntax.operator);
    let limit = limit(&name.text, known, &syntax.right).map_err(|(at, what, mend)| refuse(at, what, mend))?;
    if severity == Severity::Stop {
        check_stop(known, &syntax, operator).map_err(|(at, what, mend)| refuse(at, what, mend))?;
    }
    let labels = syntax.labels.into_iter().map(|(key, value)| (key.text, value.text)).collect();
    let metric = Metric { name: syntax.name.text, labels };
    Ok(Gate { text: text.trim().to_owned(), severity, metric, operator, limit })
}

/// Byte offset, what is wrong, and the mend.
type Complaint = (usize, String, String);

fn check_label(metric: &str, (key, value): &(Word, Word), before: &[(Word, Word)]) -> Result<(), Complaint> {
    let known = labels_of(metric);
    let Some((_, values)) = known.iter().find(|(label, _)| *label == key.text) else {
        let mend = match known.is_empty() {
            true => "leave it out: this metric has no labels".to_owned(),
            false => did_you_mean(&key.text, known.iter().map(|(label, _)| *label)),
        };
        return Err((key.at, format!("unknown label {} of {metric}", quoted(&key.text)), mend));
    };
    // A second tag narrows further; a second value of any other label contradicts the first.
    if key.text != "tag" && before.iter().any(|(other, _)| other.text == key.text) {
        return Err((key.at, format!("the label {} comes twice", quoted(&key.text)), "keep one of them".to_owned()));
    }
    if !values.is_empty() && !values.contains(&value.text.as_str()) {
        let mend = did_you_mean(&value.text, values.iter().copied());
        return Err((value.at, format!("unknown {} {}", key.text, quoted(&value.text)), mend));
    }
    if value.text.contains('*') {
        let mend = "write the whole name; a label takes no patterns".to_owned();
        return Err((value.at, format!("{} is a pattern", quoted(&value.text)), mend));
    }
    Ok(())
}

fn operator(word: &Word) -> Operator {
    match word.text.as_str() {
        "==" => Operator::Equal,
        "!=" => Operator::Unequal,
        "<" => Operator::Below,
        "<=" => Operator::AtMost,
        ">" => Operator::Above,
        _ => Operator::AtLeast,
    }
}

fn limit(metric: &str, known: Known, right: &Right) -> Result<Limit, Complaint> {
    match right {
        Right::Quantity(quantity) => {
            let value = in_unit(metric, known.unit, quantity)?;
            if known.unit == Unit::Share && value > 100.0 {
                return Err((quantity.at, "a share is at most 100%".to_owned(), String::new()));
            }
            Ok(Limit::Fixed(value))
        }
        Right::Baseline(None) => Ok(Limit::Baseline { offset: 0.0 }),
        Right::Baseline(Some((sign, quantity))) => {
            Ok(Limit::Baseline { offset: sign * in_unit(metric, known.unit, quantity)? })
        }
    }
}

fn in_unit(metric: &str, unit: Unit, quantity: &Quantity) -> Result<f64, Complaint> {
    let number = quantity.number;
    let complain = |is: &str, mend: String| Err((quantity.at, format!("{metric} is {is}"), mend));
    match (unit, quantity.unit) {
        (Unit::Count, Written::Nothing) if number.fract() == 0.0 => Ok(number),
        (Unit::Count, Written::Percent) if metric.starts_with("tests.") => {
            complain("a count", "for a share use tests.pass_rate".to_owned())
        }
        (Unit::Count, _) => complain("a count", "write a whole number".to_owned()),
        (Unit::Share, Written::Percent) => Ok(number),
        (Unit::Share, _) => complain("a share", format!("write it with %, such as {}%", example(number))),
        (Unit::Seconds, Written::Time) => Ok(number),
        (Unit::Seconds, _) => complain("a duration", format!("write it with a unit, such as {}s", example(number))),
        (Unit::Dollars, Written::Dollars) => Ok(number),
        (Unit::Dollars, _) => complain("in dollars", format!("write ${number}")),
        (Unit::PerSecond, Written::Nothing) => Ok(number),
        (Unit::PerSecond, _) => complain("a number per second", format!("write {number}")),
    }
}

/// The number of a message's example: what was written, or 80 for a fraction such as 0.8.
fn example(number: f64) -> f64 {
    if number > 0.0 && number < 1.0 { number * 100.0 } else { number }
}

/// A stop gate ends the run when it holds for the first time, so it must not hold by chance while results come in.
fn check_stop(known: Known, syntax: &Syntax, operator: Operator) -> Result<(), Complaint> {
    if !known.grows {
        let what = format!("{} goes up and down during a run and cannot stop it", syntax.name.text);
        let mend = "use a figure that only grows, such as tests.failed > 0".to_owned();
        return Err((syntax.name.at, what, mend));
    }
    if !matches!(operator, Operator::Above | Operator::AtLeast) {
        let what = format!("\"{}\" would stop the run before it began", operator.sign());
        let mend = "a stop gate says when to stop, with > or >=".to_owned();
        return Err((syntax.operator.at, what, mend));
    }
    Ok(())
}
