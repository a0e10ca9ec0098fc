//! Sets of fields, as `managedFields` holds them, and what they are made from: objects and pairs of objects
//! (structured-merge-diff `fieldpath`, `typed`).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::shape::{List, Shape};

/// A set of fields: a tree whose steps are written as in `fieldsV1` (`f:data`, `k:{"name":"c"}`, `v:"x"`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// Whether the field itself is in the set.
    own: bool,
    below: BTreeMap<String, Fields>,
}

impl Fields {
    fn leaf() -> Self {
        Self { own: true, below: BTreeMap::new() }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        !self.own && self.below.is_empty()
    }

    fn put(&mut self, step: String, fields: Fields) {
        if !fields.is_empty() {
            self.below.insert(step, fields);
        }
    }

    /// From `fieldsV1`.
    pub fn read(json: &Json) -> Self {
        let fields = json.as_object();
        let below = fields.into_iter().flatten().filter(|(step, _)| *step != ".");
        let below: BTreeMap<_, _> = below.map(|(step, value)| (step.clone(), Self::read_below(value))).collect();
        Self { own: false, below }
    }

    fn read_below(json: &Json) -> Self {
        let own = json.as_object().is_none_or(|fields| fields.is_empty() || fields.contains_key("."));
        Self { own, ..Self::read(json) }
    }

    /// To `fieldsV1`.
    pub fn write(&self) -> Json {
        let below = self.below.iter().map(|(step, fields)| (step.clone(), fields.write()));
        let own = (self.own && !self.below.is_empty()).then(|| (".".to_owned(), Json::Object(Map::new())));
        Json::Object(own.into_iter().chain(below).collect())
    }

    /// Everything an applied object says (`ToFieldSet`).
    pub fn of(shape: Shape<'_>, value: &Json) -> Self {
        let mut fields = Self::default();
        match value {
            Json::Object(map) if !map.is_empty() && !shape.is_atomic() => {
                for (key, value) in map {
                    fields.put(format!("f:{key}"), Self::of(shape.below(key), value));
                }
            }
            Json::Array(items) if shape.list() != List::Atomic => {
                for item in items {
                    let below = if item.is_object() { Self::of(shape, item) } else { Self::default() };
                    fields.put(shape.step(shape.list(), item), Self { own: true, ..below });
                }
            }
            _ => fields.own = true,
        }
        fields
    }

    /// What is in one or the other.
    pub fn union(&mut self, other: &Self) {
        self.own |= other.own;
        for (step, fields) in &other.below {
            match self.below.get_mut(step) {
                Some(own) => own.union(fields),
                None => drop(self.below.insert(step.clone(), fields.clone())),
            }
        }
    }

    /// Takes out what is in the other.
    pub fn subtract(&mut self, other: &Self) {
        self.own &= !other.own;
        for (step, fields) in &other.below {
            if let Some(own) = self.below.get_mut(step) {
                own.subtract(fields);
                if own.is_empty() {
                    self.below.remove(step);
                }
            }
        }
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = Self { own: self.own && other.own, below: BTreeMap::new() };
        for (step, fields) in &self.below {
            if let Some(other) = other.below.get(step) {
                both.put(step.clone(), fields.intersection(other));
            }
        }
        both
    }

    /// What the server never gives to a manager, taken out (apimachinery managedfields `stripMeta`), and `status` where it
    /// has a door of its own.
    pub fn strip(&mut self, status: bool) {
        let metadata = ["name", "namespace", "creationTimestamp", "uid", "generation", "managedFields", "resourceVersion", "selfLink"];
        self.below.remove("f:apiVersion");
        self.below.remove("f:kind");
        if status {
            self.below.remove("f:status");
        }
        if let Some(fields) = self.below.get_mut("f:metadata") {
            fields.own = false;
            fields.below.retain(|step, _| step.strip_prefix("f:").is_none_or(|name| !metadata.contains(&name)));
            if fields.is_empty() {
                self.below.remove("f:metadata");
            }
        }
    }

