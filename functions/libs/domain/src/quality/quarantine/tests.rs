use super::*;
use crate::package::manifest::Config;

fn entries(text: &str) -> Vec<Quarantine> {
    Config::parse(text).unwrap_or_else(|problem| panic!("{problem}")).quarantine
}

fn refusal(text: &str) -> String {
    Config::parse(&format!("[quarantine]\n{text}")).unwrap_err().to_string()
}

fn test(long_name: &str, status: Status) -> TestRecord {
    TestRecord {
        long_name: long_name.to_owned(),
        suite_file: "shop.robot".to_owned(),
        nth: 0,
        status,
        tags: Vec::new(),
        seconds: 1.0,
        flaky: false,
        quarantined: false,
    }
}

const SHOP: &str = r##"
[quarantine]
"Shop.Cart.*" = { owner = "shop team", reason = "the cart is rewritten, #412", until = 2026-12-31 }
"Shop.Pay.By Card" = { owner = "ada", reason = "the card terminal is down", until = "2026-11-22" }
"##;

/// 2026-11-22, the last second of the day in UTC.
const EVENING: i64 = 1_795_391_999;

#[test]
fn entries_are_read_with_either_form_of_a_date() {
    insta::assert_json_snapshot!(entries(SHOP), @r##"
    [
      {
        "tests": "Shop.Cart.*",
        "owner": "shop team",
        "reason": "the cart is rewritten, #412",
        "until": "2026-12-31"
      },
      {
        "tests": "Shop.Pay.By Card",
        "owner": "ada",
        "reason": "the card terminal is down",
        "until": "2026-11-22"
      }
    ]
    "##);
}

#[test]
fn an_entry_that_nobody_could_act_on_is_refused() {
    let texts = [
        "\"A.*\" = { owner = \"ada\", until = 2026-12-31 }",
        "\"A.*\" = { owner = \"ada\", reason = \" \", until = 2026-12-31 }",
        "\"A.*\" = { owner = \"ada\", reason = \"#1\", until = \"never\" }",
        "\"A.*\" = { owner = \"ada\", reason = \"#1\", until = 2026-12-31T10:00:00Z }",
        "\"A.*\" = { owner = \"ada\", reason = \"#1\", until = \"2026-02-30\" }",
        "\"A.*\" = { owner = \"ada\", reason = \"#1\", untill = 2026-12-31 }",
        "\"A.*\" = 2026-12-31",
        "\"*.*\" = { owner = \"ada\", reason = \"#1\", until = 2026-12-31 }",
    ];
    insta::assert_snapshot!(texts.map(refusal).join("\n"), @r#"
    qaops.toml: quarantine."A.*": there is no reason, write owner, reason and until = 2026-12-31
    qaops.toml: quarantine."A.*".reason: expected one line of at most 256 characters, found " "
    qaops.toml: quarantine."A.*".until: expected a date such as 2026-12-31, found "never"
    qaops.toml: quarantine."A.*".until: expected a date such as 2026-12-31, found the time 2026-12-31T10:00:00Z
    qaops.toml: quarantine."A.*".until: expected a date such as 2026-12-31, found "2026-02-30"
    qaops.toml: quarantine."A.*": unknown key "untill", did you mean "until"
    qaops.toml: quarantine."A.*": expected a table, found the time 2026-12-31
    qaops.toml: quarantine."*.*": this pattern is of any test, name the tests, such as "Shop.Cart.*"
    "#);
}

#[test]
fn a_quarantine_lasts_to_the_end_of_its_last_day() {
    let mut tests = [test("Shop.Pay.By Card", Status::Failed), test("Shop.Pay.By Invoice", Status::Failed)];
    let marks = |tests: &[TestRecord]| tests.iter().map(|test| test.quarantined).collect::<Vec<_>>();
    let remarks = apply(&mut tests, &entries(SHOP), EVENING.into());
    assert_eq!((marks(&tests), remarks), (vec![true, false], vec![]));
    let remarks = apply(&mut tests, &entries(SHOP), (EVENING + 1).into());
    assert_eq!(marks(&tests), [false, false]);
    insta::assert_snapshot!(remarks.join("\n"), @r#"The quarantine of "Shop.Pay.By Card" ended on 2026-11-22 and a test of it counts again; ada has it: the card terminal is down."#);
}

#[test]
fn names_are_compared_as_robot_compares_them() {
    let mut tests = [test("Shop.CART.Add_To Cart", Status::Failed), test("Shop.Cart", Status::Failed)];
    apply(&mut tests, &entries(SHOP), EVENING.into());
    assert_eq!(tests.map(|test| test.quarantined), [true, false]);
}

#[test]
fn one_quarantine_that_lasts_is_enough() {
    let both = "[quarantine]\n\"A.*\" = { owner = \"a\", reason = \"r\", until = 2026-01-01 }\n\
                \"A.B\" = { owner = \"a\", reason = \"r\", until = 2026-12-31 }";
    let mut tests = [test("A.B", Status::Failed)];
    assert_eq!(apply(&mut tests, &entries(both), EVENING.into()), Vec::<String>::new());
    assert!(tests[0].quarantined);
}

#[test]
fn a_plain_name_that_several_tests_have_excuses_none_until_it_says_which() {
    let shop = |file: &str, nth| TestRecord { suite_file: file.to_owned(), nth, ..test("Shop.Pay", Status::Failed) };
    let marks = |more: &str| {
        let mut tests = [shop("01__shop.robot", 0), shop("01__shop.robot", 1), shop("02__shop.robot", 0)];
        let text =
            format!("[quarantine]\n\"Shop.Pay\" = {{ owner = \"a\", reason = \"r\", until = 2026-12-31{more} }}");
        let remarks = apply(&mut tests, &entries(&text), EVENING.into());
        (tests.map(|test| test.quarantined), remarks.join("\n"))
    };
    assert_eq!(marks(", file = \"02__shop.robot\""), ([false, false, true], String::new()));
    assert_eq!(marks(", file = \"01__shop.robot\", place = 2"), ([false, true, false], String::new()));
    let (none, remark) = marks("");
    assert_eq!(none, [false; 3]);
    insta::assert_snapshot!(remark, @r#"The quarantine of "Shop.Pay" excuses no test, because 3 tests have this name (number 1 in 01__shop.robot, number 2 in 01__shop.robot, number 1 in 02__shop.robot): name one of them by `file` and `place`."#);
    assert_eq!(marks(", file = \"01__shop.robot\"").0, [false; 3]);
}
