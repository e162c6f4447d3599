//! All tests as compact JSON inside the page, from which the script fills the list.

use std::collections::HashMap;

use domain::results::outcome::Status;
use serde::Serialize;

use super::text::{link, split};
use super::{Report, Test};

/// What the script reads.
#[derive(Serialize)]
struct Island<'a> {
    /// Names of suites with the last dot.
    suites: Vec<&'a str>,
    /// Names of shards, and the paths of their logs.
    shards: Vec<(&'a str, &'a str)>,
    /// Place of the suite, name, outcome, milliseconds, place of the shard, and id in its log.
    tests: Vec<(usize, &'a str, u8, u64, usize, &'a str)>,
}

/// Places of texts, each text once.
#[derive(Default)]
struct Places<'a> {
    known: HashMap<&'a str, usize>,
    texts: Vec<&'a str>,
}

impl<'a> Places<'a> {
    fn of(&mut self, text: &'a str) -> usize {
        *self.known.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }
}

/// The JSON, with `<` escaped so that no name can end the element around it.
pub(super) fn json(report: &Report) -> serde_json::Result<String> {
    let (mut suites, mut shards) = (Places::default(), Places::default());
    let tests = report.tests.iter().map(|test| {
        let (above, name) = split(&test.name);
        let millis = (test.seconds.max(0.0) * 1000.0).round() as u64;
        (suites.of(above), name, outcome(test), millis, shards.of(&test.shard), test.id.as_str())
    });
    let tests = tests.collect();
    let logs: HashMap<&str, &str> =
        report.shards.iter().filter_map(|shard| Some((shard.name.as_str(), link(shard.log.as_deref()?)))).collect();
    let shards = shards.texts.iter().map(|name| (*name, logs.get(name).copied().unwrap_or_default())).collect();
    let json = serde_json::to_string(&Island { suites: suites.texts, shards, tests })?;
    Ok(json.replace('<', "\\u003c"))
}

fn outcome(test: &Test) -> u8 {
    match test.status {
        Status::Passed if test.flaky => 3,
        Status::Passed => 0,
        Status::Failed => 1,
        Status::Skipped => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Shard;

    #[test]
    fn names_of_suites_and_shards_are_told_once() {
        let test = |name: &str, status| Test {
            name: name.into(),
            status,
            flaky: false,
            seconds: 1.25,
            shard: "1".into(),
            id: "s1-t1".into(),
        };
        let report = Report {
            tests: vec![
                test("A.</script>", Status::Failed),
                test("A.B.c", Status::Passed),
                test("A.d", Status::Skipped),
            ],
            shards: vec![Shard { name: "1".into(), log: Some("1/log.html".into()), ..Shard::default() }],
            ..Report::default()
        };
        insta::assert_snapshot!(json(&report).unwrap(), @r#"{"suites":["","A.B.","A."],"shards":[["1","1/log.html"]],"tests":[[0,"A.\u003c/script>",1,1250,0,"s1-t1"],[1,"c",0,1250,0,"s1-t1"],[2,"d",2,1250,0,"s1-t1"]]}"#);
    }
}
