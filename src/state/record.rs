//! A struct of the state file as written: `YAML value + schema → map of the fields that are there`, merged and compared
//! by the same schema. What is absent is Go's zero value.

use std::cell::RefCell;

use super::schema::{Field, Schema, Type};
use crate::data::{Kind as Is, List, Map, SourceFile, Str, Value};
use crate::diag::{Place, nearest};
use crate::values::{line_of, yaml_kind};

/// Something that does not fit its field.
#[derive(Debug, Clone)]
pub(super) struct Misfit {
    /// go-yaml's words: `line 4: field foo not found in type state.ReleaseSpec`.
    pub(super) words: String,
    /// Where.
    pub(super) at: Value,
    /// A field that may have been meant.
    pub(super) hint: Option<String>,
}

/// How many misfits of one text are told.
const MAX_MISFITS: usize = 100;

/// Reads records from values of one text.
pub(super) struct Reader<'a> {
    source: &'a SourceFile,
    /// What did not fit, in the order of the text.
    pub(super) misfits: RefCell<Vec<Misfit>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a SourceFile) -> Self {
        Self { source, misfits: RefCell::default() }
    }

    /// A struct. Fields that don't fit are left out and noted.
    pub(super) fn record(&self, schema: &Schema, value: &Value) -> Map {
        let record = Map::new();
        match &value.kind {
            Is::Nil => {}
            Is::Map(map) => {
                // In the order of the text, so that messages are.
                let mut entries = map.snapshot();
                entries.sort_by_key(|(_, value)| value.origin);
                for (key, value) in entries {
                    let key = key.to_text().into_owned();
                    match schema.field(&key) {
                        Some(field) => {
                            if let Some(read) = self.field(field.of, &value) {
                                record.insert(key, read.from_origin(value.origin));
                            }
                        }
                        None => self.unknown(schema, &key, &value),
                    }
                }
            }
            _ => self.misfit(value, schema.name),
        }
        record
    }

    /// Whether enough is wrong already: finding a line takes time, and nobody reads on.
    fn is_full(&self) -> bool {
        self.misfits.borrow().len() >= MAX_MISFITS
    }

    fn unknown(&self, schema: &Schema, key: &str, value: &Value) {
        if self.is_full() {
            return;
        }
        let near = nearest(key, schema.fields.iter().map(|field| field.key));
        let at = match self.key_offset(key, value) {
            Some(offset) => Value::NIL.from_origin(self.source.base.plus(offset)),
            None => value.clone(),
        };
        self.misfits.borrow_mut().push(Misfit {
            words: format!("line {}: field {key} not found in type {}", line_of(self.source, &at), schema.name),
            at,
            hint: near.map(|near| format!("did you mean `{near}`?")),
        });
    }

    /// Where a value's key stands: before the value, a few lines up at most.
    fn key_offset(&self, key: &str, value: &Value) -> Option<usize> {
        let end = value.origin.offset_in(self.source)?;
        let start = end.saturating_sub(key.len() + 1000);
        let before = &self.source.text[start..end];
        before.windows(key.len().max(1)).rposition(|window| window == key.as_bytes()).map(|at| start + at)
    }

    fn misfit(&self, value: &Value, of: &str) {
        if self.is_full() {
            return;
        }
        self.misfits.borrow_mut().push(Misfit {
            words: format!("line {}: cannot unmarshal {} into {of}", line_of(self.source, value), yaml_kind(value)),
            at: value.clone(),
            hint: None,
        });
    }

    fn field(&self, of: Type, value: &Value) -> Option<Value> {
        if value.is_nil() {
            return None;
        }
        match of {
            Type::Text => self.text(value).filter(|text| !text.is_empty()).map(Value::from),
            Type::TextRef => self.text(value).map(Value::from),
            Type::Flag => self.flag(value).filter(|truth| *truth).map(Value::from),
            Type::FlagRef => self.flag(value).map(Value::from),
            Type::Number => self.number(value).filter(|number| *number != 0).map(Value::int),
            Type::NumberRef => self.number(value).map(Value::int),
            Type::Decimal => self.decimal(value).filter(|number| *number != 0.0).map(Value::from),
            Type::DecimalRef => self.decimal(value).map(Value::from),
            Type::Texts => self.list("[]string", value, |item| self.text(item).unwrap_or_default().into()),
            Type::TextMap => self.map("map[string]string", value, |item| self.text(item).unwrap_or_default().into()),
            Type::Anything => self.list("[]interface {}", value, Value::clone),
            Type::Values => match &value.kind {
                Is::Map(_) => Some(value.clone()),
                _ => {
                    self.misfit(value, "map[string]interface {}");
                    None
                }
            },
            Type::Record(schema) | Type::RecordRef(schema) => Some(self.record(schema, value).into()),
            Type::Records(schema) => self.list(&format!("[]{}", schema.name), value, |item| self.item(schema, item)),
            Type::RecordMap(schema) => self.map(&format!("map[string]{}", schema.name), value, |item| self.record(schema, item).into()),
            Type::Inherits(schema) => match &value.kind {
                Is::Map(_) => Some(vec![self.item(schema, value)].into()),
                _ => self.list(&format!("[]{}", schema.name), value, |item| self.item(schema, item)),
            },
            Type::DefaultInherits => self.names(value),
        }
    }

    /// A record in a list: one entry of `helmfiles` may be its path alone.
    fn item(&self, schema: &Schema, item: &Value) -> Value {
        let record = match (&item.kind, schema.fields.first()) {
            (Is::String(_), Some(first)) if first.key == "path" => [("path", item.clone())].into_iter().collect(),
            // parity: an entry of `helmfiles` that is neither a path nor a mapping has no path
            (kind, Some(first)) if first.key == "path" && !matches!(kind, Is::Map(_)) => Map::new(),
            _ => self.record(schema, item),
        };
        Value::from(record).from_origin(item.origin)
    }

    fn names(&self, value: &Value) -> Option<Value> {
        let names: Vec<Str> = match &value.kind {
            Is::List(list) => list.iter().filter_map(|item| self.text(item)).collect(),
            _ => vec![self.text(value)?],
        };
        let names: Vec<Value> = names
            .iter()
            .map(|name| Value::string(name.trim_ascii()))
            .filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))
            .collect();
        (!names.is_empty()).then(|| names.into())
    }

    fn list(&self, of: &str, value: &Value, item: impl Fn(&Value) -> Value) -> Option<Value> {
        match &value.kind {
            Is::List(list) => Some(list.iter().map(|value| item(value).from_origin(value.origin)).collect::<List>().into()),
            _ => {
                self.misfit(value, of);
                None
            }
        }
    }

    fn map(&self, of: &str, value: &Value, item: impl Fn(&Value) -> Value) -> Option<Value> {
        match &value.kind {
            Is::Map(map) => {
                let mut entries = map.snapshot();
                entries.sort_by_key(|(_, value)| value.origin);
                Some(entries.into_iter().map(|(key, value)| (key, item(&value).from_origin(value.origin))).collect::<Map>().into())
            }
            _ => {
                self.misfit(value, of);
                None
            }
        }
    }

    /// A scalar's text as it was written: go-yaml gives a text field `1.10` and `010` as they stand.
    fn text(&self, value: &Value) -> Option<Str> {
        match &value.kind {
            Is::String(text) => Some(text.clone()),
            Is::Nil => None,
            Is::Map(_) | Is::List(_) => {
                self.misfit(value, "string");
                None
            }
            _ => Some(self.written(value)),
        }
    }

    fn written(&self, value: &Value) -> Str {
        let Some(offset) = value.origin.offset_in(self.source) else {
            return crate::golang::fmt::sprint(std::slice::from_ref(value));
        };
        let mut rest = &self.source.text[offset..];
        while rest.starts_with(b"!") || rest.starts_with(b"&") {
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            rest = rest[end..].trim_ascii_start();
        }
        if let Some(quote) = rest.first().filter(|byte| matches!(byte, b'"' | b'\'')) {
            let inside = &rest[1..];
            return Str::from(&inside[..inside.iter().position(|byte| byte == quote).unwrap_or(inside.len())]);
        }
        let line = &rest[..rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())];
        let end = line.iter().enumerate().position(|(at, byte)| match byte {
            b',' | b']' | b'}' => true,
            b'#' => at > 0 && line[at - 1].is_ascii_whitespace(),
            b':' => line.get(at + 1).is_none_or(u8::is_ascii_whitespace),
            _ => false,
        });
        Str::from(line[..end.unwrap_or(line.len())].trim_ascii_end())
    }

    fn flag(&self, value: &Value) -> Option<bool> {
        match &value.kind {
            Is::Bool(truth) => return Some(*truth),
            // parity: go-yaml takes YAML 1.1's words where a bool is wanted
            Is::String(text) => match text.as_utf8() {
                Some("y" | "Y" | "yes" | "on") => return Some(true),
                Some("n" | "N" | "no" | "off") => return Some(false),
                _ => {}
            },
            _ => {}
        }
        self.misfit(value, "bool");
        None
    }

    fn number(&self, value: &Value) -> Option<i64> {
        match value.kind {
            Is::Int(number, _) => Some(number),
            Is::Float(number) if number.abs() < 9e18 => Some(number as i64),
            _ => {
                self.misfit(value, "int");
                None
            }
        }
    }

    fn decimal(&self, value: &Value) -> Option<f64> {
        match value.kind {
            Is::Int(number, _) => Some(number as f64),
            Is::Float(number) => Some(number),
            _ => {
                self.misfit(value, "float32");
                None
            }
        }
    }
}

