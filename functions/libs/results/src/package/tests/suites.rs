//! Tests and tasks in one package.

use domain::package::plan::RobotOptions;

use super::*;

const TESTS: &str = "*** Test Cases ***\nA\n    No Operation\n";
const TASKS: &str = "*** Tasks ***\nB\n    No Operation\n";

/// Refusal of a package with these suite files, and how many requests it took.
fn refused(zip: &Zip) -> (Option<String>, usize) {
    let zip = zip.bytes();
    let directory = ranges(&zip).0.unwrap();
    let files = checked(&zip).unwrap().suite_files;
    let robot = RobotOptions::default();
    let (mut suites, mut requests) = (directory.suites(&files, &robot), 0);
    while let Some(range) = suites.wants().unwrap() {
        requests += 1;
        suites.feed(&range, zip[range.start as usize..range.end as usize].to_vec()).unwrap();
    }
    (suites.finish(&files, &robot).err().map(|problem| problem.to_string()), requests)
}

#[test]
fn tests_and_tasks_in_one_package_are_refused_in_the_order_of_the_run() {
    let mixed = Zip::of([file("qaops.toml", ""), file("b.robot", TASKS), file("a.robot", TESTS)]);
    let (problem, requests) = refused(&mixed);
    assert_eq!(requests, 0);
    insta::assert_snapshot!(problem.unwrap(), @r#"package: "a.robot": has tests but "b.robot" has tasks, which Robot Framework refuses in one run, make two packages of them, or write arguments = ["--norpa"] or ["--rpa"] below [robot]"#);
    assert_eq!(refused(&package()).0, None);
}

#[test]
fn a_large_package_is_read_in_few_requests() {
    let text = format!("{TESTS}    Log    {}\n", "0123456789abcdef".repeat(500));
    let many = (0..2_000).map(|n| file(&format!("{n:04}.robot"), &text).stored());
    let ballast = (0..3).map(|n| file(&format!("{n}.bin"), &"x".repeat(1 << 20)).stored());
    let entries = package().entries.into_iter().chain(many).chain(ballast).chain([file("z.robot", TASKS)]);
    let (problem, requests) = refused(&Zip::of(entries));
    assert!(problem.unwrap().contains("\"z.robot\" has tasks"));
    assert!((2..=4).contains(&requests), "{requests}");
}

#[test]
fn a_zip_that_ends_meanwhile_is_refused() {
    let ballast = file("x.bin", &"x".repeat(1 << 20)).stored();
    let zip = package().and(ballast).bytes();
    let directory = ranges(&zip).0.unwrap();
    let files = ["cart.robot".to_owned()];
    let mut file = Cursor::new(&zip[..10]);
    assert!(check_suites(&directory, &files, &RobotOptions::default(), &mut file).is_err());
}

#[test]
fn headers_are_known_in_every_language_of_robot_framework() {
    const SCRIPT: &str = "
from robot.conf.languages import Language
for language in Language.__subclasses__():
    print(language.code, language.test_cases_header, language.tasks_header, sep='\\t')
";
    let Some(python) = std::env::var_os("QAOPS_PYTHON") else {
        eprintln!("skipped: there is no QAOPS_PYTHON with Robot Framework");
        return;
    };
    let output = std::process::Command::new(python).env("PYTHONUTF8", "1").args(["-c", SCRIPT]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut languages = 0;
    for line in text.lines() {
        let [code, tests, tasks] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let of = |header: &str| {
            let sections = domain::package::modes::sections(&format!("Language: {code}\n*** {header} ***\n"), false);
            (sections.tests, sections.tasks)
        };
        assert_eq!((of(tests), of(tasks)), ((true, false), (false, true)), "{line}");
        languages += 1;
    }
    assert!(languages > 20, "{languages}");
}
