//! Reading a time by a layout.

use super::civil::{Civil, MONTHS, WEEKDAYS, days_in, is_leap};
use super::layout::{Element, Offset, next_element};
use super::{Time, Zone, leading_number, quote};
use crate::golang::bytes;

/// What was read so far.
#[derive(Default)]
struct Read {
    civil: Civil,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    afternoon: Option<bool>,
    zone: Option<Zone>,
    offset: Option<i32>,
    zone_name: Vec<u8>,
}

/// Why an element could not be read.
enum Fault {
    /// The text is something else.
    Bad,
    /// The number is out of its range: `hour`.
    Range(&'static str),
}

type Rest<'a> = Result<&'a [u8], Fault>;

/// `time.ParseInLocation`
pub(super) fn parse(layout: &[u8], text: &[u8], zone: &Zone) -> Result<Time, String> {
    let cannot = |value: &[u8], element: &[u8]| {
        format!("parsing time {} as {}: cannot parse {} as {}", quote(text), quote(layout), quote(value), quote(element))
    };
    let other = |message: &str| format!("parsing time {}{message}", quote(text));
    let mut read = Read::default();
    let (mut layout_rest, mut rest) = (layout, text);
    loop {
        let (before, element, after) = next_element(layout_rest);
        rest = skip(rest, before).map_err(|value| cannot(value, before))?;
        let Some((element, spelling)) = element else {
            if rest.is_empty() {
                break;
            }
            return Err(other(&format!(": extra text: {}", quote(rest))));
        };
        layout_rest = after;
        rest = match read.element(element, rest, layout_rest) {
            Ok(rest) => rest,
            Err(Fault::Bad) => return Err(cannot(rest, spelling)),
            Err(Fault::Range(what)) => return Err(other(&format!(": {what} out of range"))),
        };
    }
    read.finish(zone).map_err(|message| other(&format!(": {message}")))
}

/// Skips what stands between elements: any number of spaces for spaces, all else exactly.
fn skip<'a>(text: &'a [u8], expected: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    let is_space = |byte| byte == b' ';
    let (mut text, mut expected) = (text, expected);
    while let Some(&first) = expected.first() {
        if first == b' ' {
            if text.first().is_some_and(|byte| *byte != b' ') {
                return Err(text);
            }
            expected = bytes::span(expected, is_space).1;
            text = bytes::span(text, is_space).1;
        } else if text.first() == Some(&first) {
            expected = bytes::skip(expected, 1);
            text = bytes::skip(text, 1);
        } else {
            return Err(text);
        }
    }
    Ok(text)
}

/// One or two digits; two where `fixed`.
fn two_digits(text: &[u8], fixed: bool) -> Result<(i64, &[u8]), Fault> {
    let (digits, _) = bytes::span(bytes::split(text, 2).0, |byte| byte.is_ascii_digit());
    if digits.is_empty() || fixed && digits.len() < 2 {
        return Err(Fault::Bad);
    }
    Ok((whole_number(digits)?, bytes::skip(text, digits.len())))
}

/// A number with a sign, perhaps, that takes the whole text.
fn whole_number(text: &[u8]) -> Result<i64, Fault> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (number, rest) = leading_number(digits).ok_or(Fault::Bad)?;
    if !rest.is_empty() {
        return Err(Fault::Bad);
    }
    let number = i64::try_from(number).map_err(|_| Fault::Bad)?;
    Ok(if negative { number.saturating_neg() } else { number })
}

/// Which of the names the text starts with, letters' case ignored; `short`: by their first three letters.
fn name<'a>(names: &[&str], short: bool, text: &'a [u8]) -> Result<(i64, &'a [u8]), Fault> {
    for (at, name) in names.iter().enumerate() {
        let name = if short { bytes::split(name.as_bytes(), 3).0 } else { name.as_bytes() };
        let (start, rest) = bytes::split(text, name.len());
        if start.eq_ignore_ascii_case(name) {
            return Ok((at as i64, rest));
        }
    }
    Err(Fault::Bad)
}

