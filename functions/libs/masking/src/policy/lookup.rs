//! Which rule is that of a column.

use domain::base::problem::Problem;
use wildmatch::WildMatch;

use super::{Column, Columns, Policy};
use crate::shape::shown_name;

impl Policy {
    /// The rule of a column: by its name, by a pattern, by the same for all tables, of the column that it refers to,
    /// and last by its type. Two patterns that fit and differ are refused.
    pub fn column(&self, table: &str, name: &str, kind: Option<&str>) -> Result<Option<&Column>, Problem> {
        let own = self.tables.get(table).map(|table| &table.columns);
        for columns in own.into_iter().chain([&self.everywhere]) {
            if let Some(column) = self.by_name(columns, name)? {
                return Ok(Some(column));
            }
        }
        if let Some(column) = self.by_reference(table, name)? {
            return Ok(Some(column));
        }
        let kind = kind.filter(|_| may_be_shown(name));
        let mut all = own.into_iter().chain([&self.everywhere]);
        Ok(all.find_map(|columns| columns.types.get(kind?)))
    }

    fn by_name<'a>(&self, columns: &'a Columns, name: &str) -> Result<Option<&'a Column>, Problem> {
        if let Some(column) = columns.named.get(name) {
            return Ok(Some(column));
        }
        if !may_be_shown(name) {
            return Ok(None);
        }
        let mut fitting = columns.patterns.iter().filter(|(pattern, _)| WildMatch::new(pattern).matches(name));
        let Some((_, first)) = fitting.next() else { return Ok(None) };
        match fitting.find(|(_, other)| other.rule != first.rule) {
            None => Ok(Some(first)),
            Some((pattern, _)) => {
                let what = format!("this pattern and \"{pattern}\" both fit the column {name}, and differ");
                Err(Problem::new(&first.place, what, "give the column a rule by its name"))
            }
        }
    }

    /// The rule of the column that this one refers to, through further references if need be.
    fn by_reference(&self, table: &str, name: &str) -> Result<Option<&Column>, Problem> {
        let mut seen = vec![(table.to_owned(), name.to_owned())];
        while let Some((table, name)) = seen.last().and_then(|(table, name)| self.referred(table, name)) {
            if seen.iter().any(|(t, n)| (t.as_str(), n.as_str()) == (table, name)) {
                return Ok(None);
            }
            for columns in self.tables.get(table).map(|table| &table.columns).into_iter().chain([&self.everywhere]) {
                if let Some(column) = self.by_name(columns, name)? {
                    return Ok(Some(column));
                }
            }
            seen.push((table.to_owned(), name.to_owned()));
        }
        Ok(None)
    }

    fn referred(&self, table: &str, name: &str) -> Option<(&str, &str)> {
        self.references.iter().find_map(|reference| {
            let at = reference.from.1.iter().position(|column| reference.from.0 == table && column == name)?;
            Some((reference.to.0.as_str(), reference.to.1.get(at)?.as_str()))
        })
    }
}

/// False for a name that may be a value, as in a file without a header. Patterns and types are no rule for it: only a rule by
/// its very name lets it pass.
fn may_be_shown(name: &str) -> bool {
    shown_name(name) == name
}
