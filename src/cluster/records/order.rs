//! JSON with fields in Go's order.

use crate::data::{Map, Value, json};

/// The order of a struct's fields, each with that of the structs inside it. Fields it does not name come last.
pub(super) struct Order(pub(super) &'static [(&'static str, &'static Order)]);

/// No order of its own: keys are sorted.
pub(super) static SORTED: Order = Order(&[]);

/// A struct while it is written.
pub(super) struct Fields(Vec<u8>);

impl Fields {
    pub(super) fn new() -> Self {
        Self(b"{".to_vec())
    }
    /// A field whose text is known.
    pub(super) fn raw(&mut self, name: &str, text: &[u8]) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.extend_from_slice(&written(&name.into()));
        self.0.push(b':');
        self.0.extend_from_slice(text);
    }
    /// A field that is always there.
    pub(super) fn value(&mut self, name: &str, value: &Value) {
        self.raw(name, &written(value));
    }
    /// A text that is left out where it is empty.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.value(name, &text.into());
        }
    }
    /// A number that is left out where it is 0.
    pub(super) fn number(&mut self, name: &str, number: i64) {
        if number != 0 {
            self.value(name, &Value::int64(number));
        }
    }
    /// Texts that are left out where there are none.
    pub(super) fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.value(name, &Value::strings(texts.iter().map(String::as_str)));
        }
    }
    /// Fields without an order.
    pub(super) fn rest(&mut self, more: &Map) {
        for (name, value) in more.read().iter() {
            self.value(&name.to_text(), value);
        }
    }
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// A value with the fields of its structs in order.
pub(super) fn in_order(value: &Value, order: &Order) -> Vec<u8> {
    if order.0.is_empty() {
        return written(value);
    }
    if let Some(list) = value.as_list().filter(|list| !list.is_nil()) {
        let items: Vec<Vec<u8>> = list.iter().map(|item| in_order(item, order)).collect();
        return [b"[".as_slice(), &items.join(&b","[..]), b"]"].concat();
    }
    let Some(map) = value.as_map() else { return written(value) };
    let mut fields = Fields::new();
    let entries = map.read();
    for (name, below) in order.0 {
        if let Some(value) = entries.get(name.as_bytes()) {
            fields.raw(name, &in_order(value, below));
        }
    }
    for (name, value) in entries.iter().filter(|(name, _)| !order.0.iter().any(|(known, _)| name.as_bytes() == known.as_bytes())) {
        fields.value(&name.to_text(), value);
    }
    fields.finish()
}

/// As encoding/json writes it. What comes from JSON or YAML can always be written; a value that holds itself can't come
/// from there.
pub(super) fn written(value: &Value) -> Vec<u8> {
    json::write(value, true, "").unwrap_or_else(|_| b"null".to_vec())
}
