//! The floors of `domain`: each uses only those below it.

use std::collections::BTreeMap;

use crate::tree::{ProjectFile, project_files};
use crate::{Fallible, none, reported};

/// The floors, the lowest first.
const FLOORS: [&str; 7] = ["base", "results", "run", "quality", "package", "evaluation", "notify"];
/// Where they lie.
const DOMAIN: &str = "functions/libs/domain/src/";
/// Fewest sources of a floor: with fewer, the test looks at the wrong place.
const FEWEST: usize = 4;

/// The floor of a source, by its rank; none of a source elsewhere, and of tests, which may look from above.
fn floor(path: &str) -> Option<usize> {
    let below = path.strip_prefix(DOMAIN)?;
    let is_test = below.contains("/tests/") || below.ends_with("/tests.rs");
    let name = below.split(['/', '.']).next()?;
    FLOORS.iter().position(|floor| *floor == name).filter(|_| !is_test)
}

/// Uses of a floor above one's own.
fn upward(sources: &[ProjectFile]) -> Vec<String> {
    let mut problems = Vec::new();
    for source in sources {
        let Some(own) = floor(&source.path) else { continue };
        let code = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let name = used.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                if FLOORS.iter().position(|floor| *floor == name).is_some_and(|rank| rank > own) {
                    problems.push(format!("{}, line {}: {} uses {name}", source.path, number + 1, FLOORS[own]));
                }
            }
        }
    }
    problems
}

/// Floors with too few sources, and sources of `domain` that stand on none.
fn astray(sources: &[ProjectFile]) -> Vec<String> {
    let mut count: BTreeMap<usize, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with(DOMAIN)) {
        let below = &source.path[DOMAIN.len()..];
        let known = FLOORS.iter().any(|floor| below.split(['/', '.']).next() == Some(floor));
        if !known && below != "lib.rs" {
            problems.push(format!("{} stands on no floor", source.path));
        }
        floor(&source.path).into_iter().for_each(|floor| *count.entry(floor).or_default() += 1);
    }
    let few = FLOORS.iter().enumerate().filter(|(rank, _)| count.get(rank).copied().unwrap_or_default() < FEWEST);
    problems.extend(few.map(|(_, floor)| format!("the floor {floor} has fewer than {FEWEST} sources")));
    problems
}

#[test]
fn each_floor_of_domain_uses_only_those_below_it() -> Fallible<()> {
    let sources = project_files()?;
    none(&astray(&sources));
    none(&upward(&sources));
    Ok(())
}

#[test]
fn an_arrow_upward_and_a_source_astray_are_found() {
    let source = |path: &str, text: &str| ProjectFile { path: format!("{DOMAIN}{path}"), text: text.to_owned() };
    let up = source("results/summary.rs", "use crate::base::problem;\nuse crate::quality::gates::Gate;\n");
    reported(&upward(&[up]), "results/summary.rs, line 2: results uses quality");
    let tests = source("quality/gates/tests/laws.rs", "use crate::package::manifest;\n");
    none(&upward(&[tests, source("notify.rs", "use crate::evaluation::evaluate;\n")]));
    reported(&astray(&[source("judged.rs", "")]), "judged.rs stands on no floor");
    reported(&astray(&[]), "the floor base has fewer than 4 sources");
}
