//! YAML into structs as sigs.k8s.io/yaml does it: keys without regard to case, numbers and booleans where a
//! text is wanted become text, and the words of encoding/json where something does not fit.

use std::collections::BTreeMap;

use crate::data::yaml::{Duplicates, Reading, Resolver, go_text, read_value};
use crate::data::{Kind as Is, Map, SourceFile, Value};
use crate::golang::base64;

/// Reads a text for decoding: integers stay integers.
///
/// # Errors
/// `error converting YAML to JSON: yaml: …` and the byte offset of the fault.
pub(crate) fn read(source: &SourceFile) -> Result<Value, (String, usize)> {
    let reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::LastWins };
    read_value(source, reading).map_err(|errors| {
        let text = go_text(&errors);
        (format!("error converting YAML to JSON: {text}"), errors.first().map_or(0, |error| error.offset))
    })
}

/// The same where no key may stand twice.
///
/// # Errors
/// `error converting YAML to JSON: yaml: …`
pub(super) fn read_strictly(source: &SourceFile) -> Result<Value, String> {
    let reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::Refuse };
    read_value(source, reading).map_err(|errors| format!("error converting YAML to JSON: {}", go_text(&errors)))
}

/// Decodes one struct tree; keeps the first thing that did not fit, as encoding/json does, and goes on.
pub(crate) struct Decoder {
    error: Option<String>,
    path: Vec<&'static str>,
    structs: Vec<&'static str>,
}

impl Decoder {
    pub(crate) fn new(name: &'static str) -> Self {
        Decoder { error: None, path: Vec::new(), structs: vec![name] }
    }

    /// The value's entries; `None` for null. Something else than a map is an error.
    pub(crate) fn top<'v>(&mut self, value: &'v Value, go_type: &str) -> Option<&'v Map> {
        match &value.kind {
            Is::Nil => None,
            Is::Map(map) => Some(map),
            other => {
                self.keep(format!("json: cannot unmarshal {} into Go value of type {go_type}", json_name(other)));
                None
            }
        }
    }

    /// # Errors
    /// The first misfit: `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal …`.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.error {
            Some(text) => Err(format!("error unmarshaling JSON: while decoding JSON: {text}")),
            None => Ok(()),
        }
    }

    fn keep(&mut self, text: String) {
        self.error.get_or_insert(text);
    }

    fn misfit(&mut self, value: &Value, go_type: &str) {
        let name = self.structs.last().copied().unwrap_or_default();
        let field = self.path.join(".");
        self.keep(format!("json: cannot unmarshal {} into Go struct field {name}.{field} of type {go_type}", json_name(&value.kind)));
    }

    /// Runs `decode` as for the named field.
    pub(crate) fn field<T>(&mut self, name: &'static str, decode: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name);
        let result = decode(self);
        self.path.pop();
        result
    }

    /// Runs `decode` as for the fields of that struct.
    pub(crate) fn within<T>(&mut self, name: &'static str, decode: impl FnOnce(&mut Self) -> T) -> T {
        self.structs.push(name);
        let result = decode(self);
        self.structs.pop();
        result
    }

    pub(crate) fn string(&mut self, value: &Value, into: &mut String) {
        match text_of(value) {
            Some(text) => *into = text,
            None if value.is_nil() => {}
            None => self.misfit(value, "string"),
        }
    }

    pub(crate) fn bool(&mut self, value: &Value, into: &mut bool) {
        match value.kind {
            Is::Bool(truth) => *into = truth,
            Is::Nil => {}
            _ => self.misfit(value, "bool"),
        }
    }

    pub(super) fn strings(&mut self, value: &Value, into: &mut Option<Vec<String>>) {
        let Some(items) = self.items(value, "[]string", into) else { return };
        let decoded = items.iter().map(|item| {
            let mut text = String::new();
            self.string(item, &mut text);
            text
        });
        *into = Some(decoded.collect());
    }

    pub(super) fn values(&mut self, value: &Value, into: &mut Option<Vec<Value>>) {
        if let Some(items) = self.items(value, "[]interface {}", into) {
            *into = Some(items.iter().map(floats).collect());
        }
    }

    /// The entries of a struct in a struct; `None` for null and for what is no map.
    pub(crate) fn structure<'v>(&mut self, value: &'v Value, go_type: &str) -> Option<&'v Map> {
        match &value.kind {
            Is::Map(map) => return Some(map),
            Is::Nil => {}
            _ => self.misfit(value, go_type),
        }
        None
    }

    /// Entries of a `map[string]string`; null values become empty texts.
    pub(crate) fn string_map(&mut self, value: &Value, into: &mut Option<BTreeMap<String, String>>) {
        let Is::Map(map) = &value.kind else {
            match value.kind {
                Is::Nil => *into = None,
                _ => self.misfit(value, "map[string]string"),
            }
            return;
        };
        let mut entries = into.take().unwrap_or_default();
        for (key, item) in map.read().iter() {
            let mut text = String::new();
            self.string(item, &mut text);
            entries.insert(key.to_text().into_owned(), text);
        }
        *into = Some(entries);
    }

    /// Entries of a `map[string][]byte`: base64; null values become empty ones.
    pub(crate) fn bytes_map(&mut self, value: &Value, into: &mut Option<BTreeMap<String, Vec<u8>>>) {
        let Is::Map(map) = &value.kind else {
            match value.kind {
                Is::Nil => *into = None,
                _ => self.misfit(value, "map[string][]uint8"),
            }
            return;
        };
        let entries = into.get_or_insert_default();
        for (key, item) in map.read().iter() {
            let bytes = match &item.kind {
                Is::String(text) => base64::decode(text).unwrap_or_else(|fault| {
                    self.keep(fault);
                    Vec::new()
                }),
                Is::Nil => Vec::new(),
                Is::List(numbers) => numbers.iter().map(|number| self.byte(number)).collect(),
                _ => {
                    self.misfit(item, "[]uint8");
                    Vec::new()
                }
            };
            entries.insert(key.to_text().into_owned(), bytes);
        }
    }

    fn byte(&mut self, value: &Value) -> u8 {
        let byte = match value.kind {
            Is::Int(number, _) => u8::try_from(number).ok(),
            _ => None,
        };
        byte.unwrap_or_else(|| {
            self.misfit(value, "uint8");
            0
        })
    }

    /// A list of pointers to structs, overlaid by index on what is there; nulls become `None`.
    pub(super) fn structs<T: Default + Clone>(
        &mut self,
        value: &Value,
        into: &mut Option<Vec<Option<T>>>,
        (name, go_type, list_type): (&'static str, &str, &str),
        mut decode: impl FnMut(&mut Self, &Map, &mut T),
    ) {
        let Some(items) = self.items(value, list_type, into) else { return };
        let mut decoded = into.take().unwrap_or_default();
        decoded.resize(items.len(), None);
        for (item, slot) in items.iter().zip(&mut decoded) {
            match &item.kind {
                Is::Nil => *slot = None,
                Is::Map(map) => self.within(name, |decoder| decode(decoder, map, slot.get_or_insert_with(T::default))),
                _ => {
                    self.misfit(item, go_type);
                    slot.get_or_insert_with(T::default);
                }
            }
        }
        *into = Some(decoded);
    }

    fn items<'v, T>(&mut self, value: &'v Value, go_type: &str, into: &mut Option<T>) -> Option<&'v [Value]> {
        match &value.kind {
            Is::List(list) => Some(list.items()),
            Is::Nil => {
                *into = None;
                None
            }
            _ => {
                self.misfit(value, go_type);
                None
            }
        }
    }
}

