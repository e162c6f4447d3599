//! Single values to text and back.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};

use super::form::Form;

/// A value of a column.
pub(super) trait Cell: Sized {
    /// Its text; none where the form does not fit the value.
    fn text(&self, form: Form) -> Option<Cow<'_, str>>;

    /// The value of a text; `bytes` is the length of values of a fixed length.
    fn of_text(text: &str, form: Form, bytes: usize) -> Option<Self>;
}

impl Cell for i64 {
    fn text(&self, form: Form) -> Option<Cow<'_, str>> {
        match form {
            Form::Whole => Some(Cow::Owned(self.to_string())),
            Form::Unsigned => Some(Cow::Owned(self.cast_unsigned().to_string())),
            Form::Timestamp(units) => timestamp(*self, units).map(Cow::Owned),
            Form::Decimal(scale) => decimal(i128::from(*self), scale).map(Cow::Owned),
            _ => None,
        }
    }

    fn of_text(text: &str, form: Form, _: usize) -> Option<Self> {
        match form {
            Form::Whole => text.parse().ok(),
            Form::Unsigned => text.parse().ok().map(u64::cast_signed),
            Form::Timestamp(units) => of_timestamp(text, units),
            Form::Decimal(scale) => Self::try_from(of_decimal(text, scale)?).ok(),
            _ => None,
        }
    }
}

impl Cell for i32 {
    fn text(&self, form: Form) -> Option<Cow<'_, str>> {
        match form {
            Form::Date => Some(Cow::Owned(epoch().checked_add(i64::from(*self).days()).ok()?.to_string())),
            Form::Unsigned => Some(Cow::Owned(self.cast_unsigned().to_string())),
            Form::Whole => Some(Cow::Owned(self.to_string())),
            Form::Decimal(scale) => decimal(i128::from(*self), scale).map(Cow::Owned),
            _ => None,
        }
    }

    fn of_text(text: &str, form: Form, _: usize) -> Option<Self> {
        match form {
            Form::Date => Some((text.parse::<Date>().ok()? - epoch()).get_days()),
            Form::Unsigned => text.parse().ok().map(u32::cast_signed),
            Form::Whole => text.parse().ok(),
            Form::Decimal(scale) => Self::try_from(of_decimal(text, scale)?).ok(),
            _ => None,
        }
    }
}

impl Cell for ByteArray {
    fn text(&self, form: Form) -> Option<Cow<'_, str>> {
        match form {
            Form::Text => self.as_utf8().ok().map(Cow::Borrowed),
            Form::Decimal(scale) => decimal(of_bytes(self.data())?, scale).map(Cow::Owned),
            _ => None,
        }
    }

    fn of_text(text: &str, form: Form, _: usize) -> Option<Self> {
        match form {
            Form::Text => Some(Self::from(text)),
            Form::Decimal(scale) => Some(Self::from(of_decimal(text, scale)?.to_be_bytes().to_vec())),
            _ => None,
        }
    }
}

impl Cell for FixedLenByteArray {
    fn text(&self, form: Form) -> Option<Cow<'_, str>> {
        match form {
            Form::Uuid => {
                let hex = hex::encode(self.data());
                let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or(""));
                Some(Cow::Owned(parts.join("-")))
            }
            Form::Decimal(scale) => decimal(of_bytes(self.data())?, scale).map(Cow::Owned),
            _ => None,
        }
    }

    fn of_text(text: &str, form: Form, bytes: usize) -> Option<Self> {
        let new = match form {
            Form::Uuid => hex::decode(text.replace('-', "")).ok()?,
            Form::Decimal(scale) => to_bytes(of_decimal(text, scale)?, bytes)?,
            _ => return None,
        };
        (new.len() == bytes).then(|| Self::from(new))
    }
}

