//! Structs as Go writes them: fields in the order of their declaration.

use super::write;
use crate::data::{Map, Value};

/// A struct while it is written.
pub struct Fields(Vec<u8>);

impl Default for Fields {
    fn default() -> Self {
        Self::new()
    }
}

impl Fields {
    /// No field yet.
    pub fn new() -> Self {
        Self(b"{".to_vec())
    }
    /// A field whose text is known.
    pub fn raw(&mut self, name: &str, text: &[u8]) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.extend_from_slice(&plain(&name.into()));
        self.0.push(b':');
        self.0.extend_from_slice(text);
    }
    /// A field that is always there.
    pub fn value(&mut self, name: &str, value: &Value) {
        self.raw(name, &plain(value));
    }
    /// A text that is left out where it is empty.
    pub fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.value(name, &text.into());
        }
    }
    /// A number that is left out where it is 0.
    pub fn number(&mut self, name: &str, number: i64) {
        if number != 0 {
            self.value(name, &Value::int64(number));
        }
    }
    /// Texts that are left out where there are none.
    pub fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.value(name, &Value::strings(texts.iter().map(String::as_str)));
        }
    }
    /// Fields without an order.
    pub fn rest(&mut self, more: &Map) {
        for (name, value) in more.read().iter() {
            self.value(&name.to_text(), value);
        }
    }
    /// The struct's text.
    pub fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// A list of texts that are JSON already.
pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [b"[".as_slice(), &items.join(&b","[..]), b"]"].concat()
}

/// A value as encoding/json writes it, `null` where it can't: what was read from JSON or YAML always can.
pub fn plain(value: &Value) -> Vec<u8> {
    write(value, true, "").unwrap_or_else(|_| b"null".to_vec())
}
