//! Checks on figures.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use masking::checks::Check;
use masking::run::{ColumnFigures, Figures, ReferenceFigures, TableFigures};

fn figures() -> Figures {
    let email = ColumnFigures { values: 99, nulls: 1, distinct: Some(99), ..ColumnFigures::default() };
    let name = ColumnFigures { values: 50, nulls: 50, distinct: None, ..ColumnFigures::default() };
    let columns = BTreeMap::from([("email".to_owned(), email), ("name".to_owned(), name)]);
    Figures {
        tables: BTreeMap::from([
            ("people".to_owned(), TableFigures { rows: 100, columns }),
            ("orders".to_owned(), TableFigures { rows: 7, ..TableFigures::default() }),
        ]),
        references: vec![ReferenceFigures { name: "orders(person)".to_owned(), broken: 2 }],
        suspected: BTreeMap::from([("people.note: email".to_owned(), 3)]),
        source_age: Some(26.0 * 3600.0),
        warnings: Vec::new(),
    }
}

fn holds(text: &str) -> bool {
    Check::parse(text).unwrap().evaluate(&figures()).iter().all(|outcome| outcome.held)
}

#[test]
fn each_metric_is_compared() {
    for text in [
        "rows >= 7",
        "rows{table=people} == 100",
        "null_rate{column=email} <= 1%",
        "null_rate{table=people,column=name} == 50%",
        "unique{column=email} == 100%",
        "freshness <= 26h",
        "freshness < 2d",
        "references.broken == 2",
        "pii.suspected != 0",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in
        ["rows >= 8", "null_rate{column=email} < 1%", "freshness < 26h", "references.broken == 0", "pii.suspected == 0"]
    {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn a_check_of_nothing_does_not_hold() {
    for text in ["rows{table=gone} >= 0", "null_rate{column=gone} <= 100%", "unique{column=name} >= 0%"] {
        assert!(!holds(text), "{text}");
    }
    let unknown = Figures { source_age: None, ..figures() };
    assert!(!Check::parse("freshness <= 26h").unwrap().evaluate(&unknown)[0].held);
}

#[test]
fn an_outcome_says_of_what_the_figure_is() {
    let outcomes = Check::parse("null_rate{column=email} <= 0.5%").unwrap().evaluate(&figures());
    insta::assert_json_snapshot!(outcomes, @r#"
    [
      {
        "check": "null_rate{column=email} <= 0.5%",
        "subject": "people.email",
        "value": 1.0,
        "held": false
      }
    ]
    "#);
}