/// Calls `decode` for each entry with the name of the field that the key means.
pub(crate) fn fields(map: &Map, names: &[&'static str], mut decode: impl FnMut(&'static str, &Value)) {
    for (key, value) in map.read().iter() {
        let exact = names.iter().find(|name| key == **name);
        let field = exact.or_else(|| names.iter().find(|name| key.eq_ignore_ascii_case(name.as_bytes())));
        if let Some(name) = field {
            decode(name, value);
        }
    }
}

/// What a scalar becomes where a text is wanted (sigs.k8s.io/yaml convertToJSONableObject).
fn text_of(value: &Value) -> Option<String> {
    Some(match &value.kind {
        Is::String(text) => text.to_text().into_owned(),
        Is::Bool(truth) => truth.to_string(),
        Is::Int(number, _) => number.to_string(),
        Is::Uint(number, _) => number.to_string(),
        Is::Float(number) => short_float(*number as f32),
        _ => return None,
    })
}

/// `strconv.FormatFloat(number, 'g', -1, 32)`
// parity: sigs.k8s.io/yaml sends a float that is wanted as text through 32 bits.
fn short_float(number: f32) -> String {
    if !number.is_finite() {
        return if number.is_nan() {
            "NaN".into()
        } else if number > 0.0 {
            "+Inf".into()
        } else {
            "-Inf".into()
        };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    number.to_string()
}

/// The value with its integers as float64, as it is after a way through JSON.
fn floats(value: &Value) -> Value {
    let kind = match &value.kind {
        Is::Int(number, _) => Is::Float(*number as f64),
        Is::Uint(number, _) => Is::Float(*number as f64),
        Is::List(list) => Is::List(list.iter().map(floats).collect()),
        Is::Map(map) => Is::Map(map.read().iter().map(|(key, item)| (key.clone(), floats(item))).collect()),
        other => other.clone(),
    };
    Value { kind, origin: value.origin }
}

fn json_name(kind: &Is) -> &'static str {
    match kind {
        Is::Nil => "null",
        Is::Bool(_) => "bool",
        Is::Int(..) | Is::Uint(..) | Is::Float(_) | Is::Complex(..) => "number",
        Is::String(_) | Is::Bytes(_) => "string",
        Is::List(_) => "array",
        Is::Map(_) | Is::Object(_) => "object",
    }
}
