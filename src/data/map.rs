//! Maps with reference semantics.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::dismantle::{dismantle, holds_others};
use super::{Str, Type, Value};

/// A Go map with string keys. Cloning shares it: what one holder sets, all see, as charts rely on.
/// Iterates in bytewise key order, as templates do.
#[derive(Clone)]
pub struct Map(Arc<Cell>);

struct Cell {
    of: Type,
    entries: RwLock<BTreeMap<Str, Value>>,
}

impl Drop for Cell {
    fn drop(&mut self) {
        let entries = self.entries.get_mut().unwrap_or_else(PoisonError::into_inner);
        if entries.values().any(holds_others) {
            dismantle(std::mem::take(entries).into_values().collect());
        }
    }
}

/// Read access to a map's entries. Don't write to the same map while holding it.
pub type Entries<'a> = RwLockReadGuard<'a, BTreeMap<Str, Value>>;

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(Type::Map, BTreeMap::new())
    }
    /// A map of type `of` ([`Type::Map`], [`Type::StringMap`], a named map type).
    pub fn typed(of: Type, entries: BTreeMap<Str, Value>) -> Self {
        Self(Arc::new(Cell { of, entries: RwLock::new(entries) }))
    }
    /// Its Go type.
    pub fn go_type(&self) -> Type {
        self.0.of
    }
    /// The value of a key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.read().get(key.as_ref()).cloned()
    }
    /// Whether the key is there, also with a nil value.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.read().contains_key(key.as_ref())
    }
    /// Sets a key; gives what was there before.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        self.0.entries.write().unwrap_or_else(PoisonError::into_inner).insert(key, value)
    }
    /// Removes a key; gives what was there.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.0.entries.write().unwrap_or_else(PoisonError::into_inner).remove(key.as_ref())
    }
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.read().len()
    }
    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.read().is_empty()
    }
    /// The entries in key order, for reading in place.
    pub fn read(&self) -> Entries<'_> {
        self.0.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
    /// The entries in key order, as they are now: safe to hold while the map changes.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.read().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
    /// Takes the entries out if nobody else holds the map.
    pub(super) fn take_unshared(&mut self) -> BTreeMap<Str, Value> {
        let cell = Arc::get_mut(&mut self.0);
        cell.map(|cell| std::mem::take(cell.entries.get_mut().unwrap_or_else(PoisonError::into_inner))).unwrap_or_default()
    }
    /// Whether both are the same map, not only equal ones.
    pub fn is(&self, other: &Map) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
    /// A map of another Go type with the same entries (the values are shared, the map is not).
    pub fn retyped(&self, of: Type) -> Map {
        Map::typed(of, self.read().clone())
    }
    /// A new map of the same type with the same values: `maps.Clone`.
    pub fn shallow_copy(&self) -> Map {
        self.retyped(self.go_type())
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}
impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self::typed(Type::Map, entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}
impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.read().iter()).finish()
    }
}
