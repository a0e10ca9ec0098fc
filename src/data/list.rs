//! Slices.

use std::sync::Arc;

use super::dismantle::{dismantle, holds_others};
use super::{GoKind, Type, Value};

/// A Go slice. Templates can't change an element in place, so it is shared freely; the maps inside
/// keep their reference semantics.
#[derive(Debug, Clone)]
pub struct List {
    items: Option<Arc<Items>>,
    of: Type,
}

/// The elements; freed without recursion.
#[derive(Debug, Clone, Default)]
struct Items {
    values: Vec<Value>,
    /// The capacity that appending the elements one by one started from; `None`: the capacity is the length.
    appended_to: Option<u32>,
    /// The array that this is a window of, and where the window begins.
    window: Option<(Arc<Items>, usize)>,
}

impl Drop for Items {
    fn drop(&mut self) {
        if self.window.is_some() || self.values.iter().any(holds_others) {
            dismantle(self.take());
        }
    }
}

impl Items {
    /// Everything that is held.
    fn take(&mut self) -> Vec<Value> {
        let mut values = std::mem::take(&mut self.values);
        values.extend(self.window.take().map(|(array, _)| Value::from(List { items: Some(array), of: Type::List })));
        values
    }
    fn capacity(&self, of: Type) -> usize {
        let mut capacity = self.appended_to.map_or(self.values.len(), |start| start as usize);
        while capacity < self.values.len() {
            capacity = grown(capacity, of);
        }
        capacity
    }
}

impl List {
    /// A slice of type `of` ([`Type::List`], [`Type::Strings`] …) with room for nothing more.
    pub fn typed(of: Type, items: Vec<Value>) -> Self {
        Self { items: Some(Arc::new(Items { values: items, appended_to: None, window: None })), of }
    }
    /// A slice as Go makes it by appending one by one to one with room for `capacity` elements.
    pub fn appended(of: Type, items: Vec<Value>, capacity: u32) -> Self {
        Self { items: Some(Arc::new(Items { values: items, appended_to: Some(capacity), window: None })), of }
    }
    /// A nil slice: length 0, `null` in JSON.
    pub fn nil(of: Type) -> Self {
        Self { items: None, of }
    }
    /// Other elements, as many, with room for as much more.
    pub(super) fn with_items(&self, items: Vec<Value>) -> Self {
        let appended_to = self.items.as_ref().and_then(|items| items.appended_to);
        Self { items: Some(Arc::new(Items { values: items, appended_to, window: None })), of: self.of }
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
        self.items.as_ref().map_or(&[], |items| items.values.as_slice())
    }
    /// Go's `list[start:end]`. The end may lie beyond the length: what Go keeps room for is there, as zeros or as the
    /// array that the list is a part of has it. `None` where it lies beyond that too.
    pub fn slice(&self, start: usize, end: usize) -> Option<List> {
        let items = self.items.as_ref()?;
        let (array, offset) = items.window.clone().unwrap_or_else(|| (items.clone(), 0));
        let (from, to) = (offset.checked_add(start)?, offset.checked_add(end)?);
        if start > end || to > array.capacity(self.of) {
            return None;
        }
        let mut values = array.values.get(from.min(array.values.len())..to.min(array.values.len()))?.to_vec();
        values.resize(end.saturating_sub(start), zero(self.of.element()));
        Some(Self { items: Some(Arc::new(Items { values, appended_to: None, window: Some((array, from)) })), of: self.of })
    }
    /// The elements to change: copied first when others share them.
    pub fn make_mut(&mut self) -> &mut Vec<Value> {
        let items = Arc::make_mut(self.items.get_or_insert_with(Default::default));
        items.window = None;
        &mut items.values
    }
    /// Takes the elements out if nobody else holds them.
    pub(super) fn take_unshared(&mut self) -> Vec<Value> {
        self.items.as_mut().and_then(Arc::get_mut).map(Items::take).unwrap_or_default()
    }
}

