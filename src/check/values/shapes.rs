//! What a layer changes about the shape of a value that a layer below has.

use std::collections::HashSet;

use super::super::codes::OTHER_SHAPE;
use super::{Written, shown};
use crate::data::yaml::Resolver;
use crate::data::{Kind, Map, Origin, Sources, Str, Value};
use crate::diag::{Error, Errors};
use crate::values::Layer;

/// How deep values are compared.
const DEEPEST: usize = 100;

/// Values of layers that are of another shape than those below them; `base` lies below all layers. Of the values that are known
/// to be wrong nothing is said.
pub(super) fn changes(sources: &Sources, base: &Map, layers: &[Layer], (resolver, known): (Resolver, &HashSet<Origin>)) -> Errors {
    let mut found = Errors::new();
    let mut below = Value::from(base.clone());
    for layer in layers {
        let over = Value::from(layer.values.clone());
        let mut changed = Vec::new();
        compare(&below, &over, &mut Vec::new(), &mut changed);
        if !changed.is_empty() {
            let written = layer.source.as_ref().map(|source| Written::new(sources, source, resolver));
            for change in changed.into_iter().filter(|change| !known.contains(&change.over)) {
                let origin = written.as_ref().and_then(|written| written.key(&change.path)).unwrap_or(change.over);
                let mut finding = Error::finding(&OTHER_SHAPE, format!("{}: {}", shown(&change.path), change.words));
                finding = match sources.place(origin) {
                    Some(place) => finding.at(place),
                    None => finding,
                };
                if let Some(place) = sources.place(change.below) {
                    finding = finding.related(place, "what it replaces");
                }
                found.push(finding);
            }
        }
        below = merged(&below, &over, DEEPEST);
    }
    found
}

struct Change {
    path: Vec<Str>,
    words: &'static str,
    below: Origin,
    over: Origin,
}

fn compare(below: &Value, over: &Value, path: &mut Vec<Str>, changed: &mut Vec<Change>) {
    if let (Some(one), Some(other)) = (below.as_map(), over.as_map()) {
        if path.len() < DEEPEST {
            for (key, value) in other.snapshot() {
                if let Some(before) = one.get(&key) {
                    path.push(key);
                    compare(&before, &value, path, changed);
                    path.pop();
                }
            }
        }
    } else if let Some(words) = differ(below, over) {
        changed.push(Change { path: path.clone(), words, below: below.origin, over: over.origin });
    }
}

/// What is wrong about a value in the place of another, which is nothing where the other one is empty: charts have `{}` for what
/// may be a list, too.
fn differ(below: &Value, over: &Value) -> Option<&'static str> {
    Some(match (&below.kind, &over.kind) {
        (Kind::Map(map), _) if map.is_empty() => return None,
        (Kind::List(list), _) if list.items().is_empty() => return None,
        (Kind::String(text), _) if text.is_empty() => return None,
        // `false` and an empty text are how many charts are told to leave something out.
        (_, Kind::Nil) | (Kind::Nil, _) | (Kind::Map(_) | Kind::List(_), Kind::Bool(false)) => return None,
        (Kind::Map(_) | Kind::List(_), Kind::String(text)) if text.is_empty() => return None,
        (Kind::Map(_), Kind::List(_)) => "a list replaces a mapping",
        (Kind::Map(_), _) => "a single value replaces a mapping",
        (Kind::List(_), Kind::Map(_)) => "a mapping replaces a list",
        (Kind::List(_), Kind::List(_)) => return None,
        // Texts may hold a whole list.
        (Kind::List(_), Kind::String(text)) if text.contains(&b'\n') => return None,
        (Kind::List(_), _) => "a single value replaces a list",
        (_, Kind::Map(_)) => "a mapping replaces a single value",
        (_, Kind::List(_)) => "a list replaces a single value",
        (Kind::Bool(_), Kind::String(text)) if *text == "true" || *text == "false" => {
            "a text replaces a boolean: `if` takes it for true, whatever it says"
        }
        (Kind::Int(..) | Kind::Uint(..) | Kind::Float(_), Kind::Bool(_)) => "a boolean replaces a number",
        (Kind::Int(..) | Kind::Uint(..) | Kind::Float(_), Kind::String(text)) if is_word(text) => "a text replaces a number",
        _ => return None,
    })
}

/// Whether a text is nothing that a number may be written as: `25%`, `$(PORT)`, `{{ … }}` and `.5` are.
fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
}

/// The values with others over them.
fn merged(below: &Value, over: &Value, depth: usize) -> Value {
    let (Some(one), Some(other), Some(depth)) = (below.as_map(), over.as_map(), depth.checked_sub(1)) else {
        return if over.is_nil() { below.clone() } else { over.clone() };
    };
    let both = one.shallow_copy();
    for (key, value) in other.snapshot() {
        let value = both.get(&key).map_or(value.clone(), |before| merged(&before, &value, depth));
        both.insert(key, value);
    }
    Value::from(both).from_origin(over.origin)
}
