//! Pseudonyms: values that look real and belong to nobody.

use domain::base::problem::Problem;

use super::{identity, phone, words};
use crate::error::Why;
use crate::key::Function;
use crate::normal::{Normal, Space};
use crate::policy::tree::Node;

/// What a pseudonym looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A mail address at a reserved domain.
    Email,
    /// A first and a last name.
    Name,
    /// A first name.
    FirstName,
    /// A last name.
    LastName,
    /// Street and number.
    Address,
    /// A city.
    City,
    /// A company.
    Company,
    /// A phone number.
    Phone,
    /// An IBAN with a right checksum, of a bank that does not exist.
    Iban,
    /// A card number with a right checksum, in a range for tests.
    Card,
    /// A UUID.
    Uuid,
    /// A word of 16 letters and digits.
    Token,
}

/// Which phone numbers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Numbers that authorities keep free for films; there are few, so many people share one.
    Films,
    /// Numbers below +999, a country code that is not given to anyone.
    Unassigned,
}

/// A kind of pseudonym with its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What it looks like.
    pub kind: Kind,
    /// Domain of mail addresses.
    pub domain: String,
    /// Range of phone numbers.
    pub range: Range,
    /// Country code of phone numbers that begin with a single 0; empty where nothing is known.
    pub country: String,
}

const KINDS: &[(&str, Kind)] = &[
    ("email", Kind::Email),
    ("name", Kind::Name),
    ("first_name", Kind::FirstName),
    ("last_name", Kind::LastName),
    ("address", Kind::Address),
    ("city", Kind::City),
    ("company", Kind::Company),
    ("phone", Kind::Phone),
    ("iban", Kind::Iban),
    ("card", Kind::Card),
    ("uuid", Kind::Uuid),
    ("token", Kind::Token),
];

/// Domains and ends of domains that RFC 2606 and RFC 6761 keep free.
const RESERVED: &[&str] = &["example.com", "example.org", "example.net", "example", "test", "invalid"];

/// True for a mail domain that reaches nobody.
pub(crate) fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    RESERVED.iter().any(|end| domain.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

impl Kind {
    /// The word in the policy.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl Words {
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, domain: "example.com".to_owned(), range: Range::Films, country: String::new() }
    }

    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let kind = node
            .get("kind")
            .ok_or_else(|| node.problem("a pseudonym without kind", "write kind = \"email\" or another"))?;
        let mut words = Self::of(kind.one_of(KINDS)?);
        if let Some(domain) = node.get("domain") {
            domain.text()?.clone_into(&mut words.domain);
            if !is_reserved(&words.domain) || words.domain.len() > 40 {
                return Err(domain
                    .problem("mail to this domain may reach somebody", "take example.com, or a domain below .test"));
            }
        }
        if let Some(range) = node.get("range") {
            words.range = range.one_of(&[("films", Range::Films), ("unassigned", Range::Unassigned)])?;
        }
        if let Some(country) = node.get("country") {
            let is_code = |code: &str| (1..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
            let code = country.text()?;
            let expected = || country.expected("a country code such as \"49\"");
            words.country = Some(code).filter(|code| is_code(code)).ok_or_else(expected)?.to_owned();
        }
        Ok(words)
    }

    /// How spellings of this kind are made the same, if the policy does not say.
    pub(crate) fn normal(&self) -> Normal {
        match self.kind {
            Kind::Token => Normal::EXACT,
            Kind::Uuid | Kind::Card => Normal { fold: false, nfc: false, space: Space::Trim },
            _ => Normal::LOOSE,
        }
    }
}

/// Most characters of a pseudonym; none where it is as long as the value.
pub(crate) fn longest(words: &Words) -> Option<u32> {
    let name = |list: &[&str]| list.iter().map(|word| word.len()).max().unwrap_or(0);
    let length = match words.kind {
        Kind::Email => name(words::FIRST) + 18 + words.domain.len(),
        Kind::Name => name(words::FIRST) + 1 + name(words::LAST),
        Kind::FirstName => name(words::FIRST),
        Kind::LastName => name(words::LAST),
        Kind::Address => name(words::STREETS) + 4,
        Kind::City => name(words::CITIES),
        Kind::Company => name(words::LAST) + 1 + name(words::FORMS),
        Kind::Phone => 17,
        Kind::Token => 16,
        Kind::Iban | Kind::Card | Kind::Uuid => return None,
    };
    u32::try_from(length).ok()
}

/// A kind of pseudonym under a key.
#[derive(Debug)]
pub(super) struct Pseudonym {
    words: Words,
    function: Function,
}

impl Pseudonym {
    pub(super) fn new(words: &Words, function: Function) -> Self {
        Self { words: words.clone(), function }
    }

    /// Writes the pseudonym of a normal spelling; `text` is the value as it was written.
    pub(super) fn write(&self, normal: &str, text: &str, out: &mut String) -> Result<(), Why> {
        let mut draw = self.function.draw(normal.as_bytes());
        match self.words.kind {
            Kind::Email => {
                out.extend(draw.one_of(words::FIRST).chars().map(|c| c.to_ascii_lowercase()));
                out.push('.');
                out.extend((0..16).map(|_| draw.letter()));
                out.extend(["@", &self.words.domain]);
            }
            Kind::Name => out.extend([draw.one_of(words::FIRST), " ", draw.one_of(words::LAST)]),
            Kind::FirstName => out.push_str(draw.one_of(words::FIRST)),
            Kind::LastName => out.push_str(draw.one_of(words::LAST)),
            Kind::Address => out.extend([draw.one_of(words::STREETS), " ", &(draw.below(199) + 1).to_string()]),
            Kind::City => out.push_str(draw.one_of(words::CITIES)),
            Kind::Company => out.extend([draw.one_of(words::LAST), " ", draw.one_of(words::FORMS)]),
            Kind::Token => out.extend((0..16).map(|_| draw.letter())),
            Kind::Phone => phone::write(&self.words, &self.function, text.trim(), out),
            Kind::Iban => identity::iban(&self.function, normal, out),
            Kind::Card => identity::card(&self.function, normal, out),
            Kind::Uuid => identity::uuid(&self.function, text, out)?,
        }
        Ok(())
    }
}
