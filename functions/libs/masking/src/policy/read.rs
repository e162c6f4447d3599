//! Reads a policy from its text.

use std::collections::BTreeMap;

use domain::base::problem::Problem;
use sha2::{Digest, Sha256};

use super::tree::{self, Node};
use super::{Allowed, Column, Columns, Condition, Format, Policy, Reference, Rule, Subset, Table, When};
use crate::checks::Check;

/// The table whose rules are those of all tables.
const EVERYWHERE: &str = "*";

const FORMATS: &[(&str, Format)] = &[
    ("csv", Format::Csv),
    ("copy", Format::Copy),
    ("ndjson", Format::Ndjson),
    ("parquet", Format::Parquet),
    ("dynamodb", Format::Dynamodb),
];

pub(super) fn policy(file: &str, text: &str) -> Result<Policy, Problem> {
    let value = tree::parse(file, text)?;
    let root = Node::root(file, &value);
    root.known(&["tables", "references", "subset", "key", "checks", "allow"])?;
    let (tables, everywhere) = tables(&root)?;
    let list = |key: &str| root.get(key).map_or(Ok(Vec::new()), |node| node.list());
    Ok(Policy {
        file: file.to_owned(),
        digest: hex::encode(Sha256::digest(text.as_bytes())),
        key: root.get("key").map(|node| node.text().map(str::to_owned)).transpose()?,
        references: list("references")?.iter().map(|node| reference(node, &tables)).collect::<Result<_, _>>()?,
        subset: root.get("subset").map(|node| subset(&node, &tables)).transpose()?,
        checks: list("checks")?.iter().map(Check::read).collect::<Result<_, _>>()?,
        allowed: list("allow")?.iter().map(allowed).collect::<Result<_, _>>()?,
        tables,
        everywhere,
        warnings: Vec::new(),
    })
}

fn tables(root: &Node<'_>) -> Result<(BTreeMap<String, Table>, Columns), Problem> {
    let help = "describe a table: [tables.customers]";
    let node = root.get("tables").ok_or_else(|| root.problem("the policy has no tables", help))?;
    let (mut tables, mut everywhere) = (BTreeMap::new(), Columns::default());
    for (name, node) in node.entries()? {
        if name == EVERYWHERE {
            node.known(&["columns", "types"])?;
            everywhere = columns(&node)?;
        } else {
            tables.insert(name.to_owned(), table(name, &node)?);
        }
    }
    if tables.is_empty() {
        return Err(node.problem("the policy has no tables", help));
    }
    Ok((tables, everywhere))
}

fn table(name: &str, node: &Node<'_>) -> Result<Table, Problem> {
    node.known(&[
        "files",
        "format",
        "null",
        "delimiter",
        "header",
        "key",
        "unique",
        "required",
        "columns",
        "types",
        "when",
    ])?;
    let texts = |key: &str| node.get(key).map_or(Ok(Vec::new()), |node| node.texts());
    let key = texts("key")?;
    let mut unique = unique(node)?;
    if !key.is_empty() && !unique.contains(&key) {
        unique.push(key.clone());
    }
    Ok(Table {
        files: node.get("files").map_or(Ok(name), |node| node.text())?.to_owned(),
        format: node.get("format").map(|node| node.one_of(FORMATS)).transpose()?,
        null: node.get("null").map_or(Ok(""), |node| node.text())?.to_owned(),
        delimiter: node.get("delimiter").map_or(Ok(b','), |node| delimiter(&node))?,
        header: texts("header")?,
        key,
        unique,
        required: texts("required")?,
        columns: columns(node)?,
        when: node.get("when").map_or(Ok(Vec::new()), |node| node.list()?.iter().map(when).collect())?,
    })
}

fn delimiter(node: &Node<'_>) -> Result<u8, Problem> {
    match node.text()?.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') && !byte.is_ascii_alphanumeric() => {
            Ok(*byte)
        }
        _ => Err(node.expected("one character such as \";\"")),
    }
}

/// Sets of columns; a plain list of names means columns that are unique each on its own.
fn unique(node: &Node<'_>) -> Result<Vec<Vec<String>>, Problem> {
    let Some(node) = node.get("unique") else { return Ok(Vec::new()) };
    let set = |node: &Node<'_>| if node.is_list() { node.texts() } else { Ok(vec![node.text()?.to_owned()]) };
    node.list()?.iter().map(set).collect()
}

fn columns(node: &Node<'_>) -> Result<Columns, Problem> {
    let mut columns = Columns::default();
    for (name, node) in node.get("columns").map_or(Ok(Vec::new()), |node| node.entries())? {
        let is_pattern = name.contains(['*', '?']);
        let rules = if is_pattern { &mut columns.patterns } else { &mut columns.named };
        rules.insert(name.to_owned(), column(&node)?);
    }
    for (name, node) in node.get("types").map_or(Ok(Vec::new()), |node| node.entries())? {
        columns.types.insert(name.to_owned(), column(&node)?);
    }
    Ok(columns)
}

