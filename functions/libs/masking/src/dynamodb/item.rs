//! One item: typed values, masked by the rule of their path.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::error::{Refusal, Why};
use crate::json::{DEEPEST, Step, Tree, is_number, joined, shown, steps};
use crate::rules::{Effect, Masker, Row};
use crate::run::{Plan, TableRun};

/// Masks the items of one file.
pub(super) struct Items {
    plan: Plan,
    tree: Tree,
    peers: Vec<Vec<Step>>,
    columns: Vec<Vec<Step>>,
}

/// A place in the tree of rules and in the item.
struct Place {
    node: Option<usize>,
    path: String,
    depth: usize,
}

struct Walk<'a> {
    tree: &'a Tree,
    row: &'a Row<'a>,
    kept: &'a [bool],
}

impl Items {
    pub(super) fn new(table: &TableRun<'_>, file: &str) -> Result<Self, Refusal> {
        let plan = table.loose_plan(file)?;
        let peers = plan.peers.iter().map(|peer| steps(&peer.name)).collect();
        let columns = plan.columns.iter().map(|column| steps(&column.name)).collect();
        Ok(Self { tree: plan.tree(), plan, peers, columns })
    }

    pub(super) fn finish(self, table: &mut TableRun<'_>) {
        self.plan.finish(table);
    }

    /// The line of an item, masked and without a line end.
    pub(super) fn line(&mut self, table: &mut TableRun<'_>, line: &str) -> Result<String, Refusal> {
        let mut item = item(line).map_err(|why| Refusal::file("", why))?;
        let values = |item: &Map<String, Value>, paths: &[Vec<Step>]| -> Vec<Option<String>> {
            paths.iter().map(|path| found(item, path)).collect()
        };
        self.plan.begin_with(values(&item, &self.peers));
        let old = values(&item, &self.columns);
        let row: Vec<Option<&str>> = self.plan.peers.iter().map(|peer| peer.value.as_deref()).collect();
        let walk = Walk { tree: &self.tree, row: &row, kept: &self.plan.kept };
        let place = Place { node: Some(0), path: String::new(), depth: 0 };
        walk.map(&mut item, &place).map_err(|why| table.refusal(why))?;
        self.plan.seen(&old, &values(&item, &self.columns))?;
        self.plan.count(table);
        let mut line = Map::new();
        line.insert("Item".to_owned(), Value::Object(item));
        Ok(Value::Object(line).to_string())
    }
}

fn item(line: &str) -> Result<Map<String, Value>, Why> {
    let Ok(Value::Object(mut line)) = serde_json::from_str(line) else { return Err(Why::NotA("JSON object")) };
    if line.contains_key("NewImage") || line.contains_key("OldImage") || line.contains_key("Keys") {
        return Err(Why::Format("the line is of an incremental export, which is not supported: make a full export"));
    }
    match (line.remove("Item"), line.is_empty()) {
        (Some(Value::Object(item)), true) => Ok(item),
        _ => Err(Why::NotA("line of an export, {\"Item\":{…}}")),
    }
}

/// The type and value of an attribute.
fn typed(value: &mut Value) -> Option<(&str, &mut Value)> {
    let map = value.as_object_mut()?;
    let single = map.len() == 1;
    map.iter_mut().next().filter(|_| single).map(|(kind, value)| (kind.as_str(), value))
}

const WRONG: Why = Why::NotA("typed value of DynamoDB JSON");

