//! The statistics at the end of a result, for tools that read nothing else. Robot Framework counts anew.

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::results::outcome::{Counts, Status, Suite};

use crate::markup;
use crate::robot::normalized;

/// Writes counts of all tests, by tag and by suite.
pub(super) fn write(root: &Suite, rpa: bool, out: &mut impl Write) -> io::Result<()> {
    let mut suites = Vec::new();
    let all = of_suite(root, "", "s1", &mut suites);
    let label = if rpa { "All Tasks" } else { "All Tests" };
    writeln!(out, "<statistics>\n<total>\n<stat {}>{label}</stat>\n</total>", numbers(all))?;
    writeln!(out, "<tag>")?;
    for (tag, counts) in of_tags(root).into_values() {
        writeln!(out, "<stat {}>{}</stat>", numbers(counts), markup::text(&tag))?;
    }
    writeln!(out, "</tag>\n<suite>")?;
    for stat in suites {
        let name = markup::attribute(stat.name);
        writeln!(
            out,
            "<stat name=\"{name}\" id=\"{}\" {}>{}</stat>",
            stat.id,
            numbers(stat.counts),
            markup::text(&stat.long)
        )?;
    }
    writeln!(out, "</suite>\n</statistics>")
}

fn numbers(counts: Counts) -> String {
    format!("pass=\"{}\" fail=\"{}\" skip=\"{}\"", counts.passed, counts.failed, counts.skipped)
}

struct SuiteStat<'a> {
    name: &'a str,
    long: String,
    id: String,
    counts: Counts,
}

fn of_suite<'a>(suite: &'a Suite, above: &str, id: &str, into: &mut Vec<SuiteStat<'a>>) -> Counts {
    let long = if above.is_empty() { suite.name.clone() } else { format!("{above}.{}", suite.name) };
    let at = into.len();
    into.push(SuiteStat { name: &suite.name, long: long.clone(), id: id.to_owned(), counts: Counts::default() });
    let mut counts = Counts::default();
    suite.tests.iter().for_each(|test| counts.add(test.status));
    for (number, child) in suite.suites.iter().enumerate() {
        let inner = of_suite(child, &long, &format!("{id}-s{}", number + 1), into);
        counts.passed += inner.passed;
        counts.failed += inner.failed;
        counts.skipped += inner.skipped;
    }
    into[at].counts = counts;
    counts
}

/// By normalized name; tags that are instructions to Robot Framework are not counted.
fn of_tags(root: &Suite) -> BTreeMap<String, (String, Counts)> {
    let mut tags: BTreeMap<String, (String, Counts)> = BTreeMap::new();
    each_status(root, &mut |tag, status| {
        let key = normalized(tag);
        if !key.starts_with("robot:") {
            tags.entry(key).or_insert_with(|| (tag.to_owned(), Counts::default())).1.add(status);
        }
    });
    tags
}

fn each_status(root: &Suite, visit: &mut impl FnMut(&str, Status)) {
    root.each_test(&mut |_, _, test| test.tags.iter().for_each(|tag| visit(tag, test.status)));
}
