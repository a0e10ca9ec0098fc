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
        let value = match merged.get(&key) {
            Some(_) if value.is_nil() => continue,
            None => value,
            Some(before) => merge_value(&before, value, lists),
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
    for (slot, value) in items.iter_mut().zip(over.iter()).filter(|(_, value)| !value.is_nil()) {
        *slot = match (&slot.kind, &value.kind) {
            (Kind::Map(base), Kind::Map(over)) => Value { kind: Kind::Map(deep_merge(base, over, lists)), origin: value.origin },
            _ => value.clone(),
        };
    }
    items.into()
}

/// Merges `over` over `base` as Go's mergo does with `WithOverride` in a map of values: maps deeply, everything else
/// replaces, null and empty values too.
pub fn override_merge(base: &Map, over: &Map) -> Map {
    let merged = base.shallow_copy();
    for (key, value) in over.snapshot() {
        let value = match (merged.get(&key).map(|before| before.kind), &value.kind) {
            (Some(Kind::Map(base)), Kind::Map(over)) => Value { kind: Kind::Map(override_merge(&base, over)), origin: value.origin },
            _ => value,
        };
        merged.insert(key, value);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::{Lists, deep_merge, override_merge};
    use crate::data::{Map, Value};

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().cloned().collect()
    }

    #[test]
    fn a_null_falls_through_in_one_merge_and_replaces_in_the_other() {
        let base = map(&[("a", Value::int(1))]);
        let over = map(&[("a", Value::NIL), ("b", Value::NIL)]);
        let deep = deep_merge(&base, &over, Lists::Sparse);
        assert!(!deep.get("a").unwrap().is_nil());
        assert!(deep.contains("b"));
        assert!(override_merge(&base, &over).get("a").unwrap().is_nil());
    }

    #[test]
    fn only_a_list_with_a_hole_merges_by_element() {
        let base = map(&[("l", vec![Value::int(1), Value::int(2), Value::int(3)].into())]);
        let whole = map(&[("l", vec![Value::int(9)].into())]);
        let holed = map(&[("l", vec![Value::NIL, Value::int(9)].into())]);
        assert_eq!(deep_merge(&base, &whole, Lists::Sparse).get("l").unwrap().as_list().unwrap().len(), 1);
        assert_eq!(deep_merge(&base, &holed, Lists::Sparse).get("l").unwrap().as_list().unwrap().len(), 3);
        assert_eq!(deep_merge(&base, &whole, Lists::ByElement).get("l").unwrap().as_list().unwrap().len(), 3);
    }
}