/// How lists are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merging {
    /// Later lists are appended: bases, documents, templates.
    Append,
    /// A later list that is not empty replaces: parts.
    Replace,
    /// Only what is absent is filled in: inherited `helmDefaults`.
    Fill,
}

/// Merges `over` into `base` as mergo does with `WithOverride`: what is empty in `over` changes nothing, not even where
/// it is written down (`wait: false` over `wait: true`).
pub(super) fn merge(schema: &Schema, base: &Map, over: &Map, merging: Merging) -> Map {
    let merged = base.shallow_copy();
    for (key, value) in over.snapshot() {
        let Some(field) = schema.field(&key.to_text()) else { continue };
        let value = match merged.get(&key) {
            None => value,
            Some(before) => merge_field(field, &before, value, merging),
        };
        merged.insert(key, value);
    }
    merged
}

fn merge_field(field: &Field, before: &Value, value: Value, merging: Merging) -> Value {
    match (field.of, &before.kind, &value.kind) {
        (Type::Record(schema) | Type::RecordRef(schema), Is::Map(base), Is::Map(over)) => {
            Value { kind: Is::Map(merge(schema, base, over, merging)), origin: value.origin }
        }
        (Type::TextMap | Type::RecordMap(_), Is::Map(base), Is::Map(over)) => {
            let map = base.shallow_copy();
            for (key, value) in over.snapshot() {
                if merging != Merging::Fill || !map.contains(&key) {
                    map.insert(key, value);
                }
            }
            Value { kind: Is::Map(map), origin: value.origin }
        }
        (_, Is::List(base), Is::List(over)) if merging == Merging::Append => {
            let items: Vec<Value> = base.iter().chain(over.iter()).cloned().collect();
            Value { kind: Is::List(items.into()), origin: before.origin }
        }
        _ if merging == Merging::Fill && !is_empty(before) => before.clone(),
        _ if is_empty(&value) => before.clone(),
        _ => value,
    }
}

