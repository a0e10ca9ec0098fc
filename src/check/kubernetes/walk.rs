//! The way through a value along its schema: `value + schema → violations`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::fields::Need;
use super::schema::{Additional, Dialect, ListKind, Pattern, Schema, Types};
use super::{Findings, Sort, scalars};
use crate::data::{Kind, Map, Origin, Str, Value};

/// What tells an element of a list from the others.
type Identity<'a> = dyn Fn(&Value) -> Option<String> + 'a;

/// Where a value stands, as links to what it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a [u8]),
    /// A list's element: its place, or what its name is.
    Element(usize, Option<(&'a str, &'a [u8])>),
}

impl<'a> Path<'a> {
    /// Of the whole object.
    pub(super) const ROOT: Path<'static> = Path { above: None, step: Step::Root };

    /// Of a field.
    pub(super) fn field(&'a self, name: &'a [u8]) -> Path<'a> {
        Path { above: Some(self), step: Step::Field(name) }
    }
    /// Whether a step on the way is that field.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        matches!(self.step, Step::Field(field) if field == name) || self.above.is_some_and(|above| above.has(name))
    }
    /// Of an element, shown by a field that names it.
    pub(super) fn element(&'a self, place: usize, name: Option<(&'a str, &'a [u8])>) -> Path<'a> {
        Path { above: Some(self), step: Step::Element(place, name) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => {
                let text = String::from_utf8_lossy(name);
                if text.is_empty() || text.contains(['.', '/', '[', ' ']) {
                    return write!(f, "[{text:?}]");
                }
                let dot = if self.above.is_some_and(|above| matches!(above.step, Step::Root)) { "" } else { "." };
                write!(f, "{dot}{text}")
            }
            Step::Element(_, Some((key, name))) => write!(f, "[{key}={}]", String::from_utf8_lossy(name)),
            Step::Element(place, None) => write!(f, "[{place}]"),
        }
    }
}

/// An object for a rule: its fields, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) map: &'a Map,
    pub(super) origin: Origin,
    pub(super) path: &'a Path<'a>,
}

impl Object<'_> {
    /// A field that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.map.get(name).filter(|value| !value.is_nil())
    }
    /// Whether a field is there and neither null nor empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !is_empty(&value))
    }
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        value.as_str().map(|text| text.to_text().into_owned()).filter(|text| !text.is_empty())
    }
    /// A number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        super::number(&self.get(name)?)
    }
    /// The elements of a list.
    pub(super) fn items(&self, name: &str) -> Vec<Value> {
        self.get(name).and_then(|value| value.as_list().map(|list| list.items().to_vec())).unwrap_or_default()
    }
    /// Runs through an object below.
    pub(super) fn below<T>(&self, name: &str, then: impl FnOnce(&Object<'_>) -> T) -> Option<T> {
        let value = self.get(name)?;
        let map = value.as_map()?;
        Some(then(&Object { map, origin: value.origin, path: &self.path.field(name.as_bytes()) }))
    }
    /// Runs through the objects of a list below.
    pub(super) fn each(&self, name: &str, mut then: impl FnMut(&Object<'_>)) {
        let list = self.path.field(name.as_bytes());
        for (place, value) in self.items(name).iter().enumerate() {
            let Some(map) = value.as_map() else { continue };
            let named = map.get("name").and_then(|name| name.as_str().cloned());
            let path = list.element(place, named.as_ref().map(|name| ("name", name.as_bytes())));
            then(&Object { map, origin: value.origin, path: &path });
        }
    }
    /// Says what is wrong with a field, which may be missing.
    pub(super) fn wrong(&self, findings: &mut Findings, sort: Sort, field: &str, message: impl Into<String>) {
        let path = self.path.field(field.as_bytes());
        match self.get(field) {
            Some(value) => findings.push(sort, &path, value.origin, message.into()),
            None => findings.push_missing(sort, &path, self.origin, message.into()),
        }
    }
    /// Says what is wrong with all of it.
    pub(super) fn wrong_itself(&self, findings: &mut Findings, sort: Sort, message: impl Into<String>) {
        findings.push(sort, self.path, self.origin, message.into());
    }
}

/// Go's zero of the value's type.
pub(super) fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Nil => true,
        Kind::Bool(truth) => !truth,
        Kind::Float(number) => *number == 0.0,
        Kind::Int(number, _) => *number == 0,
        Kind::Uint(number, _) => *number == 0,
        Kind::String(text) => text.is_empty(),
        Kind::List(list) => list.items().is_empty(),
        Kind::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// Finds definitions by reference.
pub(super) trait Resolve {
    /// The schema that a reference names.
    fn resolve(&self, reference: &Str) -> Option<Arc<Schema>>;
}

/// How many nodes an object may take before it is given up: combinations of schemas can grow without bounds.
const BUDGET: u32 = 300_000;
/// How many references may lead to each other, and how deep values may nest.
const MAX_LINKS: usize = 50;
const MAX_DEPTH: usize = 400;

/// One walk.
pub(super) struct Walk<'a> {
    pub(super) dialect: Dialect,
    pub(super) resolver: &'a dyn Resolve,
    pub(super) findings: Findings,
    budget: u32,
    depth: usize,
    /// What the server clears before it looks at it (a status): only its shape counts.
    shape_only: bool,
}

