//! Tests that failed or were flaky, and work that was lost.

use domain::evaluation::evaluate::{Evaluation, FailedTest};
use domain::results::errors::GroupedError;
use domain::results::outcome::TestId;

use super::style::{BAD, BOLD, DIM, DOUBT, cut, paint, plain, wrap};

/// Most tests, or lost parts of the work, that are told one by one.
const MOST: usize = 20;
/// Most lines of a message.
const MOST_LINES: usize = 3;
/// What stands below the name of a test in quarantine.
const QUARANTINE: &str = "in quarantine: this failure does not count";
/// What begins a message that is HTML for Robot Framework.
const HTML: &str = "*HTML*";

/// What Robot Framework reports as an error beside the tests, each with what to do.
pub(super) fn errors(errors: &[GroupedError], columns: usize) -> String {
    let told = |group: &GroupedError| {
        let others = group.others().map(|others| format!(" ({others})")).unwrap_or_default();
        let text = format!("{}{others}", group.error);
        let text = format!("  {} {}", paint(BAD, "!"), wrap(&plain(&text), columns - 4).join("\n    "));
        let cure = group.error.cure().map(|cure| wrap(&plain(&cure), columns - 4)).unwrap_or_default();
        text + &cure.iter().map(|line| format!("\n    {}", paint(DIM, line))).collect::<String>()
    };
    section("Errors of Robot Framework", errors, told)
}

/// The failed tests with the first lines of their messages.
pub(super) fn failed(tests: &[FailedTest], columns: usize) -> String {
    let told = |test: &FailedTest| {
        let name = format!("  {} {}", paint(BAD, "✗"), cut(&plain(&test.id.label()), columns - 4));
        let name = if test.quarantined { format!("{name}\n    {}", paint(DOUBT, QUARANTINE)) } else { name };
        let message = message_lines(&test.message);
        let lines = message.iter().map(|line| format!("\n    {}", paint(DIM, cut(line, columns - 4))));
        name + &lines.collect::<String>()
    };
    section("Failed tests", tests, told)
}

/// The tests that passed only when they ran again.
pub(super) fn flaky(tests: &[TestId], columns: usize) -> String {
    let told = |test: &TestId| format!("  {} {}", paint(DOUBT, "~"), cut(&plain(&test.label()), columns - 4));
    section("Flaky tests, which passed when they ran again", tests, told)
}

/// The work that was lost: the reasons for the verdict that are not a gate's.
pub(super) fn lost(evaluation: &Evaluation, columns: usize) -> String {
    let of_gate = |reason: &&String| evaluation.gates.iter().any(|gate| gate.why == **reason);
    let lost: Vec<&String> = evaluation.reasons.iter().filter(|reason| !of_gate(reason)).collect();
    let told =
        |reason: &&String| format!("  {} {}", paint(DOUBT, "?"), wrap(&plain(reason), columns - 4).join("\n    "));
    section("Lost work", &lost, told)
}

/// What else there is to know.
pub(super) fn remarks(remarks: &[String], columns: usize) -> String {
    let told =
        |remark: &String| format!("  {} {}", paint(DOUBT, "!"), wrap(&plain(remark), columns - 4).join("\n    "));
    section("Remarks", remarks, told)
}

fn section<T>(title: &str, all: &[T], told: impl Fn(&T) -> String) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut lines = vec![format!("{} ({})", paint(BOLD, title), all.len())];
    lines.extend(all.iter().take(MOST).map(told));
    if all.len() > MOST {
        lines.push(format!("    … and {} more", all.len() - MOST));
    }
    lines.join("\n")
}

/// The first lines of a message that say something.
fn message_lines(message: &str) -> Vec<String> {
    let text = match message.trim_start().strip_prefix(HTML) {
        Some(html) => without_tags(html),
        None => message.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
    let mut first: Vec<String> = lines.iter().take(MOST_LINES).map(|line| line.trim_end().to_owned()).collect();
    if lines.len() > MOST_LINES
        && let Some(last) = first.last_mut()
    {
        last.push_str(" …");
    }
    first
}

/// The text of a message in HTML, good enough to be recognized.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        if matches!(tag.trim_matches('/').trim().split(' ').next(), Some("br" | "p" | "div" | "tr" | "li")) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::results::errors::ExecutionError;

    #[test]
    fn a_message_is_cut_to_its_first_lines_that_say_something() {
        assert_eq!(message_lines("\n\none\n \ntwo\nthree\nfour"), ["one", "two", "three …"]);
        assert_eq!(message_lines("one\u{1b}[31m red\r\n"), ["one red"]);
        assert!(message_lines(" \n").is_empty());
    }

    #[test]
    fn a_test_in_quarantine_is_told_apart() {
        let test = |quarantined| FailedTest {
            id: TestId { name: "Shop.Refund".into(), ..TestId::default() },
            message: "late".into(),
            class: domain::results::classes::Class::Product,
            attempts: 1,
            since: None,
            quarantined,
        };
        let told = |quarantined| anstream::adapter::strip_str(&failed(&[test(quarantined)], 80)).to_string();
        assert!(told(true).contains("✗ Shop.Refund\n    in quarantine"), "{}", told(true));
        assert!(!told(false).contains("quarantine"));
    }

    #[test]
    fn errors_of_robot_framework_are_told_with_what_to_do() {
        let text = "Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'";
        let error = ExecutionError { file: "pay.robot".into(), line: Some(2), text: text.into() };
        let logged = ExecutionError { text: "no \u{1b}[31mprice".into(), ..ExecutionError::default() };
        let all = [(error, 1), (logged, 0)].map(|(error, elsewhere)| GroupedError {
            error,
            elsewhere,
            ..GroupedError::default()
        });
        let told = anstream::adapter::strip_str(&errors(&all, 80)).to_string();
        insta::assert_snapshot!(told, @"
        Errors of Robot Framework (2)
          ! pay.robot: line 2: Importing library 'Shop' failed: ModuleNotFoundError: No
            module named 'Shop' (and in 1 further place)
            The environment has no Python module Shop. Name the Python package that has
            it in requirements.txt. If it is a file of the package, name the folder that
            holds Shop by --pythonpath in robot.arguments.
          ! no price
        ");
        assert_eq!(errors(&[], 80), "");
    }

    #[test]
    fn a_message_in_html_is_told_as_text() {
        let html = "*HTML* <b>1 &lt; 2</b><br/>see <a href=\"x\">&amp;lt;</a><";
        assert_eq!(message_lines(html), [" 1 < 2", "see &lt;"]);
    }
}
