//! Numbers with checksums: IBANs, cards and UUIDs.

use crate::error::Why;
use crate::key::Function;

/// Digits and letters that begin the bank's code of every IBAN written here. No bank has such a code.
const NO_BANK: usize = 4;

/// Beginnings of card numbers that are for tests, by the first digit of the number that they stand for.
const CARDS: &[(char, &str)] = &[('3', "378282"), ('5', "555555"), ('6', "601111"), ('4', "424242")];

/// Writes an IBAN of the same country, length and grouping.
pub(super) fn iban(function: &Function, text: &str, out: &mut String) {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let is_iban = (15..=34).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    let shape = if is_iban && country(&plain).is_some() { plain.as_str() } else { "DE00000000000000000000" };
    let mut draw = function.draw(plain.as_bytes());
    let new = |(at, c): (usize, char)| match (c.is_ascii_digit(), at < NO_BANK) {
        (true, true) => '0',
        (false, true) => 'X',
        (true, false) => draw.digit(),
        (false, false) => char::from(b'A' + u8::try_from(draw.below(26)).unwrap_or(0)),
    };
    let rest: String = shape.chars().skip(4).enumerate().map(new).collect();
    let country = country(shape).unwrap_or("DE");
    let check = 98 - [rest.as_str(), country, "00"].into_iter().fold(0, remainder);
    let tens = |value: u32| char::from_digit(value % 10, 10).unwrap_or('0');
    let all = country.chars().chain([tens(check / 10), tens(check)]).chain(rest.chars());
    let grouped = text.contains(' ');
    for (at, c) in all.enumerate() {
        if grouped && at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
}

fn country(iban: &str) -> Option<&str> {
    let digits = iban.get(2..4)?.bytes().all(|b| b.is_ascii_digit());
    iban.get(..2).filter(|country| digits && country.bytes().all(|b| b.is_ascii_uppercase()))
}

/// ISO 7064 MOD 97-10 of digits and capital letters that follow others with a remainder.
fn remainder(before: u32, text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(before, |sum, digit| {
        let shifted = if digit < 10 { sum * 10 } else { sum * 100 };
        (shifted + digit) % 97
    })
}

/// True for the letters and digits of an IBAN that this module may have written.
pub(crate) fn is_no_bank(iban: &str) -> bool {
    iban.chars().filter(|c| !c.is_whitespace()).skip(4).take(NO_BANK).all(|c| c == '0' || c.eq_ignore_ascii_case(&'x'))
}

/// Writes a card number for tests with the same number of digits and the same separators.
pub(super) fn card(function: &Function, text: &str, out: &mut String) {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_card = (13..=19).contains(&digits.len());
    let first = digits.chars().next().unwrap_or('4');
    let start = CARDS.iter().find(|(digit, _)| *digit == first).map_or("424242", |(_, start)| start);
    let length = if is_card { digits.len() } else { 16 };
    let mut draw = function.draw(if is_card { digits.as_bytes() } else { text.as_bytes() });
    let mut new = start.to_owned();
    new.extend((start.len()..length - 1).map(|_| draw.digit()));
    let check = (10 - luhn(&format!("{new}0")) % 10) % 10;
    new.push(char::from(b'0' + u8::try_from(check).unwrap_or(0)));
    if !is_card {
        out.push_str(&new);
        return;
    }
    let mut digits = new.chars();
    out.extend(text.chars().map(|c| if c.is_ascii_digit() { digits.next().unwrap_or(c) } else { c }));
}

/// The sum of Luhn's formula; a multiple of 10 for a right number.
pub(crate) fn luhn(digits: &str) -> u32 {
    let value = |(at, c): (usize, char)| {
        let digit = c.to_digit(10).unwrap_or(0);
        if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    digits.chars().rev().enumerate().map(value).sum()
}

/// True for digits of a card number in a range for tests.
pub(crate) fn is_test_card(digits: &str) -> bool {
    CARDS.iter().any(|(_, start)| digits.starts_with(start))
}

/// Writes a UUID of version 4 in the same case and with the same signs between.
pub(super) fn uuid(function: &Function, text: &str, out: &mut String) -> Result<(), Why> {
    let text = text.trim();
    let plain: String = text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let others = text.chars().filter(|c| !c.is_ascii_hexdigit());
    if plain.len() != 32 || others.clone().any(|c| !matches!(c, '-' | '{' | '}')) {
        return Err(Why::NotA("UUID"));
    }
    let hash = hex::encode(function.bytes(plain.as_bytes()));
    let upper = text.chars().any(|c| c.is_ascii_uppercase());
    let mut digits = hash.chars().enumerate().map(|(at, c)| match at {
        12 => '4',
        16 => char::from(b"89ab".get(c.to_digit(16).unwrap_or(0) as usize % 4).copied().unwrap_or(b'8')),
        _ => c,
    });
    out.extend(text.chars().map(|c| match c.is_ascii_hexdigit() {
        true if upper => digits.next().unwrap_or(c).to_ascii_uppercase(),
        true => digits.next().unwrap_or(c),
        false => c,
    }));
    Ok(())
}
