//! dario.cat/mergo 1.0.1 on maps: what `merge` and `mergeOverwrite` stand on.

use crate::data::{Kind, Map, Type, Value};

use super::arguments::{as_map, is_empty, sequence};
use crate::gotmpl::funcs::Failure;

/// Maps nested deeper can't be merged: one that holds itself must not hang us.
const MAX_DEPTH: usize = 1_000;

/// Merges `source` into `into`, in place. Without `overwrite` only what is missing or empty (false and 0 too) is
/// filled; with it everything of `source` but maps replaces what is there, also by nil and empty values. `spend` is told
/// how many entries are looked at: maps that hold the same map many times multiply.
///
/// # Errors
/// Go's panic when a value does not fit a typed map, maps that nest too deep, and what `spend` says.
pub(super) fn merge(into: &Map, source: &Map, overwrite: bool, spend: &mut dyn FnMut(usize) -> Result<(), Failure>) -> Result<(), Failure> {
    merge_within(into, source, overwrite, MAX_DEPTH, spend)
}

fn merge_within(
    into: &Map,
    source: &Map,
    overwrite: bool,
    depth: usize,
    spend: &mut dyn FnMut(usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    spend(source.len())?;
    let depth = depth.checked_sub(1).ok_or_else(|| Failure::from("merge: maps are nested too deep, or hold themselves"))?;
    for (key, new) in source.snapshot() {
        let old = into.get(&key);
        if new.is_nil() {
            if overwrite {
                put(into, key, new)?;
            }
            continue;
        }
        let new_map = as_map(&new);
        let old_map = old.as_ref().and_then(as_map);
        if let (Some(old_map), Some(new_map)) = (&old_map, &new_map)
            && !old_map.is(new_map)
        {
            merge_within(old_map, new_map, overwrite, depth, spend)?;
        }
        let is_list = sequence(&new).is_some();
        let filled = old.as_ref().is_some_and(|old| !is_empty(old));
        if filled && is_list {
            if overwrite {
                put(into, key, new)?;
            }
            continue;
        }
        let both_maps = old_map.is_some() && new_map.is_some();
        if filled && both_maps {
            continue;
        }
        if overwrite || !filled {
            put(into, key, new)?;
        }
    }
    Ok(())
}

/// `reflect.Value.SetMapIndex`: a `map[string]string` takes text only.
fn put(into: &Map, key: crate::data::Str, value: Value) -> Result<(), Failure> {
    let element = into.go_type().element();
    if element == Type::STRING && !matches!(value.kind, Kind::String(_)) {
        return Err("reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string".into());
    }
    into.insert(key, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::data::{Map, Value};

    fn merge(into: &Map, source: &Map, overwrite: bool) -> Result<(), super::Failure> {
        super::merge(into, source, overwrite, &mut |_| Ok(()))
    }

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    #[test]
    fn empty_values_are_filled() {
        let into = map(&[("a", false.into()), ("b", Value::int(1)), ("c", map(&[("x", Value::int(0))]).into())]);
        let source = map(&[
            ("a", true.into()),
            ("b", Value::int(2)),
            ("c", map(&[("x", Value::int(9)), ("y", "y".into())]).into()),
            ("d", Value::NIL),
        ]);
        merge(&into, &source, false).unwrap();
        assert_eq!(
            format!("{into:?}"),
            format!(
                "{:?}",
                map(&[("a", true.into()), ("b", Value::int(1)), ("c", map(&[("x", Value::int(9)), ("y", "y".into())]).into())])
            )
        );
    }

    #[test]
    fn overwriting_takes_nil_and_empty_values() {
        let into = map(&[("a", Value::int(1)), ("b", Value::int(1)), ("l", Value::strings(["x"]))]);
        merge(&into, &map(&[("a", Value::NIL), ("b", Value::int(0)), ("l", Value::strings::<&str>([]))]), true).unwrap();
        assert!(into.get("a").unwrap().is_nil());
        assert!(matches!(into.get("b").unwrap().kind, crate::data::Kind::Int(0, _)));
        assert!(into.get("l").unwrap().as_list().unwrap().is_empty());
    }

    #[test]
    fn a_map_that_holds_itself_ends() {
        let (into, source) = (Map::new(), Map::new());
        into.insert("a", into.clone());
        source.insert("a", source.clone());
        assert!(merge(&into, &source, false).is_err());
        merge(&into, &into, true).unwrap();
    }
}