impl<'a> Walk<'a> {
    /// A walk that has found nothing yet.
    pub(super) fn new(dialect: Dialect, resolver: &'a dyn Resolve, findings: Findings) -> Self {
        Self { dialect, resolver, findings, budget: BUDGET, depth: 0, shape_only: false }
    }

    fn push(&mut self, sort: Sort, path: &Path<'_>, value: &Value, message: String) {
        self.findings.push(sort, path, value.origin, message);
    }

    /// Walks through a value.
    pub(super) fn value(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        if self.findings.is_decided() {
            return;
        }
        if self.depth >= MAX_DEPTH || self.budget == 0 {
            let what = if self.budget == 0 { "takes too long to be checked against its schema" } else { "nests too deep" };
            self.findings.push_once(Sort::Limit, path, value.origin, format!("the value {what}"));
            return;
        }
        self.budget = self.budget.saturating_sub(1);
        self.depth = self.depth.saturating_add(1);
        self.node(value, schema, path);
        self.depth = self.depth.saturating_sub(1);
    }

    fn node(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        if let Some(reference) = &schema.reference {
            self.referred(value, reference, path);
            if let Some(check) = schema.check
                && !self.shape_only
            {
                scalars::check(check, value, path, &mut self.findings);
            }
            return;
        }
        if value.is_nil() {
            return self.null(value, schema, path);
        }
        if !self.has_type(value, schema, path) {
            return;
        }
        match &value.kind {
            Kind::Map(map) => self.object(map, value, schema, path),
            Kind::List(_) => self.list(value, schema, path),
            _ => {}
        }
        scalars::limits(value, schema, path, &mut self.findings);
        if let Some(check) = schema.check
            && !self.shape_only
        {
            scalars::check(check, value, path, &mut self.findings);
        }
        self.combinations(value, schema, path);
    }

    fn referred(&mut self, value: &Value, reference: &Str, path: &Path<'_>) {
        let mut reference = reference.clone();
        for _ in 0..MAX_LINKS {
            let Some(schema) = self.resolver.resolve(&reference) else {
                let message = format!("its schema refers to {reference}, which is not there");
                return self.findings.push_once(Sort::Schema, path, value.origin, message);
            };
            match &schema.reference {
                Some(next) => reference = next.clone(),
                None => return self.node(value, &schema, path),
            }
        }
        self.findings.push_once(Sort::Schema, path, value.origin, format!("its schema refers to itself: {reference}"));
    }

