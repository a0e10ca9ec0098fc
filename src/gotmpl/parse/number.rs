//! Numeric constants: one literal under all the types that can hold it.

use super::lex::Kind as TokenKind;
use super::node::Number;
use crate::data::{Kind, Value};
use crate::golang::strconv;

/// Reads a literal.
///
/// # Errors
/// Go's words.
pub(super) fn parse(text: &[u8], kind: TokenKind, end: usize) -> Result<Number, String> {
    let mut number = match kind {
        TokenKind::CharConstant => character(text)?,
        TokenKind::Complex => complex(text)?,
        _ => plain(text)?,
    };
    number.end = end as u32;
    number.ideal = ideal(text, &number);
    Ok(number)
}

fn character(text: &[u8]) -> Result<Number, String> {
    let (Some((quote, inside)), invalid) = (text.split_first(), "invalid syntax") else {
        return Err("invalid syntax".to_owned());
    };
    let (rune, _, tail) = strconv::unquote_char(inside, *quote).ok_or(invalid)?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    let (int, uint, float) = (Some(i64::from(rune)), Some(u64::from(rune)), Some(f64::from(rune)));
    Ok(Number { int, uint, float, ..Number::default() })
}

/// `1+2i`: the lexer has seen to the shape.
fn complex(text: &[u8]) -> Result<Number, String> {
    let exponents = |at: usize| matches!(text.get(at.wrapping_sub(1)), Some(b'e' | b'E' | b'p' | b'P'));
    let hex = |at: usize| text.get(..at).is_some_and(|before| before.windows(2).any(|pair| matches!(pair, b"0x" | b"0X")));
    let exponent = |at: usize| exponents(at) && !(hex(at) && matches!(text.get(at.wrapping_sub(1)), Some(b'e' | b'E')));
    let split =
        text.iter().enumerate().skip(1).find(|(at, byte)| matches!(byte, b'+' | b'-') && !exponent(*at)).map_or(text.len(), |(at, _)| at);
    let (real, imaginary) = text.split_at(split);
    let imaginary = imaginary.strip_suffix(b"i").unwrap_or(imaginary);
    let real = strconv::parse_float(real).map_err(|error| error.to_string())?;
    let imaginary = strconv::parse_float(imaginary).map_err(|error| error.to_string())?;
    Ok(simplified(real, imaginary))
}

/// A complex number, and what else it is where its imaginary part is zero.
fn simplified(real: f64, imaginary: f64) -> Number {
    let mut number = Number { complex: Some((real, imaginary)), ..Number::default() };
    if imaginary == 0.0 {
        number.float = Some(real);
        number.int = as_int(real);
        number.uint = as_uint(real);
    }
    number
}

fn plain(text: &[u8]) -> Result<Number, String> {
    if let Some(imaginary) = text.strip_suffix(b"i").and_then(|digits| strconv::parse_float(digits).ok()) {
        return Ok(simplified(0.0, imaginary));
    }
    let mut number = Number { uint: strconv::parse_uint(text, 0, 64).ok(), int: strconv::parse_int(text, 0, 64).ok(), ..Number::default() };
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Ok(float) = strconv::parse_float(text) {
        if !text.iter().any(|byte| b".eEpP".contains(byte)) {
            return Err(format!("integer overflow: {}", strconv::quote(text)));
        }
        number.float = Some(float);
        number.int = as_int(float);
        number.uint = as_uint(float);
    }
    if number.float.is_none() {
        return Err(format!("illegal number syntax: {}", strconv::quote(text)));
    }
    Ok(number)
}

fn as_int(float: f64) -> Option<i64> {
    let fits = float.trunc() == float && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    fits.then_some(float as i64)
}

fn as_uint(float: f64) -> Option<u64> {
    let fits = float.trunc() == float && (0.0..18_446_744_073_709_551_616.0).contains(&float);
    fits.then_some(float as u64)
}

/// The type that the literal's form suggests: complex, then float64 by its signs, then int.
fn ideal(text: &[u8], number: &Number) -> Option<Value> {
    if let Some((real, imaginary)) = number.complex {
        return Some(Kind::Complex(real, imaginary).into());
    }
    let has = |set: &[u8]| text.iter().any(|byte| set.contains(byte));
    let hex = matches!(text, [b'0', b'x' | b'X', _, ..]) && !has(b"pP");
    let rune = text.first() == Some(&b'\'');
    match (number.float, number.int) {
        (Some(float), _) if !hex && !rune && has(b".eEpP") => Some(float.into()),
        (_, Some(int)) => Some(Value::int(int)),
        _ => None,
    }
}
