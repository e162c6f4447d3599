//! Writes a JSON value again with each scalar masked by the rule of its path.

use super::cursor::{Cursor, Token, is_number, plain, quoted};
use super::path::{joined, shown};
use super::{DEEPEST, Tree};
use crate::error::Why;
use crate::rules::{Effect, Masker, Row};

/// A place in the tree of rules and in the value.
#[derive(Clone)]
struct Place {
    node: Option<usize>,
    path: String,
    depth: usize,
}

struct Writer<'a, 'o> {
    tree: &'a Tree,
    row: &'a Row<'a>,
    /// Rules that do not apply to this row, by place.
    kept: &'a [bool],
    out: &'o mut String,
}

impl Tree {
    /// Appends the masked form of a JSON text. A path without a rule, and a value of another kind than its rule expects, refuse.
    pub(crate) fn rewrite(&self, text: &str, row: &Row<'_>, out: &mut String) -> Result<(), Why> {
        self.rewrite_kept(text, row, &[], out)
    }

    /// As [`Tree::rewrite`], but rules that are marked in `kept` leave their values as they are.
    pub(crate) fn rewrite_kept(&self, text: &str, row: &Row<'_>, kept: &[bool], out: &mut String) -> Result<(), Why> {
        let mut cursor = Cursor::new(text);
        let mut writer = Writer { tree: self, row, kept, out };
        writer.copy_spaces(&mut cursor);
        writer.value(&mut cursor, &Place { node: Some(0), path: String::new(), depth: 0 })?;
        writer.copy_spaces(&mut cursor);
        if cursor.is_end() { Ok(()) } else { Err(Why::NotA("JSON value")) }
    }
}

impl Writer<'_, '_> {
    fn copy_spaces(&mut self, cursor: &mut Cursor<'_>) {
        let from = cursor.at();
        cursor.spaces();
        self.out.push_str(cursor.since(from));
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, place: &Place) -> Result<(), Why> {
        let token = cursor.token()?;
        let masker = self.tree.masker(place.node);
        let is_kept = masker.is_some_and(|(at, _)| self.kept.get(at).copied().unwrap_or(false));
        match (masker.map(|(_, masker)| masker), token) {
            (Some(_), _) if is_kept => self.copy(cursor, place),
            (Some(masker), _) if masker.takes_containers() => self.whole(cursor, masker, token, place),
            (Some(masker), Token::Text | Token::Number | Token::Truth | Token::Null) => {
                self.scalar(cursor, masker, token, place)
            }
            (_, Token::Object) if self.tree.has_path_below(place.node) => self.object(cursor, place),
            (_, Token::List) if self.tree.items(place.node).is_some() => self.list(cursor, place),
            (None, Token::Null) if self.tree.has_path_below(place.node) => self.copy(cursor, place),
            _ => Err(Why::UnknownPath { path: unknown(cursor, &place.path, place.depth)? }),
        }
    }

    fn copy(&mut self, cursor: &mut Cursor<'_>, place: &Place) -> Result<(), Why> {
        let raw = cursor.skip(place.depth)?;
        self.out.push_str(raw);
        Ok(())
    }

    /// A rule that takes objects and lists as a whole.
    fn whole(&mut self, cursor: &mut Cursor<'_>, masker: &Masker, token: Token, place: &Place) -> Result<(), Why> {
        if masker.is_keep() || token == Token::Null {
            return self.copy(cursor, place);
        }
        let raw = cursor.skip(place.depth)?;
        self.out.push_str(if raw == "\"\"" && masker.json_constant().is_some() {
            raw
        } else {
            masker.json_constant().unwrap_or("null")
        });
        Ok(())
    }

    fn scalar(&mut self, cursor: &mut Cursor<'_>, masker: &Masker, token: Token, place: &Place) -> Result<(), Why> {
        let inside = |why| Why::Inside { path: shown(&place.path), rule: masker.name, why: Box::new(why) };
        let raw = if token == Token::Text { cursor.text()? } else { cursor.word()? };
        let mut new = String::new();
        let effect = match token {
            Token::Null => Effect::Same,
            Token::Truth => return Err(inside(Why::NotA("text or number"))),
            Token::Text => masker.mask(&plain(raw)?, self.row, &mut new).map_err(inside)?,
            _ => masker.mask(raw, self.row, &mut new).map_err(inside)?,
        };
        match effect {
            Effect::Same => self.out.push_str(raw),
            Effect::Null => self.out.push_str("null"),
            Effect::Text if token == Token::Text => quoted(&new, self.out),
            Effect::Text if is_number(&new) => self.out.push_str(&new),
            Effect::Text => return Err(inside(Why::NoNumber)),
        }
        Ok(())
    }

    fn list(&mut self, cursor: &mut Cursor<'_>, place: &Place) -> Result<(), Why> {
        let below =
            Place { node: self.tree.items(place.node), path: format!("{}[]", place.path), depth: place.depth + 1 };
        let mut from = cursor.at();
        cursor.elements(place.depth, |cursor| {
            self.out.push_str(cursor.since(from));
            self.value(cursor, &below)?;
            from = cursor.at();
            Ok(())
        })?;
        self.out.push_str(cursor.since(from));
        Ok(())
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, place: &Place) -> Result<(), Why> {
        let start = self.out.len();
        let mut from = cursor.at();
        let mut dropped = false;
        cursor.members(place.depth, |cursor, key| {
            let node = self.tree.child(place.node, &key);
            if self.tree.masker(node).is_some_and(|(_, masker)| masker.is_drop()) {
                cursor.skip(place.depth + 1)?;
                (from, dropped) = (cursor.at(), true);
                return Ok(());
            }
            let before = cursor.since(from);
            self.member_start(start, before, dropped);
            let below = Place { node, path: joined(&place.path, &key), depth: place.depth + 1 };
            self.value(cursor, &below)?;
            from = cursor.at();
            Ok(())
        })?;
        self.member_end(start, cursor.since(from));
        Ok(())
    }

    /// Writes what stands before a member's value. After dropped members this begins with a comma or lacks the brace.
    fn member_start(&mut self, start: usize, before: &str, dropped: bool) {
        let opened = self.out.len() > start;
        match (dropped && !opened, before.strip_prefix(|c: char| c.is_whitespace() || c == ',')) {
            (true, Some(rest)) => self.out.extend(["{", rest.trim_start_matches([',', ' ', '\t', '\n', '\r'])]),
            _ => self.out.push_str(before),
        }
    }

    fn member_end(&mut self, start: usize, after: &str) {
        if self.out.len() == start && !after.starts_with('{') {
            self.out.push('{');
        }
        self.out.push_str(after);
    }
}

/// The path of the first value without a rule, with keys that may be data as their shapes.
fn unknown(cursor: &Cursor<'_>, path: &str, depth: usize) -> Result<String, Why> {
    let mut cursor = *cursor;
    let mut first = String::new();
    let rest = match cursor.token()? {
        _ if depth >= DEEPEST => String::new(),
        Token::Object => {
            cursor.members(depth, |cursor, key| {
                if first.is_empty() {
                    first = unknown(cursor, &joined(path, &key), depth + 1)?;
                }
                cursor.skip(depth + 1).map(|_| ())
            })?;
            first
        }
        Token::List => {
            cursor.elements(depth, |cursor| {
                if first.is_empty() {
                    first = unknown(cursor, &format!("{path}[]"), depth + 1)?;
                }
                cursor.skip(depth + 1).map(|_| ())
            })?;
            first
        }
        _ => String::new(),
    };
    if !rest.is_empty() {
        return Ok(rest);
    }
    Ok(shown(path))
}
