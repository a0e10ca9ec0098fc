//! Floating-point numbers.

use super::{Cause, NumError, error, underscores_fit};
use crate::golang::bytes;

/// No float64 has more digits than this before or after the point; zeros follow.
const EXACT_DIGITS: usize = 1_100;

/// `strconv.FormatFloat(number, format, precision, 64)`: `format` is one of `eEfgGbxX`; precision -1 (or any
/// below 0) is the shortest that reads back as the same number.
pub fn format_float(number: f64, format: u8, precision: i32) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let magnitude = number.abs();
    let precision = usize::try_from(precision).ok();
    let text = match format {
        b'b' => return format!("{sign}{}", binary(magnitude)),
        b'x' | b'X' => hexadecimal(magnitude, precision),
        b'f' | b'F' => fixed(magnitude, precision),
        b'g' | b'G' => general(magnitude, precision),
        b'e' | b'E' => {
            let digits = Digits::of(magnitude, precision.map(|digits| digits.saturating_add(1)));
            let count = precision.unwrap_or(digits.text.len().saturating_sub(1));
            digits.exponential(count)
        }
        _ => return format!("%{}", char::from(format)),
    };
    if format.is_ascii_uppercase() && format != b'F' { format!("{sign}{}", text.to_uppercase()) } else { format!("{sign}{text}") }
}

/// Significant digits without zeros at either end, and where the point stands: 0.`text` × 10^`point`.
struct Digits {
    text: Vec<u8>,
    point: i32,
}

impl Digits {
    /// The shortest digits, or the number rounded to so many of them.
    fn of(magnitude: f64, count: Option<usize>) -> Digits {
        if magnitude == 0.0 {
            return Digits { text: Vec::new(), point: 0 };
        }
        let written = match count {
            None => format!("{magnitude:e}"),
            Some(count) => format!("{magnitude:.*e}", count.clamp(1, EXACT_DIGITS).saturating_sub(1)),
        };
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let mut text: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while text.last() == Some(&b'0') {
            text.pop();
        }
        Digits { text, point: exponent.parse::<i32>().unwrap_or(0).saturating_add(1) }
    }

    /// `d.ddde±dd` with `count` digits after the point.
    fn exponential(&self, count: usize) -> String {
        let mut out = String::new();
        out.push(self.text.first().map_or('0', |digit| char::from(*digit)));
        if count > 0 {
            out.push('.');
            let rest = self.text.get(1..).unwrap_or_default();
            out.extend(rest.iter().take(count).map(|digit| char::from(*digit)));
            out.extend(std::iter::repeat_n('0', count.saturating_sub(rest.len())));
        }
        let exponent = if self.text.is_empty() { 0 } else { self.point.saturating_sub(1) };
        out.push_str(&format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()));
        out
    }

    /// `ddd.ddd` with all its digits.
    fn plain(&self) -> String {
        let digit = |at: i32| usize::try_from(at).ok().and_then(|at| self.text.get(at)).map_or('0', |digit| char::from(*digit));
        let length = self.text.len() as i32;
        let mut out: String = (0..self.point.max(1)).map(|at| if self.point > 0 { digit(at) } else { '0' }).collect();
        if length > self.point {
            out.push('.');
            out.extend((self.point..length).map(digit));
        }
        out
    }
}

fn fixed(magnitude: f64, precision: Option<usize>) -> String {
    match precision {
        None => Digits::of(magnitude, None).plain(),
        Some(precision) => {
            let mut out = format!("{magnitude:.*}", precision.min(EXACT_DIGITS));
            out.extend(std::iter::repeat_n('0', precision.saturating_sub(EXACT_DIGITS)));
            out
        }
    }
}

fn general(magnitude: f64, precision: Option<usize>) -> String {
    let digits = Digits::of(magnitude, precision.map(|digits| digits.max(1)));
    let count = digits.text.len() as i32;
    let limit = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            if precision > count && count >= digits.point { count } else { precision }
        }
    };
    let exponent = digits.point.saturating_sub(1);
    if exponent < -4 || exponent >= limit { digits.exponential(digits.text.len().saturating_sub(1)) } else { digits.plain() }
}

/// Mantissa and exponent as they are stored: the number is `mantissa` × 2^`exponent`.
fn stored(magnitude: f64) -> (u64, i32) {
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52) as i32 & 0x7FF {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent.saturating_sub(1075)),
    }
}

fn binary(magnitude: f64) -> String {
    let (mantissa, exponent) = stored(magnitude);
    format!("{mantissa}p{exponent:+}")
}

