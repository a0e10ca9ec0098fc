//! Patches that are no server-side apply: merge, JSON, strategic.

use bkhelm::cluster::{Content, Fault};
use serde_json::{Map, Value as Json};

use super::refusals;
use super::shape::{List, Shape};

/// The object with the patch on it.
///
/// # Errors
/// A JSON patch that does not fit.
pub fn patch(shape: Shape<'_>, body: &Json, content: Content, patch: &Json) -> Result<Json, Fault> {
    let mut patched = body.clone();
    match content {
        Content::JsonPatch => {
            for step in patch.as_array().into_iter().flatten() {
                step_on(&mut patched, step).ok_or_else(refusals::patch_does_not_fit)?;
            }
        }
        Content::StrategicMergePatch => strategic(shape, &mut patched, patch),
        Content::Json | Content::Apply | Content::MergePatch => merge(&mut patched, patch),
    }
    Ok(patched)
}

/// RFC 7386.
fn merge(body: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *body = patch.clone();
        return;
    };
    if !body.is_object() {
        *body = Json::Object(Map::new());
    }
    let Some(fields) = body.as_object_mut() else { return };
    for (field, value) in patch {
        if value.is_null() {
            fields.remove(field);
        } else {
            merge(fields.entry(field.clone()).or_insert(Json::Null), value);
        }
    }
}

/// Like a merge patch, but lists by key are merged and `$patch` says otherwise. `$setElementOrder` is not looked at.
fn strategic(shape: Shape<'_>, body: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *body = patch.clone();
        return;
    };
    if !body.is_object() || patch.get("$patch").is_some_and(|word| word == "replace") {
        *body = Json::Object(Map::new());
    }
    let Some(fields) = body.as_object_mut() else { return };
    for (field, value) in patch.iter().filter(|(field, _)| !field.starts_with('$')) {
        let below = shape.below(field);
        match value {
            Json::Null => drop(fields.remove(field)),
            Json::Array(items) if merge_key(below).is_some() => {
                let list = fields.entry(field.clone()).or_insert_with(|| Json::Array(Vec::new()));
                list.as_array_mut().into_iter().for_each(|list| strategic_list(below, list, items));
            }
            _ => strategic(below, fields.entry(field.clone()).or_insert(Json::Null), value),
        }
    }
    for (field, values) in patch.iter().filter_map(|(field, values)| Some((field.strip_prefix("$deleteFromPrimitiveList/")?, values))) {
        let gone = values.as_array().map(Vec::as_slice).unwrap_or_default();
        fields.get_mut(field).and_then(Json::as_array_mut).into_iter().for_each(|list| list.retain(|item| !gone.contains(item)));
    }
}

/// A strategic merge goes by the first key alone (`patchMergeKey`); sets of texts have none.
fn merge_key(shape: Shape<'_>) -> Option<&'static str> {
    match shape.list() {
        List::Map([(key, _), ..]) => Some(key),
        List::Set => Some(""),
        List::Map([]) | List::Atomic => None,
    }
}

/// What the patch names comes in its order, new items before the live ones that they meet.
fn strategic_list(shape: Shape<'_>, list: &mut Vec<Json>, patch: &[Json]) {
    let key = merge_key(shape).unwrap_or_default();
    let same = |one: &Json, other: &Json| if key.is_empty() { one == other } else { one.get(key) == other.get(key) };
    if patch.iter().any(|item| item["$patch"] == "replace") {
        list.clear();
    }
    let live = std::mem::take(list);
    let named = |item: &Json| patch.iter().any(|other| same(item, other));
    let mut rest = live.iter().enumerate().filter(|(_, item)| !named(item)).peekable();
    for item in patch.iter().filter(|item| item["$patch"] != "replace" && item["$patch"] != "delete") {
        let Some(place) = live.iter().position(|known| same(known, item)) else {
            list.push(item.clone());
            continue;
        };
        while let Some((_, earlier)) = rest.next_if(|(at, _)| *at < place) {
            list.push(earlier.clone());
        }
        let mut merged = live[place].clone();
        strategic(shape, &mut merged, item);
        list.push(merged);
    }
    list.extend(rest.map(|(_, item)| item.clone()));
}

/// One step of RFC 6902; `None` where it does not fit.
fn step_on(body: &mut Json, step: &Json) -> Option<()> {
    let path = step["path"].as_str()?;
    match step["op"].as_str()? {
        "test" => (body.pointer(path).unwrap_or(&Json::Null) == &step["value"]).then_some(()),
        "add" => add(body, path, step["value"].clone()),
        "remove" => remove(body, path).map(drop),
        "replace" => {
            *body.pointer_mut(path)? = step["value"].clone();
            Some(())
        }
        "move" => {
            let value = remove(body, step["from"].as_str()?)?;
            add(body, path, value)
        }
        "copy" => {
            let value = body.pointer(step["from"].as_str()?)?.clone();
            add(body, path, value)
        }
        _ => None,
    }
}

fn place(path: &str) -> Option<(&str, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(body: &mut Json, path: &str, value: Json) -> Option<()> {
    if path.is_empty() {
        *body = value;
        return Some(());
    }
    let (parent, last) = place(path)?;
    match body.pointer_mut(parent)? {
        Json::Object(fields) => drop(fields.insert(last, value)),
        Json::Array(items) => {
            let at = if last == "-" { items.len() } else { last.parse().ok()? };
            if at > items.len() {
                return None;
            }
            items.insert(at, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(body: &mut Json, path: &str) -> Option<Json> {
    let (parent, last) = place(path)?;
    match body.pointer_mut(parent)? {
        Json::Object(fields) => fields.remove(&last),
        Json::Array(items) => {
            let at: usize = last.parse().ok()?;
            (at < items.len()).then(|| items.remove(at))
        }
        _ => None,
    }
}