fn in_range(number: i64, first: i64, last: i64, what: &'static str) -> Result<i64, Fault> {
    if (first..=last).contains(&number) { Ok(number) } else { Err(Fault::Range(what)) }
}

/// A separator and the digits of a fraction, as nanoseconds.
fn nanoseconds(digits: &[u8]) -> Result<i64, Fault> {
    let (digits, _) = bytes::split(digits, 9);
    let number = whole_number(digits)?;
    if number < 0 {
        return Err(Fault::Range("fractional second"));
    }
    Ok(number.saturating_mul(10i64.saturating_pow(9u32.saturating_sub(digits.len() as u32))))
}

impl Read {
    /// Reads one element from the start of a text; the layout after it decides about fractions.
    fn element<'a>(&mut self, element: Element, text: &'a [u8], layout: &[u8]) -> Rest<'a> {
        match element {
            Element::Year => {
                let (digits, rest) = text.split_at_checked(2).ok_or(Fault::Bad)?;
                let year = whole_number(digits)?;
                self.civil.year = year.saturating_add(if year >= 69 { 1900 } else { 2000 });
                Ok(rest)
            }
            Element::LongYear => {
                let (digits, rest) = text.split_at_checked(4).ok_or(Fault::Bad)?;
                if !digits.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Fault::Bad);
                }
                self.civil.year = whole_number(digits)?;
                Ok(rest)
            }
            Element::Month | Element::LongMonth => {
                let (month, rest) = name(&MONTHS, element == Element::Month, text)?;
                self.month = Some(month.saturating_add(1));
                Ok(rest)
            }
            Element::NumberMonth | Element::ZeroMonth => {
                let (month, rest) = two_digits(text, element == Element::ZeroMonth)?;
                self.month = Some(in_range(month, 1, 12, "month")?);
                Ok(rest)
            }
            Element::Weekday | Element::LongWeekday => Ok(name(&WEEKDAYS, element == Element::Weekday, text)?.1),
            Element::Day | Element::SpaceDay | Element::ZeroDay => {
                let text = if element == Element::SpaceDay { text.strip_prefix(b" ").unwrap_or(text) } else { text };
                let (day, rest) = two_digits(text, element == Element::ZeroDay)?;
                self.day = Some(day);
                Ok(rest)
            }
            Element::SpaceYearDay | Element::ZeroYearDay => self.year_day(text, element == Element::ZeroYearDay),
            Element::UpperHalf | Element::LowerHalf => {
                let (half, rest) = text.split_at_checked(2).ok_or(Fault::Bad)?;
                self.afternoon = Some(match (element, half) {
                    (Element::UpperHalf, b"PM") | (Element::LowerHalf, b"pm") => true,
                    (Element::UpperHalf, b"AM") | (Element::LowerHalf, b"am") => false,
                    _ => return Err(Fault::Bad),
                });
                Ok(rest)
            }
            Element::ZoneName => {
                if let Some(rest) = text.strip_prefix(b"UTC") {
                    self.zone = Some(Zone::utc());
                    return Ok(rest);
                }
                let (name, rest) = bytes::split(text, zone_name_length(text).ok_or(Fault::Bad)?);
                self.zone_name = name.to_vec();
                Ok(rest)
            }
            Element::Offset(how) => self.offset(how, text),
            _ => self.clock(element, text, layout),
        }
    }

    fn clock<'a>(&mut self, element: Element, text: &'a [u8], layout: &[u8]) -> Rest<'a> {
        match element {
            Element::Hour => {
                let (hour, rest) = two_digits(text, false)?;
                self.civil.hour = in_range(hour, 0, 23, "hour")?;
                Ok(rest)
            }
            Element::Hour12 | Element::ZeroHour12 => {
                let (hour, rest) = two_digits(text, element == Element::ZeroHour12)?;
                self.civil.hour = in_range(hour, 0, 12, "hour")?;
                Ok(rest)
            }
            Element::Minute | Element::ZeroMinute => {
                let (minute, rest) = two_digits(text, element == Element::ZeroMinute)?;
                self.civil.minute = in_range(minute, 0, 59, "minute")?;
                Ok(rest)
            }
            Element::Second | Element::ZeroSecond => {
                let (second, rest) = two_digits(text, element == Element::ZeroSecond)?;
                self.civil.second = in_range(second, 0, 59, "second")?;
                self.unasked_fraction(rest, layout)
            }
            Element::Fraction { trim: true, .. } => self.fraction(text),
            Element::Fraction { digits, .. } => {
                let [b'.' | b',', inside @ ..] = text else { return Err(Fault::Bad) };
                let (digits, rest) = inside.split_at_checked(digits).ok_or(Fault::Bad)?;
                self.civil.nanosecond = nanoseconds(digits)?;
                Ok(rest)
            }
            _ => Err(Fault::Bad),
        }
    }

    /// Seconds may have a fraction even where the layout has none.
    fn unasked_fraction<'a>(&mut self, text: &'a [u8], layout: &[u8]) -> Rest<'a> {
        let asked = matches!(next_element(layout).1, Some((Element::Fraction { .. }, _)));
        if asked { Ok(text) } else { self.fraction(text) }
    }

    /// A point and any number of digits, if they stand here.
    fn fraction<'a>(&mut self, text: &'a [u8]) -> Rest<'a> {
        let [b'.' | b',', inside @ ..] = text else { return Ok(text) };
        let (digits, rest) = bytes::span(inside, |byte| byte.is_ascii_digit());
        if digits.is_empty() {
            return Ok(text);
        }
        self.civil.nanosecond = nanoseconds(digits)?;
        Ok(rest)
    }

    fn year_day<'a>(&mut self, text: &'a [u8], fixed: bool) -> Rest<'a> {
        let text = match text {
            [b' ', b' ', rest @ ..] | [b' ', rest @ ..] if !fixed => rest,
            _ => text,
        };
        let (digits, _) = bytes::span(bytes::split(text, 3).0, |byte| byte.is_ascii_digit());
        if digits.is_empty() || fixed && digits.len() < 3 {
            return Err(Fault::Bad);
        }
        self.year_day = Some(whole_number(digits)?);
        Ok(bytes::skip(text, digits.len()))
    }

    fn offset<'a>(&mut self, how: Offset, text: &'a [u8]) -> Rest<'a> {
        if let Some(rest) = text.strip_prefix(b"Z").filter(|_| how.z) {
            self.zone = Some(Zone::utc());
            return Ok(rest);
        }
        let (minutes_at, seconds_at, ends) = if how.colons { (4, 7, [3, 6, 9]) } else { (3, 5, [3, 5, 7]) };
        let [hours_end, minutes_end, seconds_end] = ends;
        let length = match (how.minutes, how.seconds) {
            (_, true) => seconds_end,
            (true, false) => minutes_end,
            (false, false) => hours_end,
        };
        let (part, rest) = text.split_at_checked(length).ok_or(Fault::Bad)?;
        let is_colon = |at: usize| !how.colons || part.get(at) == Some(&b':');
        if how.minutes && !is_colon(3) || how.seconds && !is_colon(6) {
            return Err(Fault::Bad);
        }
        let number = |at: usize| two_digits(bytes::skip(part, at), true).map(|(number, _)| number);
        let hours = number(1);
        let minutes = if how.minutes && hours.is_ok() { number(minutes_at) } else { Ok(0) };
        let seconds = if how.seconds && minutes.is_ok() { number(seconds_at) } else { Ok(0) };
        // parity: a number out of range is told before one that is none, and the last of them.
        let limits =
            [(&seconds, 60, "time zone offset second"), (&minutes, 60, "time zone offset minute"), (&hours, 24, "time zone offset hour")];
        for (number, last, what) in limits {
            in_range(*number.as_ref().unwrap_or(&0), 0, last, what)?;
        }
        let (hours, minutes, seconds) = (hours?, minutes?, seconds?);
        let offset = hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds) as i32;
        self.offset = Some(match part.first() {
            Some(b'+') => offset,
            Some(b'-') => offset.saturating_neg(),
            _ => return Err(Fault::Bad),
        });
        Ok(rest)
    }

    /// Everything together, in the zone that the text names, or else in `zone`.
    fn finish(mut self, zone: &Zone) -> Result<Time, String> {
        match self.afternoon {
            Some(true) if self.civil.hour < 12 => self.civil.hour = self.civil.hour.saturating_add(12),
            Some(false) if self.civil.hour == 12 => self.civil.hour = 0,
            _ => {}
        }
        if let Some(year_day) = self.year_day {
            self.date_of_year_day(year_day)?;
        }
        self.civil.month = self.month.unwrap_or(1);
        self.civil.day = self.day.unwrap_or(1);
        if !(1..=days_in(self.civil.year, self.civil.month)).contains(&self.civil.day) {
            return Err("day out of range".to_owned());
        }
        if let Some(zone) = &self.zone {
            return Ok(Time::from_civil(&self.civil, zone));
        }
        let local = Time::from_civil(&self.civil, &Zone::utc());
        let at =
            |offset: i32, zone: &Zone| Time::from_unix(local.unix().saturating_sub(i64::from(offset)), i64::from(local.nanosecond()), zone);
        let name = String::from_utf8_lossy(&self.zone_name).into_owned();
        // parity: -1 stands for "no offset" in Go, so an offset of one second west counts as none.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let (known, theirs) = zone.lookup(local.unix().saturating_sub(i64::from(offset)));
            if theirs == offset && (name.is_empty() || known == name) {
                return Ok(at(offset, zone));
            }
            return Ok(at(offset, &Zone::fixed(&name, offset)));
        }
        if !name.is_empty() {
            if let Some(offset) = zone.offset_of(&name, local.unix()) {
                return Ok(at(offset, zone));
            }
            // The offset of an unknown abbreviation is none, but for GMT+2.
            let hours = name.strip_prefix("GMT").and_then(|hours| whole_number(hours.as_bytes()).ok()).unwrap_or(0);
            return Ok(at(0, &Zone::fixed(&name, (hours as i32).saturating_mul(3600))));
        }
        Ok(Time::from_civil(&self.civil, zone))
    }

    fn date_of_year_day(&mut self, year_day: i64) -> Result<(), String> {
        let year = self.civil.year;
        if !(1..=if is_leap(year) { 366 } else { 365 }).contains(&year_day) {
            return Err("day-of-year out of range".to_owned());
        }
        let (mut month, mut day) = (1i64, year_day);
        while day > days_in(year, month) {
            day = day.saturating_sub(days_in(year, month));
            month = month.saturating_add(1);
        }
        if self.month.is_some_and(|read| read != month) {
            return Err("day-of-year does not match month".to_owned());
        }
        if self.day.is_some_and(|read| read != day) {
            return Err("day-of-year does not match day".to_owned());
        }
        (self.month, self.day) = (Some(month), Some(day));
        Ok(())
    }
}

/// How long the abbreviation of a zone at the start of a text is.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(signed_hours_length(rest).saturating_add(3));
    }
    if matches!(text, [b'+' | b'-', ..]) {
        return Some(signed_hours_length(text)).filter(|length| *length > 0);
    }
    let (letters, _) = bytes::span(bytes::split(text, 6).0, |byte| byte.is_ascii_uppercase());
    match letters {
        [_, _, _, _, b'T'] | [_, _, _, b'T'] | b"WITA" | [_, _, _] => Some(letters.len()),
        _ => None,
    }
}

/// The length of `+03` or `-4` at the start of a text; 0 where there is none.
fn signed_hours_length(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    match leading_number(digits) {
        Some((hours, rest)) if rest.len() < digits.len() && hours <= 23 => bytes::before(text, rest).len(),
        _ => 0,
    }
}
