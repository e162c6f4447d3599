//! The meaning of a gate: its metric, labels and unit are checked before any instance starts.

use super::grammar::{Quantity, Right, Syntax, UNITS, Word, Written, WrittenLabel};
use super::{Gate, Limit, Operator, Refusal, Severity};
use crate::base::problem::{did_you_mean, quoted};
use crate::quality::metrics::{
    Known, Label, Metric, ROBOT, SOURCE, Unit, countable, countables, kind_of, labels_of, lookup, names_like,
    series_name,
};

/// Byte offset, what is wrong, and how to fix it.
type Complaint = (usize, String, String);

/// Gives the form of a gate its meaning.
pub(super) fn check(text: &str, severity: Severity, syntax: Syntax) -> Result<Gate, Refusal> {
    meaning(text, severity, &syntax).map_err(|(at, what, help)| Refusal {
        text: text.to_owned(),
        column: text.get(..at).unwrap_or(text).chars().count(),
        what,
        help,
    })
}

fn meaning(text: &str, severity: Severity, syntax: &Syntax) -> Result<Gate, Complaint> {
    let (metric, known) = metric(syntax)?;
    let operator = operator(&syntax.operator);
    let limit = limit(&metric, known, &syntax.right)?;
    if severity == Severity::Stop {
        check_stop(&metric, known, syntax, operator)?;
    }
    let least = least(&metric, known, syntax)?;
    Ok(Gate { text: text.trim().to_owned(), severity, mandatory: false, metric, operator, limit, least })
}

fn metric(syntax: &Syntax) -> Result<(Metric, Known), Complaint> {
    let Word { at, text } = &syntax.name;
    let (name, new) = match text.strip_suffix(".new") {
        Some(name) => (series(name), true),
        None => (series(text), false),
    };
    let unknown = || (*at, format!("unknown metric {}", quoted(text)), names_like(text));
    let known = lookup(&name).ok_or_else(unknown)?;
    if new && !countable(&name) {
        let what = format!("{name} has no names to compare with the baseline's");
        return Err((*at, what, format!("what is new is known of {}", countables())));
    }
    let junit = syntax.labels.iter().any(|label| label.key.text == SOURCE && label.value.text != ROBOT);
    for (index, label) in syntax.labels.iter().enumerate() {
        check_label(&name, junit, label, &syntax.labels[..index])?;
    }
    if junit && name == "tests.quarantined" {
        return Err((*at, "unit tests have no quarantine".to_owned(), "leave the label out".to_owned()));
    }
    let of_robot = |label: &&WrittenLabel| !(label.key.text == SOURCE && label.value.text == ROBOT);
    let mut labels: Vec<Label> = syntax.labels.iter().filter(of_robot).map(label).collect();
    labels.sort();
    labels.dedup();
    Ok((Metric { name, labels, new }, known))
}

/// The name of a metric; that of a load test's series as it is kept.
fn series(name: &str) -> String {
    let series = name.strip_prefix("performance.").and_then(|rest| rest.rsplit_once('.'));
    series.map_or_else(|| name.to_owned(), |(series, figure)| format!("performance.{}.{figure}", series_name(series)))
}

fn label(written: &WrittenLabel) -> Label {
    Label { key: written.key.text.clone(), equal: written.equal, value: written.value.text.clone() }
}