fn column(node: &Node<'_>) -> Result<Column, Problem> {
    let length = node.get("length").map(|node| node.whole(1..=10_000_000)).transpose()?;
    Ok(Column {
        rule: Rule::read(node, &["length", "type"])?,
        kind: node.get("type").map(|node| node.text().map(str::to_owned)).transpose()?,
        length: length.and_then(|length| u32::try_from(length).ok()),
        place: node.place.clone(),
    })
}

fn when(node: &Node<'_>) -> Result<When, Problem> {
    node.known(&["where", "keep", "reason"])?;
    let text = |key: &str| node.get(key).map_or(Ok(""), |node| node.text());
    if text("reason")?.trim().is_empty() {
        return Err(node.problem("rows that keep values need a reason", "say why they are nobody's: reason = \"…\""));
    }
    let rows = node.get("where").ok_or_else(|| node.problem("no where", "write where = \"role == 'service'\""))?;
    let keep = node.get("keep").ok_or_else(|| node.problem("no keep", "name the columns: keep = [\"email\"]"))?;
    Ok(When { rows: condition(&rows, rows.text()?)?, keep: keep.texts()? })
}

fn condition(node: &Node<'_>, text: &str) -> Result<Condition, Problem> {
    let help = "write it like tenant == 'B' and closed != null";
    Condition::parse(text).ok_or_else(|| node.problem(format!("\"{text}\" is no condition"), help))
}

fn reference(node: &Node<'_>, tables: &BTreeMap<String, Table>) -> Result<Reference, Problem> {
    node.known(&["from", "to"])?;
    let end = |key: &str| {
        let end =
            node.get(key).ok_or_else(|| node.problem(format!("no {key}"), "write it like orders(customer_id)"))?;
        columns_of(&end, tables)
    };
    let (from, to) = (end("from")?, end("to")?);
    if from.1.len() != to.1.len() {
        return Err(node.problem("from and to have different numbers of columns", "name a column for each"));
    }
    Ok(Reference { from, to })
}

fn columns_of(node: &Node<'_>, tables: &BTreeMap<String, Table>) -> Result<(String, Vec<String>), Problem> {
    let read = |text: &str| {
        let (table, columns) = text.strip_suffix(')')?.split_once('(')?;
        let columns: Vec<String> = columns.split(',').map(|column| column.trim().to_owned()).collect();
        (!columns.iter().any(String::is_empty)).then(|| (table.trim().to_owned(), columns))
    };
    let (table, columns) =
        read(node.text()?).ok_or_else(|| node.expected("columns of a table, like orders(customer_id)"))?;
    known_table(node, &table, tables)?;
    Ok((table, columns))
}

fn known_table(node: &Node<'_>, table: &str, tables: &BTreeMap<String, Table>) -> Result<(), Problem> {
    let help = domain::base::problem::did_you_mean(table, tables.keys().map(String::as_str));
    if tables.contains_key(table) {
        Ok(())
    } else {
        Err(node.problem(format!("the policy has no table {table}"), help))
    }
}

fn subset(node: &Node<'_>, tables: &BTreeMap<String, Table>) -> Result<Subset, Problem> {
    node.known(&["roots", "share"])?;
    let roots =
        node.get("roots").ok_or_else(|| node.problem("no roots", "write roots = \"orders where tenant == 'B'\""))?;
    let (table, rows) = match roots.text()?.split_once(" where ") {
        Some((table, rows)) => (table.trim(), Some(condition(&roots, rows)?)),
        None => (roots.text()?.trim(), None),
    };
    known_table(&roots, table, tables)?;
    let per_million = node.get("share").map_or(Ok(1_000_000), |node| share(&node))?;
    Ok(Subset { table: table.to_owned(), rows, per_million })
}

fn share(node: &Node<'_>) -> Result<u32, Problem> {
    let percent = node.text()?.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let percent = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0);
    percent.map(|percent| (percent * 10_000.0).round() as u32).ok_or_else(|| node.expected("a share such as \"5%\""))
}

fn allowed(node: &Node<'_>) -> Result<Allowed, Problem> {
    node.known(&["table", "column", "finding", "most", "reason"])?;
    let text = |key: &str| {
        let node = node
            .get(key)
            .ok_or_else(|| node.problem(format!("no {key}"), "name table, column, finding, most and reason"))?;
        node.text().map(str::to_owned)
    };
    text("reason")?;
    let most = node.get("most").map_or(Ok(0), |node| node.whole(0..=i64::MAX))?;
    let most = u64::try_from(most).unwrap_or(0);
    Ok(Allowed { table: text("table")?, column: text("column")?, finding: text("finding")?, most })
}
