//! What looks like data of a person: mail addresses, phone numbers, cards and IBANs, by form and checksum.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::rules::luhn;

/// Finds one kind of data in a text.
#[derive(Clone, Debug)]
pub(crate) enum Finder {
    Email,
    Phone,
    Card,
    Iban,
    Custom(Regex),
}

static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+").ok());
static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+|\b00|\b0|\()\d(?:[ ()/.-]{0,2}\d){6,14}\b|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b").ok());
static CARD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d(?:[ -]?\d){12,18}\b").ok());
static IBAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}\b").ok());

/// The finder of a name; none for another word.
pub(crate) fn finder(name: &str) -> Option<Finder> {
    match name {
        "email" => Some(Finder::Email),
        "phone" => Some(Finder::Phone),
        "card" => Some(Finder::Card),
        "iban" => Some(Finder::Iban),
        _ => None,
    }
}

impl Finder {
    /// The name in policies and findings.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Custom(_) => "redacted",
        }
    }

    /// Where it stands in a text.
    pub(crate) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let regex = match self {
            Self::Email if memchr::memchr(b'@', text.as_bytes()).is_none() => None,
            Self::Email => EMAIL.as_ref(),
            Self::Phone | Self::Card | Self::Iban if !has_digits(text) => None,
            Self::Phone => PHONE.as_ref(),
            Self::Card => CARD.as_ref(),
            Self::Iban => IBAN.as_ref(),
            Self::Custom(regex) => Some(regex),
        };
        let all = regex.into_iter().flat_map(|regex| regex.find_iter(text)).filter(|found| !found.is_empty());
        let all = all.filter(|found| self.begins_well(text.get(..found.start()).unwrap_or("")));
        all.filter_map(|found| self.checked(found.as_str()).map(|length| found.start()..found.start() + length))
            .collect()
    }

    /// A phone number does not follow a digit or a sign of dates, times and codes.
    fn begins_well(&self, before: &str) -> bool {
        let joins = |c: char| c.is_alphanumeric() || matches!(c, ':' | '.' | '-' | '_' | ',');
        !matches!(self, Self::Phone) || !before.ends_with(joins)
    }

    /// How much of a match is right by its checksum.
    fn checked(&self, found: &str) -> Option<usize> {
        match self {
            Self::Card => luhn(&digits(found)).is_multiple_of(10).then_some(found.len()),
            Self::Iban => iban_length(found),
            _ => Some(found.len()),
        }
    }
}

/// Whether there are as many digits as the shortest phone number has.
fn has_digits(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).take(7).count() == 7
}

/// Digits of a text.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The longest start of a text that is an IBAN: words may follow it.
fn iban_length(text: &str) -> Option<usize> {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    let words = ends.filter(|end| !text.get(..*end).is_none_or(|text| text.ends_with(' ')));
    words.take_while(|end| *end >= 15).find(|end| {
        let plain: String = text.get(..*end).unwrap_or("").chars().filter(|c| *c != ' ').collect();
        plain.to_ascii_uppercase().parse::<iban::Iban>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(name: &str, text: &'a str) -> Vec<&'a str> {
        finder(name).unwrap().find(text).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn data_of_people_is_found_inside_text() {
        assert_eq!(
            found("email", "mail zoe@example.com, or a.b@x.example.org."),
            ["zoe@example.com", "a.b@x.example.org"]
        );
        assert_eq!(
            found("phone", "call +49 (0)151 23456789 or 030/123456-78"),
            ["+49 (0)151 23456789", "030/123456-78"]
        );
        assert_eq!(found("card", "card 4111 1111 1111 1111 and 4111111111111112"), ["4111 1111 1111 1111"]);
        assert_eq!(found("iban", "to DE89 3704 0044 0532 0130 00 today"), ["DE89 3704 0044 0532 0130 00"]);
    }

    #[test]
    fn dates_and_amounts_are_no_phone_numbers() {
        for text in ["2026-11-26", "12345.67", "2026-11-26 21:00:00.123456", "v1.2.3", "1234567890"] {
            assert_eq!(found("phone", text), Vec::<&str>::new(), "{text}");
        }
    }
}
