//! What differs between two manifests field by field, as helm-diff tells it to programs: lists by position
//! (helm-diff diff/structured.go, which walks a JSON merge patch).

use std::collections::BTreeSet;

use crate::data::yaml::{Reading, read_value};
use crate::data::{Kind as Is, List, Map, Sources, Str, Value, json};

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldDelta {
    /// It came.
    Add,
    /// It went, or became null.
    Remove,
    /// It has another value.
    Replace,
}

/// A field that differs.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where it stands: `spec.ports[0]`; empty at the top.
    pub path: String,
    /// Its name or number.
    pub field: String,
    /// What happened to it.
    pub delta: FieldDelta,
    /// What it was; nil where it was not there.
    pub old: Value,
    /// What it is; nil where it is not there.
    pub new: Value,
}

/// An object with its differing fields.
#[derive(Debug, Clone, Default)]
pub struct Structured {
    /// `apiVersion`, or the key's group.
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.namespace`, or the key's.
    pub namespace: String,
    /// `metadata.name`, or the key's.
    pub name: String,
    /// Whether the old side has it.
    pub old_exists: bool,
    /// Whether the new side has it.
    pub new_exists: bool,
    /// The fields that differ, where both sides have it and they may be shown.
    pub fields: Vec<Field>,
    /// Whether they may not be shown.
    pub hidden: bool,
}

/// Compares two contents.
///
/// # Errors
/// A content that is no YAML mapping, or lists in lists that helm-diff has no changes for.
pub(super) fn structured(key: &str, old: Option<&str>, new: Option<&str>, hidden: bool) -> Result<Structured, String> {
    let (old_map, new_map) = (old.map(read).transpose()?, new.map(read).transpose()?);
    let mut found = Structured { old_exists: old.is_some(), new_exists: new.is_some(), hidden, ..Structured::default() };
    for map in [&old_map, &new_map].into_iter().flatten() {
        found.describe(map);
    }
    found.complete(key);
    if let (Some(old), Some(new), false) = (old_map, new_map, hidden) {
        let mut walk = Walk { tokens: Vec::new(), fields: Vec::new() };
        walk.maps(Some(&old), &new)?;
        found.fields = walk.fields;
    }
    Ok(found)
}

fn read(content: &str) -> Result<Map, String> {
    let value = read_value(&Sources::new().add("", content), Reading::CHARTS).map_err(|errors| crate::data::yaml::go_text(&errors))?;
    value.as_map().cloned().ok_or_else(|| "no mapping".to_owned())
}

impl Structured {
    fn describe(&mut self, map: &Map) {
        let take = |path: &[&str], into: &mut String| {
            let value = Value::from(map.clone()).path(path.iter().copied());
            if let (true, Some(text)) = (into.is_empty(), value.as_ref().and_then(Value::as_str)) {
                *into = text.to_text().into_owned();
            }
        };
        take(&["apiVersion"], &mut self.api_version);
        take(&["kind"], &mut self.kind);
        take(&["metadata", "name"], &mut self.name);
        take(&["metadata", "namespace"], &mut self.namespace);
    }

    /// What the object does not say is taken from the key.
    fn complete(&mut self, key: &str) {
        let Some(parts) = KeyParts::of(key) else { return };
        let own = [&mut self.api_version, &mut self.kind, &mut self.namespace, &mut self.name];
        for (own, part) in own.into_iter().zip([parts.api, parts.kind, parts.namespace, parts.name]) {
            if own.is_empty() {
                *own = part;
            }
        }
    }
}

/// What a document's key says, where it says it with the letters that helm-diff expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParts {
    /// The group, or `v1`.
    pub api: String,
    /// The kind.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl KeyParts {
    /// Takes a key apart: `([a-z0-9-]+), ([a-z0-9.-]+), (\w+) \(([^)]+)\)`, wherever that stands first in it
    /// (helm-diff diff/report.go).
    pub fn of(key: &str) -> Option<KeyParts> {
        const PATTERN: &[u8] = br"([a-z0-9-]+), ([a-z0-9.-]+), (\w+) \(([^)]+)\)";
        static KEY: std::sync::LazyLock<Option<crate::golang::regexp::Regexp>> =
            std::sync::LazyLock::new(|| crate::golang::regexp::Regexp::new(PATTERN, 1 << 20).ok());
        let groups = KEY.as_ref()?.find_submatch(key.as_bytes())?;
        let group = |number: usize| Some(key.get(groups.get(number).copied().flatten().map(|(from, to)| from..to)?)?.to_owned());
        Some(KeyParts { namespace: group(1)?, name: group(2)?, kind: group(3)?, api: group(4)? })
    }
}

/// The walk along a merge patch. What is only in a subtree that came is walked too, so that each leaf is a change.
struct Walk {
    tokens: Vec<Str>,
    fields: Vec<Field>,
}

impl Walk {
    fn maps(&mut self, old: Option<&Map>, new: &Map) -> Result<(), String> {
        let old = old.map(Map::standing).unwrap_or_default();
        let new = new.standing();
        let keys: BTreeSet<&Str> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (old, new) = (old.get(key), new.get(key));
            if let (Some(old), Some(new)) = (old, new)
                && same(old, new)
            {
                continue;
            }
            self.within(key.clone(), |walk| walk.differing(old, new))?;
        }
        Ok(())
    }

    fn within<T>(&mut self, token: Str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.tokens.push(token);
        let done = work(self);
        self.tokens.pop();
        done
    }

    /// Two values that the patch names; `new` is none where it takes the old one away.
    fn differing(&mut self, old: Option<&Value>, new: Option<&Value>) -> Result<(), String> {
        match new.map(|value| (value, &value.kind)) {
            None | Some((_, Is::Nil)) => self.push(FieldDelta::Remove, old, None),
            Some((_, Is::Map(new))) => return self.maps(old.and_then(Value::as_map), new),
            Some((_, Is::List(new))) => return self.lists(old.and_then(Value::as_list), new),
            Some((new, _)) => match old.filter(|old| !old.is_nil()) {
                None => self.push(FieldDelta::Add, None, Some(new)),
                old => self.push(FieldDelta::Replace, old, Some(new)),
            },
        }
        Ok(())
    }

    fn lists(&mut self, old: Option<&List>, new: &List) -> Result<(), String> {
        let old = old.map(List::items).unwrap_or_default();
        for at in 0..old.len().max(new.len()) {
            let present = |value: &&Value| !value.is_nil();
            let (one, other) = (old.get(at).filter(present), new.items().get(at).filter(present));
            self.within(at.to_string().into(), |walk| match (one, other) {
                (None, None) => Ok(()),
                (Some(one), Some(other)) => walk.items(one, other),
                (Some(_), None) => {
                    walk.push(FieldDelta::Remove, one, None);
                    Ok(())
                }
                (None, Some(_)) => {
                    walk.push(FieldDelta::Add, None, other);
                    Ok(())
                }
            })?;
        }
        Ok(())
    }

    fn items(&mut self, old: &Value, new: &Value) -> Result<(), String> {
        match (&old.kind, &new.kind) {
            _ if same(old, new) => Ok(()),
            (Is::Map(old), Is::Map(new)) => self.maps(Some(old), new),
            // parity: a merge patch of two lists is one of their objects, pair by pair
            (Is::List(old), Is::List(new))
                if old.len() == new.len() && old.iter().chain(new.iter()).all(|item| item.as_map().is_some()) =>
            {
                self.lists(Some(old), new)
            }
            (Is::Map(_) | Is::List(_), _) | (_, Is::Map(_) | Is::List(_)) => Err("Invalid JSON Document".to_owned()),
            _ => {
                self.push(FieldDelta::Replace, Some(old), Some(new));
                Ok(())
            }
        }
    }

    fn push(&mut self, delta: FieldDelta, old: Option<&Value>, new: Option<&Value>) {
        let Some((field, above)) = self.tokens.split_last() else { return };
        let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::NIL);
        self.fields.push(Field { path: path(above), field: field.to_text().into_owned(), delta, old: value(old), new: value(new) });
    }
}

/// `spec.ports[0]`; empty names are left out, names of digits are taken for numbers.
fn path(tokens: &[Str]) -> String {
    let mut path = String::new();
    for token in tokens.iter().filter(|token| !token.is_empty()) {
        if token.iter().all(u8::is_ascii_digit) {
            path.push_str(&format!("[{token}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&token.to_text());
    }
    path
}

/// Whether two values are the same JSON.
fn same(old: &Value, new: &Value) -> bool {
    match (&old.kind, &new.kind) {
        (Is::Map(old), Is::Map(new)) => {
            let (old, new) = (old.standing(), new.standing());
            old.len() == new.len() && old.iter().zip(new.iter()).all(|((one, old), (other, new))| one == other && same(old, new))
        }
        (Is::List(old), Is::List(new)) => old.len() == new.len() && old.iter().zip(new.iter()).all(|(old, new)| same(old, new)),
        (Is::Map(_) | Is::List(_), _) | (_, Is::Map(_) | Is::List(_)) => false,
        _ => matches!((json::write(old, false, ""), json::write(new, false, "")), (Ok(old), Ok(new)) if old == new),
    }
}