impl Walk<'_> {
    fn map(&self, map: &mut Map<String, Value>, place: &Place) -> Result<(), Why> {
        let mut dropped = Vec::new();
        for (key, value) in map.iter_mut() {
            let node = self.tree.child(place.node, key);
            let below = Place { node, path: joined(&place.path, key), depth: place.depth + 1 };
            match self.tree.masker(node) {
                Some((at, masker)) if masker.is_drop() && !self.is_kept(at) => dropped.push(key.clone()),
                _ => self.attribute(value, &below)?,
            }
        }
        dropped.iter().for_each(|key| _ = map.remove(key));
        Ok(())
    }

    fn is_kept(&self, at: usize) -> bool {
        self.kept.get(at).copied().unwrap_or(false)
    }

    fn attribute(&self, value: &mut Value, place: &Place) -> Result<(), Why> {
        if place.depth > DEEPEST {
            return Err(Why::NotA("item of at most 128 levels"));
        }
        let rule = self.tree.masker(place.node);
        let (kind, inner) = typed(value).ok_or(WRONG)?;
        match (rule, kind) {
            (Some((at, masker)), _) if masker.is_keep() || self.is_kept(at) => Ok(()),
            (_, "NULL") if rule.is_some() || self.tree.has_path_below(place.node) => Ok(()),
            (Some((_, masker)), _) if masker.is_null() => {
                make_null(value);
                Ok(())
            }
            (Some((_, masker)), "S" | "N" | "B") => {
                let masked = self.scalar(masker, kind, inner).map_err(|why| inside(place, masker, why))?;
                if masked.is_none() {
                    make_null(value);
                }
                Ok(())
            }
            (None, "M") if self.tree.has_path_below(place.node) => self.map(inner.as_object_mut().ok_or(WRONG)?, place),
            (None, "L") if self.tree.items(place.node).is_some() => self.list(inner, place),
            (None, "SS" | "NS" | "BS") if self.tree.items(place.node).is_some() => {
                let kind = kind.get(..1).unwrap_or("S").to_owned();
                self.set(&kind, inner, place)
            }
            _ => Err(Why::UnknownPath { path: shown(&unknown(kind, inner, place)) }),
        }
    }

    fn list(&self, items: &mut Value, place: &Place) -> Result<(), Why> {
        let below = items_of(self.tree, place);
        items.as_array_mut().ok_or(WRONG)?.iter_mut().try_for_each(|item| self.attribute(item, &below))
    }

    /// A set must not shrink, and has no place for NULL.
    fn set(&self, kind: &str, items: &mut Value, place: &Place) -> Result<(), Why> {
        let below = items_of(self.tree, place);
        let items = items.as_array_mut().ok_or(WRONG)?;
        let Some((at, masker)) = self.tree.masker(below.node) else {
            return Err(Why::UnknownPath { path: shown(&below.path) });
        };
        if masker.is_keep() || self.is_kept(at) {
            return Ok(());
        }
        for item in items.iter_mut() {
            let masked = self.scalar(masker, kind, item).map_err(|why| inside(&below, masker, why))?;
            masked.ok_or_else(|| inside(&below, masker, Why::NotA("set that may hold NULL")))?;
        }
        let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        let twice = texts.windows(2).any(|pair| pair.first() == pair.last());
        if twice {
            Err(inside(&below, masker, Why::NotA("set of values with pseudonyms of their own")))
        } else {
            Ok(())
        }
    }

    /// Masks a text, number or binary value in its place; none if it becomes NULL.
    fn scalar(&self, masker: &Masker, kind: &str, value: &mut Value) -> Result<Option<()>, Why> {
        let old = value.as_str().ok_or(WRONG)?;
        let text = if kind == "B" { binary(old)? } else { old.to_owned() };
        let mut new = String::new();
        match (masker.mask(&text, self.row, &mut new)?, kind) {
            (Effect::Same, _) => {}
            (Effect::Null, _) => return Ok(None),
            (Effect::Text, "N") if !is_number(&new) => return Err(Why::NoNumber),
            (Effect::Text, "B") => *value = Value::from(STANDARD.encode(new)),
            (Effect::Text, _) => *value = Value::from(new),
        }
        Ok(Some(()))
    }
}

fn items_of(tree: &Tree, place: &Place) -> Place {
    Place { node: tree.items(place.node), path: format!("{}[]", place.path), depth: place.depth + 1 }
}

fn inside(place: &Place, masker: &Masker, why: Why) -> Why {
    Why::Inside { path: shown(&place.path), rule: masker.name, why: Box::new(why) }
}

/// Makes an attribute NULL; an item of a list may be that too.
fn make_null(value: &mut Value) {
    *value = serde_json::json!({ "NULL": true });
}

fn binary(text: &str) -> Result<String, Why> {
    let bytes = STANDARD.decode(text).map_err(|_| WRONG)?;
    String::from_utf8(bytes).map_err(|_| Why::NotA("text in a binary attribute, take keep, null, drop or constant"))
}

/// The path of the first value below a place.
fn unknown(kind: &str, value: &mut Value, place: &Place) -> String {
    let path = match kind {
        "SS" | "NS" | "BS" => return format!("{}[]", place.path),
        "M" => value
            .as_object_mut()
            .and_then(|map| map.iter_mut().next())
            .map(|(key, value)| (joined(&place.path, key), value)),
        "L" => {
            value.as_array_mut().and_then(|items| items.first_mut()).map(|value| (format!("{}[]", place.path), value))
        }
        _ => None,
    };
    let Some((path, value)) = path.filter(|_| place.depth < DEEPEST) else { return place.path.clone() };
    let below = Place { node: None, path, depth: place.depth + 1 };
    match typed(value) {
        Some((kind, value)) => unknown(kind, value, &below),
        None => below.path,
    }
}

/// The value at a path, the first of a list or set; none for NULL and for what is missing.
fn found(item: &Map<String, Value>, path: &[Step]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = match first {
        Step::Key(key) => item.get(key)?,
        Step::Any => item.values().next()?,
        Step::Items => return None,
    };
    below(value, rest)
}

fn below(value: &Value, rest: &[Step]) -> Option<String> {
    let (kind, inner) = value.as_object()?.iter().next()?;
    match (kind.as_str(), rest.split_first()) {
        ("S" | "N" | "B", None) => inner.as_str().map(str::to_owned),
        ("BOOL", None) => Some(inner.to_string()),
        ("M", Some(_)) => found(inner.as_object()?, rest),
        ("L", Some((Step::Items, rest))) => below(inner.as_array()?.first()?, rest),
        ("SS" | "NS" | "BS", Some((Step::Items, []))) => inner.as_array()?.first()?.as_str().map(str::to_owned),
        _ => None,
    }
}