    /// Every path as messages name it: `.spec.containers[name="c"].image`.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect("", &mut paths);
        paths
    }

    fn collect(&self, path: &str, paths: &mut Vec<String>) {
        let below: Vec<(String, &Fields)> = self.below.iter().map(|(step, fields)| (format!("{path}{}", shown(step)), fields)).collect();
        paths.extend(below.iter().filter(|(_, fields)| fields.own).map(|(path, _)| path.clone()));
        below.iter().for_each(|(path, fields)| fields.collect(path, paths));
    }

    /// Whether the field counts as in the set when items are removed: a named field does where anything below it is
    /// (structured-merge-diff `EnsureNamedFieldsAreMembers`).
    fn holds(&self, step: &str) -> bool {
        self.below.get(step).is_some_and(|fields| fields.own || step.starts_with("f:"))
    }

    /// Removes from `value` what is in `last` and nobody has any more; `managed` is what all have now.
    pub fn prune(shape: Shape<'_>, value: &mut Json, last: &Self, managed: &Self) {
        let none = Self::default();
        let gone = |step: &str| last.holds(step) && !managed.holds(step);
        match value {
            Json::Object(map) if !shape.is_atomic() => {
                map.retain(|key, value| {
                    let step = format!("f:{key}");
                    let Some(last) = last.below.get(&step) else { return true };
                    if gone(&step) {
                        return false;
                    }
                    let had = !is_bare(value);
                    Self::prune(shape.below(key), value, last, managed.below.get(&step).unwrap_or(&none));
                    if had && is_bare(value) {
                        // Emptied, but somebody's still: null, until the type drops it.
                        *value = Json::Null;
                    }
                    true
                });
            }
            Json::Array(items) if shape.list() != List::Atomic => items.retain_mut(|item| {
                let step = shape.step(shape.list(), item);
                let Some(last) = last.below.get(&step) else { return true };
                if gone(&step) {
                    return false;
                }
                Self::prune(shape, item, last, managed.below.get(&step).unwrap_or(&none));
                true
            }),
            _ => {}
        }
    }
}

fn is_bare(value: &Json) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn shown(step: &str) -> String {
    let (sort, rest) = step.split_at(2);
    match sort {
        "f:" => format!(".{rest}"),
        "k:" => {
            let key: Map<String, Json> = serde_json::from_str(rest).unwrap_or_default();
            let parts: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", parts.join(","))
        }
        "v:" => format!("[={rest}]"),
        _ => format!("[{rest}]"),
    }
}

/// How two objects differ.
#[derive(Debug, Default)]
pub struct Changes {
    /// Fields that are new.
    pub added: Fields,
    /// Fields with another value.
    pub modified: Fields,
    /// Fields that are gone.
    pub removed: Fields,
}

impl Changes {
    /// Compares (`typed.Compare`).
    pub fn between(shape: Shape<'_>, old: Option<&Json>, new: Option<&Json>) -> Self {
        let mut changes = Self::default();
        if old == new {
            return changes;
        }
        let full = |value: Option<&Json>| value.is_some_and(|value| !is_bare(value));
        let both = |fits: fn(&Json) -> bool| [old, new].into_iter().flatten().all(|value| value.is_null() || fits(value));
        if both(Json::is_object) && !shape.is_atomic() && (full(old) || full(new)) {
            changes.fields(shape, old, new);
        } else if both(Json::is_array) && shape.list() != List::Atomic && (full(old) || full(new)) {
            changes.items(shape, old, new);
        } else if old.is_some() && new.is_some() {
            changes.modified = Fields::leaf();
        }
        changes.added.own |= old.is_none();
        changes.removed.own |= new.is_none();
        changes
    }

    fn put(&mut self, step: &str, below: Changes) {
        self.added.put(step.to_owned(), below.added);
        self.modified.put(step.to_owned(), below.modified);
        self.removed.put(step.to_owned(), below.removed);
    }

