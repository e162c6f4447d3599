//! The key of a masking run, and the pseudorandom functions that come from it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// Least bytes of a key.
pub const LEAST_KEY: usize = 32;

/// The secret key. It is never shown, written or kept in a result.
#[derive(Clone)]
pub struct Key {
    bytes: Vec<u8>,
}

/// A key that is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key has {0} bytes, and needs {LEAST_KEY}: make one with `openssl rand -base64 48`")]
pub struct ShortKey(usize);

impl Key {
    /// A key of at least 32 bytes; the bytes of a parameter's text are taken as they are.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortKey> {
        match bytes.len() {
            short if short < LEAST_KEY => Err(ShortKey(short)),
            _ => Ok(Self { bytes: bytes.to_vec() }),
        }
    }

    /// A function of its own for a label: the same label gives the same function in every table and file.
    pub(crate) fn function(&self, label: &str) -> Function {
        Function { mac: keyed(&keyed_digest(&self.bytes, label.as_bytes())) }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length, so the fallback is never reached.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

fn keyed_digest(key: &[u8], text: &[u8]) -> [u8; 32] {
    keyed(key).chain_update(text).finalize().into_bytes().into()
}

/// A pseudorandom function: HMAC-SHA-256 under a key derived for one label.
#[derive(Clone)]
pub(crate) struct Function {
    mac: Hmac<Sha256>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function(secret)")
    }
}

impl Function {
    pub(crate) fn bytes(&self, text: &[u8]) -> [u8; 32] {
        self.mac.clone().chain_update(text).finalize().into_bytes().into()
    }

    /// Digits in any radix to draw from.
    pub(crate) fn draw(&self, text: &[u8]) -> Draw {
        let bytes = self.bytes(text);
        let (words, _) = bytes.as_chunks::<8>();
        let mut pool = [0; 4];
        pool.iter_mut().zip(words).for_each(|(word, bytes)| *word = u64::from_be_bytes(*bytes));
        Draw { pool, used: 0, value: 0, range: 1 }
    }
}

/// Pseudorandom numbers from 256 bits. Each number is drawn from at least 16 bits more than it needs.
#[derive(Clone, Copy)]
pub(crate) struct Draw {
    pool: [u64; 4],
    used: usize,
    /// A number that is left of the last word, below `range`.
    value: u64,
    range: u64,
}

impl Draw {
    /// A number below `most`, which is at most 2^32 and not 0.
    pub(crate) fn below(&mut self, most: u32) -> u32 {
        let most = u64::from(most.max(1));
        if self.range >> 16 < most {
            self.refill();
        }
        let drawn = self.value % most;
        (self.value, self.range) = (self.value / most, self.range / most);
        u32::try_from(drawn).unwrap_or(0)
    }

    /// The next word. Behind the last they are mixed anew, for whoever draws more than 256 bits.
    fn refill(&mut self) {
        let word = self.pool.get_mut(self.used % 4);
        (self.value, self.range) = (word.as_deref().copied().unwrap_or(0), u64::MAX);
        if let Some(word) = word {
            *word = (*word ^ *word >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        }
        self.used += 1;
    }

    /// One of a list; empty text for an empty list.
    pub(crate) fn one_of(&mut self, list: &[&'static str]) -> &'static str {
        let at = self.below(u32::try_from(list.len()).unwrap_or(1));
        list.get(at as usize).copied().unwrap_or("")
    }

    /// A digit.
    pub(crate) fn digit(&mut self) -> char {
        char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))
    }

    /// A letter or digit of 32, without those that are easily mistaken.
    pub(crate) fn letter(&mut self) -> char {
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
        char::from(LETTERS.get(self.below(32) as usize).copied().unwrap_or(b'a'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_is_refused_and_no_key_is_shown() {
        assert_eq!(Key::new(&[1; 31]).unwrap_err(), ShortKey(31));
        let key = Key::new(&[65; 32]).unwrap();
        assert_eq!(format!("{key:?} {:?}", key.function("x")), "Key(secret) Function(secret)");
    }

    #[test]
    fn labels_and_keys_give_functions_of_their_own() {
        let (one, other) = (Key::new(&[1; 32]).unwrap(), Key::new(&[2; 32]).unwrap());
        assert_eq!(one.function("a").bytes(b"x"), one.function("a").bytes(b"x"));
        assert_ne!(one.function("a").bytes(b"x"), one.function("b").bytes(b"x"));
        assert_ne!(one.function("a").bytes(b"x"), other.function("a").bytes(b"x"));
    }

    #[test]
    fn a_draw_of_forty_digits_uses_both_halves() {
        let mut draw = Key::new(&[1; 32]).unwrap().function("a").draw(b"x");
        let digits: String = (0..40).map(|_| draw.digit()).collect();
        assert!(digits.chars().all(|c| c.is_ascii_digit()) && !digits.ends_with("0000000000"));
    }
}
