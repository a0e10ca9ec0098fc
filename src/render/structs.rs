//! Go structs in templates: fixed fields, printed and marshalled as Go does.

use std::any::Any;

use crate::data::{GoKind, Kind as Is, Map, Member, Object, Type, Value};
use crate::golang::fmt::append_value;

/// One field of a [`Struct`].
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Name in templates.
    pub(super) name: &'static str,
    /// Name in JSON.
    pub(super) json: &'static str,
    /// Left out of JSON where empty.
    pub(super) omit_empty: bool,
    /// What it holds.
    pub(super) value: Value,
}

/// A struct without methods.
#[derive(Debug, Clone)]
pub(super) struct Struct {
    /// Its Go type.
    pub(super) go_type: Type,
    /// Its fields in Go's order.
    pub(super) fields: Vec<Field>,
    /// What stands before the braces when printed: `&` for a pointer.
    pub(super) prefix: &'static str,
}

impl Object for Struct {
    fn go_type(&self) -> Type {
        self.go_type
    }

    fn member(&self, name: &str) -> Option<Member> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(Member::Field(field.value.clone()))
    }

    fn text(&self) -> String {
        let mut out = format!("{}{{", self.prefix).into_bytes();
        for (position, field) in self.fields.iter().enumerate() {
            if position > 0 {
                out.push(b' ');
            }
            match &field.value.kind {
                Is::Object(object) => out.extend_from_slice(object.plain_text().as_bytes()),
                _ => append_value(&mut out, &field.value),
            }
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }

    fn is_stringer(&self) -> bool {
        false
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.iter().map(|field| (field.name, field.value.clone())).collect()
    }

    fn pointed_to(&self) -> Option<Value> {
        let name = self.go_type.name().strip_prefix('*')?;
        Some(Value::object(Struct { go_type: Type::Named(name, GoKind::Struct), prefix: "", ..self.clone() }))
    }

    fn exported(&self) -> Option<Value> {
        let copied = |field: &Field| Field { value: field.value.deep_copy(), ..field.clone() };
        Some(Value::object(Struct { fields: self.fields.iter().map(copied).collect(), ..self.clone() }))
    }

    fn marshal(&self) -> Value {
        self.json_fields().into_iter().flatten().collect::<Map>().into()
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let shown = self.fields.iter().filter(|field| !(field.omit_empty && is_empty(&field.value)));
        Some(shown.map(|field| (field.json, field.value.clone())).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A nil map: empty to look at, null in JSON.
#[derive(Debug)]
pub(super) struct NilMap(pub(super) Type);

impl Object for NilMap {
    fn go_type(&self) -> Type {
        self.0
    }
    fn member(&self, _name: &str) -> Option<Member> {
        Some(Member::Field(if self.0 == Type::StringMap { Value::string("") } else { Value::NIL }))
    }
    fn text(&self) -> String {
        "map[]".into()
    }
    fn underlying(&self) -> Option<Value> {
        Some(Map::typed(self.0, Default::default()).into())
    }
    fn marshal(&self) -> Value {
        Value::NIL
    }
    fn truth(&self) -> bool {
        false
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What `omitempty` leaves out.
fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Is::Nil => true,
        Is::Bool(truth) => !truth,
        Is::String(text) => text.is_empty(),
        Is::List(list) => list.is_empty(),
        Is::Map(map) => map.is_empty(),
        Is::Object(object) => !object.truth(),
        _ => false,
    }
}
