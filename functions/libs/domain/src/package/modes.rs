//! Whether the suite files of a package hold tests or tasks: Robot Framework refuses a run with both.
//!
//! Each shard is a run of its own for Robot Framework, so without this rule it would depend on the number of environments
//! whether it sees the conflict. Only the sections of a file are looked at, as Robot Framework's lexer finds them
//! (`parsing/lexer/context.py`, `_handles_section`): which tests a run selects, only Robot Framework itself knows. So two
//! files in conflict are refused where everything is selected, and one file with both is refused always.

use crate::base::problem::{Problem, quoted};
use crate::package::plan::RobotOptions;

/// Headers of test cases and of tasks in the languages of Robot Framework 7.5 (`conf/languages.py`), in lower case.
const TESTS: [&str; 25] = [
    "testovací případy",
    "testgevallen",
    "test cases",
    "test case",
    "testit",
    "cas de test",
    "testfälle",
    "casos de teste",
    "การทดสอบ",
    "przypadki testowe",
    "тест-кейси",
    "casos de prueba",
    "заголовки тестов",
    "用例",
    "案例",
    "test durumları",
    "testfall",
    "тестови случаи",
    "cazuri de test",
    "casi di test",
    "नियत कार्य प्रवेशिका",
    "các kịch bản kiểm thử",
    "テスト ケース",
    "테스트 사례",
    "وضعيات الاختبار",
];
const TASKS: [&str; 26] = [
    "úlohy",
    "taken",
    "tasks",
    "task",
    "taskovi",
    "tehtävät",
    "tâches",
    "aufgaben",
    "tarefas",
    "งาน",
    "zadania",
    "завдань",
    "tareas",
    "задача",
    "任务",
    "任務",
    "görevler",
    "taskar",
    "задачи",
    "sarcini",
    "attività",
    "कार्य प्रवेशिका",
    "các nghiệm vụ",
    "タスク",
    "작업",
    "المهام",
];
/// Those that hold in every file.
const ENGLISH: [&str; 4] = ["test cases", "test case", "tasks", "task"];

/// Options of `robot` by which something else than the sections decides what runs.
const DECIDING: [&str; 7] =
    ["--rpa", "--norpa", "--skip", "--prerunmodifier", "--parser", "--extension", "--parseinclude"];

/// What the sections of a suite file hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Test cases.
    pub tests: bool,
    /// Tasks.
    pub tasks: bool,
}

/// The sections of a file; with `translated` the headers of every language count.
pub fn sections(text: &str, translated: bool) -> Sections {
    let text = text.trim_start_matches('\u{feff}');
    let names: Vec<String> = lines(text).filter_map(header).collect();
    let translated = translated || lines(text).any(is_language);
    let is_one = |known: &[&str]| {
        let counts = |name: &String| translated || ENGLISH.contains(&name.as_str());
        names.iter().any(|name| known.contains(&name.as_str()) && counts(name))
    };
    Sections { tests: is_one(&TESTS), tasks: is_one(&TASKS) }
}

/// Refuses suite files in conflict, by path and sections in the order of the run.
pub fn check(files: &[(String, Sections)], robot: &RobotOptions) -> Result<(), Problem> {
    let find = |wanted: fn(&Sections) -> bool| files.iter().find(|(_, sections)| wanted(sections));
    if let Some((path, _)) = find(|sections| sections.tests && sections.tasks) {
        let what = "has both tests and tasks, which Robot Framework refuses";
        return Err(super::contents::problem(path, what, "divide it into two files"));
    }
    let (tests, tasks) = (find(|sections| sections.tests), find(|sections| sections.tasks));
    match (tests, tasks) {
        (Some((tests, _)), Some((tasks, _))) if everything_runs(robot) => {
            let what = format!("has tests but {} has tasks, which Robot Framework refuses in one run", quoted(tasks));
            let help = "make two packages of them, or write arguments = [\"--norpa\"] or [\"--rpa\"] below [robot]";
            Err(super::contents::problem(tests, what, help))
        }
        _ => Ok(()),
    }
}

