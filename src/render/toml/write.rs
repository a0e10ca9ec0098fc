//! Value → text.

use crate::data::{Kind as Is, Str, Value};
use crate::golang::strconv;

/// Nested maps and lists beyond this are refused.
const MAX_DEPTH: usize = 1000;

/// The value as a document (a map) or as a bare value.
///
/// # Errors
/// The encoder's text: `toml: cannot encode array with nil element`.
pub(in crate::render) fn write(value: &Value) -> Result<Vec<u8>, String> {
    let mut encoder = Encoder { out: Vec::new() };
    encoder.encode(&[], value)?;
    Ok(encoder.out)
}

struct Encoder {
    out: Vec<u8>,
}

/// How a value is written: as a table of its own, or behind `key =`.
#[derive(PartialEq, Eq)]
enum Shape {
    Inline,
    Table,
    Tables,
}

/// The map, list or scalar behind a named type.
fn plain(value: &Value) -> Value {
    match &value.kind {
        Is::Object(object) => match object.underlying() {
            _ if object.go_type().name() == "time.Duration" => Value::from(object.text()),
            // parity: BurntSushi/toml leaves a nil map out as it does nil.
            Some(value) if is_table(&value) && object.marshal().is_nil() => Value::NIL,
            Some(value) => value,
            None if object.go_type().name() == "time.Time" => value.clone(),
            // A type that marshals itself to text is a text here too.
            None => Some(object.marshal()).filter(|text| !is_table(value) || text.as_str().is_some()).unwrap_or_else(|| value.clone()),
        },
        _ => value.clone(),
    }
}

/// The entries of a map in key order, or a struct's exported fields in Go's order.
fn members(value: &Value) -> Option<Vec<(Str, Value)>> {
    match &value.kind {
        Is::Map(map) => Some(map.snapshot()),
        Is::Object(object) => {
            let fields = object.fields();
            let exported = fields.iter().filter(|(name, _)| name.starts_with(char::is_uppercase));
            (!fields.is_empty()).then(|| exported.map(|(name, value)| (Str::from(*name), value.clone())).collect())
        }
        _ => None,
    }
}

fn is_table(value: &Value) -> bool {
    match &value.kind {
        Is::Map(_) => true,
        Is::Object(object) => !object.fields().is_empty(),
        _ => false,
    }
}

fn shape(value: &Value, depth: usize) -> Result<Shape, String> {
    if depth > MAX_DEPTH {
        return Err("toml: value nests too deep".into());
    }
    match &value.kind {
        Is::Complex(..) if depth > 0 => Err("unsupported type: complex128".into()),
        _ if is_table(value) => Ok(Shape::Table),
        Is::List(list) => {
            let mut tables = !list.is_empty();
            for item in list.iter() {
                let item = plain(item);
                if item.is_nil() {
                    return Err("toml: cannot encode array with nil element".into());
                }
                tables &= shape(&item, depth + 1)? == Shape::Table;
            }
            Ok(if tables { Shape::Tables } else { Shape::Inline })
        }
        _ => Ok(Shape::Inline),
    }
}

impl Encoder {
    fn encode(&mut self, key: &[Str], value: &Value) -> Result<(), String> {
        let value = plain(value);
        match (&value.kind, shape(&value, key.len())?) {
            (Is::Nil, _) => Ok(()),
            (Is::Complex(..), _) => Err(format!("unsupported type for key '{}': complex128", joined(key))),
            (_, Shape::Table) => {
                if key.len() == 1 {
                    self.new_line();
                }
                if !key.is_empty() {
                    self.header(key, "[", "]");
                    self.new_line();
                }
                self.table(key, &value)
            }
            (Is::List(_), Shape::Tables) if key.is_empty() => Err("toml: top-level values must be Go maps or structs".into()),
            (Is::List(list), Shape::Tables) => {
                for item in list.iter() {
                    self.new_line();
                    self.header(key, "[[", "]]");
                    self.new_line();
                    self.table(key, &plain(item))?;
                }
                Ok(())
            }
            _ => self.key_value(key, &value, false),
        }
    }