    fn null(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        let fits = match self.dialect {
            Dialect::BuiltIn => true,
            Dialect::Structural | Dialect::Plain => schema.nullable || schema.types.is_any() || schema.types.meets(Types::NULL),
        };
        if !fits {
            self.push(Sort::Type, path, value, format!("has to be {}, and is null", words(schema)));
        }
    }

    /// Whether the value has the schema's type; what is wrong is said.
    fn has_type(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) -> bool {
        let Some(is) = types_of(value) else { return true };
        let format = schema.format.as_ref().map(|format| format.as_bytes()).unwrap_or_default();
        let fits = if schema.int_or_string || format == b"int-or-string" {
            is.meets(Types::INTEGER.and(Types::STRING))
        } else if format == b"quantity" {
            is.meets(Types::NUMBER.and(Types::STRING))
        } else {
            schema.types.is_any() || schema.types.meets(is)
        };
        if !fits {
            let hint = if is == Types::STRING { " (a text, because of its quotes or its letters)" } else { "" };
            self.push(Sort::Type, path, value, format!("has to be {}, and is {}{hint}", words(schema), word_of(value)));
        }
        fits
    }

    fn object(&mut self, map: &Map, value: &Value, schema: &Schema, path: &Path<'_>) {
        if let Some(rule) = schema.object_rule
            && !self.shape_only
        {
            rule(&Object { map, origin: value.origin, path }, &mut self.findings);
        }
        let entries = map.read();
        self.required(&entries, value, schema, path);
        for (name, below) in entries.iter() {
            let at = path.field(name);
            let outer = self.shape_only;
            self.shape_only |= self.dialect == Dialect::BuiltIn && self.depth == 1 && *name == "status";
            self.field(name, below, schema, &at);
            self.shape_only = outer;
        }
    }

    fn required(&mut self, entries: &BTreeMap<Str, Value>, value: &Value, schema: &Schema, path: &Path<'_>) {
        if self.shape_only {
            return;
        }
        for name in &schema.required {
            let below = entries.get(&**name);
            let (property, built_in) = (schema.properties.get(name), self.dialect == Dialect::BuiltIn);
            let missing = match below {
                None => property.and_then(|property| property.default.as_ref()).is_none_or(|default| built_in && is_empty(default)),
                Some(below) => {
                    built_in && (below.is_nil() || property.is_some_and(|property| property.need == Need::Must) && is_empty(below))
                }
            };
            if missing {
                let path = path.field(name);
                match below {
                    Some(below) => {
                        self.findings.push(Sort::Required, &path, below.origin.or(value.origin), "must not be empty".to_owned());
                    }
                    None => self.findings.push_missing(Sort::Required, &path, value.origin, "is missing".to_owned()),
                }
            }
        }
    }

    fn field(&mut self, name: &Str, value: &Value, schema: &Schema, path: &Path<'_>) {
        if let Some(of) = schema.properties.get(name) {
            if of.need == Need::Full && !self.shape_only && value.as_str().is_some_and(|text| text.is_empty()) {
                self.push(Sort::Required, path, value, "must not be empty where it is said".to_owned());
            }
            return self.value(value, of, path);
        }
        if schema.embedded && is_of_every_object(name) {
            return;
        }
        let mut met = false;
        for (pattern, of) in &schema.patterns {
            if pattern.regexp().is_some_and(|pattern| pattern.is_match(name)) {
                met = true;
                self.value(value, of, path);
            }
        }
        match &schema.additional {
            Additional::Schema(of) if !met => self.value(value, of, path),
            Additional::Closed if !met => {
                let names = schema.properties.keys().filter_map(|name| name.as_utf8());
                let hint = crate::diag::nearest(&name.to_text(), names).map(|near| format!("did you mean {near}?"));
                self.findings.push_with(Sort::Unknown, path, value.origin, "is no field that Kubernetes knows here".to_owned(), hint);
            }
            _ => {}
        }
    }

