//! Custom kinds: `CustomResourceDefinition → schemas of its versions`, and objects against them.

use std::sync::Arc;

use super::cel::Cel;
use super::schema::{Additional, Dialect, Schema};
use super::walk::{Path, Resolve, Walk};
use super::{Findings, Sort};
use crate::data::{Kind, List, Map, Str, Value};

/// One version of a custom kind.
pub(super) struct Custom {
    schema: Schema,
    cel: Option<Cel>,
    /// Whether its objects belong to a namespace.
    pub(super) namespaced: bool,
    /// What its author says about a version that is deprecated.
    pub(super) deprecated: Option<String>,
    /// Whether the server would serve it.
    pub(super) served: bool,
}

/// Group, version and kind.
pub(super) type Name = [String; 3];

/// How deep defaults are put into values.
const MAX_DEPTH: usize = 400;

/// The versions that a definition defines; what is wrong with it is said.
pub(super) fn read(definition: &Value, findings: &mut Findings) -> Vec<(Name, Custom)> {
    let text = |path: &[&str]| definition.path(path.iter().copied()).and_then(|value| Some(value.as_str()?.to_text().into_owned()));
    let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"])) else { return Vec::new() };
    let namespaced = text(&["spec", "scope"]).is_none_or(|scope| scope == "Namespaced");
    let versions = definition.path(["spec", "versions"]).and_then(|versions| versions.as_list().map(|list| list.items().to_vec()));
    let mut read = Vec::new();
    for (place, version) in versions.unwrap_or_default().iter().enumerate() {
        let Some(name) = version.path(["name"]).and_then(|name| Some(name.as_str()?.to_text().into_owned())) else { continue };
        let Some(text) = version.path(["schema", "openAPIV3Schema"]) else { continue };
        let truth = |name: &str| version.path([name]).and_then(|value| value.as_bool());
        match Schema::read(&text, Dialect::Structural) {
            Ok(mut schema) => {
                is_object(&mut schema);
                let warning = version.path(["deprecationWarning"]).and_then(|words| Some(words.as_str()?.to_text().into_owned()));
                let deprecated = (truth("deprecated") == Some(true)).then(|| warning.unwrap_or_else(|| "is deprecated".to_owned()));
                let served = truth("served") != Some(false);
                let custom = Custom { cel: Cel::new(&schema, &text), schema, namespaced, deprecated, served };
                read.push(([group.clone(), name, kind.clone()], custom));
            }
            Err((origin, why)) => {
                let root = Path::ROOT;
                let (spec, list) = (root.field(b"spec"), b"versions");
                let (list, name) = (spec.field(list), Some(("name", name.as_bytes())));
                let version = list.element(place, name);
                let version = version.field(b"schema");
                findings.push(Sort::Schema, &version.field(b"openAPIV3Schema"), origin, format!("is no schema: {why}"));
            }
        }
    }
    read
}

/// An object's `apiVersion`, `kind` and `metadata` are known without its schema, and are checked elsewhere.
fn is_object(schema: &mut Schema) {
    schema.embedded = true;
    if let Some(metadata) = schema.properties.get_mut(b"metadata".as_slice()) {
        metadata.additional = Additional::Open;
    }
}

/// A structural schema has no references.
struct Nothing;

impl Resolve for Nothing {
    fn resolve(&self, _reference: &Str) -> Option<Arc<Schema>> {
        None
    }
}

impl Custom {
    /// What is wrong with an object of this version.
    pub(super) fn check(&self, object: &Value, findings: Findings) -> Findings {
        let object = defaulted(object, &self.schema, MAX_DEPTH);
        let mut walk = Walk::new(Dialect::Structural, &Nothing, findings);
        walk.value(&object, &self.schema, &Path::ROOT);
        let mut findings = walk.findings;
        // the server asks its rules only about objects that fit the schema
        if let Some(cel) = self.cel.as_ref().filter(|_| findings.is_empty()) {
            cel.check(&object, &mut findings);
        }
        findings
    }
}

/// A value with the defaults of its schema; null that may not be null is nothing (apiextensions `structural/defaulting`).
fn defaulted(value: &Value, schema: &Schema, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return value.clone() };
    let of = |name: &Str| schema.properties.get(name).or(schema.additional.schema());
    let kind = match &value.kind {
        Kind::Map(map) => {
            let mut entries = std::collections::BTreeMap::new();
            for (name, below) in map.read().iter() {
                match of(name) {
                    Some(of) if below.is_nil() && !of.nullable => {}
                    Some(of) => {
                        entries.insert(name.clone(), defaulted(below, of, depth));
                    }
                    None => {
                        entries.insert(name.clone(), below.clone());
                    }
                }
            }
            for (name, of) in &schema.properties {
                if let Some(default) = of.default.as_ref().filter(|_| !entries.contains_key(name)) {
                    entries.insert(name.clone(), defaulted(default, of, depth));
                }
            }
            Kind::Map(Map::typed(map.go_type(), entries))
        }
        Kind::List(list) => match &schema.items {
            Some(of) => Kind::List(List::typed(list.go_type(), list.items().iter().map(|item| defaulted(item, of, depth)).collect())),
            None => return value.clone(),
        },
        _ => return value.clone(),
    };
    Value { kind, origin: value.origin }
}
