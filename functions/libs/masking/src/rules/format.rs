//! Format-preserving encryption: a permutation of all values of one shape, by FF1 of NIST SP 800-38G.

use std::fmt;

use aes::Aes256;
use fpe::ff1::{FF1, FlexibleNumeralString};

use super::numeral::Numerals;
use crate::error::Why;
use crate::key::Function;

/// Values of a shape that FF1 needs at least.
const LEAST: u128 = 1_000_000;

/// A permutation for each shape of a value.
pub(super) struct Shape {
    decimal: FF1<Aes256>,
    binary: FF1<Aes256>,
    number: bool,
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape(secret)")
    }
}

/// A character that changes: its place, its digit, and how many there are for it.
struct Place {
    at: usize,
    first: u8,
    digit: u16,
    radix: u16,
}

impl Shape {
    pub(super) fn new(function: &Function, number: bool) -> Result<Self, Why> {
        let cipher = |radix| FF1::new(&function.bytes(b"aes"), radix).map_err(|_| Why::NotA("radix"));
        Ok(Self { decimal: cipher(10)?, binary: cipher(2)?, number })
    }

    /// Writes another value of the same shape: digits become digits, letters become letters of their case.
    pub(super) fn write(&self, text: &str, out: &mut String) -> Result<(), Why> {
        let places = self.places(text);
        let tweak: Vec<u8> = places.iter().map(|place| u8::try_from(place.radix).unwrap_or(0)).collect();
        let digits = match places.iter().all(|place| place.radix == 10) {
            true => self.decimal(&places, &tweak)?,
            false => self.mixed(&places, &tweak)?,
        };
        let mut bytes = text.as_bytes().to_vec();
        for (place, digit) in places.iter().zip(digits) {
            if let Some(byte) = bytes.get_mut(place.at) {
                *byte = place.first + u8::try_from(digit).unwrap_or(0);
            }
        }
        out.push_str(&String::from_utf8(bytes).map_err(|_| Why::Encoding)?);
        Ok(())
    }

    /// With `number` a leading zero stays.
    fn places(&self, text: &str) -> Vec<Place> {
        let mut places: Vec<Place> = text.bytes().enumerate().filter_map(|(at, byte)| place(at, byte)).collect();
        if self.number && places.first().is_some_and(|first| first.digit == 0) {
            places.remove(0);
        }
        places
    }

    /// With `number` FF1 is repeated until the first digit is not zero, as that of the value.
    fn decimal(&self, places: &[Place], tweak: &[u8]) -> Result<Vec<u16>, Why> {
        let starts = self.number && places.first().is_some_and(|first| first.digit != 0);
        let mut digits: Vec<u16> = places.iter().map(|place| place.digit).collect();
        loop {
            digits = self.shaped(&digits, tweak)?;
            if !starts || digits.first().is_some_and(|first| *first != 0) {
                return Ok(digits);
            }
        }
    }

    fn shaped(&self, digits: &[u16], tweak: &[u8]) -> Result<Vec<u16>, Why> {
        let value =
            || digits.iter().try_fold(0_u128, |sum, digit| sum.checked_mul(10)?.checked_add(u128::from(*digit)));
        let Some(numerals) = value().and_then(|value| Numerals::new(value, digits.len(), 10)) else {
            let shaped = self.decimal.encrypt(tweak, &FlexibleNumeralString::from(digits.to_vec()));
            return shaped.map(Vec::from).map_err(|_| Why::TooShort);
        };
        let shaped = self.decimal.encrypt(tweak, &numerals).map_err(|_| Why::TooShort)?;
        Ok(split(shaped.value, digits.iter().map(|_| 10)))
    }

    /// The value is a number below the count of all values of its shape. FF1 permutes all numbers of as many bits, and is
    /// repeated until the result is below that count again.
    fn mixed(&self, places: &[Place], tweak: &[u8]) -> Result<Vec<u16>, Why> {
        let most = places.iter().try_fold(1_u128, |all, place| all.checked_mul(u128::from(place.radix)));
        let most = most.ok_or(Why::NotA("value of at most 27 letters, take the rule hash"))?;
        if most < LEAST {
            return Err(Why::TooShort);
        }
        let bits = 128 - (most - 1).leading_zeros() as usize;
        let mut value = places.iter().fold(0, |sum, place| sum * u128::from(place.radix) + u128::from(place.digit));
        loop {
            let numerals = Numerals::new(value, bits, 2).ok_or(Why::TooShort)?;
            value = self.binary.encrypt(tweak, &numerals).map_err(|_| Why::TooShort)?.value;
            if value < most {
                return Ok(split(value, places.iter().map(|place| place.radix)));
            }
        }
    }
}

fn place(at: usize, byte: u8) -> Option<Place> {
    let (first, radix) = match byte {
        b'0'..=b'9' => (b'0', 10),
        b'a'..=b'z' => (b'a', 26),
        b'A'..=b'Z' => (b'A', 26),
        _ => return None,
    };
    Some(Place { at, first, digit: u16::from(byte - first), radix })
}

/// The digits of a number of mixed radices.
fn split(mut value: u128, radices: impl DoubleEndedIterator<Item = u16>) -> Vec<u16> {
    let digit = |radix: u16| {
        let digit = u16::try_from(value % u128::from(radix)).unwrap_or(0);
        value /= u128::from(radix);
        digit
    };
    let mut digits: Vec<u16> = radices.rev().map(digit).collect();
    digits.reverse();
    digits
}
