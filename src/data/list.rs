//! Slices.

use std::sync::Arc;

use super::dismantle::{dismantle, holds_others};
use super::{Type, Value};

/// A Go slice. Templates can't change an element in place, so it is shared freely; the maps inside
/// keep their reference semantics.
#[derive(Debug, Clone)]
pub struct List {
    items: Option<Arc<Items>>,
    of: Type,
}

/// The elements; freed without recursion.
#[derive(Debug, Clone, Default)]
struct Items(Vec<Value>);

impl Drop for Items {
    fn drop(&mut self) {
        if self.0.iter().any(holds_others) {
            dismantle(std::mem::take(&mut self.0));
        }
    }
}

impl List {
    /// A slice of type `of` ([`Type::List`], [`Type::Strings`] …).
    pub fn typed(of: Type, items: Vec<Value>) -> Self {
        Self { items: Some(Arc::new(Items(items))), of }
    }
    /// A nil slice: length 0, `null` in JSON.
    pub fn nil(of: Type) -> Self {
        Self { items: None, of }
    }
    /// Its Go type.
    pub fn go_type(&self) -> Type {
        self.of
    }
    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.items.is_none()
    }
    /// The elements.
    pub fn items(&self) -> &[Value] {
        self.items.as_ref().map_or(&[], |items| items.0.as_slice())
    }
    /// The elements to change: copied first when others share them.
    pub fn make_mut(&mut self) -> &mut Vec<Value> {
        &mut Arc::make_mut(self.items.get_or_insert_with(Default::default)).0
    }
    /// Takes the elements out if nobody else holds them.
    pub(super) fn take_unshared(&mut self) -> Vec<Value> {
        self.items.as_mut().and_then(Arc::get_mut).map(|items| std::mem::take(&mut items.0)).unwrap_or_default()
    }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.items()
    }
}
impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self::typed(Type::List, items)
    }
}
impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<_>>())
    }
}
