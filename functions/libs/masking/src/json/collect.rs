//! Gives the values at some paths of a JSON object.

use super::cursor::{Cursor, Token, plain};
use super::{Step, steps};
use crate::error::Why;

/// The paths that are wanted; a path through a list gives its first item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    paths: Vec<Vec<Step>>,
}

impl Collector {
    pub(crate) fn new(paths: &[String]) -> Self {
        Self { paths: paths.iter().map(|path| steps(path)).collect() }
    }

    /// The values in the order of the paths; none for null, for what is missing, and for objects and lists.
    pub(crate) fn values(&self, text: &str) -> Result<Vec<Option<String>>, Why> {
        let mut found = vec![None; self.paths.len()];
        if self.paths.is_empty() {
            return Ok(found);
        }
        let wanted: Vec<(usize, &[Step])> = self.paths.iter().map(Vec::as_slice).enumerate().collect();
        let mut cursor = Cursor::new(text);
        cursor.spaces();
        visit(&mut cursor, &wanted, 0, &mut found)?;
        Ok(found)
    }
}

fn visit(
    cursor: &mut Cursor<'_>,
    wanted: &[(usize, &[Step])],
    depth: usize,
    found: &mut [Option<String>],
) -> Result<(), Why> {
    if wanted.is_empty() {
        return cursor.skip(depth).map(|_| ());
    }
    match cursor.token()? {
        Token::Object => cursor.members(depth, |cursor, key| {
            let fits = |step: &Step| matches!(step, Step::Any) || matches!(step, Step::Key(known) if *known == key);
            visit(cursor, &below(wanted, fits), depth + 1, found)
        }),
        Token::List => cursor
            .elements(depth, |cursor| visit(cursor, &below(wanted, |step| *step == Step::Items), depth + 1, found)),
        token => {
            let raw = if token == Token::Text { cursor.text()? } else { cursor.word()? };
            let value = if token == Token::Text { plain(raw)?.into_owned() } else { raw.to_owned() };
            for (at, _) in wanted.iter().filter(|(_, rest)| rest.is_empty() && token != Token::Null) {
                if let Some(slot @ None) = found.get_mut(*at) {
                    *slot = Some(value.clone());
                }
            }
            Ok(())
        }
    }
}

fn below<'s>(wanted: &[(usize, &'s [Step])], fits: impl Fn(&Step) -> bool) -> Vec<(usize, &'s [Step])> {
    let next = |(at, rest): &(usize, &'s [Step])| {
        rest.split_first().filter(|(step, _)| fits(step)).map(|(_, rest)| (*at, rest))
    };
    wanted.iter().filter_map(next).collect()
}
