//! Phone numbers that reach nobody.

use super::kinds::{Range, Words};
use crate::key::Function;

/// Beginnings of numbers that authorities keep free for films and books, and the digits that follow: Germany, North America,
/// the United Kingdom, France, Australia.
const FILMS: &[(&str, &[&str], u32)] = &[
    ("49", &["493023125", "496990009", "494066969", "492214710", "498999998"], 3),
    ("44", &["447700900"], 3),
    ("33", &["3363998"], 4),
    ("61", &["6125550", "6127010"], 4),
    ("1", &["120255501", "121255501", "131255501", "141555501", "150355501", "161755501"], 2),
];

/// A country code that the ITU keeps free.
const UNASSIGNED: &str = "999";

/// True for a number, as digits with its country code, that this module may have written.
pub(crate) fn is_free(digits: &str) -> bool {
    let digits = digits.trim_start_matches('0');
    let film = |(_, starts, rest): &(&str, &[&str], u32)| {
        starts.iter().any(|start| digits.starts_with(start) && digits.len() == start.len() + *rest as usize)
    };
    FILMS.iter().any(film) || digits.starts_with(UNASSIGNED)
}

/// Writes the pseudonym of a number: one number written with +, with 00, with 0 or as digits only gives one.
pub(super) fn write(words: &Words, function: &Function, text: &str, out: &mut String) {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (start, full) = parts(words, text, &digits);
    let new = number(words, function, &full);
    match (start, new.strip_prefix(words.country.as_str())) {
        (Start::Nation, Some(rest)) => out.extend(["0", rest]),
        (Start::Zeros, _) => out.extend(["00", &new]),
        (Start::Plus, _) => out.extend(["+", &new]),
        _ => out.push_str(&new),
    }
}

enum Start {
    Plus,
    Zeros,
    Nation,
    Digits,
}

/// How the number begins, and its digits with the country code where it is known.
fn parts(words: &Words, text: &str, digits: &str) -> (Start, String) {
    if digits.is_empty() {
        return (Start::Plus, text.to_owned());
    }
    if text.starts_with('+') {
        // Some write the 0 of national numbers in parentheses.
        return (Start::Plus, text.replacen("(0)", "", 1).chars().filter(char::is_ascii_digit).collect());
    }
    match (digits.strip_prefix("00"), digits.strip_prefix('0')) {
        (Some(rest), _) => (Start::Zeros, rest.to_owned()),
        (None, Some(rest)) if !words.country.is_empty() => (Start::Nation, format!("{}{rest}", words.country)),
        _ => (Start::Digits, digits.to_owned()),
    }
}

fn number(words: &Words, function: &Function, full: &str) -> String {
    let mut draw = function.draw(full.as_bytes());
    let film = FILMS.iter().find(|(country, ..)| words.range == Range::Films && full.starts_with(country));
    let (start, rest) = film.map_or((UNASSIGNED, 12), |(_, starts, rest)| (draw.one_of(starts), *rest));
    let mut number = start.to_owned();
    number.extend((0..rest).map(|_| draw.digit()));
    number
}
