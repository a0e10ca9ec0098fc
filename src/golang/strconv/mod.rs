//! Go's `strconv`: numbers and quoted text, in and out, with Go's error texts.

mod float;
mod printable;
mod quote;

use std::fmt;
use std::num::NonZeroU64;

use super::bytes;

pub use float::{format_float, parse_float};
pub use printable::is_print;
pub use quote::{
    append_quote, append_quote_to_ascii, can_backquote, quote, quote_rune, quote_rune_to_ascii, quote_to_ascii, unquote, unquote_char,
};

/// `*strconv.NumError`: `strconv.ParseInt: parsing "x": invalid syntax`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumError {
    /// The function: `ParseInt`, `ParseUint`, `ParseFloat`, `ParseBool`, `Atoi`.
    pub function: &'static str,
    /// What was read.
    pub text: Vec<u8>,
    /// Why it is no number.
    pub cause: Cause,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// `invalid syntax`
    Syntax,
    /// `value out of range`
    Range,
    /// `invalid base N`
    Base(u32),
    /// `invalid bit size N`
    BitSize(u32),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Syntax => f.write_str("invalid syntax"),
            Cause::Range => f.write_str("value out of range"),
            Cause::Base(base) => write!(f, "invalid base {base}"),
            Cause::BitSize(bits) => write!(f, "invalid bit size {bits}"),
        }
    }
}
impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: {}", self.function, quote(&self.text), self.cause)
    }
}
impl std::error::Error for NumError {}

fn error(function: &'static str, text: &[u8], cause: Cause) -> NumError {
    NumError { function, text: text.to_vec(), cause }
}

/// `strconv.ParseInt`; `base` 0 reads prefixes and underscores, `bits` 0 is 64.
///
/// # Errors
/// As Go.
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    read_int(text, base, bits).map_err(|cause| error("ParseInt", text, cause))
}

/// `strconv.ParseUint`; `base` 0 reads prefixes and underscores, `bits` 0 is 64.
///
/// # Errors
/// As Go.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumError> {
    read_uint(text, base, bits).map_err(|cause| error("ParseUint", text, cause))
}

/// `strconv.Atoi`: decimal digits with an optional sign.
///
/// # Errors
/// As Go.
pub fn atoi(text: &[u8]) -> Result<i64, NumError> {
    read_int(text, 10, 0).map_err(|cause| error("Atoi", text, cause))
}

/// `strconv.ParseBool`: `1 t T true TRUE True` and their opposites.
///
/// # Errors
/// As Go.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(error("ParseBool", text, Cause::Syntax)),
    }
}

/// `strconv.FormatInt` in base 2 to 36.
pub fn format_int(number: i64, base: u32) -> String {
    let digits = format_uint(number.unsigned_abs(), base);
    if number < 0 { format!("-{digits}") } else { digits }
}

/// `strconv.FormatUint` in base 2 to 36; other bases are taken to the nearest of these.
pub fn format_uint(mut number: u64, base: u32) -> String {
    let base = base.clamp(2, 36);
    let Some(divisor) = NonZeroU64::new(u64::from(base)).filter(|_| base != 10) else { return number.to_string() };
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((number % divisor) as u32, base).unwrap_or('0'));
        number /= divisor;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn read_int(text: &[u8], base: u32, bits: u32) -> Result<i64, Cause> {
    let (negative, digits) = match text {
        [] => return Err(Cause::Syntax),
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = read_uint(digits, base, bits)?;
    // The largest magnitude below zero: 2 to the power of all bits but one.
    let limit = (largest(bits) >> 1).saturating_add(1);
    match negative {
        false if magnitude < limit => Ok(magnitude as i64),
        true if magnitude <= limit => Ok((magnitude as i64).wrapping_neg()),
        _ => Err(Cause::Range),
    }
}

/// The largest number of so many bits; 0 stands for 64.
fn largest(bits: u32) -> u64 {
    64u32.checked_sub(bits).and_then(|unused| u64::MAX.checked_shr(unused)).unwrap_or(u64::MAX)
}

fn read_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, Cause> {
    let Some(&first) = text.first() else { return Err(Cause::Syntax) };
    let (radix, digits) = match base {
        2..=36 => (base, text),
        0 if first == b'0' => match text {
            [_, b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
            [_, b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
            [_, b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
            _ => (8, bytes::skip(text, 1)),
        },
        0 => (10, text),
        _ => return Err(Cause::Base(base)),
    };
    if bits > 64 {
        return Err(Cause::BitSize(bits));
    }
    let largest = largest(bits);
    let mut number = 0u64;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(36).filter(|digit| *digit < radix).ok_or(Cause::Syntax)?;
        number = number
            .checked_mul(u64::from(radix))
            .and_then(|number| number.checked_add(u64::from(digit)))
            .filter(|number| *number <= largest)
            .ok_or(Cause::Range)?;
    }
    if underscores && !underscores_fit(text) { Err(Cause::Syntax) } else { Ok(number) }
}

/// Whether every underscore stands between digits, or between a base prefix and a digit.
fn underscores_fit(text: &[u8]) -> bool {
    #[derive(PartialEq)]
    enum Seen {
        Start,
        Digit,
        Underscore,
        Other,
    }
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let (hex, mut seen, digits) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (true, Seen::Digit, rest),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (false, Seen::Digit, rest),
        _ => (false, Seen::Start, text),
    };
    for &byte in digits {
        seen = if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() {
            Seen::Digit
        } else if byte == b'_' {
            if seen != Seen::Digit {
                return false;
            }
            Seen::Underscore
        } else {
            if seen == Seen::Underscore {
                return false;
            }
            Seen::Other
        };
    }
    seen != Seen::Underscore
}

#[cfg(test)]
mod tests;