/// mergo's idea of empty.
fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Is::Nil => true,
        Is::Bool(truth) => !truth,
        Is::Int(number, _) => *number == 0,
        Is::Float(number) => *number == 0.0,
        Is::String(text) => text.is_empty(),
        Is::List(list) => list.is_empty(),
        Is::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// Whether go-yaml's `omitempty` leaves it out. A pointer is there when it is not nil.
pub(super) fn is_zero(of: Type, value: &Value) -> bool {
    match (of, &value.kind) {
        (_, Is::Nil) => true,
        (Type::TextRef | Type::FlagRef | Type::NumberRef | Type::DecimalRef | Type::RecordRef(_), _) => false,
        (Type::Record(schema), Is::Map(map)) => {
            map.read().iter().all(|(key, value)| schema.field(&key.to_text()).is_none_or(|field| is_zero(field.of, value)))
        }
        _ => is_empty(value),
    }
}

/// A text field; empty where absent.
pub(super) fn text(record: &Map, key: &str) -> String {
    record.get(key).and_then(|value| value.as_str().map(|text| text.to_text().into_owned())).unwrap_or_default()
}

/// A flag; false where absent.
pub(super) fn flag(record: &Map, key: &str) -> bool {
    record.get(key).and_then(|value| value.as_bool()).unwrap_or(false)
}

/// A number.
pub(super) fn number(record: &Map, key: &str) -> Option<i64> {
    match record.get(key)?.kind {
        Is::Int(number, _) => Some(number),
        _ => None,
    }
}

/// A list; empty where absent.
pub(super) fn list(record: &Map, key: &str) -> Vec<Value> {
    record.get(key).and_then(|value| value.as_list().map(|list| list.items().to_vec())).unwrap_or_default()
}

/// A list of texts; empty where absent.
pub(super) fn texts(record: &Map, key: &str) -> Vec<String> {
    list(record, key).iter().filter_map(|item| item.as_str().map(|text| text.to_text().into_owned())).collect()
}

/// A map; empty where absent.
pub(super) fn map(record: &Map, key: &str) -> Map {
    record.get(key).and_then(|value| value.as_map().cloned()).unwrap_or_default()
}

/// The place of a value of a record, or the file.
pub(super) fn place(sources: &crate::data::Sources, value: &Value, file: &str) -> Place {
    sources.place(value.origin).unwrap_or_else(|| Place::file(file))
}
