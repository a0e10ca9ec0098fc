//! A value on its way through a pipeline, with what Go's reflection knows about it.

use crate::data::{GoKind, Kind, List, Map, Type, Value};

/// `reflect.Value`: Go's own functions take these and see whether a nil is one of no type.
pub(super) const REFLECT_VALUE: Type = Type::Named("reflect.Value", GoKind::Struct);

/// A value and whether its static type is `interface {}` (it came out of a map or list of anything): error texts and
/// rules depend on it. A nil that is none is Go's invalid value.
#[derive(Debug, Clone, Default)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) interface: bool,
}

impl Operand {
    /// Go's zero `reflect.Value`.
    pub(super) const INVALID: Operand = Operand { value: Value::NIL, interface: false };

    /// A value of its own type.
    pub(super) fn concrete(value: Value) -> Self {
        Self { value, interface: false }
    }
    /// A value that was held by something with elements of that type.
    pub(super) fn element(value: Value, of: Type) -> Self {
        Self { value, interface: of == Type::Any }
    }
    /// The zero value of a type.
    pub(super) fn zero(of: Type) -> Self {
        let kind = match of {
            Type::Any => return Self { value: Value::NIL, interface: true },
            Type::Bytes => Kind::Bytes(Default::default()),
            Type::Map | Type::StringMap => Kind::Nil,
            Type::Scalar(kind) => match kind {
                GoKind::Bool => Kind::Bool(false),
                GoKind::String => Kind::String(Default::default()),
                GoKind::Float32 | GoKind::Float64 => Kind::Float(0.0),
                GoKind::Complex128 => Kind::Complex(0.0, 0.0),
                kind if is_uint(kind) => Kind::Uint(0, kind),
                kind => Kind::Int(0, kind),
            },
            _ if of.kind() == GoKind::Slice => Kind::List(List::nil(of)),
            _ => Kind::Nil,
        };
        Self::concrete(kind.into())
    }
    /// No value at all, not even a nil of some type.
    pub(super) fn is_invalid(&self) -> bool {
        self.value.is_nil() && !self.interface
    }
    /// A nil of type `interface {}`.
    pub(super) fn is_nil_interface(&self) -> bool {
        self.value.is_nil() && self.interface
    }
    /// Its static type's name.
    pub(super) fn type_name(&self) -> &'static str {
        match self.value.go_type() {
            Some(of) if !self.interface => of.name(),
            _ => Type::Any.name(),
        }
    }
    /// What the interface holds.
    pub(super) fn unwrapped(mut self) -> Self {
        self.interface = false;
        self
    }
}

/// The zero value of a type.
pub(in crate::gotmpl) fn zero(of: Type) -> Value {
    Operand::zero(of).value
}

/// What `if` makes of a value.
pub(in crate::gotmpl) fn truth(value: &Value) -> bool {
    match &value.kind {
        Kind::Nil => false,
        Kind::Bool(truth) => *truth,
        Kind::Int(number, _) => *number != 0,
        Kind::Uint(number, _) => *number != 0,
        Kind::Float(number) => *number != 0.0,
        Kind::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
        Kind::String(text) | Kind::Bytes(text) => !text.is_empty(),
        Kind::List(list) => !list.is_empty(),
        Kind::Map(map) => !map.is_empty(),
        Kind::Object(object) => object.truth(),
    }
}

/// Whether a nil can be of that type.
pub(super) fn can_be_nil(of: Type) -> bool {
    of == REFLECT_VALUE || matches!(of.kind(), GoKind::Interface | GoKind::Map | GoKind::Ptr | GoKind::Slice | GoKind::Func)
}

/// The value as one of type `to`, where Go can assign it without a conversion.
pub(super) fn assigned(value: &Value, to: Type) -> Option<Value> {
    let from = value.go_type()?;
    if to == Type::Any || to == REFLECT_VALUE || from == to {
        return Some(value.clone());
    }
    match (from, to) {
        // A named map or slice is assignable to the plain type behind it.
        (Type::Named(..), Type::Map | Type::StringMap | Type::List | Type::Strings | Type::Bytes) => match &value.kind {
            Kind::Object(object) => {
                let behind = object.underlying()?;
                let named = |of: Type| to == Type::Map && matches!(of, Type::Named(..)) && of.element() == Type::Any;
                let fits = behind.go_type().is_some_and(|of| of == to || named(of));
                fits.then(|| behind.from_origin(value.origin))
            }
            Kind::Map(_) if to == Type::Map => Some(value.clone()),
            _ => None,
        },
        // A pointer where the struct is asked for.
        (Type::Named(pointer, GoKind::Ptr), Type::Named(name, _)) => (pointer.strip_prefix('*') == Some(name)).then(|| value.clone()),
        _ => None,
    }
}

/// The map that a value is, also behind a named type.
pub(super) fn as_map(value: &Value) -> Option<Map> {
    match &value.kind {
        Kind::Map(map) => Some(map.clone()),
        Kind::Object(object) => object.underlying().as_ref().and_then(|value| value.as_map().cloned()),
        _ => None,
    }
}

/// Whether a kind is one of the signed integers.
pub(super) fn is_int(kind: GoKind) -> bool {
    matches!(kind, GoKind::Int | GoKind::Int8 | GoKind::Int16 | GoKind::Int32 | GoKind::Int64)
}

/// Whether a kind is one of the unsigned integers.
pub(super) fn is_uint(kind: GoKind) -> bool {
    matches!(kind, GoKind::Uint | GoKind::Uint8 | GoKind::Uint16 | GoKind::Uint32 | GoKind::Uint64 | GoKind::Uintptr)
}
