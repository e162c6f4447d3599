//! The README tells what there is.

use super::*;
use crate::quality::metrics::table;

const README: &str = include_str!("../../../../README.md");

/// Cells of the rows of the table whose first column has this head.
fn rows(head: &str) -> Vec<Vec<String>> {
    let start = format!("| {head} |");
    let table = README.lines().skip_while(|line| !line.starts_with(&start)).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    table.skip(2).map(cells).collect()
}

#[test]
fn the_metrics_of_the_readme_are_the_known_ones() {
    let written: Vec<String> = rows("metric").iter().map(|cells| cells[..4].join(" | ")).collect();
    assert_eq!(written.join("\n"), table().join("\n"));
}

#[test]
fn the_gates_of_the_readme_can_be_read() {
    let gates = rows("gate");
    assert!(gates.len() > 10);
    for cells in gates {
        gate(cells[0].trim_matches('`'));
    }
}
