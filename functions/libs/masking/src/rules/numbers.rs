//! Numbers as text: digits after the point stay as many as they are.

use crate::error::Why;
use crate::key::Function;

/// What databases write for numbers that are none.
const STRANGE: &[&str] = &["NaN", "Infinity", "-Infinity"];

/// A decimal number: its digits as a whole number, and how many of them stand after the point.
struct Decimal {
    digits: i128,
    scale: usize,
}

impl Decimal {
    fn read(text: &str) -> Result<Self, Why> {
        let wrong = || Why::NotA("number of at most 30 digits");
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let unsigned = whole.trim_start_matches('-');
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let plain = digits(unsigned) && digits(part) && !unsigned.is_empty() && whole.len() - unsigned.len() <= 1;
        if !plain || unsigned.len() + part.len() > 30 || (text.contains('.') && part.is_empty()) {
            return Err(wrong());
        }
        Ok(Self { digits: format!("{whole}{part}").parse().map_err(|_| wrong())?, scale: part.len() })
    }

    fn write(&self, out: &mut String) {
        let text = format!("{:0>width$}", self.digits.unsigned_abs(), width = self.scale + 1);
        let (whole, part) = text.split_at(text.len() - self.scale);
        out.push_str(if self.digits < 0 { "-" } else { "" });
        out.push_str(whole);
        if self.scale > 0 {
            out.push('.');
            out.push_str(part);
        }
    }

    fn unit(&self) -> i128 {
        10_i128.pow(u32::try_from(self.scale).unwrap_or(0))
    }
}

/// Moves a number by up to so many percent, the same for the same number.
pub(super) fn noise(text: &str, function: &Function, percent: u32, out: &mut String) -> Result<(), Why> {
    if STRANGE.contains(&text) {
        out.push_str(text);
        return Ok(());
    }
    let number = Decimal::read(text)?;
    let parts = i128::from(function.draw(text.as_bytes()).below(percent * 200 + 1)) - i128::from(percent) * 100;
    Decimal { digits: number.digits + number.digits * parts / 10_000, ..number }.write(out);
    Ok(())
}

/// Falls to the next lower multiple of a size.
pub(super) fn bucket(text: &str, size: u64, out: &mut String) -> Result<(), Why> {
    if STRANGE.contains(&text) {
        out.push_str(text);
        return Ok(());
    }
    let number = Decimal::read(text)?;
    let size = number.unit().checked_mul(i128::from(size)).ok_or(Why::NotA("number of at most 30 digits"))?;
    Decimal { digits: number.digits.div_euclid(size) * size, ..number }.write(out);
    Ok(())
}
