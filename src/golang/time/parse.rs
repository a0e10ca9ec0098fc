//! Reading a time by a layout.

use super::civil::{Civil, MONTHS, WEEKDAYS, days_in, is_leap};
use super::layout::{Element, Offset, next_element};
use super::{Time, Zone, leading_number, quote};

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
    let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
    let (mut text, mut expected) = (text, expected);
    while let Some(&first) = expected.first() {
        if first == b' ' {
            if !text.is_empty() && text[0] != b' ' {
                return Err(text);
            }
            expected = &expected[spaces(expected)..];
            text = &text[spaces(text)..];
        } else if text.first() == Some(&first) {
            expected = &expected[1..];
            text = &text[1..];
        } else {
            return Err(text);
        }
    }
    Ok(text)
}

/// One or two digits; two where `fixed`.
fn two_digits(text: &[u8], fixed: bool) -> Result<(i64, &[u8]), Fault> {
    let digit = |at: usize| text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| i64::from(byte - b'0'));
    match (digit(0), digit(1)) {
        (Some(tens), Some(ones)) => Ok((tens * 10 + ones, &text[2..])),
        (Some(ones), None) if !fixed => Ok((ones, &text[1..])),
        _ => Err(Fault::Bad),
    }
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
    Ok(if negative { -number } else { number })
}

/// Which of the names the text starts with, letters' case ignored; `short`: by their first three letters.
fn name<'a>(names: &[&str], short: bool, text: &'a [u8]) -> Result<(i64, &'a [u8]), Fault> {
    for (at, name) in names.iter().enumerate() {
        let name = if short { &name.as_bytes()[..3] } else { name.as_bytes() };
        if text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return Ok((at as i64, &text[name.len()..]));
        }
    }
    Err(Fault::Bad)
}

fn in_range(number: i64, first: i64, last: i64, what: &'static str) -> Result<i64, Fault> {
    if (first..=last).contains(&number) { Ok(number) } else { Err(Fault::Range(what)) }
}

/// A separator and the digits of a fraction, as nanoseconds.
fn nanoseconds(text: &[u8]) -> Result<i64, Fault> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Err(Fault::Bad);
    }
    let digits = &text[1..text.len().min(10)];
    let number = whole_number(digits)?;
    if number < 0 {
        return Err(Fault::Range("fractional second"));
    }
    Ok(number * 10i64.pow(9 - digits.len() as u32))
}

