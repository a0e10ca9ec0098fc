//! Numbers from anything: spf13/cast 1.7.0, whose failures count as 0.

use crate::data::{GoKind, Kind, Type, Value};
use crate::golang::strconv;

/// `cast.ToInt64`; `cast.ToInt` is the same on 64 bits.
pub(super) fn to_int64(value: &Value) -> i64 {
    match &value.kind {
        Kind::Bool(truth) => i64::from(*truth),
        Kind::Int(number, _) => *number,
        Kind::Uint(_, GoKind::Uintptr) => 0,
        // parity: Go's conversion keeps the bits
        Kind::Uint(number, _) => *number as i64,
        Kind::Float(number) => truncated(*number),
        Kind::String(text) => strconv::parse_int(without_zero_decimals(text), 0, 64).unwrap_or(0),
        Kind::Object(object) => match (object.go_type(), object.underlying()) {
            (Type::Named("time.Month" | "time.Weekday" | "encoding/json.Number" | "json.Number", _), Some(value)) => to_int64(&value),
            _ => 0,
        },
        Kind::Nil | Kind::Complex(..) | Kind::Bytes(_) | Kind::List(_) | Kind::Map(_) => 0,
    }
}

/// `cast.ToFloat64`.
pub(super) fn to_float64(value: &Value) -> f64 {
    match &value.kind {
        Kind::Bool(truth) => f64::from(u8::from(*truth)),
        Kind::Int(number, _) => *number as f64,
        Kind::Uint(_, GoKind::Uintptr) => 0.0,
        Kind::Uint(number, _) => *number as f64,
        Kind::Float(number) => *number,
        Kind::String(text) => strconv::parse_float(text).unwrap_or(0.0),
        Kind::Object(object) => match (object.go_type(), object.underlying()) {
            (Type::Named("time.Month" | "time.Weekday" | "encoding/json.Number" | "json.Number", _), Some(value)) => to_float64(&value),
            _ => 0.0,
        },
        Kind::Nil | Kind::Complex(..) | Kind::Bytes(_) | Kind::List(_) | Kind::Map(_) => 0.0,
    }
}

/// Go's `int64(number)` on amd64: what does not fit gives the least integer.
pub(super) fn truncated(number: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&number) { number as i64 } else { i64::MIN }
}

/// `12.00` is 12: what cast cuts off before it reads an integer.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let mut head = text;
    while let Some(shorter) = head.strip_suffix(b"0") {
        head = shorter;
    }
    match head.strip_suffix(b".") {
        Some(whole) if head.len() < text.len() => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{truncated, without_zero_decimals};

    #[test]
    fn only_zeros_after_the_point_are_cut() {
        let cut = |text: &'static str| std::str::from_utf8(without_zero_decimals(text.as_bytes())).unwrap();
        assert_eq!([cut("12.00"), cut("12.50"), cut("100"), cut("1."), cut(".0"), cut("")], ["12", "12.50", "100", "1.", "", ""]);
    }

    #[test]
    fn floats_that_do_not_fit_give_the_least_integer() {
        assert_eq!([truncated(-1.9), truncated(1e19), truncated(f64::NAN), truncated(-1e300)], [-1, i64::MIN, i64::MIN, i64::MIN]);
        assert_eq!(truncated(9_223_372_036_854_775_807.0), i64::MIN);
    }
}