fn check_label(metric: &str, junit: bool, label: &WrittenLabel, before: &[WrittenLabel]) -> Result<(), Complaint> {
    let WrittenLabel { key, equal, value } = label;
    let labels = labels_of(metric, junit);
    let Some(known) = labels.iter().find(|known| known.key == key.text) else {
        let help = match (labels.is_empty(), junit && key.text == "tag") {
            (true, _) => "leave it out: this metric has no labels".to_owned(),
            (false, true) => "leave it out: unit tests have no tags".to_owned(),
            (false, false) => did_you_mean(&key.text, labels.iter().map(|known| known.key)),
        };
        return Err((key.at, format!("unknown label {} of {metric}", quoted(&key.text)), help));
    };
    // A second tag narrows further; a second value of any other label contradicts the first.
    let again = before.iter().any(|other| other.equal && other.key.text == key.text);
    if *equal && again && key.text != "tag" {
        return Err((key.at, format!("the label {} comes twice", quoted(&key.text)), "keep one of them".to_owned()));
    }
    if !known.values.is_empty() && !known.values.contains(&value.text.as_str()) {
        let help = did_you_mean(&value.text, known.values.iter().copied());
        return Err((value.at, format!("unknown {} {}", key.text, quoted(&value.text)), help));
    }
    if key.text == SOURCE && !equal {
        let help = format!("write {SOURCE}= with one of {}", known.values.join(", "));
        return Err((key.at, format!("{SOURCE} cannot be left out"), help));
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

fn limit(metric: &Metric, known: Known, right: &Right) -> Result<Limit, Complaint> {
    match right {
        Right::Quantity(quantity) => {
            let value = in_unit(metric, known.unit, quantity)?;
            if known.unit == Unit::Share && value > 100.0 {
                return Err((quantity.at, "a share is at most 100%".to_owned(), String::new()));
            }
            Ok(Limit::Fixed(value))
        }
        Right::Baseline { at, .. } if metric.new => {
            let help = "compare it with a number, such as 0".to_owned();
            Err((*at, format!("{metric} is compared with the baseline already"), help))
        }
        Right::Baseline { factor, offset, .. } => {
            let factor = match factor {
                Some((at, 0.0)) => return Err((*at, "a factor is above 0".to_owned(), String::new())),
                Some((_, factor)) => *factor,
                None => 1.0,
            };
            let offset = match offset {
                Some((sign, quantity)) => sign * in_unit(metric, known.unit, quantity)?,
                None => 0.0,
            };
            Ok(Limit::Baseline { factor, offset })
        }
    }
}

fn in_unit(metric: &Metric, unit: Unit, quantity: &Quantity) -> Result<f64, Complaint> {
    if let Written::Unknown(word) = &quantity.unit {
        let fitting = UNITS.iter().filter(|(_, of, _)| fits(unit, of)).map(|(unit, ..)| *unit);
        let help = did_you_mean(&word.text, fitting);
        return Err((word.at, format!("unknown unit {}", quoted(&word.text)), help));
    }
    let number = quantity.number;
    let whole = unit != Unit::Count || number.fract() == 0.0;
    if whole && fits(unit, &quantity.unit) {
        return Ok(number);
    }
    let (is, help) = match unit {
        Unit::Count if quantity.unit == Written::Percent && metric.name.starts_with("tests.") => {
            ("a count", "for a share use tests.pass_rate".to_owned())
        }
        Unit::Count => ("a count", "write a whole number".to_owned()),
        Unit::Share => ("a share", format!("write it with %, such as {}%", example(number))),
        Unit::Seconds => ("a duration", format!("write it with a unit, such as {}", duration(&metric.name, number))),
        Unit::Dollars => ("in dollars", format!("write ${number}")),
        Unit::Bytes => ("an amount of data", format!("write it with a unit, such as {number}MiB")),
        Unit::PerSecond => ("a number per second", format!("write {number}")),
        Unit::BytesPerSecond => {
            ("an amount of data per second", format!("write it with a unit, such as {number}MiB/s"))
        }
    };
    let name = Metric { labels: Vec::new(), ..metric.clone() };
    Err((quantity.at, format!("{name} is {is}"), help))
}

/// Whether a metric of this unit may be compared with a number that is written so.
fn fits(unit: Unit, written: &Written) -> bool {
    match unit {
        Unit::Count => *written == Written::Nothing,
        Unit::Share => *written == Written::Percent,
        Unit::Seconds => *written == Written::Time,
        Unit::Dollars => *written == Written::Dollars,
        Unit::Bytes => *written == Written::Bytes,
        Unit::PerSecond => matches!(written, Written::Nothing | Written::PerSecond),
        Unit::BytesPerSecond => matches!(written, Written::BytesPerSecond | Written::Bytes),
    }
}

/// The number of a message's example: what was written, or 80 for a fraction such as 0.8.
fn example(number: f64) -> f64 {
    if number > 0.0 && number < 1.0 { number * 100.0 } else { number }
}

/// A duration as the person may have meant it: load tests are measured in milliseconds.
fn duration(metric: &str, number: f64) -> String {
    let unit = if metric.starts_with("performance.") { "ms" } else { "s" };
    format!("{}{unit}", example(number))
}

/// A stop gate ends the run when it holds for the first time, so it must not hold by chance while results come in.
fn check_stop(metric: &Metric, known: Known, syntax: &Syntax, operator: Operator) -> Result<(), Complaint> {
    let name = &syntax.name;
    let late = |at, what: &str| Err((at, what.to_owned(), "name a figure of Robot's tests or of the run".to_owned()));
    if !known.grows {
        let what = format!("{} goes up and down during a run and cannot stop it", name.text);
        let help = "use a figure that only grows, such as tests.failed > 0".to_owned();
        return Err((name.at, what, help));
    }
    if kind_of(metric).is_some() {
        return late(name.at, "reports are read when the run is over, so none can stop it");
    }
    if metric.new {
        return late(name.at, "the baseline is asked when the run is over, so it cannot stop it");
    }
    if let Right::Baseline { at, .. } = syntax.right {
        return late(at, "the baseline is asked when the run is over, so it cannot stop it");
    }
    let is_zero = matches!(&syntax.right, Right::Quantity(limit) if limit.number == 0.0);
    if !matches!(operator, Operator::Above | Operator::AtLeast) || (operator == Operator::AtLeast && is_zero) {
        let what = format!("\"{}\" would stop the run before it began", operator.sign());
        let help = "a stop gate says when to stop, with > or >=".to_owned();
        return Err((syntax.operator.at, what, help));
    }
    Ok(())
}

fn least(metric: &Metric, known: Known, syntax: &Syntax) -> Result<Option<u64>, Complaint> {
    match syntax.least {
        Some((at, _)) if !known.sampled => {
            let help = "leave min out: it is for shares, averages and percentiles".to_owned();
            Err((at, format!("{metric} is the same for few samples as for many"), help))
        }
        least => Ok(least.map(|(_, count)| count)),
    }
}
