//! `--output template`: what differs through a Go template of the user's.

use std::any::Any;

use super::word;
use crate::data::{GoKind, Kind as Is, List, Map, Member, Object, Type, Value};
use crate::diag::{Error, Kind, Result};
use crate::gotmpl::funcs::builtin;
use crate::gotmpl::{Call, Engine, Environment, Failure, Family, Function, FunctionTable, Limits, Options, Source, TemplateSet};
use crate::plan::compare::{Comparison, KeyParts};

/// A template and its name.
#[derive(Debug, Clone)]
pub struct Template {
    /// The file's base name; stands in errors.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What it may use up.
    pub limits: Limits,
}

/// helm-diff's own function.
const OWN: Family<'static> = Family {
    title: "helm-diff",
    functions: &[Function {
        name: "last",
        source: Source("helm-diff"),
        signature: "(int, interface {}) bool",
        run: last,
        doc: "Whether that is the place of a list's last item.",
        example: r#"{{ last 1 (list "a" "b") }}"#,
    }],
};

fn last(_: &mut Call<'_>, arguments: &[Value]) -> std::result::Result<Value, Failure> {
    let length = match arguments.get(1).map(|value| &value.kind) {
        Some(Is::List(list)) => list.len(),
        Some(Is::Map(map)) => map.len(),
        Some(Is::String(text)) => text.len(),
        _ => return Err("last of what has no length".into()),
    };
    let place = arguments.first().map(|value| &value.kind);
    Ok(matches!(place, Some(Is::Int(place, _)) if *place == length as i64 - 1).into())
}

impl Template {
    /// What the template makes of the list of differing objects, and a line end. Keys with letters that helm-diff does not
    /// expect are left out.
    ///
    /// # Errors
    /// A faulty template, or one that fails; in Go's words.
    pub(super) fn write(&self, comparison: &Comparison) -> Result<Vec<u8>> {
        let refused = |text: String| Error::new(Kind::Template, text);
        let functions = FunctionTable::new(&[builtin::FAMILY, OWN]).map_err(refused)?;
        let engine = Engine::new(functions.into(), Options { limits: self.limits, ..Options::default() });
        let program = engine.parse(self.name.as_str(), self.text.as_str()).map_err(|error| refused(error.to_string()))?;
        let mut set = TemplateSet::new(&engine, self.name.as_str());
        set.add(&program);
        let known = comparison.entries.iter().filter_map(|entry| Some((KeyParts::of(&entry.key)?, word(entry.change))));
        let rows: Vec<Value> = known.map(|(parts, change)| Value::object(Spec { parts, change })).collect();
        let data = Value::from(List::typed(Type::Named("[]diff.ReportTemplateSpec", GoKind::Slice), rows));
        let mut out = Vec::new();
        set.execute(self.name.as_str(), &data, &Environment::default(), &mut out).map_err(|error| refused(error.to_string()))?;
        out.push(b'\n');
        Ok(out)
    }
}

/// One row of a template's data.
#[derive(Debug)]
struct Spec {
    parts: KeyParts,
    change: &'static str,
}

impl Object for Spec {
    fn go_type(&self) -> Type {
        Type::Named("diff.ReportTemplateSpec", GoKind::Struct)
    }
    fn member(&self, name: &str) -> Option<Member> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| Member::Field(value))
    }
    fn text(&self) -> String {
        let KeyParts { api, kind, namespace, name } = &self.parts;
        format!("{{{namespace} {name} {kind} {api} {}}}", self.change)
    }
    fn is_stringer(&self) -> bool {
        false
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let KeyParts { api, kind, namespace, name } = &self.parts;
        let fields = [("Namespace", namespace.as_str()), ("Name", name), ("Kind", kind), ("API", api), ("Change", self.change)];
        fields.map(|(name, text)| (name, text.into())).to_vec()
    }
    fn marshal(&self) -> Value {
        self.fields().into_iter().collect::<Map>().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
