//! Maps with reference semantics.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::dismantle::{dismantle, holds_others};
use super::{Str, Type, Value};

/// A Go map with string keys. Cloning shares it: what one holder sets, all see, as charts rely on.
/// Iterates in bytewise key order, as templates do.
#[derive(Clone)]
pub struct Map(Arc<Cell>);

struct Cell {
    of: Type,
    /// What the map was made with.
    first: BTreeMap<Str, Value>,
    /// What it holds since something was written to it: most maps are only read, and need no lock for that.
    written: OnceLock<RwLock<BTreeMap<Str, Value>>>,
}

impl Cell {
    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Str, Value>> {
        self.written.get_or_init(|| RwLock::new(self.first.clone())).write().unwrap_or_else(PoisonError::into_inner)
    }
    /// Everything that is held.
    fn take(&mut self) -> Vec<Value> {
        let written = self.written.take().map(|entries| entries.into_inner().unwrap_or_else(PoisonError::into_inner));
        std::mem::take(&mut self.first).into_values().chain(written.unwrap_or_default().into_values()).collect()
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        let written = self.written.get_mut().map(|entries| entries.get_mut().unwrap_or_else(PoisonError::into_inner));
        if self.first.values().any(holds_others) || written.is_some_and(|entries| entries.values().any(holds_others)) {
            dismantle(self.take());
        }
    }
}

/// Read access to a map's entries. Don't write to the same map while holding it.
pub struct Entries<'a>(Access<'a>);

enum Access<'a> {
    First(&'a BTreeMap<Str, Value>),
    Written(RwLockReadGuard<'a, BTreeMap<Str, Value>>),
}

impl Deref for Entries<'_> {
    type Target = BTreeMap<Str, Value>;
    #[inline]
    fn deref(&self) -> &BTreeMap<Str, Value> {
        match &self.0 {
            Access::First(entries) => entries,
            Access::Written(entries) => entries,
        }
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(Type::Map, BTreeMap::new())
    }
    /// A map of type `of` ([`Type::Map`], [`Type::StringMap`], a named map type).
    pub fn typed(of: Type, entries: BTreeMap<Str, Value>) -> Self {
        Self(Arc::new(Cell { of, first: entries, written: OnceLock::new() }))
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
        self.0.write().insert(key, value)
    }
    /// Removes a key; gives what was there.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.0.write().remove(key.as_ref())
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
    #[inline]
    pub fn read(&self) -> Entries<'_> {
        Entries(match self.0.written.get() {
            None => Access::First(&self.0.first),
            Some(entries) => Access::Written(entries.read().unwrap_or_else(PoisonError::into_inner)),
        })
    }
    /// The entries as they are now, copied only if something was written to the map: safe to hold while it changes.
    pub fn standing(&self) -> Cow<'_, BTreeMap<Str, Value>> {
        match self.read().0 {
            Access::First(entries) => Cow::Borrowed(entries),
            Access::Written(entries) => Cow::Owned(entries.clone()),
        }
    }
    /// The entries in key order, as they are now: safe to hold while the map changes.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.read().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }
    /// Takes the values out if nobody else holds the map.
    pub(super) fn take_unshared(&mut self) -> Vec<Value> {
        Arc::get_mut(&mut self.0).map(Cell::take).unwrap_or_default()
    }
    /// A number that no other map has as long as this one lives.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
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
