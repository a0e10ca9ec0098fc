//! How Sprig's functions see their arguments: the Go kinds behind a value, and the text of one.

use std::borrow::Cow;

use crate::data::{GoKind, Kind, List, Map, Origin, Str, Type, Value};
use crate::golang::fmt;
use crate::gotmpl::funcs::Failure;

/// What Go panics with when a method is called on a nil interface.
pub(super) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// A string argument's bytes.
pub(super) fn text(arguments: &[Value], at: usize) -> &[u8] {
    arguments.get(at).and_then(Value::as_str).map_or(&[], Str::as_bytes)
}

/// An integer argument.
pub(super) fn int(arguments: &[Value], at: usize) -> i64 {
    match arguments.get(at).map(|value| &value.kind) {
        Some(Kind::Int(number, _)) => *number,
        Some(Kind::Uint(number, _)) => i64::try_from(*number).unwrap_or(i64::MAX),
        _ => 0,
    }
}

/// A float64 argument.
pub(super) fn float(arguments: &[Value], at: usize) -> f64 {
    match arguments.get(at).map(|value| &value.kind) {
        Some(Kind::Float(number)) => *number,
        _ => 0.0,
    }
}

/// A bool argument.
pub(super) fn boolean(arguments: &[Value], at: usize) -> bool {
    arguments.get(at).and_then(Value::as_bool).unwrap_or(false)
}

/// A map argument; `None` for a nil map.
pub(super) fn map(arguments: &[Value], at: usize) -> Option<Map> {
    arguments.get(at).and_then(as_map)
}

/// The map that a value is, also behind a named type.
pub(super) fn as_map(value: &Value) -> Option<Map> {
    match &value.kind {
        Kind::Map(map) => Some(map.clone()),
        Kind::Object(object) => object.underlying().as_ref().and_then(as_map),
        _ => None,
    }
}

/// Any argument; nil where it is missing.
pub(super) fn value(arguments: &[Value], at: usize) -> &Value {
    static NIL: Value = Value::NIL;
    arguments.get(at).unwrap_or(&NIL)
}

/// The arguments from there on.
pub(super) fn from(arguments: &[Value], at: usize) -> &[Value] {
    arguments.get(at..).unwrap_or(&[])
}

/// The first origin among the values.
pub(super) fn origin(values: &[Value]) -> Origin {
    values.iter().map(|value| value.origin).find(|origin| origin.is_some()).unwrap_or_default()
}

/// A result made from the arguments: it is said to come from the argument that the function is about,
/// otherwise from the first that was written somewhere.
pub(super) fn made(result: impl Into<Value>, arguments: &[Value], about: usize) -> Value {
    let result = result.into();
    let from = result.origin.or(value(arguments, about).origin).or(origin(arguments));
    result.from_origin(from)
}

/// The items of a list, as `reflect` sees any slice. The failure says what was done to what:
/// `Cannot push on type int`, with the words before the kind given.
pub(super) fn items(list: &Value, words: &str) -> Result<List, Failure> {
    if list.is_nil() {
        return Err(NIL_DEREFERENCE.into());
    }
    sequence(list).ok_or_else(|| Failure::from(format!("{words} {}", kind_name(list))))
}

/// The slice that a value is, also behind a named type and as bytes; `None` for all else.
pub(super) fn sequence(value: &Value) -> Option<List> {
    match &value.kind {
        Kind::List(list) => Some(list.clone()),
        Kind::Bytes(bytes) => {
            let byte = |byte: &u8| Value::from(Kind::Uint(u64::from(*byte), GoKind::Uint8)).from_origin(value.origin);
            Some(List::typed(Type::Bytes, bytes.iter().map(byte).collect()))
        }
        Kind::Object(object) => object.underlying().as_ref().and_then(sequence),
        _ => None,
    }
}

/// `reflect.ValueOf(value).Kind().String()`.
pub(super) fn kind_name(value: &Value) -> &'static str {
    value.go_type().map_or(GoKind::Invalid, Type::kind).name()
}

/// What Sprig makes of any value where it wants text: strings and bytes as they are, the rest as `%v` prints it.
pub(in crate::gotmpl) fn strval(value: &Value) -> Cow<'_, [u8]> {
    match &value.kind {
        Kind::String(text) | Kind::Bytes(text) => Cow::Borrowed(text.as_bytes()),
        _ => Cow::Owned(printed(value)),
    }
}

/// [`strval`] as a string value with the value's origin.
pub(super) fn string(value: &Value) -> Value {
    match &value.kind {
        Kind::String(_) => value.clone(),
        _ => Value::string(&*strval(value)).from_origin(value.origin),
    }
}

/// What `%v` prints.
pub(super) fn printed(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    fmt::append_value(&mut out, value);
    out
}

/// What Sprig makes of any value where it wants a list of text. nil items are left out.
pub(super) fn strings(value: &Value) -> Vec<Value> {
    if value.is_nil() {
        return Vec::new();
    }
    match sequence(value) {
        Some(list) => list.iter().filter(|item| !item.is_nil()).map(string).collect(),
        None => vec![string(value)],
    }
}

/// Whether Sprig takes a value for not set: `empty`.
pub(super) fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Nil => true,
        Kind::Bool(truth) => !truth,
        Kind::Int(number, _) => *number == 0,
        Kind::Uint(number, _) => *number == 0,
        Kind::Float(number) => *number == 0.0,
        Kind::Complex(real, imaginary) => *real == 0.0 && *imaginary == 0.0,
        Kind::String(text) | Kind::Bytes(text) => text.is_empty(),
        Kind::List(list) => list.is_empty(),
        Kind::Map(map) => map.is_empty(),
        Kind::Object(object) => object.underlying().is_some_and(|value| is_empty(&value)),
    }
}
