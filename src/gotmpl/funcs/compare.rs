//! Go's comparisons: `eq ne lt le gt ge`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::{Call, Failure};
use crate::data::{GoKind, Kind, Value};
use crate::golang::fmt::sprintf;

const BAD_TYPE: &str = "invalid type for comparison";

/// The value that is compared: a named number or string as what it is.
fn plain(value: &Value) -> Cow<'_, Value> {
    let behind = match &value.kind {
        Kind::Object(object) => object.underlying().filter(|value| basic(value).is_some()),
        _ => None,
    };
    behind.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Values that compare with each other have the same number.
fn basic(value: &Value) -> Option<u8> {
    match value.kind {
        Kind::Bool(_) => Some(1),
        Kind::Complex(..) => Some(2),
        Kind::Int(..) => Some(3),
        Kind::Float(_) => Some(4),
        Kind::String(_) => Some(5),
        Kind::Uint(..) => Some(6),
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    value.go_type().map_or("<nil>", |of| of.name())
}

fn incompatible<T>(one: &Value, other: &Value) -> Result<T, Failure> {
    Err(format!("incompatible types for comparison: {} and {}", type_of(one), type_of(other)).into())
}

fn is_nil(value: &Value) -> bool {
    match &value.kind {
        Kind::Nil => true,
        Kind::List(list) => list.is_nil(),
        Kind::Object(object) if object.go_type().kind() == GoKind::Map => object.marshal().is_nil(),
        _ => false,
    }
}

fn equal(one: &Value, other: &Value) -> Result<bool, Failure> {
    Ok(match (&one.kind, &other.kind) {
        (Kind::Bool(one), Kind::Bool(other)) => one == other,
        (Kind::Complex(one, one_imaginary), Kind::Complex(other, other_imaginary)) => one == other && one_imaginary == other_imaginary,
        (Kind::Float(one), Kind::Float(other)) => one == other,
        (Kind::String(one), Kind::String(other)) => one == other,
        (Kind::Int(one, _), Kind::Int(other, _)) => one == other,
        (Kind::Uint(one, _), Kind::Uint(other, _)) => one == other,
        (Kind::Int(int, _), Kind::Uint(uint, _)) | (Kind::Uint(uint, _), Kind::Int(int, _)) => u64::try_from(*int) == Ok(*uint),
        (Kind::Nil, _) | (_, Kind::Nil) => is_nil(one) && is_nil(other),
        _ if basic(one) != basic(other) => return incompatible(one, other),
        _ => return equal_composites(one, other),
    })
}

/// Maps, slices and structs.
fn equal_composites(one: &Value, other: &Value) -> Result<bool, Failure> {
    let kind = |value: &Value| value.go_type().map(|of| of.kind());
    let text = |verb: &str, value: &Value| sprintf(verb.as_bytes(), std::slice::from_ref(value));
    if kind(one) != kind(other) {
        let (one_text, other_text) = (text("%s", one), text("%v", other));
        return Err(format!("non-comparable types {one_text}: {}, {}: {other_text}", type_of(one), type_of(other)).into());
    }
    if is_nil(one) || is_nil(other) {
        return Ok(is_nil(one) == is_nil(other));
    }
    match (&one.kind, &other.kind) {
        (Kind::Object(one_object), Kind::Object(other_object)) if other_object.underlying().is_none() => {
            Ok(Arc::ptr_eq(one_object, other_object) || (type_of(one) == type_of(other) && one_object.text() == other_object.text()))
        }
        _ => Err(format!("non-comparable type {}: {}", text("%s", other), type_of(other)).into()),
    }
}

fn order(one: &Value, other: &Value) -> Result<Option<Ordering>, Failure> {
    if basic(one).is_none() || basic(other).is_none() {
        return Err(BAD_TYPE.into());
    }
    Ok(match (&one.kind, &other.kind) {
        (Kind::Int(one, _), Kind::Int(other, _)) => Some(one.cmp(other)),
        (Kind::Uint(one, _), Kind::Uint(other, _)) => Some(one.cmp(other)),
        (Kind::Int(one, _), Kind::Uint(other, _)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Kind::Uint(one, _), Kind::Int(other, _)) => Some(i128::from(*one).cmp(&i128::from(*other))),
        (Kind::Float(one), Kind::Float(other)) => one.partial_cmp(other),
        (Kind::String(one), Kind::String(other)) => Some(one.cmp(other)),
        _ if basic(one) != basic(other) => return incompatible(one, other),
        _ => return Err(BAD_TYPE.into()),
    })
}

fn pair(arguments: &[Value]) -> (Cow<'_, Value>, Cow<'_, Value>) {
    let at = |index: usize| arguments.get(index).map_or(Cow::Owned(Value::NIL), plain);
    (at(0), at(1))
}

fn less(arguments: &[Value]) -> Result<bool, Failure> {
    let (one, other) = pair(arguments);
    Ok(order(&one, &other)? == Some(Ordering::Less))
}

pub(super) fn eq(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some((first, rest)) = arguments.split_first() else { return Err("missing argument for comparison".into()) };
    if rest.is_empty() {
        return Err("missing argument for comparison".into());
    }
    let first = plain(first);
    for other in rest {
        let other = plain(other);
        if basic(&first).is_none() && basic(&other).is_none() {
            call.check_values(&[first.clone().into_owned(), other.clone().into_owned()])?;
        }
        if equal(&first, &other)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

pub(super) fn ne(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (one, other) = pair(arguments);
    Ok((!equal(&one, &other)?).into())
}

pub(super) fn lt(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(less(arguments)?.into())
}

fn less_or_equal(arguments: &[Value]) -> Result<bool, Failure> {
    let (one, other) = pair(arguments);
    Ok(less(arguments)? || equal(&one, &other)?)
}

pub(super) fn le(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(less_or_equal(arguments)?.into())
}

pub(super) fn gt(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((!less_or_equal(arguments)?).into())
}

pub(super) fn ge(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((!less(arguments)?).into())
}
