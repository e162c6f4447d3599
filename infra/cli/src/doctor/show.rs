//! What was looked at, for a person and for a machine.

use super::{Check, Examination, Stage, State};
use crate::show::style::{BAD, BOLD, DIM, DOUBT, GOOD, paint, plain, wrap};

/// Columns of the sign and the name of a check.
const INDENT: usize = 18;

/// The checks one below the other, each that is not good with what to do, and a last line that counts them.
pub fn text(examination: &Examination, columns: usize) -> String {
    let mut last = "";
    let mut lines = Vec::new();
    for check in &examination.checks {
        let name = if check.check == last { "" } else { check.check };
        lines.push(row(check, name, columns));
        last = check.check;
    }
    format!("{}{}\n\n{}", lines.join("\n"), stages(&examination.stages), summary(examination))
}

/// How long each stage took, beside what is expected; nothing where no run was made.
fn stages(stages: &[Stage]) -> String {
    if stages.is_empty() {
        return String::new();
    }
    let row = |stage: &str, here: &str, expected: &str| format!("\n  {stage:<28}{here:>8}  {expected}");
    let took = |seconds: Option<i64>| seconds.map_or("unknown".to_owned(), |seconds| format!("{seconds} s"));
    let rows = stages.iter().map(|stage| row(stage.stage, &took(stage.seconds), stage.expected));
    let heading = row("Stage", "Here", "Expected");
    format!("\n\n{}{}", paint(DIM, heading.trim_start_matches('\n')), rows.collect::<String>())
}

fn row(check: &Check, name: &str, columns: usize) -> String {
    let width = columns.saturating_sub(INDENT).max(20);
    let gap = format!("\n{:INDENT$}", "");
    let found = wrap(&plain(&check.found), width).join(&gap);
    let cure: String = match check.cure.is_empty() {
        true => String::new(),
        false => wrap(&plain(&check.cure), width).iter().map(|line| format!("{gap}{}", paint(DIM, line))).collect(),
    };
    format!("{} {name:<width$}{found}{cure}", sign(check.state), width = INDENT - 2)
}

fn sign(state: State) -> String {
    match state {
        State::Good => paint(GOOD, "✓"),
        State::Warning => paint(DOUBT, "!"),
        State::Unknown => paint(DOUBT, "?"),
        State::Bad => paint(BAD, "✗"),
    }
}

fn summary(examination: &Examination) -> String {
    let of = |state: State| examination.checks.iter().filter(|check| check.state == state).count();
    let counts = [
        (of(State::Bad), "bad"),
        (of(State::Unknown), "unknown"),
        (of(State::Warning), "to know"),
        (of(State::Good), "good"),
    ];
    let counts: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let (style, word) = match examination.state() {
        State::Good | State::Warning => (GOOD, "FIT"),
        State::Bad => (BAD, "NOT FIT"),
        State::Unknown => (DOUBT, "UNKNOWN"),
    };
    format!("{} {}: {}", paint(style.bold(), word), paint(BOLD, &examination.deployment), counts.join(", "))
}

/// One JSON object, to be attached to a report.
pub fn json(examination: &Examination) -> String {
    serde_json::to_string_pretty(examination).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_stands_in_its_row_with_what_to_do() {
        let checks = vec![
            Check::good("region", "eu-north-1"),
            Check::bad(
                "quotas",
                "10 environments take 20 vCPUs on demand, and the account may have 5",
                "Ask for more.",
            ),
            Check::good("quotas", "10 environments take 20 vCPUs of Spot capacity, of 64"),
            Check::warning("schedules", "no run starts by itself", "Set schedules."),
        ];
        let stages = vec![
            Stage { stage: "start to launch", expected: "1 to 5 s", seconds: Some(2) },
            Stage { stage: "launch to ready", expected: "20 s to 6 min", seconds: None },
        ];
        let region = "eu-north-1".into();
        let examination = Examination { deployment: "shop".into(), command: "0.1.0", region, checks, stages };
        let told = anstream::adapter::strip_str(&text(&examination, 60)).to_string();
        insta::assert_snapshot!(told, @r"
        ✓ region          eu-north-1
        ✗ quotas          10 environments take 20 vCPUs on demand,
                          and the account may have 5
                          Ask for more.
        ✓                 10 environments take 20 vCPUs of Spot
                          capacity, of 64
        ! schedules       no run starts by itself
                          Set schedules.

          Stage                           Here  Expected
          start to launch                  2 s  1 to 5 s
          launch to ready              unknown  20 s to 6 min

        NOT FIT shop: 1 bad, 1 to know, 2 good
        ");
    }
}