fn hexadecimal(magnitude: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = stored(magnitude);
    exponent = exponent.saturating_add(52);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading 1 goes to bit 60, so that fifteen whole digits follow it.
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa = mantissa.unbounded_shl(shift);
        exponent = exponent.saturating_add(8).saturating_sub_unsigned(shift);
    }
    if let Some(digits) = precision.filter(|digits| *digits < 15) {
        let kept = (digits as u32).saturating_mul(4);
        let cut = 60u32.saturating_sub(kept);
        let dropped = mantissa.unbounded_shl(kept) & ((1 << 60) - 1);
        mantissa = mantissa.unbounded_shr(cut);
        if dropped | (mantissa & 1) > 1 << 59 {
            mantissa = mantissa.wrapping_add(1);
        }
        mantissa = mantissa.unbounded_shl(cut);
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent = exponent.saturating_add(1);
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let digits = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(count) => fraction.chars().chain(std::iter::repeat('0')).take(count).collect(),
    };
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{digits}p{sign}{:02}", mantissa >> 60, exponent.abs())
}

/// `strconv.ParseFloat(text, 64)`: decimal and hexadecimal, `inf`, `infinity`, `nan`.
///
/// # Errors
/// As Go.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    let fail = |cause| error("ParseFloat", text, cause);
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
        f64::INFINITY
    } else if text.eq_ignore_ascii_case(b"nan") {
        f64::NAN
    } else {
        let number = match unsigned {
            [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => read_hexadecimal(digits),
            _ => read_decimal(unsigned),
        };
        let number = number.filter(|_| !text.contains(&b'_') || underscores_fit(text)).ok_or_else(|| fail(Cause::Syntax))?;
        if number.is_infinite() {
            return Err(fail(Cause::Range));
        }
        number
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn read_decimal(text: &[u8]) -> Option<f64> {
    let exponent = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = text.split_at(exponent.unwrap_or(text.len()));
    let points = mantissa.iter().filter(|byte| **byte == b'.').count();
    let digits = mantissa.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || points > 1 || mantissa.iter().any(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'_')) {
        return None;
    }
    let mut clean: String = mantissa.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    if let [_, exponent @ ..] = exponent {
        clean.push_str(&format!("e{}", read_exponent(exponent)?));
    }
    clean.parse().ok()
}

/// A decimal exponent, its size limited: beyond that every number is 0 or infinite.
fn read_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let mut exponent = 0i64;
    for byte in digits.iter().filter(|byte| **byte != b'_') {
        let digit = char::from(*byte).to_digit(10)?;
        if exponent < 10_000 {
            exponent = exponent.saturating_mul(10).saturating_add(i64::from(digit));
        }
    }
    Some(if negative { exponent.saturating_neg() } else { exponent })
}

fn read_hexadecimal(text: &[u8]) -> Option<f64> {
    let (digits, exponent) = bytes::span(text, |byte| !matches!(byte, b'p' | b'P'));
    let mut exponent = read_exponent(exponent.get(1..)?)?;
    let (mut mantissa, mut dropped, mut point, mut seen) = (0u64, false, false, false);
    for &byte in digits {
        match byte {
            b'_' => continue,
            b'.' if !point => point = true,
            _ => {
                let digit = u64::from(char::from(byte).to_digit(16)?);
                seen = true;
                if mantissa >> 59 == 0 {
                    mantissa = mantissa << 4 | digit;
                    exponent = exponent.saturating_sub(if point { 4 } else { 0 });
                } else {
                    dropped |= digit != 0;
                    exponent = exponent.saturating_add(if point { 0 } else { 4 });
                }
            }
        }
    }
    seen.then(|| scale(mantissa, dropped, exponent))
}

/// `mantissa` × 2^`exponent`, rounded half to even; `dropped`: a little more than that.
fn scale(mantissa: u64, dropped: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    let (mantissa, exponent) = (mantissa.unbounded_shl(shift), exponent.saturating_sub_unsigned(u64::from(shift)));
    // The value is 1.xxx × 2^top; a float64 keeps 52 bits below the first, fewer when it is subnormal.
    let top = exponent.saturating_add(63);
    if top > 1023 {
        return f64::INFINITY;
    }
    let lowest = top.saturating_sub(52).max(-1074);
    let cut = lowest.saturating_sub(exponent);
    let Some(cut) = u32::try_from(cut).ok().filter(|cut| *cut <= 64) else { return 0.0 };
    // The bits that are cut off come to stand at the top, so that half of the last kept bit is the highest of them.
    let wide = (u128::from(mantissa) << 64).unbounded_shr(cut);
    let (kept, rest) = ((wide >> 64) as u64, wide as u64);
    let half = 1 << 63;
    let up = rest > half || rest == half && (dropped || kept & 1 == 1);
    // Adding the mantissa to the exponent's field carries over by itself, also into infinity.
    let biased = u64::try_from(top.saturating_add(1022)).unwrap_or(0);
    let bits = (biased << 52).wrapping_add(kept).wrapping_add(u64::from(up));
    f64::from_bits(bits)
}
