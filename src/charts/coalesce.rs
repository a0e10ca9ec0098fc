//! Defaults of a chart and its children under a user's values (helm pkg/chart/common/util/coalesce.go).

use super::Warning;
use super::profile::{NullDefaults, Profile};
use super::tree::{NodeId, Tree};
use crate::data::{Kind as Is, Map, Str, Value};
use crate::diag::{Error, Kind, Result};
use crate::golang::fmt::{append_value, sprintf};
use crate::golang::strconv;

/// Whether nulls take away what is below them, or stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// The end of the way: a null of higher rank removes the key.
    Remove,
    /// On the way: nulls travel on.
    Keep,
}

/// The values of a chart and all its children; the user's values are not changed.
///
/// # Errors
/// `type mismatch on NAME: …` where a child's table is none.
pub fn coalesce_values(tree: &Tree, node: NodeId, user_values: &Map, profile: Profile, warnings: &mut Vec<Warning>) -> Result<Map> {
    Coalescing { tree, profile, warnings, nulls: Nulls::Remove }.copied(node, user_values)
}

/// The same with nulls kept.
pub(super) fn merge_values(tree: &Tree, node: NodeId, user_values: &Map, profile: Profile, warnings: &mut Vec<Warning>) -> Result<Map> {
    Coalescing { tree, profile, warnings, nulls: Nulls::Keep }.copied(node, user_values)
}

/// Puts `under` under `over`, table by table, nulls kept; both may change.
pub(super) fn merge_tables(over: &Map, under: &Map, profile: Profile, warnings: &mut Vec<Warning>) {
    Tables { profile, warnings }.merge(over, under, "", Nulls::Keep);
}

/// Puts `under` under `over`, table by table; a null in `over` takes the key away. Both may change.
pub fn coalesce_tables(over: &Map, under: &Map, profile: Profile, warnings: &mut Vec<Warning>) {
    Tables { profile, warnings }.merge(over, under, "", Nulls::Remove);
}

/// A copy that shares no map with the original.
pub(super) fn deep_copy(map: &Map) -> Map {
    match Value::from(map.clone()).deep_copy().kind {
        Is::Map(copy) => copy,
        _ => Map::new(),
    }
}

const GLOBAL: &str = "global";

struct Coalescing<'a> {
    tree: &'a Tree,
    profile: Profile,
    warnings: &'a mut Vec<Warning>,
    nulls: Nulls,
}

