//! A first schema of values: `values seen → JSON Schema`. A draft for people: it holds what was seen, and no more rules
//! than that.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Kind as Is, List, Map, Str, Value, json};

/// How deep values are looked into.
const MAX_DEPTH: usize = 100;

/// What was seen at one place of the values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inferred {
    /// JSON's types; `null` says nothing about what else may be there.
    types: BTreeSet<&'static str>,
    /// Whether nothing was there, once at least.
    empty: bool,
    properties: BTreeMap<Str, Inferred>,
    items: Option<Box<Inferred>>,
}

impl Inferred {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what a value shows.
    pub fn see(&mut self, value: &Value) {
        self.see_at(value, 0);
    }

    fn see_at(&mut self, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let word = match &value.kind {
            Is::Nil | Is::Complex(..) | Is::Object(_) => {
                self.empty = true;
                return;
            }
            Is::Bool(_) => "boolean",
            Is::Int(..) | Is::Uint(..) => "integer",
            Is::Float(number) if number.fract() == 0.0 => "integer",
            Is::Float(_) => "number",
            Is::String(_) | Is::Bytes(_) => "string",
            Is::List(list) => {
                let items = self.items.get_or_insert_default();
                list.iter().for_each(|item| items.see_at(item, depth + 1));
                "array"
            }
            Is::Map(map) => {
                for (key, below) in map.read().iter() {
                    self.properties.entry(key.clone()).or_default().see_at(below, depth + 1);
                }
                "object"
            }
        };
        self.types.insert(word);
    }

    /// The schema as a file, with a title.
    ///
    /// # Errors
    /// The JSON writer's, which can't happen on such values.
    pub fn write(&self, title: &str) -> Result<Vec<u8>, String> {
        let schema = self.schema();
        schema.insert("$schema", "http://json-schema.org/draft-07/schema#");
        schema.insert("title", title);
        let mut bytes = json::write(&schema.into(), false, "  ")?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn schema(&self) -> Map {
        let schema = Map::new();
        let mut types = self.types.clone();
        if types.contains("number") {
            types.remove("integer");
        }
        // What is empty somewhere may be anything there; beside a type it says that it may be left empty.
        if self.empty && !types.is_empty() {
            types.insert("null");
        }
        let word = |word: &&'static str| Value::from(*word);
        match types.len() {
            0 => {}
            1 => types.iter().for_each(|only| drop(schema.insert("type", *only))),
            _ => drop(schema.insert("type", types.iter().map(word).collect::<List>())),
        }
        if !self.properties.is_empty() {
            let properties: Map = self.properties.iter().map(|(key, below)| (key.clone(), Value::from(below.schema()))).collect();
            schema.insert("properties", properties);
        }
        if let Some(items) = self.items.as_ref().filter(|items| ***items != Self::default()) {
            schema.insert("items", items.schema());
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::Inferred;
    use crate::data::Sources;
    use crate::data::yaml::{Duplicates, Reading, Resolver, read_documents};

    #[test]
    fn a_draft_holds_what_was_seen() {
        let text = "a: 1\nb: {c: x, d: null}\nl: [1, 2.5]\ne: []\n---\na: two\nb: {c: null}\n";
        let source = Sources::new().add("values.yaml", text);
        let documents = read_documents(&source, Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins }).unwrap();
        let mut seen = Inferred::new();
        documents.iter().for_each(|document| seen.see(&document.value));
        let schema: serde_json::Value = serde_json::from_slice(&seen.write("values").unwrap()).unwrap();
        let wanted = serde_json::json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "values",
            "type": "object",
            "properties": {
                "a": {"type": ["integer", "string"]},
                "b": {"type": "object", "properties": {"c": {"type": ["null", "string"]}, "d": {}}},
                "e": {"type": "array"},
                "l": {"type": "array", "items": {"type": "number"}},
            },
        });
        assert_eq!(schema, wanted);
    }
}
