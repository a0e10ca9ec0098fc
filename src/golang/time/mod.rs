//! Go's `time`: instants in zones, layouts, durations. The clock is somebody else's.

mod civil;
mod duration;
mod layout;
mod object;
mod parse;
mod zone;

use std::fmt;

pub use civil::Civil;
pub use duration::Duration;
pub use zone::Zone;

use super::{bytes, strconv};
use civil::{DAY, days_of, normalized};

const SECOND: i128 = 1_000_000_000;
/// The first second of year 1, which is Go's zero time.
const ZERO: i64 = -62_135_596_800;
/// Days from 1970 to March 1 of year -292277022400, from which Go counts without a sign.
const FIRST_DAY: i64 = -106_751_991_073_400;

/// `time.Time`. An [`Object`](crate::data::Object) of that type.
#[derive(Debug, Clone)]
pub struct Time {
    /// Since 1970, UTC.
    seconds: i64,
    nanoseconds: u32,
    zone: Zone,
    /// Nanoseconds of the monotonic clock, which `String()` shows.
    monotonic: Option<i64>,
}

impl Time {
    /// The zero time: January 1 of year 1, UTC.
    pub fn zero() -> Time {
        Time { seconds: ZERO, nanoseconds: 0, zone: Zone::utc(), monotonic: None }
    }
    /// `time.Unix(seconds, nanoseconds).In(zone)`; the nanoseconds may be any number.
    pub fn from_unix(seconds: i64, nanoseconds: i64, zone: &Zone) -> Time {
        Self::from_unix_nanos(i128::from(seconds).saturating_mul(SECOND).saturating_add(i128::from(nanoseconds)), zone)
    }
    /// From nanoseconds since 1970; beyond what 64 bits of seconds hold they begin anew, as Go's do.
    pub fn from_unix_nanos(nanoseconds: i128, zone: &Zone) -> Time {
        let seconds = nanoseconds.div_euclid(SECOND) as i64;
        Time { seconds, nanoseconds: nanoseconds.rem_euclid(SECOND) as u32, zone: zone.clone(), monotonic: None }
    }
    /// `time.Date`: parts beyond their range carry over; where a clock change makes a time ambiguous or
    /// skips it, as Go decides.
    pub fn from_civil(civil: &Civil, zone: &Zone) -> Time {
        let local = normalized(civil);
        let guess = zone.offset(local.0);
        let offset = if guess == 0 { 0 } else { zone.offset(local.0.saturating_sub(i64::from(guess))) };
        let seconds = local.0.saturating_sub(i64::from(offset));
        Time { seconds, nanoseconds: local.1, zone: zone.clone(), monotonic: None }
    }
    /// `time.Parse`: UTC where the text names no zone, and where its offset is that of UTC.
    ///
    /// # Errors
    /// Go's text: `parsing time "x" as "2006": cannot parse "x" as "2006"`.
    pub fn parse(layout: &[u8], text: &[u8]) -> Result<Time, String> {
        parse::parse(layout, text, &Zone::utc())
    }
    /// `time.ParseInLocation`
    ///
    /// # Errors
    /// As [`Time::parse`].
    pub fn parse_in(layout: &[u8], text: &[u8], zone: &Zone) -> Result<Time, String> {
        parse::parse(layout, text, zone)
    }
    /// A reading of the monotonic clock with it, as `time.Now` has: `String()` shows it as ` m=+0.000000001`.
    pub fn with_monotonic(self, nanoseconds: i64) -> Time {
        Time { monotonic: Some(nanoseconds), ..self }
    }

