//! Go's `strconv`.

use std::fmt;

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
}

impl fmt::Display for NumError {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}
impl std::error::Error for NumError {}

/// `strconv.ParseInt`; `base` 0 reads prefixes and underscores. `bits` of 8 to 64.
///
/// # Errors
/// As Go.
pub fn parse_int(_text: &[u8], _base: u32, _bits: u32) -> Result<i64, NumError> {
    unimplemented!()
}
/// `strconv.ParseUint`
///
/// # Errors
/// As Go.
pub fn parse_uint(_text: &[u8], _base: u32, _bits: u32) -> Result<u64, NumError> {
    unimplemented!()
}
/// `strconv.Atoi`
///
/// # Errors
/// As Go.
pub fn atoi(_text: &[u8]) -> Result<i64, NumError> {
    unimplemented!()
}
/// `strconv.ParseFloat(text, 64)`
///
/// # Errors
/// As Go.
pub fn parse_float(_text: &[u8]) -> Result<f64, NumError> {
    unimplemented!()
}
/// `strconv.ParseBool`: `1 t T true TRUE True` and their opposites.
///
/// # Errors
/// As Go.
pub fn parse_bool(_text: &[u8]) -> Result<bool, NumError> {
    unimplemented!()
}
/// `strconv.FormatFloat(number, format, precision, 64)`: `format` is one of `eEfgGbxX`; precision -1 is the shortest.
pub fn format_float(_number: f64, _format: u8, _precision: i32) -> String {
    unimplemented!()
}
/// `strconv.FormatInt` in base 2 to 36.
pub fn format_int(_number: i64, _base: u32) -> String {
    unimplemented!()
}
/// `strconv.Quote`
pub fn quote(_text: &[u8]) -> String {
    unimplemented!()
}
/// `strconv.QuoteToASCII`
pub fn quote_to_ascii(_text: &[u8]) -> String {
    unimplemented!()
}
/// `strconv.QuoteRune`; what is no character becomes U+FFFD.
pub fn quote_rune(_rune: u32) -> String {
    unimplemented!()
}
/// `strconv.CanBackquote`
pub fn can_backquote(_text: &[u8]) -> bool {
    unimplemented!()
}
/// `strconv.Unquote`: a double-quoted, back-quoted or single-quoted literal. `None`: `invalid syntax`.
pub fn unquote(_literal: &[u8]) -> Option<Vec<u8>> {
    unimplemented!()
}
/// `strconv.UnquoteChar`: the first character (or byte) of a literal's inside, whether it needs UTF-8, and the rest.
pub fn unquote_char(_text: &[u8], _quote: u8) -> Option<(u32, bool, &[u8])> {
    unimplemented!()
}
/// `strconv.IsPrint`
pub fn is_print(_rune: u32) -> bool {
    unimplemented!()
}