/// Whether every test of every file is selected, in the mode of its section.
fn everything_runs(robot: &RobotOptions) -> bool {
    let decides = |argument: &String| {
        let name = argument.split('=').next().unwrap_or_default().to_lowercase();
        DECIDING.contains(&name.as_str()) || name.starts_with("-f") && !name.starts_with("--")
    };
    robot.include.is_empty() && robot.exclude.is_empty() && !robot.arguments.iter().any(decides)
}

/// Whether the run's own options bring headers of other languages.
pub fn translated(robot: &RobotOptions) -> bool {
    robot.arguments.iter().any(|argument| argument.to_lowercase().starts_with("--lang"))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends =
        |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.split(ends)
}

/// The name in a section's header, in lower case and with single spaces: the first cell, where it begins with `*`.
fn header(line: &str) -> Option<String> {
    let in_pipes = line.strip_prefix("| ");
    let cell = match in_pipes {
        Some(rest) => rest.split(" |").next().unwrap_or_default().trim(),
        None => line.split('\t').next().unwrap_or_default().split("  ").next().unwrap_or_default(),
    };
    let words: Vec<&str> = cell.starts_with('*').then(|| cell.split_whitespace().collect())?;
    Some(words.join(" ").trim_matches(['*', ' ']).to_lowercase())
}

/// Whether a line sets the file's language: `Language: de`.
fn is_language(line: &str) -> bool {
    line.get(..9).is_some_and(|begin| begin.eq_ignore_ascii_case("language:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: Sections = Sections { tests: true, tasks: false };
    const TASKS: Sections = Sections { tests: false, tasks: true };

    #[test]
    fn headers_are_those_of_robot() {
        let cases = [
            ("*** Test Cases ***\nA\n", TESTS),
            ("\u{feff}* tasks\nA\n", TASKS),
            ("***Test case***    and more\r\n", TESTS),
            ("| *** Tasks *** |\n", TASKS),
            ("***  Tasks  ***\n", Sections::default()),
            ("  *** Tasks ***\n", Sections::default()),
            ("*** Keywords ***\nTasks\n    Log    *** Tasks ***\n", Sections::default()),
            ("*** Aufgaben ***\n", Sections::default()),
            ("Language: de\n\n*** Aufgaben ***\n", TASKS),
            ("language: Finnish\n*** Testit ***\n", TESTS),
        ];
        for (text, expected) in cases {
            assert_eq!(sections(text, false), expected, "{text:?}");
        }
        assert_eq!(sections("*** Aufgaben ***\n", true), TASKS);
    }

    #[test]
    fn files_in_conflict_are_refused_where_everything_runs() {
        let files = |list: &[(&str, Sections)]| list.iter().map(|(p, s)| ((*p).to_owned(), *s)).collect::<Vec<_>>();
        let mixed = files(&[("a.robot", TESTS), ("b.robot", TASKS)]);
        let robot = RobotOptions::default();
        insta::assert_snapshot!(check(&mixed, &robot).unwrap_err(), @r#"package: "a.robot": has tests but "b.robot" has tasks, which Robot Framework refuses in one run, make two packages of them, or write arguments = ["--norpa"] or ["--rpa"] below [robot]"#);
        let both = files(&[("a.robot", Sections { tests: true, tasks: true })]);
        insta::assert_snapshot!(check(&both, &robot).unwrap_err(), @r#"package: "a.robot": has both tests and tasks, which Robot Framework refuses, divide it into two files"#);
        assert!(check(&files(&[("a.robot", TESTS), ("b.robot", Sections::default())]), &robot).is_ok());
        let selected = RobotOptions { include: vec!["smoke".into()], ..RobotOptions::default() };
        let explicit = RobotOptions { arguments: vec!["--norpa".into()], ..RobotOptions::default() };
        assert!(check(&mixed, &selected).is_ok() && check(&mixed, &explicit).is_ok());
        assert!(check(&both, &selected).is_err());
    }
}