    /// `Format`
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(self, layout)
    }
    /// `Unix`
    pub fn unix(&self) -> i64 {
        self.seconds
    }
    /// Nanoseconds since 1970.
    pub fn unix_nanos(&self) -> i128 {
        i128::from(self.seconds).saturating_mul(SECOND).saturating_add(i128::from(self.nanoseconds))
    }
    /// `Nanosecond`
    pub fn nanosecond(&self) -> u32 {
        self.nanoseconds
    }
    /// `Location`
    pub fn zone(&self) -> &Zone {
        &self.zone
    }
    /// `Zone`: the zone's abbreviation at that time, and its offset in seconds east of UTC.
    pub fn zone_at(&self) -> (String, i32) {
        self.zone.lookup(self.seconds)
    }
    /// `In`
    pub fn in_zone(&self, zone: &Zone) -> Time {
        Time { seconds: self.seconds, nanoseconds: self.nanoseconds, zone: zone.clone(), monotonic: None }
    }
    /// `Add`
    pub fn add(&self, duration: Duration) -> Time {
        let monotonic = self.monotonic.and_then(|reading| reading.checked_add(duration.0));
        Time { monotonic, ..Self::from_unix_nanos(self.unix_nanos().saturating_add(i128::from(duration.0)), &self.zone) }
    }
    /// `Sub`: the longest duration there is where they are further apart.
    pub fn sub(&self, other: &Time) -> Duration {
        let apart = self.unix_nanos().saturating_sub(other.unix_nanos());
        Duration(apart.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }
    /// `AddDate`
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let mut civil = self.civil();
        civil.year = civil.year.saturating_add(years);
        civil.month = civil.month.saturating_add(months);
        civil.day = civil.day.saturating_add(days);
        Time::from_civil(&civil, &self.zone)
    }
    /// `Truncate` to a multiple of the duration since the zero time.
    pub fn truncate(&self, multiple: Duration) -> Time {
        Self::from_unix_nanos(self.unix_nanos().saturating_sub(self.above_multiple(multiple)), &self.zone)
    }
    /// `Round`: half up.
    pub fn round(&self, multiple: Duration) -> Time {
        let above = self.above_multiple(multiple);
        let missing = i128::from(multiple.0).saturating_sub(above);
        let step = if above < missing || above == 0 { above.saturating_neg() } else { missing };
        Self::from_unix_nanos(self.unix_nanos().saturating_add(step), &self.zone)
    }
    fn above_multiple(&self, multiple: Duration) -> i128 {
        let since_zero = self.unix_nanos().saturating_sub(i128::from(ZERO).saturating_mul(SECOND));
        if multiple.0 <= 0 { 0 } else { since_zero.checked_rem_euclid(i128::from(multiple.0)).unwrap_or(0) }
    }
    /// `IsZero`
    pub fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanoseconds == 0
    }
    /// `Year`
    pub fn year(&self) -> i64 {
        self.civil().year
    }
    /// Date and clock in its zone.
    pub fn civil(&self) -> Civil {
        let (days, clock) = self.local();
        let (year, month, day) = civil::date_of(days);
        Civil { year, month, day, hour: clock / 3600, minute: clock / 60 % 60, second: clock % 60, nanosecond: i64::from(self.nanoseconds) }
    }
    /// `Weekday`: Sunday is 0.
    pub fn weekday(&self) -> i64 {
        self.local().0.saturating_add(4).rem_euclid(7)
    }
    /// `YearDay`, from 1.
    pub fn year_day(&self) -> i64 {
        self.local().0.saturating_sub(days_of(self.civil().year, 1, 1)).saturating_add(1)
    }
    /// Days since 1970 and seconds of the day, as its zone's clocks count them.
    fn local(&self) -> (i64, i64) {
        let local = self.seconds.wrapping_add(i64::from(self.zone.offset(self.seconds)));
        // parity: Go time.go absSeconds: what lies before the first day counts as far in the future.
        let since = local.wrapping_sub(FIRST_DAY.wrapping_mul(DAY)).cast_unsigned();
        const LENGTH: u64 = DAY.unsigned_abs();
        ((since / LENGTH).cast_signed().saturating_add(FIRST_DAY), (since % LENGTH).cast_signed())
    }

    /// `MarshalJSON`'s text without quotes: RFC 3339 with nanoseconds.
    ///
    /// # Errors
    /// Go's text where the year has more than four digits.
    pub fn rfc3339(&self) -> Result<String, String> {
        if !(0..=9999).contains(&self.year()) {
            return Err("Time.MarshalJSON: year outside of range [0,9999]".to_owned());
        }
        Ok(String::from_utf8_lossy(&self.format(b"2006-01-02T15:04:05.999999999Z07:00")).into_owned())
    }

    /// `GoString`: what `%#v` prints.
    pub fn go_syntax(&self) -> String {
        let Civil { year, month, day, hour, minute, second, nanosecond } = self.civil();
        let zone = match self.zone.name() {
            name @ ("UTC" | "Local") if !self.zone.is_fixed() => format!("time.{name}"),
            name => format!("time.Location({})", quote(name.as_bytes())),
        };
        let month = civil::month_name(month);
        format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanosecond}, {zone})")
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.format(b"2006-01-02 15:04:05.999999999 -0700 MST")))?;
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let reading = reading.unsigned_abs();
            write!(f, " m={sign}{}.{:09}", reading / 1_000_000_000, reading % 1_000_000_000)?;
        }
        Ok(())
    }
}

/// The quotes of the time package: everything but ASCII is written as bytes.
fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=0x7F => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// Digits at the start of a text, and the rest. `None`: too many of them.
fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes::span(text, |byte| byte.is_ascii_digit());
    if number.is_empty() {
        return Some((0, rest));
    }
    strconv::parse_uint(number, 10, 64).ok().filter(|number| *number <= 1 << 63).map(|number| (number, rest))
}

#[cfg(test)]
mod tests;
