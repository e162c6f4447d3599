//! Holds each rule against what the policy says of the column: uniqueness, references, nullness and length.

use domain::base::problem::Problem;

use super::{Action, Class, Column, Policy, Reference, Table};

/// Parts of names of columns that hold data of people as a rule.
const PERSONAL: &[&str] = &[
    "mail", "name", "phone", "mobile", "iban", "card", "ssn", "birth", "street", "address", "passport", "tax", "salary",
];

/// Refuses what cannot be right, and gives what is odd.
pub(super) fn judge(policy: &Policy) -> Result<Vec<Problem>, Problem> {
    for (name, table) in &policy.tables {
        unique(policy, name, table)?;
        required(policy, name, table)?;
        when(policy, name, table)?;
    }
    for reference in &policy.references {
        same_rules(policy, reference)?;
        for column in &reference.to.1 {
            let rule = policy.column(&reference.to.0, column, None)?;
            rule.map_or(Ok(()), |rule| fits_a_key(rule, &reference.to.0, column))?;
        }
    }
    let mut warnings = Vec::new();
    for columns in policy.tables.values().map(|table| &table.columns).chain([&policy.everywhere]) {
        for (name, column) in columns.named.iter().chain(&columns.patterns).chain(&columns.types) {
            length(column)?;
            warnings.extend(kept(name, column)?);
        }
    }
    Ok(warnings)
}

fn unique(policy: &Policy, name: &str, table: &Table) -> Result<(), Problem> {
    for column in table.unique.iter().flatten() {
        let rule = policy.column(name, column, None)?;
        rule.map_or(Ok(()), |rule| fits_a_key(rule, name, column))?;
    }
    Ok(())
}

fn fits_a_key(column: &Column, table: &str, name: &str) -> Result<(), Problem> {
    let class = Class::of(&column.rule);
    if class <= Class::Counted {
        return Ok(());
    }
    let what = format!("{table}.{name} is unique, and the rule {} {}", column.rule.name(), class.words());
    let help = "take format, hash, or a pseudonym of the kind email, uuid, iban or token";
    Err(Problem::new(&column.place, what, help))
}

fn required(policy: &Policy, name: &str, table: &Table) -> Result<(), Problem> {
    for column in table.required.iter().chain(&table.key) {
        let Some(rule) = policy.column(name, column, None)? else { continue };
        if Class::of(&rule.rule) == Class::Gone {
            let what = format!("{name}.{column} is required, and the rule {} leaves no value", rule.rule.name());
            return Err(Problem::new(&rule.place, what, "take constant, hash or another rule that gives a value"));
        }
    }
    Ok(())
}

/// A row's own condition does not travel along references, so it may not touch their columns.
fn when(policy: &Policy, name: &str, table: &Table) -> Result<(), Problem> {
    for column in table.when.iter().flat_map(|when| &when.keep) {
        let has = |end: &(String, Vec<String>)| end.0 == name && end.1.contains(column);
        if policy.references.iter().any(|reference| has(&reference.from) || has(&reference.to)) {
            let what = format!("rows may not keep {column}, which takes part in a reference");
            let help = "name the values in the column's rule, except = […], so that both ends keep them";
            return Err(Problem::new(format!("{}: tables.{name}.when", policy.file), what, help));
        }
    }
    Ok(())
}

fn same_rules(policy: &Policy, reference: &Reference) -> Result<(), Problem> {
    for (from, to) in reference.from.1.iter().zip(&reference.to.1) {
        let ends = (policy.column(&reference.from.0, from, None)?, policy.column(&reference.to.0, to, None)?);
        let (Some(one), Some(other)) = ends else { continue };
        let same = (&one.rule.action, one.rule.normal, &one.rule.scope, &one.rule.except)
            == (&other.rule.action, other.rule.normal, &other.rule.scope, &other.rule.except);
        if !same {
            let what = format!("{}.{from} refers to {}.{to}, and their rules differ", reference.from.0, reference.to.0);
            return Err(Problem::new(&one.place, what, "take this rule out: the rule of the key is used for it"));
        }
    }
    Ok(())
}

fn length(column: &Column) -> Result<(), Problem> {
    match (column.length, column.rule.longest()) {
        (Some(most), Some(longest)) if longest > most => {
            let what =
                format!("the rule {} writes up to {longest} characters, and length is {most}", column.rule.name());
            Err(Problem::new(&column.place, what, "take a rule with shorter values, such as hash with digits = 8"))
        }
        _ => Ok(()),
    }
}

/// What is said of a column that stays as it is: why is needed for what people's data is called.
fn kept(name: &str, column: &Column) -> Result<Option<Problem>, Problem> {
    if column.rule.action != Action::Keep || !column.rule.reason.trim().is_empty() {
        return Ok(None);
    }
    let what = "the rule keep has no reason";
    let problem = Problem::new(&column.place, what, "say why its values are nobody's: reason = \"…\"");
    let name = name.to_lowercase();
    if PERSONAL.iter().any(|word| name.contains(word)) { Err(problem) } else { Ok(Some(problem)) }
}
