//! The structs that helmfile's templates see: `.`, `.Release`, `.Environment`, entries of a folder.

use std::any::Any;

use crate::data::{Map, Member, Object, Type, Value};

/// A Go struct with named fields in order; without methods.
#[derive(Debug, Clone)]
pub struct Record {
    of: Type,
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    /// A struct of that Go type.
    pub fn new(of: Type, fields: Vec<(&'static str, Value)>) -> Self {
        Self { of, fields }
    }
    /// A field's value.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
    /// The fields in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.fields.iter().map(|(name, value)| (*name, value))
    }
    /// As go-yaml sees it: keys in small letters.
    pub fn lower_case(&self) -> Value {
        self.fields.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect::<Map>().into()
    }
}

impl Object for Record {
    fn go_type(&self) -> Type {
        self.of
    }
    fn member(&self, name: &str) -> Option<Member> {
        self.field(name).cloned().map(Member::Field)
    }
    fn text(&self) -> String {
        let mut out = b"{".to_vec();
        for (position, (_, value)) in self.fields.iter().enumerate() {
            if position > 0 {
                out.push(b' ');
            }
            crate::golang::fmt::append_value(&mut out, value);
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }
    fn marshal(&self) -> Value {
        self.fields.iter().map(|(name, value)| (*name, value.clone())).collect::<Map>().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