    fn table(&mut self, key: &[Str], table: &Value) -> Result<(), String> {
        let mut key = key.to_vec();
        for (name, value) in ordered(table)?.0 {
            key.push(name);
            self.encode(&key, &value)?;
            key.pop();
        }
        Ok(())
    }

    fn key_value(&mut self, key: &[Str], value: &Value, inline: bool) -> Result<(), String> {
        let Some(name) = key.last() else { return self.element(value) };
        self.indent(key);
        self.bytes(&quoted_key(name));
        self.text(" = ");
        self.element(value)?;
        if !inline {
            self.new_line();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), String> {
        let value = plain(value);
        match &value.kind {
            Is::String(text) => self.bytes(&quoted(text)),
            Is::Bool(truth) => self.text(if *truth { "true" } else { "false" }),
            Is::Int(number, _) => self.text(&number.to_string()),
            Is::Uint(number, _) => self.text(&number.to_string()),
            Is::Float(number) => self.text(&float(*number)),
            Is::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.text(&format!("[{}]", numbers.join(", ")));
            }
            Is::List(list) => {
                self.text("[");
                for (position, item) in list.iter().enumerate() {
                    if position > 0 {
                        self.text(", ");
                    }
                    self.element(item)?;
                }
                self.text("]");
            }
            _ if is_table(&value) => {
                self.text("{");
                let (entries, direct) = ordered(&value)?;
                let last = entries.len();
                for (position, (name, value)) in entries.into_iter().enumerate() {
                    if value.is_nil() {
                        continue;
                    }
                    self.key_value(&[name], &value, true)?;
                    // parity: a comma also stands behind the last plain value where tables follow.
                    if position + 1 != last || (position + 1 == direct && direct != last) {
                        self.text(", ");
                    }
                }
                self.text("}");
            }
            Is::Object(object) => match object.as_any().downcast_ref::<crate::golang::time::Time>() {
                Some(time) => self.text(&super::scalars::show_time(time)),
                None => self.bytes(&quoted(object.text().as_bytes())),
            },
            Is::Nil | Is::Complex(..) | Is::Map(_) => return Err("toml: cannot encode nil".into()),
        }
        Ok(())
    }

    fn header(&mut self, key: &[Str], open: &str, close: &str) {
        self.indent(key);
        let name: Vec<Vec<u8>> = key.iter().map(|part| quoted_key(part)).collect();
        self.text(open);
        self.bytes(&name.join(&b'.'));
        self.text(close);
    }

    fn indent(&mut self, key: &[Str]) {
        for _ in 1..key.len() {
            self.text("  ");
        }
    }

    fn new_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}

/// Plain values first, then tables, each in key order; and how many are plain.
type Ordered = (Vec<(Str, Value)>, usize);

fn ordered(table: &Value) -> Result<Ordered, String> {
    let (mut direct, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in members(table).unwrap_or_default() {
        let value = plain(&value);
        let list = if shape(&value, 1)? == Shape::Inline { &mut direct } else { &mut tables };
        list.push((key, value));
    }
    let count = direct.len();
    direct.append(&mut tables);
    Ok((direct, count))
}

fn float(number: f64) -> String {
    if number.is_nan() {
        return if number.is_sign_negative() { "-nan".into() } else { "nan".into() };
    }
    if number.is_infinite() {
        return if number < 0.0 { "-inf".into() } else { "inf".into() };
    }
    let text = strconv::format_float(number, b'g', -1);
    if text.contains(['e', '.']) { text } else { format!("{text}.0") }
}

pub(super) fn quoted_key(key: &[u8]) -> Vec<u8> {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
    if !key.is_empty() && key.iter().all(bare) { key.to_owned() } else { quoted(key) }
}

/// The text in quotes; bytes that are no UTF-8 go through, as in Go.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().saturating_add(2));
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..b' ' | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}

/// A key's parts as errors show them.
fn joined(key: &[Str]) -> String {
    key.iter().map(|part| part.to_text().into_owned()).collect::<Vec<_>>().join(".")
}