/// Values that no rule reads.
macro_rules! opaque {
    ($($kind:ty),+) => {
        $(impl Cell for $kind {
            fn text(&self, _: Form) -> Option<Cow<'_, str>> {
                None
            }

            fn of_text(_: &str, _: Form, _: usize) -> Option<Self> {
                None
            }
        })+
    };
}

opaque!(bool, Int96);

/// Floating-point numbers are written in full, without an exponent.
macro_rules! float {
    ($($kind:ty),+) => {
        $(impl Cell for $kind {
            fn text(&self, _: Form) -> Option<Cow<'_, str>> {
                Some(Cow::Owned(self.to_string()))
            }

            fn of_text(text: &str, _: Form, _: usize) -> Option<Self> {
                text.parse().ok()
            }
        })+
    };
}

float!(f32, f64);

fn epoch() -> Date {
    date(1970, 1, 1)
}

fn timestamp(value: i64, units: i64) -> Option<String> {
    let (seconds, part) = (value.div_euclid(units), value.rem_euclid(units));
    let time = epoch()
        .at(0, 0, 0, 0)
        .checked_add(seconds.checked_abs().filter(|s| *s < 1 << 39).map(|_| seconds.seconds())?)
        .ok()?;
    let digits = usize::try_from(units.ilog10()).ok()?;
    Some(format!("{}.{part:0digits$}", time.strftime("%Y-%m-%dT%H:%M:%S")))
}

fn of_timestamp(text: &str, units: i64) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    let time: DateTime = whole.parse().ok()?;
    let seconds =
        (time - epoch().at(0, 0, 0, 0)).total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
    let part: i64 = part.parse().ok()?;
    (seconds as i64).checked_mul(units)?.checked_add(part)
}

fn decimal(value: i128, scale: u32) -> Option<String> {
    let scale = usize::try_from(scale).ok().filter(|scale| *scale <= 38)?;
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    Some(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

fn of_decimal(text: &str, scale: u32) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    (part.len() == scale as usize).then(|| format!("{whole}{part}").parse().ok()).flatten()
}

/// A number of big-endian bytes in two's complement.
fn of_bytes(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first()? & 0x80 != 0;
    let start = if negative { -1_i128 } else { 0 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(start, |sum, byte| sum << 8 | i128::from(*byte)))
}

fn to_bytes(value: i128, length: usize) -> Option<Vec<u8>> {
    let all = value.to_be_bytes();
    let bytes = all.get(all.len().checked_sub(length)?..)?.to_vec();
    (of_bytes(&bytes)? == value).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_from_their_texts() {
        for (value, form, text) in [
            (1_764_190_800_123_456, Form::Timestamp(1_000_000), "2025-11-26T21:00:00.123456"),
            (-1, Form::Timestamp(1000), "1969-12-31T23:59:59.999"),
            (-5, Form::Decimal(2), "-0.05"),
            (-1, Form::Unsigned, "18446744073709551615"),
            (42, Form::Whole, "42"),
        ] {
            assert_eq!(value.text(form).as_deref(), Some(text));
            assert_eq!(i64::of_text(text, form, 8), Some(value));
        }
        assert_eq!(20_783_i32.text(Form::Date).as_deref(), Some("2026-11-26"));
        assert_eq!(i32::of_text("2026-11-26", Form::Date, 4), Some(20_783));
    }

    #[test]
    fn decimals_of_bytes_keep_their_length() {
        let value = FixedLenByteArray::from(vec![0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(value.text(Form::Decimal(0)).as_deref(), Some("18446744073709551615"));
        assert_eq!(FixedLenByteArray::of_text("18446744073709551615", Form::Decimal(0), 9), Some(value));
        assert_eq!(FixedLenByteArray::of_text("18446744073709551616", Form::Decimal(0), 8), None);
    }

    #[test]
    fn times_beyond_all_calendars_are_refused() {
        for value in [i64::MAX, i64::MIN] {
            assert_eq!(value.text(Form::Timestamp(1000)), None);
        }
    }
}
