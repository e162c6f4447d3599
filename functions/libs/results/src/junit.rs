//! Results as JUnit XML, byte by byte as `robot --xunit` writes them.

use std::io::{self, Write};

use domain::results::outcome::{Counts, Status, Suite, Test};

use crate::markup;

/// Writes a tree of suites with `testsuite` as root and in one another.
///
/// Messages are kept as they are, those in HTML with their mark. Times are in seconds; `timestamp` is empty
/// where the start of a suite is not known.
pub fn write(suite: &Suite, mut out: impl Write) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let mut all = Vec::new();
    count(suite, &mut all);
    write_suite(suite, "", &mut all.into_iter(), &mut out)?;
    out.flush()
}

/// Counts of each suite, in the order in which suites begin.
fn count(suite: &Suite, all: &mut Vec<Counts>) -> Counts {
    let at = all.len();
    all.push(Counts::default());
    let mut counts = Counts::default();
    suite.tests.iter().for_each(|test| counts.add(test.status));
    for inner in &suite.suites {
        let inner = count(inner, all);
        counts.passed += inner.passed;
        counts.failed += inner.failed;
        counts.skipped += inner.skipped;
    }
    all[at] = counts;
    counts
}

fn write_suite(
    suite: &Suite,
    above: &str,
    counts: &mut impl Iterator<Item = Counts>,
    out: &mut impl Write,
) -> io::Result<()> {
    let own = counts.next().unwrap_or_default();
    let name = markup::attribute(&suite.name);
    let start = suite.start.map(markup::time).unwrap_or_default();
    write!(out, r#"<testsuite name="{name}" tests="{}" errors="0" failures="{}""#, own.total(), own.failed)?;
    writeln!(out, r#" skipped="{}" time="{:.3}" timestamp="{start}">"#, own.skipped, suite.seconds)?;
    let long = if above.is_empty() { suite.name.clone() } else { format!("{above}.{}", suite.name) };
    for inner in &suite.suites {
        write_suite(inner, &long, counts, out)?;
    }
    for test in &suite.tests {
        write_test(test, &long, out)?;
    }
    write_properties(suite, out)?;
    writeln!(out, "</testsuite>")
}

fn write_test(test: &Test, suite: &str, out: &mut impl Write) -> io::Result<()> {
    let (class, name) = (markup::attribute(suite), markup::attribute(&test.name));
    writeln!(out, r#"<testcase classname="{class}" name="{name}" time="{:.3}">"#, test.seconds)?;
    let message = markup::attribute(&test.message);
    match test.status {
        Status::Passed => {}
        Status::Failed => writeln!(out, r#"<failure message="{message}" type="AssertionError"/>"#)?,
        Status::Skipped => writeln!(out, r#"<skipped message="{message}" type="SkipExecution"/>"#)?,
    }
    writeln!(out, "</testcase>")
}

fn write_properties(suite: &Suite, out: &mut impl Write) -> io::Result<()> {
    if suite.doc.is_empty() && suite.metadata.is_empty() {
        return Ok(());
    }
    writeln!(out, "<properties>")?;
    if !suite.doc.is_empty() {
        writeln!(out, r#"<property name="Documentation" value="{}"/>"#, markup::attribute(&suite.doc))?;
    }
    for (name, value) in &suite.metadata {
        writeln!(out, r#"<property name="{}" value="{}"/>"#, markup::attribute(name), markup::attribute(value))?;
    }
    writeln!(out, "</properties>")
}
