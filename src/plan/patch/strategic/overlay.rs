//! One patch laid over another, directives kept.

use serde_json::Value as Json;

use super::super::{Schema, go_text};
use super::lists::{deduplicate, element_type, find, in_order, interleave, key_of, no_key, partition, same_item};
use super::{DELETE_SCALARS, DIRECTIVE, Fields, ORDER, Outcome, RETAIN_KEYS, Type, as_list};

/// `patch` laid over `base`, which is a patch itself: its nulls, deletions and orders stay.
///
/// # Errors
/// As [`super::strategic`].
pub(super) fn maps(mut base: Fields, mut patch: Fields, schema: Schema<'_>) -> Outcome<Fields> {
    match patch.get(DIRECTIVE).map(|what| what.as_str().unwrap_or_default().to_owned()).as_deref() {
        None => {}
        Some("replace") => {
            patch.remove(DIRECTIVE);
            return Ok(patch);
        }
        Some("delete") => return Ok(Fields::new()),
        Some(_) => return Err(bad_directive(&patch)),
    }
    if let Some(keys) = patch.remove(RETAIN_KEYS) {
        match base.get(RETAIN_KEYS) {
            Some(others) if *others != keys => {
                let (others, keys) = (go_text(others), go_text(&keys));
                return Err(format!("{others} and {keys} are not deep equal: this may happen when calculating the 3-way diff patch"));
            }
            _ => base.insert(RETAIN_KEYS.to_owned(), keys),
        };
    }
    ordered_lists(&mut base, &mut patch, schema)?;
    for (key, value) in patch {
        let merged = match (base.remove(&key), value) {
            (_, value) if key.starts_with(DELETE_SCALARS) => Some(value),
            (Some(Json::Object(old)), Json::Object(new)) => {
                let field = schema.object(&key)?;
                Some(Json::Object(if field.strategy == "replace" { new } else { maps(old, new, field.schema)? }))
            }
            (Some(Json::Array(old)), Json::Array(new)) => {
                let field = schema.list(&key)?;
                Some(Json::Array(if field.strategy == "merge" { lists(old, new, field.schema, field.merge_key)? } else { new }))
            }
            (_, value) => without_directives(value),
        };
        if let Some(merged) = merged {
            base.insert(key, merged);
        }
    }
    Ok(base)
}

/// Moves each `$setElementOrder` to `base`, and with it the list that it orders.
fn ordered_lists(base: &mut Fields, patch: &mut Fields, schema: Schema<'_>) -> Outcome<()> {
    const MALFORMED: &str = "invalid patch format of setElementOrder list";
    let names: Vec<String> = patch.keys().filter(|key| key.starts_with(ORDER)).cloned().collect();
    for name in names {
        let Some(order) = patch.remove(&name) else { continue };
        if *base.entry(&name).or_insert_with(|| order.clone()) != order {
            return Err(MALFORMED.to_owned());
        }
        let order = as_list(&order)?;
        let key = name.strip_prefix(ORDER).and_then(|rest| rest.strip_prefix('/')).ok_or(MALFORMED)?;
        for list in base.get(key).into_iter().chain(patch.get(key)) {
            as_list(list)?;
        }
        let field = schema.list(key)?;
        let (old, new) = (base.get(key).and_then(Json::as_array).cloned(), patch.remove(key));
        let new = new.and_then(|new| if let Json::Array(new) = new { Some(new) } else { None });
        agree(new.as_deref().unwrap_or_default(), order, field.merge_key)?;
        let kind = || element_type(&[old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default()]);
        let (merged, kind) = match (&old, &new) {
            (None, None) => continue,
            (Some(old), None) => (old.clone(), kind()),
            (None, Some(new)) => (new.iter().cloned().filter_map(without_directives).collect(), kind()),
            (Some(old), Some(new)) if field.strategy == "merge" => {
                (lists(old.clone(), new.clone(), field.schema, field.merge_key)?, kind())
            }
            (Some(_), Some(new)) => (new.clone(), kind()),
        };
        let (mine, theirs) = partition(merged, order, field.merge_key)?;
        let both = normalize(mine, theirs, order, &old.unwrap_or_default(), (field.merge_key, kind?))?;
        base.insert(key.to_owned(), both.into());
    }
    Ok(())
}