    fn list(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        let items = value.as_list().map(|list| list.items()).unwrap_or_default();
        let keys = match &schema.list {
            ListKind::Map(keys) => keys.as_slice(),
            _ => &[],
        };
        for (place, item) in items.iter().enumerate() {
            let Some(of) = schema.tuple.get(place).or(schema.items.as_deref()) else { break };
            let named = name_of(item, keys);
            let at = path.element(place, named.as_ref().map(|(key, name)| (key.as_str(), name.as_bytes())));
            match item.is_nil() && self.dialect == Dialect::BuiltIn {
                true if schema.list != ListKind::Atomic => self.push(Sort::Type, &at, value, "must not be null".to_owned()),
                // null is an object without fields, or an empty text
                true if self.is_object(of) => self.value(&Value { origin: value.origin, ..Map::new().into() }, of, &at),
                _ => self.value(item, of, &at),
            }
        }
        if !self.shape_only {
            self.unique(items, schema, path);
        }
    }

    fn is_object(&self, schema: &Schema) -> bool {
        let of = schema.reference.as_ref().and_then(|reference| self.resolver.resolve(reference));
        of.as_deref().unwrap_or(schema).types == Types::OBJECT
    }

    /// Lists that are sets or maps have each element once.
    fn unique(&mut self, items: &[Value], schema: &Schema, path: &Path<'_>) {
        let identity: Box<Identity<'_>> = match &schema.list {
            ListKind::Atomic if schema.limits.as_ref().is_some_and(|limits| limits.unique) => Box::new(|item| Some(shown(item))),
            ListKind::Atomic => return,
            ListKind::Set => Box::new(|item| Some(shown(item))),
            ListKind::Map(keys) => {
                let item_schema = schema.items.as_deref();
                let of = item_schema.and_then(|of| of.reference.as_ref()).and_then(|reference| self.resolver.resolve(reference));
                Box::new(move |item| key_of(item, keys, of.as_deref().or(item_schema)))
            }
        };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (place, item) in items.iter().enumerate() {
            if item.is_nil() {
                continue;
            }
            let Some(key) = identity(item) else {
                self.findings.push(Sort::Required, &path.element(place, None), item.origin, "has none of the keys of its list".to_owned());
                continue;
            };
            let Some(first) = seen.get(&key) else {
                seen.insert(key, place);
                continue;
            };
            let message = match &schema.list {
                ListKind::Map(keys) => {
                    let keys: Vec<String> = keys.iter().map(|key| key.to_text().into_owned()).collect();
                    format!("has the same {} as [{first}]: server-side apply takes each but once", keys.join(" and "))
                }
                _ => format!("is the same as [{first}]: each may stand but once"),
            };
            self.findings.push(Sort::DuplicateKey, &path.element(place, None), item.origin, message);
        }
    }

    fn combinations(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        for of in &schema.all_of {
            self.part(value, of, path);
        }
        if !schema.any_of.is_empty() && self.fitting(value, &schema.any_of, path) == 0 {
            self.push(Sort::Schema, path, value, "fits none of the alternatives of its schema".to_owned());
        }
        if !schema.one_of.is_empty() && schema.format.is_none() {
            let fitting = self.fitting(value, &schema.one_of, path);
            if fitting != 1 {
                let how = if fitting == 0 { "none" } else { "several" };
                self.push(Sort::Schema, path, value, format!("fits {how} of the alternatives of its schema, of which it has to fit one"));
            }
        }
        if let Some(of) = &schema.not
            && self.fits(value, of, path)
        {
            self.push(Sort::Schema, path, value, "is what its schema excludes".to_owned());
        }
    }

    /// A part of a schema beside others: it says nothing about fields that it does not name.
    fn part(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) {
        let outer = std::mem::replace(&mut self.dialect, Dialect::Plain);
        self.value(value, schema, path);
        self.dialect = outer;
    }

    fn fits(&mut self, value: &Value, schema: &Schema, path: &Path<'_>) -> bool {
        let mut alone = Walk {
            budget: self.budget,
            depth: self.depth,
            ..Walk::new(Dialect::Plain, self.resolver, Findings { probing: true, ..Findings::default() })
        };
        alone.value(value, schema, path);
        self.budget = alone.budget;
        alone.findings.is_empty()
    }

    fn fitting(&mut self, value: &Value, schemas: &[Schema], path: &Path<'_>) -> usize {
        schemas.iter().filter(|of| self.fits(value, of, path)).count()
    }
}