    fn fields(&mut self, shape: Shape<'_>, old: Option<&Json>, new: Option<&Json>) {
        let (old, new) = (old.and_then(Json::as_object), new.and_then(Json::as_object));
        let of = |map: Option<&Map<String, Json>>, key: &str| map.and_then(|map| map.get(key)).cloned();
        for (key, value) in old.into_iter().flatten() {
            self.put(&format!("f:{key}"), Self::between(shape.below(key), Some(value), of(new, key).as_ref()));
        }
        for (key, value) in new.into_iter().flatten().filter(|(key, _)| old.is_none_or(|old| !old.contains_key(*key))) {
            self.put(&format!("f:{key}"), Self::between(shape.below(key), None, Some(value)));
        }
    }

    fn items(&mut self, shape: Shape<'_>, old: Option<&Json>, new: Option<&Json>) {
        let (old, new) = (by_step(shape, old), by_step(shape, new));
        for (step, item) in &old {
            self.put(step, Self::between(shape, Some(item), new.get(step).copied()));
        }
        for (step, item) in new.iter().filter(|(step, _)| !old.contains_key(*step)) {
            self.put(step, Self::between(shape, None, Some(item)));
        }
    }
}

fn by_step<'j>(shape: Shape<'_>, list: Option<&'j Json>) -> BTreeMap<String, &'j Json> {
    let items = list.and_then(Json::as_array).into_iter().flatten();
    items.map(|item| (shape.step(shape.list(), item), item)).collect()
}

/// `live` with what `applied` says in its place (`typed.Merge`).
pub fn merge(shape: Shape<'_>, live: &Json, applied: &Json) -> Json {
    match (live, applied) {
        (Json::Object(live), Json::Object(applied)) if !shape.is_atomic() => {
            let mut merged = live.clone();
            for (key, value) in applied {
                let value = live.get(key).map_or_else(|| value.clone(), |live| merge(shape.below(key), live, value));
                merged.insert(key.clone(), value);
            }
            Json::Object(merged)
        }
        (Json::Array(live), Json::Array(applied)) if shape.list() != List::Atomic => Json::Array(merge_lists(shape, live, applied)),
        _ => applied.clone(),
    }
}

/// Applied items in their order, live ones where they stood among those that both have.
fn merge_lists(shape: Shape<'_>, live: &[Json], applied: &[Json]) -> Vec<Json> {
    let steps = |items: &[Json]| items.iter().map(|item| shape.step(shape.list(), item)).collect::<Vec<_>>();
    let (left, right) = (steps(live), steps(applied));
    let mut shared = right.iter().filter(|step| left.contains(step));
    let mut awaited = shared.next();
    let mut done: Vec<&String> = Vec::new();
    let mut merged = Vec::new();
    let (mut at, mut other) = (0, 0);
    let joined = |step: &String, item: &Json| match left.iter().position(|known| known == step) {
        Some(place) if item.is_object() => merge(shape, &live[place], item),
        _ => item.clone(),
    };
    while at < left.len() || other < right.len() {
        if at < left.len() && other < right.len() {
            if left[at] == right[other] {
                done.push(&right[other]);
                merged.push(joined(&right[other], &applied[other]));
                (at, other) = (at + 1, other + 1);
                awaited = shared.next();
                continue;
            }
            if right.contains(&left[at]) && awaited.is_some_and(|awaited| *awaited != left[at]) {
                at += 1;
                continue;
            }
        }
        if at < left.len() {
            if !right.contains(&left[at]) {
                merged.push(live[at].clone());
                at += 1;
                continue;
            }
            if done.contains(&&left[at]) {
                at += 1;
            }
        }
        if other < right.len() {
            let step = &right[other];
            done.push(step);
            merged.push(joined(step, &applied[other]));
            other += 1;
            if awaited == Some(step) {
                awaited = shared.next();
            }
        }
    }
    merged
}