/// Whether the items of a patch stand in the order beside it.
fn agree(items: &[Json], order: &[Json], merge_key: &str) -> Outcome<()> {
    if items.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut places = order.iter();
    for item in items.iter().filter(|item| item.get(DIRECTIVE).is_none()) {
        let mut found = false;
        for place in places.by_ref() {
            if same_item(item, place, merge_key)? {
                found = true;
                break;
            }
        }
        if !found {
            let (items, order) = (go_text(&items.to_vec().into()), go_text(&order.to_vec().into()));
            return Err(format!("The order in patch list:\n{items}\n doesn't match {ORDER} list:\n{order}\n"));
        }
    }
    Ok(())
}

/// Items of the patch in its order, among them those that only the other side has.
fn normalize(mine: Vec<Json>, theirs: Vec<Json>, order: &[Json], other_order: &[Json], by: (&str, Type)) -> Outcome<Vec<Json>> {
    let (merge_key, kind) = by;
    let mine = in_order(mine, order, merge_key, kind)?;
    let theirs = in_order(theirs, other_order, merge_key, kind)?;
    Ok(interleave(theirs, mine, other_order, merge_key, kind))
}

fn lists(base: Vec<Json>, patch: Vec<Json>, schema: Schema<'_>, merge_key: &str) -> Outcome<Vec<Json>> {
    if base.is_empty() && patch.is_empty() {
        return Ok(base);
    }
    let kind = element_type(&[&base, &patch])?;
    if kind != Type::Map {
        let mut merged = base.clone();
        merged.extend(patch.iter().cloned());
        deduplicate(&mut merged);
        let (mine, theirs) = partition(merged, &patch, merge_key)?;
        return normalize(mine, theirs, &patch, &base, (merge_key, kind));
    }
    if merge_key.is_empty() {
        return Err(format!("cannot merge lists without merge key for {}", schema.go_kind()));
    }
    let (base, patch) = without_deleted(base, patch, merge_key)?;
    let mut merged = base.clone();
    for item in patch.clone() {
        let place = find(&merged, merge_key, key_of(&item, merge_key)?)?;
        match (place.and_then(|place| merged.get_mut(place)), item) {
            (Some(slot), Json::Object(new)) => {
                let Json::Object(old) = slot.take() else { continue };
                *slot = maps(old, new, schema)?.into();
            }
            (_, item) => merged.push(item),
        }
    }
    let (mine, theirs) = partition(merged, &patch, merge_key)?;
    normalize(mine, theirs, &patch, &base, (merge_key, kind))
}

/// Does what a patch's items with a directive ask for, and takes them out.
fn without_deleted(mut base: Vec<Json>, patch: Vec<Json>, merge_key: &str) -> Outcome<(Vec<Json>, Vec<Json>)> {
    let (mut rest, mut replaces) = (Vec::new(), false);
    for item in patch {
        match item.get(DIRECTIVE).map(|what| what.as_str().unwrap_or_default()) {
            None => rest.push(item),
            Some("delete") => {
                let key = item.get(merge_key).ok_or_else(|| no_key(&item, merge_key))?;
                base.retain(|other| other.get(merge_key) != Some(key));
            }
            Some("replace") => replaces = true,
            Some("merge") => return Err("merging lists cannot yet be specified in the patch".to_owned()),
            Some(_) => return Err(item.as_object().map_or_else(String::new, bad_directive)),
        }
    }
    Ok(if replaces { (rest, Vec::new()) } else { (base, rest) })
}

fn bad_directive(patch: &Fields) -> String {
    let what = go_text(patch.get(DIRECTIVE).unwrap_or(&Json::Null));
    format!("unknown patch type: {what} in map: {}", go_text(&patch.clone().into()))
}

/// A value that is taken as it is; `None` where it is only a directive.
fn without_directives(value: Json) -> Option<Json> {
    match value {
        Json::Object(fields) if fields.contains_key(DIRECTIVE) => None,
        Json::Object(fields) => {
            let kept = fields.into_iter().filter_map(|(key, value)| Some((key, without_directives(value)?)));
            Some(Json::Object(kept.collect()))
        }
        Json::Array(items) => Some(items.into_iter().filter_map(without_directives).collect()),
        value => Some(value),
    }
}