/// Fields that every object has.
pub(super) fn is_of_every_object(name: &Str) -> bool {
    [b"apiVersion".as_slice(), b"kind", b"metadata"].contains(&name.as_bytes())
}

/// The types that a value has; `None` for what no document holds.
fn types_of(value: &Value) -> Option<Types> {
    Some(match &value.kind {
        Kind::Nil => Types::NULL,
        Kind::Bool(_) => Types::BOOLEAN,
        Kind::Int(..) | Kind::Uint(..) => Types::INTEGER.and(Types::NUMBER),
        Kind::Float(number) if number.fract() == 0.0 => Types::INTEGER.and(Types::NUMBER),
        Kind::Float(_) => Types::NUMBER,
        Kind::String(_) => Types::STRING,
        Kind::List(_) => Types::ARRAY,
        Kind::Map(_) => Types::OBJECT,
        _ => return None,
    })
}

/// What a value is, in a word; never what it holds.
fn word_of(value: &Value) -> &'static str {
    match &value.kind {
        Kind::Nil => "null",
        Kind::Bool(_) => "a boolean",
        Kind::Float(number) if number.fract() == 0.0 => "an integer",
        Kind::Int(..) | Kind::Uint(..) => "an integer",
        Kind::Float(_) => "a number",
        Kind::String(_) => "a string",
        Kind::List(_) => "an array",
        Kind::Map(_) => "an object",
        _ => "something else",
    }
}

fn words(schema: &Schema) -> String {
    let format = schema.format.as_ref().map(|format| format.as_bytes()).unwrap_or_default();
    match format {
        b"int-or-string" => "an integer or a string".to_owned(),
        b"quantity" => "a quantity (a number or a string)".to_owned(),
        _ if schema.int_or_string => "an integer or a string".to_owned(),
        _ => schema.types.words(),
    }
}

/// What names an element of a list to people: its only key, or its `name`.
fn name_of(item: &Value, keys: &[Str]) -> Option<(String, Str)> {
    let map = item.as_map()?;
    let key = match keys {
        [key] => key.clone(),
        _ => "name".into(),
    };
    let name = map.get(&key)?;
    let name = name.as_str().cloned().or_else(|| super::number(&name).map(|number| Str::from(number.to_string())))?;
    Some((key.to_text().into_owned(), name))
}

/// What identifies an element: its keys' values, or the defaults of keys that it leaves out. `None`: it lacks one.
fn key_of(item: &Value, keys: &[Str], schema: Option<&Schema>) -> Option<String> {
    let Some(map) = item.as_map() else { return Some(shown(item)) };
    let (mut identity, mut told) = (String::new(), false);
    for key in keys {
        let default = || schema.and_then(|schema| schema.properties.get(key)).and_then(|property| property.default.clone());
        match map.get(key).or_else(default) {
            Some(value) => {
                told = true;
                identity.push_str(&shown(&value));
            }
            // an optional key without a default identifies as well by its absence
            None => identity.push('-'),
        }
        identity.push('\n');
    }
    told.then_some(identity)
}

/// A value as text, so that equal ones are equal; not for people.
pub(super) fn shown(value: &Value) -> String {
    crate::data::json::write(value, false, "").map_or_else(|_| String::new(), |text| String::from_utf8_lossy(&text).into_owned())
}

/// Whether a text meets a pattern; `None` where the pattern is none.
pub(super) fn meets(pattern: &Pattern, text: &[u8]) -> Option<bool> {
    pattern.regexp().map(|pattern| pattern.is_match(text))
}