/// The capacity after appending to a full slice of that type: Go's `growslice`, whose sizes are those of its allocator.
fn grown(capacity: usize, of: Type) -> usize {
    const SIZES: [usize; 67] = [
        8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640,
        704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912,
        8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
    ];
    const PAGE: usize = 8192;
    let (element, pointers) = match of.element() {
        Type::Scalar(GoKind::Int) => (8, false),
        Type::Scalar(GoKind::Uint8) => (1, false),
        Type::Strings | Type::List => (24, true),
        Type::Map => (8, true),
        _ => (16, true),
    };
    let wanted = match capacity {
        0 => 1,
        1..256 => capacity.saturating_mul(2),
        _ => capacity.saturating_add(capacity.saturating_add(768) >> 2),
    };
    let bytes = wanted.saturating_mul(element);
    let header = if pointers && bytes > 512 { 8 } else { 0 };
    let bytes = match SIZES.iter().find(|size| **size >= bytes.saturating_add(header)).filter(|_| bytes <= 32_760) {
        Some(size) => size.saturating_sub(header),
        None => bytes.div_ceil(PAGE).saturating_mul(PAGE),
    };
    bytes.checked_div(element).unwrap_or(0)
}

/// What room that nothing was written to holds.
fn zero(of: Type) -> Value {
    match of {
        Type::Scalar(GoKind::String) => "".into(),
        Type::Scalar(GoKind::Bool) => false.into(),
        Type::Scalar(GoKind::Float64) => 0.0.into(),
        Type::Scalar(kind @ (GoKind::Int | GoKind::Int8 | GoKind::Int16 | GoKind::Int32 | GoKind::Int64)) => {
            super::Kind::Int(0, kind).into()
        }
        Type::Scalar(kind) => super::Kind::Uint(0, kind).into(),
        Type::Strings | Type::List => List::nil(of).into(),
        _ => Value::NIL,
    }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.items()
    }
}
/// As a decoder makes it: element by element.
impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self::appended(Type::List, items, 0)
    }
}
impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::{List, grown};
    use crate::data::{Type, Value};

    #[test]
    fn capacities_grow_as_go_s() {
        // from a Go program that appends one by one
        let growth = |of, mut capacity| {
            let mut seen = Vec::new();
            while capacity < 2_500 {
                capacity = grown(capacity, of);
                seen.push(capacity);
            }
            seen
        };
        assert_eq!(growth(Type::List, 0), [1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560]);
        assert_eq!(growth(Type::Ints, 0), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 848, 1280, 1792, 2560]);
        assert_eq!(growth(Type::Strings, 10), [20, 43, 87, 191, 383, 679, 1151, 1703, 2560]);
    }

    #[test]
    fn slices_in_slices_are_freed_without_recursion() {
        let mut list = List::typed(Type::List, Vec::new());
        for _ in 0..200_000 {
            list = List::typed(Type::List, vec![list.into()]).slice(0, 1).unwrap();
        }
        drop(list);
    }

    #[test]
    fn a_slice_of_a_slice_sees_what_lies_behind() {
        let numbers = List::appended(Type::Ints, (0..3).map(Value::int).collect(), 0);
        let text = |list: Option<List>| list.map(|list| format!("{:?}", list.iter().map(|item| &item.kind).collect::<Vec<_>>()));
        assert_eq!(text(numbers.slice(0, 4)), Some("[Int(0, Int), Int(1, Int), Int(2, Int), Int(0, Int)]".to_owned()));
        assert_eq!(text(numbers.slice(1, 2).and_then(|part| part.slice(0, 2))), Some("[Int(1, Int), Int(2, Int)]".to_owned()));
        assert!(numbers.slice(0, 5).is_none() && numbers.slice(2, 1).is_none());
        assert!(List::typed(Type::Ints, vec![Value::int(1)]).slice(0, 2).is_none());
    }
}
