//! The gates of a run as a table.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table};
use domain::quality::gates::{GateOutcome, Severity, State};

use super::style::{BOLD, DOUBT, paint, plain, wrap};

/// A table of gates at most so wide; empty if there are none.
pub(super) fn gates(gates: &[GateOutcome], columns: usize) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).enforce_styling();
    table.style_text_only();
    table.set_width(u16::try_from(columns - 2).unwrap_or(u16::MAX));
    table.set_header(
        ["", "Gate", "Value", "Limit", "Severity"].map(|name| Cell::new(name).add_attribute(Attribute::Dim)),
    );
    table.add_rows(gates.iter().map(row));
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if at == 0 { 2 } else { 1 }, 1));
        if at != 1 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    if let Some(value) = table.column_mut(2) {
        value.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let untold: Vec<String> =
        gates.iter().filter(|gate| gate.ok().is_none()).map(|gate| remark(gate, columns)).collect();
    format!("{}\n{}{}", paint(BOLD, "Gates"), lines.join("\n"), untold.concat())
}

/// Why nobody can tell whether a gate holds.
fn remark(gate: &GateOutcome, columns: usize) -> String {
    let text = wrap(&plain(&gate.why), columns - 5).join("\n     ");
    format!("\n  {}  {text}", paint(DOUBT, "?"))
}

fn row(gate: &GateOutcome) -> Vec<Cell> {
    let (mark, color) = mark(gate);
    let value = gate.value.as_ref().map_or("none", |value| &value.text).to_owned();
    let severity = match gate.severity {
        Severity::Error => "error",
        Severity::Warn => "warn",
        Severity::Stop => "stop",
    };
    let paint = |text: String| match gate.ok() {
        Some(true) => Cell::new(text),
        _ => Cell::new(text).fg(color).add_attribute(Attribute::Bold),
    };
    vec![Cell::new(mark).fg(color), paint(plain(&gate.gate)), paint(value), Cell::new(limit(gate)), Cell::new(severity)]
}

/// A broken gate that only warns is no bad news.
fn mark(gate: &GateOutcome) -> (&'static str, Color) {
    match (gate.state, gate.severity) {
        (State::Held, _) => ("✓", Color::DarkGreen),
        (State::Broken, Severity::Warn) => ("!", Color::DarkYellow),
        (State::Broken, _) => ("✗", Color::DarkRed),
        (State::NoValue | State::NoBaseline | State::TooFew | State::Undecided, _) => ("?", Color::DarkYellow),
    }
}

/// A stop gate's limit is where the run stops, not where it must stay.
fn limit(gate: &GateOutcome) -> String {
    match gate.severity {
        Severity::Stop => format!("stops {}", gate.threshold),
        _ => gate.threshold.clone(),
    }
}
