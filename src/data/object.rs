//! Go structs and named types that templates see: `.Capabilities`, `.Files`, times, versions.

use std::any::Any;
use std::fmt;

use super::{Signature, Type, Value};

/// What a name after a dot finds on an object.
pub enum Member {
    /// A struct field, or a map's entry.
    Field(Value),
    /// A method with its signature; [`Object::call`] runs it.
    Method(Signature),
    /// A struct field that Go does not let templates see: an error of its own.
    Unexported,
}

/// A value with a Go type of its own: a struct or a pointer to one, or a named map, slice or number.
pub trait Object: fmt::Debug + Send + Sync + 'static {
    /// Its type, as `%T` prints it, and kind.
    fn go_type(&self) -> Type;

    /// The field or method of that name. `None`: the type has neither, which is an error in a template.
    fn member(&self, name: &str) -> Option<Member>;

    /// Runs a method found by [`Object::member`] with arguments that fit its signature.
    ///
    /// # Errors
    /// The text of the error that the Go method returns.
    fn call(&self, name: &str, _arguments: &[Value]) -> Result<Value, String> {
        Err(format!("{name} is not a method of {}", self.go_type()))
    }

    /// What `{{ . }}` and `%v` print: its `String()` or `Error()`, or Go's form of a struct.
    fn text(&self) -> String;

    /// What `%v` prints where Go does not use `String()` (a struct passed by value inside another, or the
    /// type has none): by default the same as [`Object::text`].
    fn plain_text(&self) -> String {
        self.text()
    }

    /// Whether the type as it is passed has `String()` or `Error()`, so that `%s`, `%q` and `%x` use
    /// [`Object::plain_text`]. Where not, they walk [`Object::underlying`] or [`Object::fields`].
    fn is_stringer(&self) -> bool {
        self.underlying().is_none_or(|value| !matches!(value.kind, super::Kind::Map(_) | super::Kind::List(_)))
    }

    /// A struct's fields in order, as `%d`, `%+v` and `%#v` walk them; none where nobody needs them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The value behind a named map, slice, string or number; what `range`, `len` and `index` see.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// A value of the same type round other contents: what a deep copy makes. `None`: it is copied by sharing.
    fn with_underlying(&self, _contents: Value) -> Option<Value> {
        None
    }

    /// The value as a Go function gets it in an `interface {}`: a copy without an address, and so without the methods
    /// of a pointer to it. `None`: the copy is no different.
    fn without_address(&self) -> Option<Value> {
        None
    }

    /// The struct behind a pointer, which templates print in its place; `None` where the pointer has a `String()` too.
    fn pointed_to(&self) -> Option<Value> {
        None
    }

    /// What a deep copy makes of a struct with fields that reflection can't set: they stay zero. `None`: there are none.
    fn exported(&self) -> Option<Value> {
        None
    }

    /// What `toJson` and `toYaml` see.
    fn marshal(&self) -> Value;

    /// A struct's members in JSON, which keeps Go's order of them where a map has the keys' order.
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// Whether `if` takes it for true: structs always are.
    fn truth(&self) -> bool {
        true
    }

    /// For taking it back to its Rust type.
    fn as_any(&self) -> &dyn Any;
}
