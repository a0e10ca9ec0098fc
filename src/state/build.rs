//! The merged state as YAML text, fields in helmfile's order (`build`).
//!
//! go-yaml writes structs in the order of their fields and maps in key order. The writer of values knows maps only, so
//! structs are written here field by field, each value by it, and indented.

use super::record::is_zero;
use super::schema::{Field, Schema, Type};
use crate::data::yaml::{Style, write};
use crate::data::{Kind as Is, Map, Value};

/// A record as YAML, with a final newline.
///
/// # Errors
/// A value that can't be written.
pub(super) fn record(schema: &Schema, record: &Map) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for field in schema.fields {
        let value = record.get(field.key);
        if field.omit_empty && value.as_ref().is_none_or(|value| is_zero(field.of, value)) {
            continue;
        }
        out.extend(self::field(field, &value.unwrap_or_else(|| zero(field.of)))?);
    }
    Ok(out)
}

/// `key: value`, on as many lines as it takes.
fn field(field: &Field, value: &Value) -> Result<Vec<u8>, String> {
    match (field.of, &value.kind) {
        (Type::Record(schema) | Type::RecordRef(schema), Is::Map(map)) => keyed(field.key, record(schema, map)?),
        (Type::Records(schema) | Type::Inherits(schema), Is::List(list)) if !list.is_empty() => {
            let mut out = format!("{}:\n", field.key).into_bytes();
            for item in list.iter() {
                out.extend(element(schema, item)?);
            }
            Ok(out)
        }
        (Type::RecordMap(schema), Is::Map(map)) if !map.is_empty() => {
            let mut body = Vec::new();
            for key in in_order(map)? {
                let empty = Map::new();
                let item = map.get(&key).unwrap_or_default();
                let text = record(schema, item.as_map().unwrap_or(&empty))?;
                body.extend(keyed(&written_key(&key.to_text())?, text)?);
            }
            keyed(field.key, body)
        }
        _ => leaf(field.key, value),
    }
}

fn keyed(key: &str, body: Vec<u8>) -> Result<Vec<u8>, String> {
    if body.is_empty() {
        return Ok(format!("{key}: {{}}\n").into_bytes());
    }
    let mut out = format!("{key}:\n").into_bytes();
    out.extend(indented(&body, b"  ", b"  "));
    Ok(out)
}

fn element(schema: &Schema, item: &Value) -> Result<Vec<u8>, String> {
    let empty = Map::new();
    let item = item.as_map().unwrap_or(&empty);
    let body = record(schema, item)?;
    // parity: an empty struct in a list is a flow mapping
    Ok(if body.is_empty() { b"  - {}\n".to_vec() } else { indented(&body, b"  - ", b"    ") })
}

fn indented(text: &[u8], first: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    for (position, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if position == 0 {
            out.extend_from_slice(first);
        } else if line != b"\n" {
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(line);
    }
    out
}

fn leaf(key: &str, value: &Value) -> Result<Vec<u8>, String> {
    write(&[(key, value.clone())].into_iter().collect::<Map>().into(), Style::Helmfile)
}

/// A map's keys in the order in which the writer puts them.
fn in_order(map: &Map) -> Result<Vec<crate::data::Str>, String> {
    let keys: Vec<crate::data::Str> = map.read().keys().cloned().collect();
    let flags: Map = keys.iter().map(|key| (key.clone(), Value::from(true))).collect();
    let text = write(&flags.into(), Style::Helmfile)?;
    let lines: std::collections::HashMap<&[u8], usize> =
        text.split_inclusive(|byte| *byte == b'\n').enumerate().map(|(at, line)| (line, at)).collect();
    let mut placed = Vec::new();
    for key in keys {
        let line = write(&[(key.clone(), Value::from(true))].into_iter().collect::<Map>().into(), Style::Helmfile)?;
        placed.push((lines.get(line.as_slice()).copied().unwrap_or(usize::MAX), key));
    }
    placed.sort();
    Ok(placed.into_iter().map(|(_, key)| key).collect())
}

fn written_key(key: &str) -> Result<String, String> {
    let text = leaf(key, &true.into())?;
    Ok(String::from_utf8_lossy(&text).trim_end().trim_end_matches(": true").to_owned())
}

/// What a field that is printed even when it is empty shows.
fn zero(of: Type) -> Value {
    match of {
        Type::Flag => false.into(),
        Type::Number => Value::int(0),
        Type::Decimal => Value::from(0.0),
        Type::Text => Value::string(""),
        Type::Texts | Type::Anything | Type::Records(_) => Value::from(Vec::new()),
        Type::TextMap | Type::RecordMap(_) | Type::Record(_) | Type::Values => Map::new().into(),
        _ => Value::NIL,
    }
}
