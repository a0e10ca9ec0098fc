//! Fields that an API server does not let change, so that a plan can say "replace" before the server refuses.
//!
//! What server-side apply would do is judged: what the manifest leaves out is either what the server fills in, or goes away.

mod quantity;
mod table;

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

pub use quantity::quantity;
use table::{How, Row};

/// The fields of the live object that may not become what the manifest says, by the server's names for them
/// (`.spec.selector`). Empty for kinds without such fields, and where nothing of the kind changes.
///
/// What only the server knows is not judged: whether a storage class lets claims grow, what admission webhooks refuse.
pub fn immutable_changes(live: &Json, new: &Json) -> Vec<String> {
    let text = |key: &str| new.get(key).and_then(Json::as_str).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
    let mut changes = Vec::new();
    for row in table::rows(group, text("kind")).filter(|row| !(row.unless)(live, new)) {
        changes.extend(changed(row, live, new));
    }
    changes.sort();
    changes.dedup();
    changes
}

/// The fields that a server names when it refuses to change them, in the details of its `Status` (apimachinery
/// util/validation/field): empty where it refuses for another reason.
pub fn unchangeable(details: &Json) -> Vec<String> {
    let causes = details.get("causes").and_then(Json::as_array).into_iter().flatten();
    let refused = causes.filter(|cause| {
        let message = cause.get("message").and_then(Json::as_str).unwrap_or_default();
        ["immutable", ": updates to ", "may not change", "cannot change"].iter().any(|words| message.contains(words))
    });
    let mut fields: Vec<String> = refused.filter_map(|cause| Some(format!(".{}", cause.get("field")?.as_str()?))).collect();
    fields.dedup();
    fields
}

fn changed(row: &Row, live: &Json, new: &Json) -> Vec<String> {
    let at = |object: &Json| object.pointer(row.field).cloned().unwrap_or_default();
    let path = row.field.replace('/', ".");
    let (old, new) = (at(live), if row.field == "/data" { data(new) } else { at(new) });
    let mut changes = Vec::new();
    match row.how {
        How::Exact if old == new || is_zero(&old) && is_zero(&new) => {}
        How::Kept if new.is_null() && is_zero(&old) => {}
        How::Given if new.is_null() => {}
        How::Given | How::Kept if !new.is_null() => given(&old, &new, &path, row.free, &mut changes),
        _ => changes.push(path),
    }
    changes
}

/// `data` of a ConfigMap or Secret as the server will hold it: with `stringData` in it.
fn data(new: &Json) -> Json {
    let fields = |key: &str| new.get(key).and_then(Json::as_object).cloned().unwrap_or_default();
    let encoded = |value: Json| value.as_str().map(|text| data_encoding::BASE64.encode(text.as_bytes()).into()).unwrap_or_default();
    let mut all = fields("data");
    all.extend(fields("stringData").into_iter().map(|(key, value)| (key, encoded(value))));
    all.into()
}

/// What differs of all that is given; the rest the server fills in.
fn given(old: &Json, new: &Json, path: &str, free: &[&str], changes: &mut Vec<String>) {
    match (old, new) {
        (Json::Null, new) if is_zero(new) => {}
        (Json::Object(old), Json::Object(new)) => {
            for (key, new) in new.iter().filter(|(_, new)| !new.is_null()) {
                let Some(free) = below(free, key) else { continue };
                given(old.get(key).unwrap_or(&Json::Null), new, &format!("{path}.{key}"), &free, changes);
            }
        }
        (Json::Array(old), Json::Array(new)) => items(old, new, path, &below(free, "*").unwrap_or_default(), changes),
        _ if same(old, new, path) => {}
        _ => changes.push(path.to_owned()),
    }
}

/// The paths of `free` that go on below a key; `None` where one ends there.
fn below<'f>(free: &[&'f str], key: &str) -> Option<Vec<&'f str>> {
    let mut inner = Vec::new();
    for path in free {
        match path.split_once('/') {
            None if *path == key => return None,
            Some((head, rest)) if head == key => inner.push(rest),
            _ => {}
        }
    }
    Some(inner)
}

/// Lists: items that have a name are found by it, all others by their place. None may come or go, but for what the
/// server mounts into pods.
fn items(old: &[Json], new: &[Json], path: &str, free: &[&str], changes: &mut Vec<String>) {
    let name = |item: &Json| {
        let named = ["mountPath", "name"].iter().find_map(|key| item.get(key)).or_else(|| item.pointer("/metadata/name"));
        named.and_then(Json::as_str).map(str::to_owned)
    };
    let injected = |item: &Json| item.get("name").and_then(Json::as_str).is_some_and(|name| name.starts_with("kube-api-access-"));
    let old: Vec<&Json> = old.iter().filter(|item| !injected(item)).collect();
    if old.len() != new.len() {
        changes.push(path.to_owned());
        return;
    }
    for (at, item) in new.iter().enumerate() {
        let found = match name(item) {
            Some(wanted) => old.iter().find(|other| name(other).as_ref() == Some(&wanted)),
            None => old.get(at),
        };
        let path = match name(item) {
            Some(name) if item.get("name").is_some() => format!("{path}[name={name:?}]"),
            _ => format!("{path}[{at}]"),
        };
        match found {
            Some(old) => given(old, item, &path, free, changes),
            None => changes.push(path),
        }
    }
}

/// Equal, or as quantities worth the same.
fn same(old: &Json, new: &Json, path: &str) -> bool {
    let is_quantity = [".requests.", ".limits.", ".capacity.", ".sizeLimit"].iter().any(|part| path.contains(part));
    old == new || is_quantity && quantity::compare(old, new) == Some(Ordering::Equal)
}

/// What Go leaves out when it writes JSON.
fn is_zero(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(yes) => !yes,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(is_zero),
    }
}

/// A map inside an object; `None` where there is none.
fn map<'j>(object: &'j Json, pointer: &str) -> Option<&'j Map<String, Json>> {
    object.pointer(pointer)?.as_object()
}
