//! `--output structured`: indented JSON in the order of helm-diff's structs (helm-diff diff/structured.go).

use super::word;
use crate::data::{Value, json};
use crate::plan::compare::{Comparison, Entry, Field, FieldDelta, Structured};

pub(super) fn write(out: &mut String, comparison: &Comparison) {
    if comparison.entries.is_empty() {
        out.push_str("[]\n");
        return;
    }
    let entries: Vec<String> = comparison.entries.iter().map(entry).collect();
    out.push_str(&format!("[\n  {}\n]\n", entries.join(",\n  ")));
}

fn entry(entry: &Entry) -> String {
    // parity: of what could not be read as fields, the key stands as name
    let unread = Structured { name: entry.key.clone(), ..Structured::default() };
    let found = entry.structured.as_ref().unwrap_or(&unread);
    let mut members = Vec::new();
    for (name, text) in [("apiVersion", &found.api_version), ("kind", &found.kind), ("namespace", &found.namespace), ("name", &found.name)]
    {
        member(&mut members, name, text, 4);
    }
    // parity: what was suppressed later is a change all the same, unless it has no fields
    let change = match entry.change {
        crate::plan::compare::Change::Suppressed if entry.structured.is_some() => "MODIFY",
        change => word(change),
    };
    member(&mut members, "changeType", change, 4);
    let exists = [("oldExists", found.old_exists), ("newExists", found.new_exists)];
    let exists = exists.map(|(name, exists)| format!("\"{name}\": {exists}"));
    members.push(format!("\"resourceStatus\": {}", object(&exists, 4)));
    if !found.fields.is_empty() {
        let changes: Vec<String> = found.fields.iter().map(field).collect();
        members.push(format!("\"changes\": [\n      {}\n    ]", changes.join(",\n      ")));
    }
    if found.hidden {
        members.push("\"changesSuppressed\": true".to_owned());
    }
    object(&members, 2)
}

fn field(field: &Field) -> String {
    let mut members = Vec::new();
    member(&mut members, "path", &field.path, 8);
    member(&mut members, "field", &field.field, 8);
    let change = match field.delta {
        FieldDelta::Add => "add",
        FieldDelta::Remove => "remove",
        FieldDelta::Replace => "replace",
    };
    member(&mut members, "change", change, 8);
    for (name, value) in [("oldValue", &field.old), ("newValue", &field.new)] {
        if !value.is_nil() {
            members.push(format!("\"{name}\": {}", written(value, 8)));
        }
    }
    object(&members, 6)
}

/// A text, unless it is empty.
fn member(members: &mut Vec<String>, name: &str, text: &str, indent: usize) {
    if !text.is_empty() {
        members.push(format!("\"{name}\": {}", written(&text.into(), indent)));
    }
}

/// A value as encoding/json writes it at that indentation.
fn written(value: &Value, indent: usize) -> String {
    // values come from JSON: they can always be written
    let text = json::write(value, true, "  ").unwrap_or_default();
    String::from_utf8_lossy(&text).replace('\n', &format!("\n{}", " ".repeat(indent)))
}

/// An object whose brace stands at that indentation.
fn object(members: &[String], indent: usize) -> String {
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 2));
    format!("{{\n{inner}{}\n{outer}}}", members.join(&format!(",\n{inner}")))
}
