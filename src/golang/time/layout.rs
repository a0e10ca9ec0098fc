//! Layouts: what of `2006-01-02` stands for what, and writing a time by one.

use super::Time;
use super::civil::{month_name, weekday_name};
use crate::golang::bytes;

/// A part of a layout that stands for a part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// `06`
    Year,
    /// `2006`
    LongYear,
    /// `Jan`
    Month,
    /// `January`
    LongMonth,
    /// `1`
    NumberMonth,
    /// `01`
    ZeroMonth,
    /// `Mon`
    Weekday,
    /// `Monday`
    LongWeekday,
    /// `2`
    Day,
    /// `_2`
    SpaceDay,
    /// `02`
    ZeroDay,
    /// `__2`
    SpaceYearDay,
    /// `002`
    ZeroYearDay,
    /// `15`
    Hour,
    /// `3`
    Hour12,
    /// `03`
    ZeroHour12,
    /// `4`
    Minute,
    /// `04`
    ZeroMinute,
    /// `5`
    Second,
    /// `05`
    ZeroSecond,
    /// `PM`
    UpperHalf,
    /// `pm`
    LowerHalf,
    /// `MST`
    ZoneName,
    /// `-0700`, `Z07:00` and their like.
    Offset(Offset),
    /// `.000` or, where `trim`, `,999`.
    Fraction { separator: u8, digits: usize, trim: bool },
}

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` for UTC itself.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// After the sign or the Z, longest first where one starts another.
const OFFSETS: [(&[u8], bool, bool, bool); 5] = [
    (b"070000", false, true, true),
    (b"07:00:00", true, true, true),
    (b"0700", false, true, false),
    (b"07:00", true, true, false),
    (b"07", false, false, false),
];

/// Fixed spellings. `Jan` and `Mon` only count where no lower case letter follows.
const SPELLINGS: [(&[u8], Element); 23] = [
    (b"January", Element::LongMonth),
    (b"Jan", Element::Month),
    (b"Monday", Element::LongWeekday),
    (b"Mon", Element::Weekday),
    (b"MST", Element::ZoneName),
    (b"01", Element::ZeroMonth),
    (b"02", Element::ZeroDay),
    (b"03", Element::ZeroHour12),
    (b"04", Element::ZeroMinute),
    (b"05", Element::ZeroSecond),
    (b"06", Element::Year),
    (b"002", Element::ZeroYearDay),
    (b"15", Element::Hour),
    (b"1", Element::NumberMonth),
    (b"2006", Element::LongYear),
    (b"2", Element::Day),
    (b"_2", Element::SpaceDay),
    (b"__2", Element::SpaceYearDay),
    (b"3", Element::Hour12),
    (b"4", Element::Minute),
    (b"5", Element::Second),
    (b"PM", Element::UpperHalf),
    (b"pm", Element::LowerHalf),
];

/// An element and how it is spelled in the layout.
pub(super) type Spelled<'a> = (Element, &'a [u8]);

/// The text before the first element of a layout, the element with its spelling, and the rest.
pub(super) fn next_element(layout: &[u8]) -> (&[u8], Option<Spelled<'_>>, &[u8]) {
    let mut rest = layout;
    while !rest.is_empty() {
        // `_2006` is an underscore and a year.
        if !rest.starts_with(b"_2006")
            && let Some((element, after)) = element_at(rest)
        {
            return (bytes::before(layout, rest), Some((element, bytes::before(rest, after))), after);
        }
        rest = bytes::skip(rest, 1);
    }
    (layout, None, &[])
}

/// The element that a text starts with, and what follows.
fn element_at(text: &[u8]) -> Option<(Element, &[u8])> {
    match text {
        [sign @ (b'-' | b'Z'), inside @ ..] => OFFSETS.into_iter().find_map(|(spelling, colons, minutes, seconds)| {
            let rest = inside.strip_prefix(spelling)?;
            Some((Element::Offset(Offset { z: *sign == b'Z', colons, minutes, seconds }), rest))
        }),
        [separator @ (b'.' | b','), inside @ ..] => {
            let digit = inside.first().filter(|digit| matches!(digit, b'0' | b'9'))?;
            let (digits, rest) = bytes::span(inside, |byte| byte == *digit);
            if rest.first().is_some_and(u8::is_ascii_digit) {
                return None;
            }
            Some((Element::Fraction { separator: *separator, digits: digits.len(), trim: *digit == b'9' }, rest))
        }
        _ => {
            let short = |element: &Element| matches!(element, Element::Month | Element::Weekday);
            let (spelling, element) = SPELLINGS.iter().find(|(spelling, element)| {
                text.starts_with(spelling) && !(short(element) && text.get(3).is_some_and(u8::is_ascii_lowercase))
            })?;
            Some((*element, bytes::skip(text, spelling.len())))
        }
    }
}

/// `Time.Format`
pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(layout.len().saturating_add(10));
    let mut rest = layout;
    loop {
        let (before, element, after) = next_element(rest);
        out.extend_from_slice(before);
        let Some((element, _)) = element else { return out };
        out.extend_from_slice(written(time, element).as_bytes());
        rest = after;
    }
}

fn written(time: &Time, element: Element) -> String {
    let civil = time.civil();
    let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    let half = if civil.hour >= 12 { "PM" } else { "AM" };
    match element {
        Element::Year => format!("{:02}", civil.year.abs() % 100),
        Element::LongYear if civil.year < 0 => format!("-{:04}", civil.year.unsigned_abs()),
        Element::LongYear => format!("{:04}", civil.year),
        Element::Month => month_name(civil.month).chars().take(3).collect(),
        Element::LongMonth => month_name(civil.month).to_owned(),
        Element::NumberMonth => civil.month.to_string(),
        Element::ZeroMonth => format!("{:02}", civil.month),
        Element::Weekday => weekday_name(time.weekday()).chars().take(3).collect(),
        Element::LongWeekday => weekday_name(time.weekday()).to_owned(),
        Element::Day => civil.day.to_string(),
        Element::SpaceDay => format!("{:2}", civil.day),
        Element::ZeroDay => format!("{:02}", civil.day),
        Element::SpaceYearDay => format!("{:3}", time.year_day()),
        Element::ZeroYearDay => format!("{:03}", time.year_day()),
        Element::Hour => format!("{:02}", civil.hour),
        Element::Hour12 => hour12.to_string(),
        Element::ZeroHour12 => format!("{hour12:02}"),
        Element::Minute => civil.minute.to_string(),
        Element::ZeroMinute => format!("{:02}", civil.minute),
        Element::Second => civil.second.to_string(),
        Element::ZeroSecond => format!("{:02}", civil.second),
        Element::UpperHalf => half.to_owned(),
        Element::LowerHalf => half.to_lowercase(),
        Element::ZoneName => match time.zone_at() {
            (name, offset) if name.is_empty() => offset_text(offset, Offset { z: false, colons: false, minutes: true, seconds: false }),
            (name, _) => name,
        },
        Element::Offset(how) => offset_text(time.zone_at().1, how),
        Element::Fraction { separator, digits, trim } => fraction_text(time.nanosecond(), separator, digits, trim),
    }
}

fn offset_text(offset: i32, how: Offset) -> String {
    if how.z && offset == 0 {
        return "Z".to_owned();
    }
    // parity: go time/format.go takes the sign from the whole minutes.
    let sign = if offset / 60 < 0 { '-' } else { '+' };
    let (minutes, colon) = ((offset / 60).abs(), if how.colons { ":" } else { "" });
    let mut out = format!("{sign}{:02}", minutes / 60);
    if how.minutes {
        out.push_str(&format!("{colon}{:02}", minutes % 60));
    }
    if how.seconds {
        out.push_str(&format!("{colon}{:02}", offset.abs() % 60));
    }
    out
}

fn fraction_text(nanoseconds: u32, separator: u8, digits: usize, trim: bool) -> String {
    // parity: go time/format.go writes no more than nine digits.
    let all = format!("{nanoseconds:09}");
    let shown = all.get(..digits).unwrap_or(&all);
    let shown = if trim { shown.trim_end_matches('0') } else { shown };
    if shown.is_empty() { String::new() } else { format!("{}{shown}", char::from(separator)) }
}
