//! How large a value is once it is written out: lists that hold one list many times grow out of all bounds.

use crate::data::{Kind, Value};

/// How deep a value may nest and still be printed or copied.
const MAX_DEPTH: usize = 1_000;

/// Refuses values that are larger than `limit` bytes as text, or nest too deep.
pub(in crate::gotmpl) fn check(values: &[Value], limit: usize) -> Result<(), String> {
    let mut left = limit;
    for value in values {
        spend(value, &mut left, limit, MAX_DEPTH)?;
    }
    Ok(())
}

fn spend(value: &Value, left: &mut usize, limit: usize, depth: usize) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("value nests deeper than the limit of {MAX_DEPTH}"));
    };
    match &value.kind {
        Kind::String(text) | Kind::Bytes(text) => take(left, text.len(), limit),
        Kind::List(list) => {
            take(left, list.len(), limit)?;
            list.iter().try_for_each(|item| spend(item, left, limit, depth))
        }
        Kind::Map(map) => map.read().iter().try_for_each(|(key, item)| {
            take(left, key.len() + 2, limit)?;
            spend(item, left, limit, depth)
        }),
        Kind::Object(object) => match object.underlying() {
            Some(behind) => spend(&behind, left, limit, depth),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn take(left: &mut usize, bytes: usize, limit: usize) -> Result<(), String> {
    match left.checked_sub(bytes) {
        Some(rest) => {
            *left = rest;
            Ok(())
        }
        None => Err(format!("text of the value is larger than the limit of {limit} bytes")),
    }
}
