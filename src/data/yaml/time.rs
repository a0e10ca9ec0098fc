//! Timestamps: what go-yaml takes for one, and the value it makes of it.

use std::any::Any;

use crate::data::{GoKind, Member, Object, Type, Value};

/// A `time.Time` out of a YAML document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    /// Nanoseconds in that second.
    pub nanoseconds: u32,
    /// Seconds that its zone is east of UTC.
    pub offset: i32,
}

impl Timestamp {
    /// Reads the forms that go-yaml takes (`resolve.go:parseTimestamp`): `2001-1-2`, `2001-01-02 3:04:05.6`,
    /// `2001-01-02T03:04:05+01:00`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let rest = text.get(4..)?;
        let year = digits(text.get(..4)?)?;
        let (month, rest) = number(rest.strip_prefix(b"-")?)?;
        let (day, rest) = number(rest.strip_prefix(b"-")?)?;
        let mut time = Time::default();
        let mut offset = 0;
        match rest {
            [] => {}
            [b' ', rest @ ..] => {
                let rest = time.read(rest)?;
                if !rest.is_empty() {
                    return None;
                }
            }
            [b'T' | b't', rest @ ..] => offset = zone(time.read(rest)?)?,
            _ => return None,
        }
        let days = days_from_civil(year, month, day)?;
        let of_day = i64::from(time.hour).saturating_mul(3600).saturating_add(i64::from(time.minute).saturating_mul(60));
        let seconds = days.saturating_mul(86_400).saturating_add(of_day).saturating_add(i64::from(time.second));
        let seconds = seconds.saturating_sub(i64::from(offset));
        Some(Self { seconds, nanoseconds: time.nanoseconds, offset })
    }

    /// As RFC 3339 with nanoseconds where there are any: how YAML and JSON show it.
    pub fn rfc3339(&self) -> String {
        let zone = match self.offset {
            0 => "Z".to_owned(),
            offset => {
                let sign = if offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", offset.abs() / 3600, offset.abs() / 60 % 60)
            }
        };
        format!("{}{zone}", self.civil('T'))
    }

    /// Date and time of day in its zone.
    fn civil(&self, between: char) -> String {
        let local = self.seconds.saturating_add(i64::from(self.offset));
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
        let of_day = local.rem_euclid(86_400);
        let fraction = match self.nanoseconds {
            0 => String::new(),
            nanoseconds => format!(".{nanoseconds:09}").trim_end_matches('0').to_owned(),
        };
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}")
    }
}

impl Object for Timestamp {
    fn go_type(&self) -> Type {
        Type::Named("time.Time", GoKind::Struct)
    }
    fn member(&self, _name: &str) -> Option<Member> {
        None
    }
    fn text(&self) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let zone = format!("{sign}{:02}{:02}", self.offset.abs() / 3600, self.offset.abs() / 60 % 60);
        let name = if self.offset == 0 { "UTC" } else { &zone };
        format!("{} {zone} {name}", self.civil(' '))
    }
    fn marshal(&self) -> Value {
        self.rfc3339().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Default)]
struct Time {
    hour: u32,
    minute: u32,
    second: u32,
    nanoseconds: u32,
}

impl Time {
    /// Reads `15:4:5.999999999`; gives what stands behind it.
    fn read<'t>(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (hour, rest) = number(text)?;
        let (minute, rest) = number(rest.strip_prefix(b":")?)?;
        let (second, mut rest) = number(rest.strip_prefix(b":")?)?;
        if hour >= 24 || minute >= 60 || second >= 60 {
            return None;
        }
        if let [b'.' | b',', fraction @ ..] = rest {
            let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if len > 0 {
                let nine: Vec<u8> = fraction.iter().copied().take(len.min(9)).chain(*b"000000000").take(9).collect();
                self.nanoseconds = digits(&nine)?;
                rest = fraction.get(len..)?;
            }
        }
        (self.hour, self.minute, self.second) = (hour, minute, second);
        Some(rest)
    }
}

/// `Z` or `+01:00`, which must be all there is.
fn zone(text: &[u8]) -> Option<i32> {
    if text == b"Z" {
        return Some(0);
    }
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = text else { return None };
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    if hour > 24 || minute > 60 {
        return None;
    }
    let seconds = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60)) as i32;
    Some(if *sign == b'-' { seconds.saturating_neg() } else { seconds })
}

/// A number of one or two digits and what stands behind it.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let len = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(len)?;
    Some((digits(number)?, rest))
}

fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u32, |number, byte| number.checked_mul(10)?.checked_add(char::from(*byte).to_digit(10)?))
}

/// Days since 1970-01-01; `None` where the month has no such day.
#[expect(clippy::arithmetic_side_effects, reason = "a year of four digits, a month and a day that exist")]
fn days_from_civil(year: u32, month: u32, day: u32) -> Option<i64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    // years start in March, so that the leap day is their last
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a count of days since 1970-01-01.
#[expect(clippy::arithmetic_side_effects, reason = "days come from seconds: no sum is larger than twice 2^63 / 86,400")]
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}