impl Read {
    /// Reads one element from the start of a text; the layout after it decides about fractions.
    fn element<'a>(&mut self, element: Element, text: &'a [u8], layout: &[u8]) -> Rest<'a> {
        match element {
            Element::Year => {
                let digits = text.get(..2).ok_or(Fault::Bad)?;
                let year = whole_number(digits)?;
                self.civil.year = year + if year >= 69 { 1900 } else { 2000 };
                Ok(&text[2..])
            }
            Element::LongYear => {
                let digits = text.get(..4).filter(|digits| digits[0].is_ascii_digit()).ok_or(Fault::Bad)?;
                self.civil.year = whole_number(digits)?;
                Ok(&text[4..])
            }
            Element::Month | Element::LongMonth => {
                let (month, rest) = name(&MONTHS, element == Element::Month, text)?;
                self.month = Some(month + 1);
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
                let half = text.get(..2).ok_or(Fault::Bad)?;
                self.afternoon = Some(match (element, half) {
                    (Element::UpperHalf, b"PM") | (Element::LowerHalf, b"pm") => true,
                    (Element::UpperHalf, b"AM") | (Element::LowerHalf, b"am") => false,
                    _ => return Err(Fault::Bad),
                });
                Ok(&text[2..])
            }
            Element::ZoneName => {
                if let Some(rest) = text.strip_prefix(b"UTC") {
                    self.zone = Some(Zone::utc());
                    return Ok(rest);
                }
                let length = zone_name_length(text).ok_or(Fault::Bad)?;
                self.zone_name = text[..length].to_vec();
                Ok(&text[length..])
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
            Element::Fraction { trim: true, .. } => {
                let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
                if !matches!(text.first(), Some(b'.' | b',')) || digits == 0 {
                    return Ok(text);
                }
                self.civil.nanosecond = nanoseconds(&text[..=digits])?;
                Ok(&text[digits + 1..])
            }
            Element::Fraction { digits, .. } => {
                self.civil.nanosecond = nanoseconds(text.get(..=digits).ok_or(Fault::Bad)?)?;
                Ok(&text[digits + 1..])
            }
            _ => Err(Fault::Bad),
        }
    }

    /// Seconds may have a fraction even where the layout has none.
    fn unasked_fraction<'a>(&mut self, text: &'a [u8], layout: &[u8]) -> Rest<'a> {
        let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let asked = matches!(next_element(layout).1, Some((Element::Fraction { .. }, _)));
        if asked || digits == 0 || !matches!(text[0], b'.' | b',') {
            return Ok(text);
        }
        self.civil.nanosecond = nanoseconds(&text[..=digits])?;
        Ok(&text[digits + 1..])
    }

    fn year_day<'a>(&mut self, text: &'a [u8], fixed: bool) -> Rest<'a> {
        let spaces = if fixed { 0 } else { text.iter().take(2).take_while(|byte| **byte == b' ').count() };
        let text = &text[spaces..];
        let digits = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || fixed && digits < 3 {
            return Err(Fault::Bad);
        }
        self.year_day = Some(whole_number(&text[..digits])?);
        Ok(&text[digits..])
    }

    fn offset<'a>(&mut self, how: Offset, text: &'a [u8]) -> Rest<'a> {
        if let Some(rest) = text.strip_prefix(b"Z").filter(|_| how.z) {
            self.zone = Some(Zone::utc());
            return Ok(rest);
        }
        let step = 2 + usize::from(how.colons);
        let length = 3 + step * (usize::from(how.minutes) + usize::from(how.seconds));
        let part = text.get(..length).ok_or(Fault::Bad)?;
        let is_colon = |at: usize| !how.colons || part.get(at) == Some(&b':');
        if how.minutes && !is_colon(3) || how.seconds && !is_colon(6) {
            return Err(Fault::Bad);
        }
        let number = |at: usize| two_digits(&part[at..], true).map(|(number, _)| number);
        let hours = number(1);
        let minutes = if how.minutes && hours.is_ok() { number(1 + step) } else { Ok(0) };
        let seconds = if how.seconds && minutes.is_ok() { number(1 + step * 2) } else { Ok(0) };
        // parity: a number out of range is told before one that is none, and the last of them.
        let limits =
            [(&seconds, 60, "time zone offset second"), (&minutes, 60, "time zone offset minute"), (&hours, 24, "time zone offset hour")];
        for (number, last, what) in limits {
            in_range(*number.as_ref().unwrap_or(&0), 0, last, what)?;
        }
        let (hours, minutes, seconds) = (hours?, minutes?, seconds?);
        let offset = ((hours * 60 + minutes) * 60 + seconds) as i32;
        self.offset = Some(match part[0] {
            b'+' => offset,
            b'-' => -offset,
            _ => return Err(Fault::Bad),
        });
        Ok(&text[length..])
    }

    /// Everything together, in the zone that the text names, or else in `zone`.
    fn finish(mut self, zone: &Zone) -> Result<Time, String> {
        match self.afternoon {
            Some(true) if self.civil.hour < 12 => self.civil.hour += 12,
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
        let at = |offset: i32, zone: &Zone| Time::from_unix(local.unix() - i64::from(offset), i64::from(local.nanosecond()), zone);
        let name = String::from_utf8_lossy(&self.zone_name).into_owned();
        // parity: -1 stands for "no offset" in Go, so an offset of one second west counts as none.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let (known, theirs) = zone.lookup(local.unix() - i64::from(offset));
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
            return Ok(at(0, &Zone::fixed(&name, hours as i32 * 3600)));
        }
        Ok(Time::from_civil(&self.civil, zone))
    }

    fn date_of_year_day(&mut self, year_day: i64) -> Result<(), String> {
        let year = self.civil.year;
        if year_day < 1 || year_day > 365 + i64::from(is_leap(year)) {
            return Err("day-of-year out of range".to_owned());
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(year, month) {
            day -= days_in(year, month);
            month += 1;
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
        return Some(3 + signed_hours_length(rest));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|length| *length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of `+03` or `-4` at the start of a text; 0 where there is none.
fn signed_hours_length(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'+' | b'-')) {
        return 0;
    }
    match leading_number(&text[1..]) {
        Some((hours, rest)) if rest.len() < text.len() - 1 && hours <= 23 => text.len() - rest.len(),
        _ => 0,
    }
}
