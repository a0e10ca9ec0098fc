//! Where the parts of a value stand in a text that was written from it.

use super::{Kind, Value};

/// A scalar, an empty collection or a key in the text of a value.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The byte at which it begins, with white space before it.
    pub at: usize,
    /// Behind its last byte.
    pub end: usize,
    /// The part; for the key of a map nil, with the origin of the value under it.
    pub value: Value,
}

/// Marks, where somebody wants them.
pub(in crate::data) type Marks = Option<Vec<Mark>>;

/// Notes where a value's text is; what holds others has none of its own.
#[inline]
pub(in crate::data) fn mark(marks: &mut Marks, at: usize, end: usize, value: &Value) {
    if let Some(marks) = marks {
        let holds = match &value.kind {
            Kind::List(list) => !list.is_empty(),
            Kind::Map(map) => !map.is_empty(),
            Kind::Object(_) => true,
            _ => false,
        };
        if !holds {
            marks.push(Mark { at, end, value: value.clone() });
        }
    }
}

/// Notes where the key of a value is.
#[inline]
pub(in crate::data) fn mark_key(marks: &mut Marks, at: usize, end: usize, value: &Value) {
    if let Some(marks) = marks {
        marks.push(Mark { at, end, value: Value::NIL.from_origin(value.origin) });
    }
}
