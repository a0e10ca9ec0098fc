//! Go's `time`: layouts, durations, zones.

use std::fmt;

/// `time.Duration` in nanoseconds. A [`crate::data::Object`] of that type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(pub i64);

impl Duration {
    /// `time.ParseDuration`
    ///
    /// # Errors
    /// Go's text: `time: invalid duration "x"`.
    pub fn parse(_text: &[u8]) -> Result<Duration, String> {
        unimplemented!()
    }
    /// `Round` to a multiple, half away from zero.
    pub fn round(self, _multiple: Duration) -> Duration {
        unimplemented!()
    }
    /// `Truncate` to a multiple.
    pub fn truncate(self, _multiple: Duration) -> Duration {
        unimplemented!()
    }
}
impl fmt::Display for Duration {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}

/// `*time.Location`
#[derive(Debug, Clone)]
pub struct Zone;

impl Zone {
    /// `time.UTC`
    pub fn utc() -> Zone {
        unimplemented!()
    }
    /// `time.FixedZone`
    pub fn fixed(_name: &str, _seconds_east: i32) -> Zone {
        unimplemented!()
    }
    /// `time.LoadLocation`
    ///
    /// # Errors
    /// Go's text: `unknown time zone X`.
    pub fn load(_name: &str) -> Result<Zone, String> {
        unimplemented!()
    }
    /// `time.Local` where the machine's zone has this IANA name; UTC rules where there is none such.
    pub fn local(_name: &str) -> Zone {
        unimplemented!()
    }
}

/// `time.Time`. A [`crate::data::Object`] of that type.
#[derive(Debug, Clone)]
pub struct Time;

impl Time {
    /// The zero time: January 1 of year 1, UTC.
    pub fn zero() -> Time {
        unimplemented!()
    }
    /// `time.Unix(seconds, nanoseconds).In(zone)`
    pub fn from_unix(_seconds: i64, _nanoseconds: i64, _zone: &Zone) -> Time {
        unimplemented!()
    }
    /// From nanoseconds since 1970.
    pub fn from_unix_nanos(_nanoseconds: i128, _zone: &Zone) -> Time {
        unimplemented!()
    }
    /// `time.Parse`: UTC where the text names no zone.
    ///
    /// # Errors
    /// Go's text: `parsing time "x" as "2006": cannot parse "x" as "2006"`.
    pub fn parse(_layout: &[u8], _text: &[u8]) -> Result<Time, String> {
        unimplemented!()
    }
    /// `time.ParseInLocation`
    ///
    /// # Errors
    /// As [`Time::parse`].
    pub fn parse_in(_layout: &[u8], _text: &[u8], _zone: &Zone) -> Result<Time, String> {
        unimplemented!()
    }
    /// `Format`
    pub fn format(&self, _layout: &[u8]) -> Vec<u8> {
        unimplemented!()
    }
    /// `Unix`
    pub fn unix(&self) -> i64 {
        unimplemented!()
    }
    /// Nanoseconds since 1970.
    pub fn unix_nanos(&self) -> i128 {
        unimplemented!()
    }
    /// `In`
    pub fn in_zone(&self, _zone: &Zone) -> Time {
        unimplemented!()
    }
    /// `Add`
    pub fn add(&self, _duration: Duration) -> Time {
        unimplemented!()
    }
    /// `Sub`
    pub fn sub(&self, _other: &Time) -> Duration {
        unimplemented!()
    }
    /// `IsZero`
    pub fn is_zero(&self) -> bool {
        unimplemented!()
    }
    /// `Year`
    pub fn year(&self) -> i64 {
        unimplemented!()
    }
    /// `GoString`: what `%#v` prints.
    pub fn go_syntax(&self) -> String {
        unimplemented!()
    }
    /// `AddDate`
    pub fn add_date(&self, _years: i64, _months: i64, _days: i64) -> Time {
        unimplemented!()
    }
}
impl fmt::Display for Time {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}
