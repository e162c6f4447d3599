//! Strings of up to 38 digits or 128 bits as machine numbers, which FF1 computes with much faster than with numbers of any size.

use fpe::ff1::{NumeralString, Operations};

/// Numerals as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numerals {
    pub(super) value: u128,
    count: usize,
    radix: u32,
}

/// A half of them, which fits 64 bits.
pub(super) struct Half {
    value: u64,
    count: usize,
    radix: u32,
}

/// The last bytes of a number, big-endian.
pub(super) struct Bytes {
    all: [u8; 8],
    start: usize,
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.all.get(self.start..).unwrap_or(&[])
    }
}

impl Numerals {
    /// So many numerals of a radix; none if a half of them does not fit 64 bits, or the value needs more of them.
    pub(super) fn new(value: u128, count: usize, radix: u32) -> Option<Self> {
        power(radix, count.div_ceil(2))?;
        let whole = u128::from(radix).checked_pow(u32::try_from(count).ok()?);
        whole.is_none_or(|whole| value < whole).then_some(Self { value, count, radix })
    }
}

/// A power of a radix that is at most 2^64.
fn power(radix: u32, count: usize) -> Option<u128> {
    let power = u128::from(radix).checked_pow(u32::try_from(count).ok()?)?;
    (power <= 1 << 64).then_some(power)
}

fn modulus(radix: u32, count: usize) -> u128 {
    power(radix, count).unwrap_or(1 << 64)
}

fn half(value: u128, count: usize, radix: u32) -> Half {
    Half { value: u64::try_from(value % modulus(radix, count)).unwrap_or(0), count, radix }
}

/// Bytes as a number; FF1 gives at most 12 of them for a half of 8 bytes.
fn number(bytes: impl Iterator<Item = u8>) -> u128 {
    bytes.fold(0, |sum, byte| sum << 8 | u128::from(byte))
}

impl NumeralString for Numerals {
    type Ops = Half;

    fn is_valid(&self, radix: u32) -> bool {
        self.radix == radix
    }

    fn numeral_count(&self) -> usize {
        self.count
    }

    fn split(&self) -> (Half, Half) {
        let front = self.count / 2;
        let back = self.count - front;
        (half(self.value / modulus(self.radix, back), front, self.radix), half(self.value, back, self.radix))
    }

    fn concat(a: Half, b: Half) -> Self {
        let value = u128::from(a.value) * modulus(b.radix, b.count) + u128::from(b.value);
        Self { value, count: a.count + b.count, radix: a.radix }
    }
}

impl Operations for Half {
    type Bytes = Bytes;

    fn numeral_count(&self) -> usize {
        self.count
    }

    fn to_be_bytes(&self, _: u32, b: usize) -> Bytes {
        Bytes { all: self.value.to_be_bytes(), start: 8_usize.saturating_sub(b) }
    }

    fn add_mod_exp(self, other: impl Iterator<Item = u8>, radix: u32, m: usize) -> Self {
        let modulus = modulus(radix, m);
        half(u128::from(self.value) + number(other) % modulus, m, radix)
    }

    fn sub_mod_exp(self, other: impl Iterator<Item = u8>, radix: u32, m: usize) -> Self {
        let modulus = modulus(radix, m);
        half(u128::from(self.value) + modulus - number(other) % modulus, m, radix)
    }
}

#[cfg(test)]
mod tests {
    use aes::Aes256;
    use fpe::ff1::{FF1, FlexibleNumeralString};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn machine_numbers_give_what_numbers_of_any_size_give(digits in proptest::collection::vec(0..10_u16, 6..39)) {
            let cipher = FF1::<Aes256>::new(&[7; 32], 10).unwrap();
            let value = digits.iter().fold(0, |sum, digit| sum * 10 + u128::from(*digit));
            let one = Numerals::new(value, digits.len(), 10).unwrap();
            let shaped = cipher.encrypt(b"t", &one).unwrap();
            let other = Vec::from(cipher.encrypt(b"t", &FlexibleNumeralString::from(digits)).unwrap());
            prop_assert_eq!(shaped.value, other.into_iter().fold(0, |sum, digit| sum * 10 + u128::from(digit)));
            prop_assert_eq!(cipher.decrypt(b"t", &shaped).unwrap(), one);
        }

        #[test]
        fn bits_come_back(value in any::<u128>(), bits in 20..129_usize) {
            let cipher = FF1::<Aes256>::new(&[7; 32], 2).unwrap();
            let value = value >> (128 - bits);
            let one = Numerals::new(value, bits, 2).unwrap();
            prop_assert_eq!(cipher.decrypt(b"", &cipher.encrypt(b"", &one).unwrap()).unwrap(), one);
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(Numerals::new(0, 39, 10), None);
        assert_eq!(Numerals::new(10, 1, 10), None);
    }
}
