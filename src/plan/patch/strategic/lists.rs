//! Order and identity of the items of lists.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::super::go_text;
use super::{DIRECTIVE, Outcome, Type, as_map};

/// The type that all items of the lists have.
///
/// # Errors
/// Items of several types, lists of lists, no items at all.
pub(super) fn element_type(lists: &[&[Json]]) -> Outcome<Type> {
    let mut types = lists.iter().flat_map(|list| list.iter()).map(Type::of);
    match types.next() {
        None => Err("no elements in any of the given slices".to_owned()),
        Some(Type::List) => Err("lists of lists are not supported".to_owned()),
        // A null cannot stand in a list that merges: apimachinery does not survive one that comes first.
        Some(first) if first == Type::Null || types.any(|other| other != first) => {
            let shown: Vec<String> = lists.iter().map(|list| go_text(&Json::Array(list.to_vec()))).collect();
            Err(format!("list element types are not identical: [{}]", shown.join(" ")))
        }
        Some(first) => Ok(first),
    }
}

/// The value of an item's merge key.
///
/// # Errors
/// The item is no map or lacks the key.
pub(super) fn key_of<'i>(item: &'i Json, merge_key: &str) -> Outcome<&'i Json> {
    as_map(item)?.get(merge_key).ok_or_else(|| no_key(item, merge_key))
}

/// `map: … does not contain declared merge key: name`
pub(super) fn no_key(item: &Json, merge_key: &str) -> String {
    format!("map: {} does not contain declared merge key: {merge_key}", go_text(item))
}

/// What tells an item from others: its merge key, or itself where there is none.
fn identity<'i>(item: &'i Json, merge_key: &str, kind: Type) -> Option<&'i Json> {
    if kind == Type::Map { item.get(merge_key) } else { Some(item) }
}

/// Where an item stands.
fn index(list: &[Json], item: &Json, merge_key: &str, kind: Type) -> Option<usize> {
    let wanted = identity(item, merge_key, kind);
    list.iter().position(|other| identity(other, merge_key, kind) == wanted)
}

/// Items by their printed merge key, or by themselves as printed.
///
/// parity: apimachinery's comparison is "not greater", which turns equal items round in Go's insertion sort. Two ports
/// of one number and two protocols are told apart by nothing but their place, so it matters.
/// Not kept: lists of more than twelve items go through a quicksort there, which leaves equal items in any order, so that
/// a name that stands twice in a long list is compared with the wrong one.
pub(super) fn sorted_by_text(items: &[Json], text: impl Fn(&Json) -> String) -> Vec<(String, &Json)> {
    let mut sorted: Vec<(String, &Json)> = items.iter().rev().map(|item| (text(item), item)).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted
}

/// Removes what stands in a list twice: the last item takes the place of the second one (apimachinery `deduplicateScalars`).
pub(super) fn deduplicate(items: &mut Vec<Json>) {
    let mut at = 0;
    while at < items.len() {
        let mut other = at + 1;
        while other < items.len() {
            if items.get(at) == items.get(other) {
                items.swap_remove(other);
            } else {
                other += 1;
            }
        }
        at += 1;
    }
}

/// Items in the order in which `order` has them; those that are to be deleted come last.
///
/// # Errors
/// Maps without the merge key.
pub(super) fn in_order(items: Vec<Json>, order: &[Json], merge_key: &str, kind: Type) -> Outcome<Vec<Json>> {
    let (mut deletions, mut rest) = (Vec::new(), items);
    if kind == Type::Map {
        for item in rest.iter().chain(order) {
            key_of(item, merge_key)?;
        }
        (deletions, rest) = rest.into_iter().partition(|item| item.get(DIRECTIVE).is_some_and(|what| what == "delete"));
    }
    let mut placed: Vec<(Option<usize>, Json)> = Vec::with_capacity(rest.len());
    for item in rest {
        let own = index(order, &item, merge_key, kind);
        // parity: an item that `order` lacks goes before all that came earlier (Go's insertion sort with "always less").
        let greater = |other: &Option<usize>| match (own, other) {
            (Some(own), Some(other)) => own.cmp(other) == Ordering::Less,
            _ => true,
        };
        let stays = placed.iter().rposition(|(other, _)| !greater(other)).map_or(0, |before| before + 1);
        placed.insert(stays, (own, item));
    }
    Ok(placed.into_iter().map(|(_, item)| item).chain(deletions).collect())
}

/// Two lists that share no item as one: each keeps its order, and where `order` knows both items it decides.
pub(super) fn interleave(left: Vec<Json>, right: Vec<Json>, order: &[Json], merge_key: &str, kind: Type) -> Vec<Json> {
    let place = |item: &Json| index(order, item, merge_key, kind);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut merged = Vec::new();
    loop {
        let from_left = match (left.peek(), right.peek()) {
            (None, None) => return merged,
            (one, None) => one.is_some(),
            (None, Some(_)) => false,
            (Some(one), Some(other)) => matches!((place(one), place(other)), (Some(one), Some(other)) if one < other),
        };
        merged.extend(if from_left { left.next() } else { right.next() });
    }
}

/// Splits items into those that `by` has, too, and all others. Scalars are compared themselves, maps by their merge key.
///
/// # Errors
/// Maps without the merge key.
pub(super) fn partition(items: Vec<Json>, by: &[Json], merge_key: &str) -> Outcome<(Vec<Json>, Vec<Json>)> {
    if merge_key.is_empty() {
        return Ok(items.into_iter().partition(|item| by.contains(item)));
    }
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for item in items {
        let key = key_of(&item, merge_key)?;
        let known = find(by, merge_key, key)?.is_some();
        if known { &mut inside } else { &mut outside }.push(item);
    }
    Ok((inside, outside))
}

/// Where the map stands whose merge key has that value.
///
/// # Errors
/// An item before it is no map.
pub(super) fn find(list: &[Json], merge_key: &str, value: &Json) -> Outcome<Option<usize>> {
    for (at, item) in list.iter().enumerate() {
        let Json::Object(fields) = item else {
            return Err(format!("value for key {at} is not a map"));
        };
        if fields.get(merge_key) == Some(value) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether two lists of maps have the same merge keys in the same order.
///
/// # Errors
/// Maps without the merge key.
pub(super) fn same_order(one: &[Json], other: &[Json], merge_key: &str) -> Outcome<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other) {
        if !same_item(one, other, merge_key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two items are the same: by merge key, or by value where there is none.
///
/// # Errors
/// Maps without the merge key.
pub(super) fn same_item(one: &Json, other: &Json, merge_key: &str) -> Outcome<bool> {
    Ok(if merge_key.is_empty() { one == other } else { key_of(one, merge_key)? == key_of(other, merge_key)? })
}
