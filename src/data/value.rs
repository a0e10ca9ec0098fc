//! The dynamic value.

use std::sync::Arc;

use super::{GoKind, List, Map, Object, Origin, Str, Type};

/// A value in a template, a values file or a manifest, and where it was written.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it comes from. Functions that give back (a part of) an argument keep it.
    pub origin: Origin,
}

/// What a value is.
#[derive(Debug, Clone, Default)]
pub enum Kind {
    /// nil
    #[default]
    Nil,
    /// bool
    Bool(bool),
    /// A signed integer of that kind (`Int`, `Int8` … `Int64`): which one decides how it compares and prints.
    Int(i64, GoKind),
    /// An unsigned integer of that kind (`Uint` … `Uintptr`).
    Uint(u64, GoKind),
    /// float64
    Float(f64),
    /// complex128: only constants in templates are.
    Complex(f64, f64),
    /// string
    String(Str),
    /// []uint8
    Bytes(Str),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A struct, or a value of a named type.
    Object(Arc<dyn Object>),
}

impl Value {
    /// nil, written nowhere.
    pub const NIL: Value = Value { kind: Kind::Nil, origin: Origin::NONE };

    /// The same value, said to come from there.
    pub fn from_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }
    /// An `int`, Go's plain integer.
    pub fn int(number: i64) -> Self {
        Kind::Int(number, GoKind::Int).into()
    }
    /// An `int64`, as `--set` and most Sprig functions make.
    pub fn int64(number: i64) -> Self {
        Kind::Int(number, GoKind::Int64).into()
    }
    /// A `string`.
    pub fn string(text: impl Into<Str>) -> Self {
        Kind::String(text.into()).into()
    }
    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Kind::List(List::typed(Type::Strings, items.into_iter().map(Value::string).collect())).into()
    }
    /// A struct or named value.
    pub fn object(object: impl Object) -> Self {
        Kind::Object(Arc::new(object)).into()
    }

    /// Whether it is nil.
    pub fn is_nil(&self) -> bool {
        matches!(self.kind, Kind::Nil)
    }
    /// The bytes of a string.
    pub fn as_str(&self) -> Option<&Str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }
    /// The boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(truth) => Some(truth),
            _ => None,
        }
    }
    /// The map, also behind a named map type.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }
    /// The slice.
    pub fn as_list(&self) -> Option<&List> {
        match &self.kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }
    /// The object, taken back to its Rust type.
    pub fn as_object<T: Object>(&self) -> Option<&T> {
        match &self.kind {
            Kind::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }
    /// The value at a path of map keys; `None` where a step is missing or no map.
    pub fn path<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Value> {
        let mut at = self.clone();
        for key in keys {
            at = at.as_map()?.get(key)?;
        }
        Some(at)
    }

    /// Its Go type; `None` for nil, which has none.
    pub fn go_type(&self) -> Option<Type> {
        Some(match &self.kind {
            Kind::Nil => return None,
            Kind::Bool(_) => Type::BOOL,
            Kind::Int(_, kind) | Kind::Uint(_, kind) => Type::Scalar(*kind),
            Kind::Float(_) => Type::FLOAT64,
            Kind::Complex(..) => Type::Scalar(GoKind::Complex128),
            Kind::String(_) => Type::STRING,
            Kind::Bytes(_) => Type::Bytes,
            Kind::List(list) => list.go_type(),
            Kind::Map(map) => map.go_type(),
            Kind::Object(object) => object.go_type(),
        })
    }

    /// A copy that shares no map with this one, as deep as `limit` levels; deeper maps stay shared.
    pub fn deep_copy(&self) -> Value {
        self.deep_copy_within(MAX_DEPTH)
    }

    fn deep_copy_within(&self, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return self.clone() };
        let kind = match &self.kind {
            Kind::List(list) if !list.is_nil() => {
                Kind::List(list.with_items(list.iter().map(|item| item.deep_copy_within(depth)).collect()))
            }
            Kind::Map(map) => {
                let entries = map.read().iter().map(|(key, value)| (key.clone(), value.deep_copy_within(depth))).collect();
                Kind::Map(Map::typed(map.go_type(), entries))
            }
            Kind::Object(object) => {
                let contents = || object.underlying().and_then(|contents| object.with_underlying(contents.deep_copy_within(depth)));
                object.exported().or_else(contents).map_or_else(|| self.kind.clone(), |copy| copy.kind)
            }
            other => other.clone(),
        };
        Value { kind, origin: self.origin }
    }
}

/// How deep values may nest before walks over them stop: a map that holds itself must not hang us.
pub(super) const MAX_DEPTH: usize = 10_000;

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Value { kind, origin: Origin::NONE }
    }
}
impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Kind::Bool(truth).into()
    }
}
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Kind::Float(number).into()
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::string(text)
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::string(text)
    }
}
impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Kind::String(text).into()
    }
}
impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Kind::Map(map).into()
    }
}
impl From<List> for Value {
    fn from(list: List) -> Self {
        Kind::List(list).into()
    }
}
impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        List::from(items).into()
    }
}
