//! Maps: building, reading, changing in place, merging. A map given back is the argument itself, not a copy.

use super::arguments::{as_map, from, made, map, origin, strval, text, value};
use super::merge::merge;
use super::{Call, Failure, Function, row};
use crate::data::{Kind, List, Map, Str, Type, Value};

/// The rows.
pub const TABLE: &[Function] = &[
    row("dict", "(...interface {}) map[string]interface {}", dict, "A map of keys and values in turn.", r#"{{ dict "a" 1 "b" 2 }}"#),
    row(
        "get",
        "(map[string]interface {}, string) interface {}",
        get,
        "The value under a key of the map; an empty text where there is none.",
        r#"{{ get (dict "a" 1) "a" }}"#,
    ),
    row(
        "set",
        "(map[string]interface {}, string, interface {}) map[string]interface {}",
        set,
        "The map itself, with the key set.",
        r#"{{ set (dict "a" 1) "b" 2 }}"#,
    ),
    row(
        "unset",
        "(map[string]interface {}, string) map[string]interface {}",
        unset,
        "The map itself, with the key removed.",
        r#"{{ unset (dict "a" 1) "a" }}"#,
    ),
    row("hasKey", "(map[string]interface {}, string) bool", has_key, "Whether the map has the key.", r#"{{ hasKey (dict "a" 1) "a" }}"#),
    row(
        "pluck",
        "(string, ...map[string]interface {}) []interface {}",
        pluck,
        "The values of one key in several maps.",
        r#"{{ pluck "a" (dict "a" 1) (dict "a" 2) }}"#,
    ),
    row(
        "keys",
        "(...map[string]interface {}) []string",
        keys,
        "The keys of the maps. Go gives them in any order, here they are sorted.",
        r#"{{ keys (dict "a" 1) }}"#,
    ),
    row(
        "values",
        "(map[string]interface {}) []interface {}",
        values,
        "The values of the map. Go gives them in any order, here in that of their keys.",
        r#"{{ values (dict "a" 1) }}"#,
    ),
    row(
        "pick",
        "(map[string]interface {}, ...string) map[string]interface {}",
        pick,
        "A new map with only those keys.",
        r#"{{ pick (dict "a" 1 "b" 2) "a" }}"#,
    ),
    row(
        "omit",
        "(map[string]interface {}, ...string) map[string]interface {}",
        omit,
        "A new map without those keys.",
        r#"{{ omit (dict "a" 1 "b" 2) "a" }}"#,
    ),
    row(
        "merge",
        "(map[string]interface {}, ...map[string]interface {}) interface {}",
        fill,
        "The first map, filled from the others where a key is missing or empty.",
        r#"{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}"#,
    ),
    row(
        "mustMerge",
        "(map[string]interface {}, ...map[string]interface {}) (interface {}, error)",
        fill,
        "The first map, filled from the others where a key is missing or empty, as merge gives it.",
        r#"{{ mustMerge (dict "a" 1) (dict "a" 2 "b" 3) }}"#,
    ),
    row(
        "mergeOverwrite",
        "(map[string]interface {}, ...map[string]interface {}) interface {}",
        overwrite,
        "The first map with the others merged into it, the later ones winning.",
        r#"{{ mergeOverwrite (dict "a" 1) (dict "a" 2) }}"#,
    ),
    row(
        "mustMergeOverwrite",
        "(map[string]interface {}, ...map[string]interface {}) (interface {}, error)",
        overwrite,
        "The first map with the others merged into it, the later ones winning, as mergeOverwrite gives it.",
        r#"{{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) }}"#,
    ),
    row(
        "deepCopy",
        "(interface {}) interface {}",
        deep_copy,
        "A copy that shares no map with the original.",
        r#"{{ deepCopy (dict "a" 1) }}"#,
    ),
    row(
        "mustDeepCopy",
        "(interface {}) (interface {}, error)",
        deep_copy,
        "A copy that shares no map with the original, as deepCopy gives it.",
        r#"{{ mustDeepCopy (dict "a" 1) }}"#,
    ),
    row(
        "dig",
        "(...interface {}) (interface {}, error)",
        dig,
        "The value at a path of keys in the map at the end, or the default before it.",
        r#"{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }}"#,
    ),
];

fn dict(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let map = Map::new();
    for pair in arguments.chunks(2) {
        call.check_values(pair.get(..1).unwrap_or(&[]))?;
        map.insert(Str::from(&*strval(value(pair, 0))), pair.get(1).cloned().unwrap_or_else(|| "".into()));
    }
    Ok(Value::from(map).from_origin(origin(arguments)))
}

fn get(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let found = map(arguments, 0).and_then(|map| map.get(text(arguments, 1)));
    Ok(found.unwrap_or_else(|| made("", arguments, 0)))
}

fn set(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(map) = map(arguments, 0) else { return Err("assignment to entry in nil map".into()) };
    map.insert(text(arguments, 1), value(arguments, 2).clone());
    Ok(value(arguments, 0).clone())
}

fn unset(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(map) = map(arguments, 0) else { return Ok(made(Map::new(), arguments, 0)) };
    map.remove(text(arguments, 1));
    Ok(value(arguments, 0).clone())
}

fn has_key(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(map(arguments, 0).is_some_and(|map| map.contains(text(arguments, 1))), arguments, 0))
}

fn pluck(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let found = from(arguments, 1).iter().filter_map(as_map).filter_map(|map| map.get(text(arguments, 0)));
    Ok(made(found.collect::<Vec<_>>(), arguments, 1))
}

fn keys(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut keys = Vec::new();
    for of in arguments {
        let Some(map) = as_map(of) else { continue };
        call.check_items((keys.len() as u128).saturating_add(map.len() as u128))?;
        keys.extend(map.read().iter().map(|(key, value)| Value::string(key.clone()).from_origin(value.origin.or(of.origin))));
    }
    Ok(Value::from(List::appended(Type::Strings, keys, 0)).from_origin(origin(arguments)))
}

fn values(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let values: Vec<Value> = map(arguments, 0).map_or_else(Vec::new, |map| map.read().values().cloned().collect());
    Ok(made(values, arguments, 0))
}

fn pick(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let picked = Map::new();
    if let Some(map) = map(arguments, 0) {
        for key in from(arguments, 1).iter().filter_map(Value::as_str) {
            if let Some(value) = map.get(key) {
                picked.insert(key.clone(), value);
            }
        }
    }
    Ok(made(picked, arguments, 0))
}

fn omit(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut kept = map(arguments, 0).map_or_else(Default::default, |map| map.read().clone());
    for key in from(arguments, 1).iter().filter_map(Value::as_str) {
        kept.remove(key);
    }
    Ok(made(Map::typed(Type::Map, kept), arguments, 0))
}

fn fill(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    merge_all(call, arguments, false)
}

fn overwrite(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    merge_all(call, arguments, true)
}

/// Steps that merging one entry takes.
const MERGING: u64 = 4;

fn merge_all(call: &Call<'_>, arguments: &[Value], overwrite: bool) -> Result<Value, Failure> {
    let into = map(arguments, 0).unwrap_or_default();
    for source in from(arguments, 1).iter().filter_map(as_map) {
        merge(&into, &source, overwrite, &mut |entries| call.spend(MERGING.saturating_mul(entries as u64)))?;
    }
    let first = value(arguments, 0);
    let is_nil = |value: &Value| value.is_nil() || matches!(&value.kind, Kind::Object(object) if object.marshal().is_nil());
    if is_nil(first) && (first.is_nil() || !from(arguments, 1).iter().all(is_nil)) {
        return Ok(made(into, arguments, 1));
    }
    Ok(first.clone())
}

fn deep_copy(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let of = value(arguments, 0);
    if of.is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    Ok(of.deep_copy())
}

fn dig(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(((default, dict), path)) = arguments.split_last().and_then(|(dict, rest)| {
        let (default, path) = rest.split_last()?;
        (!path.is_empty()).then_some(((default, dict), path))
    }) else {
        return Err("dig needs at least three arguments".into());
    };
    let mut at = plain_map(dict)?;
    let keys = path.iter().map(|key| key.as_str().ok_or_else(|| not_a(key, "string"))).collect::<Result<Vec<&Str>, Failure>>()?;
    let Some((last, way)) = keys.split_last() else { return Ok(default.clone()) };
    for key in way {
        let Some(next) = at.get(key) else { return Ok(default.clone()) };
        at = plain_map(&next)?;
    }
    Ok(at.get(last).unwrap_or_else(|| default.clone()))
}

/// A `map[string]interface {}` and no other: Go's type assertion.
fn plain_map(value: &Value) -> Result<Map, Failure> {
    match &value.kind {
        Kind::Map(map) if map.go_type() == Type::Map => Ok(map.clone()),
        // a nil map is one too
        Kind::Object(object) if object.go_type() == Type::Map => match object.underlying().map(|value| value.kind) {
            Some(Kind::Map(map)) => Ok(map),
            _ => Err(not_a(value, "map[string]interface {}")),
        },
        _ => Err(not_a(value, "map[string]interface {}")),
    }
}

fn not_a(value: &Value, wanted: &str) -> Failure {
    let found = value.go_type().map_or("nil", Type::name);
    format!("interface conversion: interface {{}} is {found}, not {wanted}").into()
}
