//! Durations.

use std::fmt;
use std::num::NonZeroU64;

use super::{leading_number, quote};
use crate::golang::bytes;

/// `time.Duration` in nanoseconds. An [`Object`](crate::data::Object) of that type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(pub i64);

impl Duration {
    /// `time.Microsecond`
    pub const MICROSECOND: Duration = Duration(1_000);
    /// `time.Millisecond`
    pub const MILLISECOND: Duration = Duration(1_000_000);
    /// `time.Second`
    pub const SECOND: Duration = Duration(1_000_000_000);
    /// `time.Minute`
    pub const MINUTE: Duration = Duration(60 * Self::SECOND.0);
    /// `time.Hour`
    pub const HOUR: Duration = Duration(3600 * Self::SECOND.0);

    /// `time.ParseDuration`
    ///
    /// # Errors
    /// Go's text: `time: invalid duration "x"`.
    pub fn parse(text: &[u8]) -> Result<Duration, String> {
        let fail = |what: &str| format!("time: {what} {}", quote(text));
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Duration(0));
        }
        let invalid = || fail("invalid duration");
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut sum = 0u64;
        while !rest.is_empty() {
            let (whole, after) = leading_number(rest).ok_or_else(invalid)?;
            let mut no_digits = after.len() == rest.len();
            rest = after;
            let (mut fraction, mut scale) = (0, 1.0);
            if let Some(after) = rest.strip_prefix(b".") {
                let (digits, after) = bytes::span(after, |byte| byte.is_ascii_digit());
                (fraction, scale) = leading_fraction(digits);
                no_digits &= digits.is_empty();
                rest = after;
            }
            if no_digits {
                return Err(invalid());
            }
            let (name, after) = bytes::span(rest, |byte| !matches!(byte, b'.' | b'0'..=b'9'));
            rest = after;
            if name.is_empty() {
                return Err(fail("missing unit in duration"));
            }
            let unit = unit(name).ok_or_else(|| fail(&format!("unknown unit {} in duration", quote(name))))?;
            let part = whole.checked_mul(unit).filter(|part| *part <= 1 << 63).ok_or_else(invalid)?;
            let part = if fraction > 0 { part.saturating_add((fraction as f64 * (unit as f64 / scale)) as u64) } else { part };
            sum = sum.checked_add(part).filter(|sum| part <= 1 << 63 && *sum <= 1 << 63).ok_or_else(invalid)?;
        }
        match (negative, i64::try_from(sum)) {
            (true, _) => Ok(Duration((sum as i64).wrapping_neg())),
            (false, Ok(sum)) => Ok(Duration(sum)),
            (false, Err(_)) => Err(invalid()),
        }
    }

    /// `Round` to a multiple, half away from zero.
    pub fn round(self, multiple: Duration) -> Duration {
        let Some(multiple) = u64::try_from(multiple.0).ok().and_then(NonZeroU64::new) else { return self };
        let magnitude = self.0.unsigned_abs();
        let above = magnitude % multiple;
        let down = magnitude.saturating_sub(above);
        let rounded = if above < multiple.get().saturating_sub(above) { down } else { down.saturating_add(multiple.get()) };
        Duration(if self.0 < 0 { 0i64.saturating_sub_unsigned(rounded) } else { 0i64.saturating_add_unsigned(rounded) })
    }
    /// `Truncate` to a multiple.
    pub fn truncate(self, multiple: Duration) -> Duration {
        let above = if multiple.0 <= 0 { None } else { self.0.checked_rem(multiple.0) };
        Duration(self.0.wrapping_sub(above.unwrap_or(0)))
    }
    /// `Abs`
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }
    /// `Hours`, `Minutes` and `Seconds`: how many of the unit.
    pub fn in_units(self, unit: Duration) -> f64 {
        let unit = unit.0.max(1);
        let (whole, rest) = (self.0.checked_div(unit).unwrap_or(0), self.0.checked_rem(unit).unwrap_or(0));
        whole as f64 + rest as f64 / unit as f64
    }
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        // The micro sign and the Greek letter.
        b"us" | b"\xC2\xB5s" | b"\xCE\xBCs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Digits after a point as a number and what to divide it by; those beyond 64 bits do not count.
fn leading_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut number, mut scale) = (0u64, 1.0);
    for digit in digits {
        let next = number.checked_mul(10).and_then(|number| number.checked_add(u64::from(digit & 0x0F)));
        let Some(next) = next.filter(|next| *next <= 1 << 63 && number <= i64::MAX as u64 / 10) else { break };
        number = next;
        scale *= 10.0;
    }
    (number, scale)
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (whole, below, digits, name) = match magnitude {
            0 => return f.write_str("0s"),
            1..1_000 => (magnitude, 0, 0, "ns"),
            1_000..1_000_000 => (magnitude / 1_000, magnitude % 1_000, 3, "µs"),
            1_000_000..1_000_000_000 => (magnitude / 1_000_000, magnitude % 1_000_000, 6, "ms"),
            _ => (magnitude / 1_000_000_000, magnitude % 1_000_000_000, 9, "s"),
        };
        let fraction = format!("{below:0digits$}");
        let fraction = if digits == 0 { "" } else { fraction.trim_end_matches('0') };
        let point = if fraction.is_empty() { "" } else { "." };
        if name != "s" || whole < 60 {
            return write!(f, "{whole}{point}{fraction}{name}");
        }
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        write!(f, "{minutes}m{seconds}{point}{fraction}s")
    }
}
