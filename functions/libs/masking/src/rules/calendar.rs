//! Dates and times as text: the day moves, and all else of the text stays.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::Why;
use crate::key::Function;
use crate::policy::Calendar;

/// Times without end, as PostgreSQL writes them.
const ENDLESS: &[&str] = &["infinity", "-infinity"];

/// Days by which the dates of a person move: at least one, at most `most`, back or on.
pub(super) fn days(function: &Function, person: &str, most: u32) -> i64 {
    let drawn = i64::from(function.draw(person.as_bytes()).below(most * 2));
    let most = i64::from(most);
    if drawn < most { drawn - most } else { drawn - most + 1 }
}

/// Moves the day of `2026-11-26` or `2026-11-26 21:00:00.123456+00`.
pub(super) fn shift(text: &str, days: i64, out: &mut String) -> Result<(), Why> {
    if ENDLESS.contains(&text) {
        out.push_str(text);
        return Ok(());
    }
    let (date, rest) = split(text)?;
    let moved = date.checked_add(days.days()).map_err(|_| Why::NotA("date that can move"))?;
    if moved.year() < 1 {
        return Err(Why::NotA("date that can move"));
    }
    out.push_str(&moved.to_string());
    out.push_str(rest);
    Ok(())
}

/// Falls to the first day of the month or year, at midnight.
pub(super) fn round(text: &str, to: Calendar, out: &mut String) -> Result<(), Why> {
    if ENDLESS.contains(&text) {
        out.push_str(text);
        return Ok(());
    }
    let (date, rest) = split(text)?;
    let month = if to == Calendar::Year { 1 } else { date.month() };
    let first = Date::new(date.year(), month, 1).map_err(|_| Why::NotA("date"))?;
    out.push_str(&first.to_string());
    let zone = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    out.extend(time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }));
    out.push_str(zone);
    Ok(())
}

/// The date, and the time that follows it.
fn split(text: &str) -> Result<(Date, &str), Why> {
    let wrong = || Why::NotA("date like 2026-11-26, with or without a time");
    let (day, rest) = text.split_at_checked(10).ok_or_else(wrong)?;
    let date: Date = day.parse().map_err(|_| wrong())?;
    let of_time = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | ' ' | 'T' | 'Z');
    let starts = rest.is_empty() || rest.starts_with([' ', 'T']);
    if starts && rest.len() <= 30 && rest.chars().all(of_time) { Ok((date, rest)) } else { Err(wrong()) }
}