impl Coalescing<'_> {
    fn copied(&mut self, node: NodeId, user_values: &Map) -> Result<Map> {
        let values = deep_copy(user_values);
        self.coalesce(node, &values, "")?;
        Ok(values)
    }

    fn coalesce(&mut self, node: NodeId, values: &Map, prefix: &str) -> Result<()> {
        self.own_level(node, values, prefix);
        let prefix = joined(prefix, self.tree.name(node));
        for child in self.tree.children(node) {
            let name = self.tree.name(*child);
            let table = match values.get(name) {
                None => {
                    let table = Map::new();
                    values.insert(name, table.clone());
                    table
                }
                Some(Value { kind: Is::Map(table), .. }) => table,
                Some(other) => {
                    let text = sprintf(b"type mismatch on %s: %t", &[name.into(), other]);
                    return Err(Error::new(Kind::Values, text.to_text()));
                }
            };
            self.globals(&table, values, &prefix);
            self.coalesce(*child, &table, &prefix)?;
        }
        Ok(())
    }

    fn tables(&mut self) -> Tables<'_> {
        Tables { profile: self.profile, warnings: self.warnings }
    }

    fn warn(&mut self, line: u32, message: String) {
        self.warnings.push(Warning::logged(self.profile, &format!("coalesce.go:{line}"), message));
    }

    /// The chart's own defaults under what is there.
    fn own_level(&mut self, node: NodeId, values: &Map, prefix: &str) {
        let prefix = joined(prefix, self.tree.name(node));
        let clean = self.nulls == Nulls::Remove && self.profile.null_defaults == NullDefaults::Dropped;
        for (key, default) in self.tree.values(node).snapshot() {
            match values.get(&key).map(|value| value.kind) {
                Some(Is::Nil) if self.nulls == Nulls::Remove => {
                    values.remove(&key);
                }
                Some(Is::Map(table)) => match default.kind {
                    Is::Nil => {}
                    Is::Map(_) => {
                        let is_child = self.tree.children(node).iter().any(|child| key == self.tree.name(*child));
                        let nulls = if is_child { Nulls::Keep } else { self.nulls };
                        let default = default.deep_copy();
                        let Is::Map(under) = &default.kind else { continue };
                        if nulls == Nulls::Remove && self.profile.null_defaults == NullDefaults::Dropped {
                            clean_nulls(under);
                        }
                        self.tables().merge(&table, under, &joined(&prefix, &key.to_text()), nulls);
                    }
                    _ => self.warn(237, format!("warning: skipped value for {prefix}.{key}: Not a table.")),
                },
                Some(_) => {}
                None if clean && default.is_nil() => {}
                None => {
                    let default = default.deep_copy();
                    if clean && let Some(table) = default.as_map() {
                        clean_nulls(table);
                    }
                    values.insert(key, default);
                }
            }
        }
    }

    /// The parent's globals over the child's.
    fn globals(&mut self, child: &Map, parent: &Map, prefix: &str) {
        let into = match child.get(GLOBAL).map(|value| value.kind) {
            None => Map::new(),
            Some(Is::Map(map)) => map,
            Some(_) => return self.warn(138, "warning: skipping globals because destination global is not a table.".into()),
        };
        let from = match parent.get(GLOBAL) {
            None => Map::new().into(),
            Some(value) if value.as_map().is_some() => value,
            Some(_) => return self.warn(145, "warning: skipping globals because source global is not a table.".into()),
        };
        for (key, value) in from.as_map().map(Map::snapshot).unwrap_or_default() {
            let there = into.get(&key);
            let Is::Map(table) = &value.kind else {
                if there.is_some_and(|there| there.as_map().is_some()) {
                    self.warn(175, format!("key {key} is table. Skipping"));
                } else {
                    into.insert(key, value);
                }
                continue;
            };
            let copy = table.shallow_copy();
            match there.map(|there| there.kind) {
                None => {}
                Some(Is::Map(below)) => self.tables().merge(&copy, &below, &joined(prefix, &key.to_text()), Nulls::Keep),
                Some(_) => {
                    let key = strconv::quote(&key);
                    self.warn(161, format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                    continue;
                }
            }
            into.insert(key, Value::from(copy).from_origin(value.origin));
        }
        let origin = child.get(GLOBAL).map_or(from.origin, |value| value.origin);
        child.insert(GLOBAL, Value::from(into).from_origin(origin));
    }
}

struct Tables<'a> {
    profile: Profile,
    warnings: &'a mut Vec<Warning>,
}

impl Tables<'_> {
    /// `under` under `over`; a null in `over` counts for both (helm coalesceTablesFullKey).
    fn merge(&mut self, over: &Map, under: &Map, prefix: &str, nulls: Nulls) {
        if over.is(under) {
            return;
        }
        let mut entries: Vec<(Str, Value, bool)> =
            under.read().iter().map(|(key, value)| (key.clone(), value.clone(), !value.is_nil())).collect();
        for (key, value) in over.snapshot().into_iter().filter(|(_, value)| value.is_nil()) {
            if let Ok(index) = entries.binary_search_by(|entry| entry.0.cmp(&key)) {
                entries[index].1 = Value::NIL;
            }
            under.insert(key, value);
        }
        for (key, value, was_there) in entries {
            let Some(there) = over.get(&key) else {
                over.insert(key, value);
                continue;
            };
            if nulls == Nulls::Remove && there.is_nil() && was_there {
                over.remove(&key);
                continue;
            }
            let message = match (&value.kind, &there.kind) {
                (Is::Map(under), Is::Map(over)) => {
                    self.merge(over, under, &joined(prefix, &key.to_text()), nulls);
                    continue;
                }
                (Is::Map(_), _) => (
                    316,
                    format!("warning: cannot overwrite table with non table for {} ({})", joined(prefix, &key.to_text()), shown(&value)),
                ),
                (Is::Nil, Is::Map(_)) => continue,
                (_, Is::Map(_)) => (
                    319,
                    format!(
                        "warning: destination for {} is a table. Ignoring non-table value ({})",
                        joined(prefix, &key.to_text()),
                        shown(&value)
                    ),
                ),
                _ => continue,
            };
            self.warnings.push(Warning::logged(self.profile, &format!("coalesce.go:{}", message.0), message.1));
        }
    }
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn shown(value: &Value) -> String {
    let mut out = Vec::new();
    append_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// Removes nulls from the map and the maps in it, not from lists.
fn clean_nulls(map: &Map) {
    for (key, value) in map.snapshot() {
        match &value.kind {
            Is::Nil => {
                map.remove(&key);
            }
            Is::Map(inner) => clean_nulls(inner),
            _ => {}
        }
    }
}
