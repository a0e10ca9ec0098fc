//! JSON merge patches (RFC 7386).

use serde_json::{Map, Number, Value as Json};

use super::go_text;
use crate::diag::{Error, Kind, Result};

/// The patch that makes `new` of `old`; an empty object where they are equal.
/// What helm sends for kinds that it knows no struct of (evanphx/json-patch `CreateMergePatch`).
///
/// parity: there 1 and 1.0 are equal. Not kept: it reads all numbers as floats and so rounds integers above 2^53.
pub fn diff(old: &Map<String, Json>, new: &Map<String, Json>) -> Map<String, Json> {
    let mut patch = Map::new();
    for (key, new) in new {
        match (old.get(key), new) {
            (Some(Json::Object(old)), Json::Object(new)) => {
                let inner = diff(old, new);
                if !inner.is_empty() {
                    patch.insert(key.clone(), inner.into());
                }
            }
            (Some(old), new) if same(old, new) => {}
            _ => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    patch.extend(gone.map(|key| (key.clone(), Json::Null)));
    patch
}

/// What `new` adds to and changes in `live`, and what one of `olds` had that `new` has not: deletions that others made or additions
/// of theirs stay (apimachinery util/jsonmergepatch `CreateThreeWayJSONMergePatch`, with the preconditions that helm names).
///
/// # Errors
/// The patch would change `apiVersion`, `kind` or `metadata.name`.
pub fn three_way(olds: &[&Map<String, Json>], new: &Map<String, Json>, live: &Map<String, Json>) -> Result<Map<String, Json>> {
    let changes = keep(diff(live, new), false);
    let mut patch = changes;
    for old in olds {
        add(&mut patch, keep(diff(old, new), true));
    }
    let renames = patch.get("metadata").is_some_and(|metadata| metadata.get("name").is_some());
    if renames || patch.contains_key("apiVersion") || patch.contains_key("kind") {
        let patch = go_text(&Json::Object(patch));
        return Err(Error::new(Kind::Apply, format!("precondition failed for: {patch}")));
    }
    Ok(patch)
}

/// Applies a merge patch as API servers do (evanphx/json-patch `MergePatch`).
///
/// parity: nulls of objects inside a list are dropped, too, where the list takes the place of anything but an object.
pub fn apply(target: &mut Json, patch: Json) {
    let (target, patch) = match (target, patch) {
        (Json::Object(target), Json::Object(patch)) => (target, patch),
        (target, patch) => {
            *target = if target.is_object() { patch } else { without_nulls(patch) };
            return;
        }
    };
    for (key, value) in patch {
        match target.get_mut(&key) {
            _ if value.is_null() => {
                target.remove(&key);
            }
            Some(current) => apply(current, value),
            None => {
                target.insert(key, without_nulls(value));
            }
        }
    }
}

/// Adds deletions to a patch. They can't disagree: a key that is deleted is one that the new object lacks.
fn add(patch: &mut Map<String, Json>, deletions: Map<String, Json>) {
    for (key, deletion) in deletions {
        match (patch.get_mut(&key), deletion) {
            (Some(Json::Object(inner)), Json::Object(deletion)) => add(inner, deletion),
            (Some(_), _) => {}
            (None, deletion) => drop(patch.insert(key, deletion)),
        }
    }
}

/// Only the nulls of a patch, or all but them. An empty object that is no patch of an inner one counts as a value.
fn keep(patch: Map<String, Json>, nulls: bool) -> Map<String, Json> {
    let kept = patch.into_iter().filter_map(|(key, value)| match value {
        Json::Object(inner) if inner.is_empty() => (!nulls).then(|| (key, inner.into())),
        Json::Object(inner) => {
            let inner = keep(inner, nulls);
            (!inner.is_empty()).then(|| (key, inner.into()))
        }
        value => (value.is_null() == nulls).then_some((key, value)),
    });
    kept.collect()
}

fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            fields.map(|(key, value)| (key, without_nulls(value))).collect::<Map<_, _>>().into()
        }
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

/// Whether two values are equal; numbers by what they are worth.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || (is_float(one) != is_float(other) && one.as_f64() == other.as_f64()),
        (Json::Array(one), Json::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other)),
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

fn is_float(number: &Number) -> bool {
    number.is_f64()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::apply;

    /// The examples of RFC 7386, appendix A; the one whose list holds a null is the server's way.
    #[test]
    fn patches_apply_as_the_rfc_says() {
        let cases: [(Json, Json, Json); 14] = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
            (json!({}), json!({"a": [{"b": null, "c": 1}]}), json!({"a": [{"c": 1}]})),
        ];
        for (mut target, patch, wanted) in cases {
            let shown = format!("{target} {patch}");
            apply(&mut target, patch);
            assert_eq!(target, wanted, "{shown}");
        }
    }
}
