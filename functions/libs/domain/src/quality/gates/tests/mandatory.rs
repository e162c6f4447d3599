//! Gates that the platform's owner asks for.

use super::*;

fn texts(gates: &[Gate]) -> Vec<String> {
    gates.iter().map(|gate| format!("{:?} {} {}", gate.severity, gate.mandatory, gate.text)).collect()
}

#[test]
fn the_setting_is_a_list_or_lists_by_severity() {
    assert_eq!(texts(&parse_mandatory(" ").unwrap()), Vec::<String>::new());
    assert_eq!(texts(&parse_mandatory(r#"["tests.total > 0"]"#).unwrap()), ["Error true tests.total > 0"]);
    let both = r#"{"warn": ["coverage.line >= 60%"], "error": ["vulnerabilities{kev=true} == 0"]}"#;
    let expected = ["Error true vulnerabilities{kev=true} == 0", "Warn true coverage.line >= 60%"];
    assert_eq!(texts(&parse_mandatory(both).unwrap()), expected);
    let refusals = [
        "tests.total > 0",
        r#"["tests.total > 0", "tests.totl > 0"]"#,
        r#"{"errors": []}"#,
        r#"{"warn": "tests.total > 0"}"#,
        r#"{"warn": ["coverage.line >= 60"]}"#,
        "5",
    ];
    let refusal = |text| parse_mandatory(text).unwrap_err().to_string();
    insta::assert_snapshot!(refusals.map(refusal).join("\n"), @r#"
    QAOPS_GATES: this is no JSON: expected ident at line 1 column 2, write a list of gates, or {"error": […], "warn": […]}
    QAOPS_GATES: error[1]: unknown metric "tests.totl", did you mean "tests.total"
      tests.totl > 0
      ^
    QAOPS_GATES: unknown key "errors", did you mean "error"
    QAOPS_GATES: warn: expected a list, found "tests.total > 0"
    QAOPS_GATES: warn[0]: coverage.line is a share, write it with %, such as 60%
      coverage.line >= 60
                       ^
    QAOPS_GATES: expected a table, found 5
    "#);
}

#[test]
fn a_package_neither_drops_nor_weakens_a_mandatory_gate() {
    let warn = |text| Gate::parse(text, Severity::Warn).unwrap();
    let package = vec![gate("tests.failed <= 9"), gate("tests.total>0"), warn("tests.failed == 0")];
    let all = with_mandatory(package, vec![gate("tests.failed == 0"), gate("tests.total > 0")]);
    let expected = [
        "Error true tests.failed == 0",
        "Error true tests.total > 0",
        "Error false tests.failed <= 9",
        "Error false tests.total>0",
        "Warn false tests.failed == 0",
    ];
    assert_eq!(texts(&all), expected);
    let records = tests(1, 1);
    let outcomes = evaluate(&all, &Metrics::from_run(&records, RunFacts::default()), None);
    assert_eq!(judge(&outcomes, &[]).verdict, Verdict::Failed);
    assert_eq!(outcomes.iter().map(|outcome| outcome.mandatory).collect::<Vec<_>>(), [true, true, false, false, false]);
}

#[test]
fn quarantine_excuses_a_failure_from_the_gates_of_the_package_only() {
    let mut records = tests(3, 1);
    records[3].quarantined = true;
    let metrics = Metrics::from_run(&records, RunFacts::default());
    let texts = ["tests.failed == 0", "tests.pass_rate == 100%", "tests.total == 4", "tests.quarantined <= 1"];
    let states = |mandatory| {
        let gates: Vec<Gate> = texts.iter().map(|text| Gate { mandatory, ..gate(text) }).collect();
        evaluate(&gates, &metrics, None).iter().map(|outcome| outcome.state).collect::<Vec<_>>()
    };
    assert_eq!(states(false), [State::Held; 4]);
    assert_eq!(states(true), [State::Broken, State::Broken, State::Held, State::Held]);
}

#[test]
fn a_failure_that_leaves_quarantine_is_new_but_not_for_mandatory_gates() {
    let mut records = tests(1, 1);
    records[1].quarantined = true;
    let own = gate("tests.failed.new == 0");
    let both = [own.clone(), Gate { mandatory: true, ..own }];
    let then = baseline_of(&"shop-1".into(), &both, &Metrics::from_run(&records, RunFacts::default()));
    records[1].quarantined = false;
    let metrics = Metrics::from_run(&records, RunFacts::default());
    let states: Vec<State> = evaluate(&both, &metrics, Some(&then)).iter().map(|outcome| outcome.state).collect();
    assert_eq!(states, [State::Broken, State::Held]);
}
