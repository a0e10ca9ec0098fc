//! A schema of objects, read once: `JSON Schema, as Kubernetes uses it → Schema`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::fields::{Check, Need, ObjectRule};
use crate::data::{Map, Origin, Str, Value};
use crate::golang::regexp::Regexp;

/// Whose words a schema is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Kubernetes' OpenAPI of its own kinds: what is not named is unknown; null is nothing.
    BuiltIn,
    /// A CRD's structural schema: what is not named is pruned, which strict validation refuses.
    Structural,
    /// JSON Schema: what is not named may be there, unless the schema says otherwise.
    Plain,
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NULL: Types = Types(1);
    pub(super) const BOOLEAN: Types = Types(2);
    pub(super) const INTEGER: Types = Types(4);
    pub(super) const NUMBER: Types = Types(8);
    pub(super) const STRING: Types = Types(16);
    pub(super) const ARRAY: Types = Types(32);
    pub(super) const OBJECT: Types = Types(64);
    const NAMES: [(&'static str, Types); 7] = [
        ("null", Types::NULL),
        ("boolean", Types::BOOLEAN),
        ("integer", Types::INTEGER),
        ("number", Types::NUMBER),
        ("string", Types::STRING),
        ("array", Types::ARRAY),
        ("object", Types::OBJECT),
    ];

    pub(super) fn named(name: &[u8]) -> Option<Types> {
        Self::NAMES.iter().find(|(word, _)| word.as_bytes() == name).map(|(_, of)| *of)
    }
    /// Whether nothing is said.
    pub(super) fn is_any(self) -> bool {
        self.0 == 0
    }
    /// Whether both have one in common.
    pub(super) fn meets(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }
    pub(super) fn and(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }
    /// `string or integer`
    pub(super) fn words(self) -> String {
        let names: Vec<&str> = Self::NAMES.iter().filter(|(_, of)| self.meets(*of)).map(|(name, _)| *name).collect();
        names.join(" or ")
    }
}

/// What may stand in an object beside its properties.
#[derive(Debug, Default)]
pub(super) enum Additional {
    /// Anything.
    #[default]
    Open,
    /// Nothing.
    Closed,
    /// What fits this.
    Schema(Box<Schema>),
}

impl Additional {
    /// The schema, where there is one.
    pub(super) fn schema(&self) -> Option<&Schema> {
        match self {
            Additional::Schema(of) => Some(of),
            _ => None,
        }
    }
}

/// What identifies the elements of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum ListKind {
    /// Nothing.
    #[default]
    Atomic,
    /// Their value.
    Set,
    /// These fields.
    Map(Vec<Str>),
}

/// Limits that few schemas have.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<f64>,
    /// Of the length of strings, lists and objects.
    pub(super) lengths: [(Option<f64>, Option<f64>); 3],
    pub(super) unique: bool,
    pub(super) pattern: Option<Pattern>,
}

/// A pattern; compiled when it is needed.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) text: Str,
    compiled: OnceLock<Option<Regexp>>,
}

/// One node of a schema.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) reference: Option<Str>,
    pub(super) types: Types,
    pub(super) nullable: bool,
    pub(super) int_or_string: bool,
    pub(super) preserve: bool,
    pub(super) embedded: bool,
    pub(super) properties: BTreeMap<Str, Schema>,
    pub(super) patterns: Vec<(Pattern, Schema)>,
    pub(super) additional: Additional,
    pub(super) items: Option<Box<Schema>>,
    /// Schemas of the first items, where each has its own.
    pub(super) tuple: Vec<Schema>,
    pub(super) required: Vec<Str>,
    pub(super) default: Option<Value>,
    pub(super) one_of_values: Option<Vec<Value>>,
    pub(super) format: Option<Str>,
    pub(super) limits: Option<Box<Limits>>,
    pub(super) list: ListKind,
    pub(super) all_of: Vec<Schema>,
    pub(super) any_of: Vec<Schema>,
    pub(super) one_of: Vec<Schema>,
    pub(super) not: Option<Box<Schema>>,
    /// What `x-kubernetes-validations` states in CEL.
    pub(super) rules: Vec<Str>,
    /// What the API server's own code asks of the field.
    pub(super) check: Option<Check>,
    /// Whether it may be empty.
    pub(super) need: Need,
    /// What the API server's own code asks of the object.
    pub(super) object_rule: Option<ObjectRule>,
}

/// What a schema says that it can't say: where, and why.
pub(super) type Malformed = (Origin, String);

/// How deep a schema may nest.
const MAX_DEPTH: usize = 300;
/// How large a compiled pattern may be.
const PATTERN_LIMIT: usize = 10 << 20;

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// What can't be understood, and where.
    pub(super) fn read(value: &Value, dialect: Dialect) -> Result<Schema, Malformed> {
        Self::read_within(value, dialect, MAX_DEPTH)
    }

    fn read_within(value: &Value, dialect: Dialect, depth: usize) -> Result<Schema, Malformed> {
        let depth = depth.checked_sub(1).ok_or_else(|| (value.origin, "the schema nests too deep".to_owned()))?;
        if let Some(anything) = value.as_bool().filter(|_| dialect == Dialect::Plain) {
            let nothing = (!anything).then(|| Box::new(Schema::default()));
            return Ok(Schema { not: nothing, ..Schema::default() });
        }
        let Some(map) = value.as_map() else { return Err((value.origin, "a schema is an object".to_owned())) };
        // What stands beside a structural schema says nothing about the fields that it does not name.
        let beside = if dialect == Dialect::Structural { Dialect::Plain } else { dialect };
        let many = |name: &str| schemas(map, name, beside, depth);
        let one = |name: &str, dialect: Dialect| {
            map.get(name).filter(|value| !value.is_nil()).map(|value| Self::read_within(&value, dialect, depth).map(Box::new))
        };
        let truth = |name: &str| map.get(name).and_then(|value| value.as_bool()).unwrap_or(false);
        let mut schema = Schema {
            reference: map.get("$ref").and_then(|name| name.as_str().cloned()),
            types: types(map)?,
            nullable: truth("nullable"),
            int_or_string: truth("x-kubernetes-int-or-string"),
            preserve: truth("x-kubernetes-preserve-unknown-fields"),
            embedded: truth("x-kubernetes-embedded-resource"),
            required: texts(map, "required"),
            default: map.get("default"),
            one_of_values: map.get("enum").and_then(|values| values.as_list().map(|values| values.items().to_vec())),
            format: map.get("format").and_then(|format| format.as_str().cloned()),
            list: list_kind(map),
            all_of: many("allOf")?,
            any_of: many("anyOf")?,
            one_of: many("oneOf")?,
            not: one("not", beside).transpose()?,
            limits: limits(map),
            rules: rules(map),
            ..Schema::default()
        };
        if let Some(constant) = map.get("const") {
            schema.one_of_values = Some(vec![constant]);
        }
        match map.get("items") {
            Some(items) if items.as_list().is_some() => schema.tuple = many("items")?,
            _ => schema.items = one("items", dialect).transpose()?,
        }
        schema.read_fields(map, dialect, depth)?;
        Ok(schema)
    }

    fn read_fields(&mut self, map: &Map, dialect: Dialect, depth: usize) -> Result<(), Malformed> {
        let pairs = |name: &str| map.get(name).and_then(|of| of.as_map().map(Map::snapshot)).unwrap_or_default();
        for (name, of) in pairs("properties") {
            self.properties.insert(name, Self::read_within(&of, dialect, depth)?);
        }
        for (pattern, of) in pairs("patternProperties") {
            self.patterns.push((Pattern::new(pattern), Self::read_within(&of, dialect, depth)?));
        }
        let stated = map.get("additionalProperties").filter(|value| !value.is_nil());
        self.additional = match stated {
            Some(value) => match value.as_bool() {
                Some(true) => Additional::Open,
                Some(false) => Additional::Closed,
                None => Additional::Schema(Box::new(Self::read_within(&value, dialect, depth)?)),
            },
            None => match dialect {
                Dialect::BuiltIn if !self.properties.is_empty() => Additional::Closed,
                Dialect::Structural if !self.preserve => Additional::Closed,
                _ => Additional::Open,
            },
        };
        Ok(())
    }
}

impl Pattern {
    fn new(text: Str) -> Self {
        Self { compiled: OnceLock::new(), text }
    }
    /// In Go's syntax, which takes linear time. `None`: it is no such pattern, or one that is far too large.
    pub(super) fn regexp(&self) -> Option<&Regexp> {
        self.compiled.get_or_init(|| Regexp::new(&self.text, PATTERN_LIMIT).ok()).as_ref()
    }
}

fn schemas(map: &Map, name: &str, dialect: Dialect, depth: usize) -> Result<Vec<Schema>, Malformed> {
    let Some(value) = map.get(name).filter(|value| !value.is_nil()) else { return Ok(Vec::new()) };
    let Some(list) = value.as_list() else { return Err((value.origin, format!("{name} is a list of schemas"))) };
    list.items().iter().map(|of| Schema::read_within(of, dialect, depth)).collect()
}

fn texts(map: &Map, name: &str) -> Vec<Str> {
    let list = map.get(name);
    let items = list.as_ref().and_then(Value::as_list).map(|list| list.items()).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().cloned()).collect()
}

fn types(map: &Map) -> Result<Types, Malformed> {
    let Some(value) = map.get("type").filter(|value| !value.is_nil()) else { return Ok(Types::default()) };
    let one = |value: &Value| {
        let known = value.as_str().and_then(|name| if name.is_empty() { Some(Types::default()) } else { Types::named(name) });
        known.ok_or_else(|| (value.origin, "type is none of boolean, integer, number, string, array and object".to_owned()))
    };
    match value.as_list() {
        Some(list) => list.items().iter().try_fold(Types::default(), |all, value| Ok(all.and(one(value)?))),
        None => one(&value),
    }
}

fn list_kind(map: &Map) -> ListKind {
    let kind = map.get("x-kubernetes-list-type");
    match kind.as_ref().and_then(|kind| kind.as_str()).map(|kind| kind.as_bytes()) {
        Some(b"set") => ListKind::Set,
        Some(b"map") => ListKind::Map(texts(map, "x-kubernetes-list-map-keys")),
        _ => ListKind::Atomic,
    }
}

fn limits(map: &Map) -> Option<Box<Limits>> {
    let number = |name: &str| map.get(name).and_then(|value| super::number(&value));
    let truth = |name: &str| map.get(name).and_then(|value| value.as_bool()).unwrap_or(false);
    let mut limits = Limits {
        minimum: number("minimum"),
        maximum: number("maximum"),
        exclusive_minimum: truth("exclusiveMinimum"),
        exclusive_maximum: truth("exclusiveMaximum"),
        multiple_of: number("multipleOf").filter(|step| *step > 0.0),
        lengths: [
            (number("minLength"), number("maxLength")),
            (number("minItems"), number("maxItems")),
            (number("minProperties"), number("maxProperties")),
        ],
        unique: truth("uniqueItems"),
        pattern: map.get("pattern").and_then(|pattern| pattern.as_str().cloned()).filter(|pattern| !pattern.is_empty()).map(Pattern::new),
    };
    // Newer drafts say the limit itself here.
    if let Some(limit) = number("exclusiveMinimum") {
        (limits.minimum, limits.exclusive_minimum) = (Some(limit), true);
    }
    if let Some(limit) = number("exclusiveMaximum") {
        (limits.maximum, limits.exclusive_maximum) = (Some(limit), true);
    }
    let says = limits.minimum.is_some()
        || limits.maximum.is_some()
        || limits.multiple_of.is_some()
        || limits.unique
        || limits.pattern.is_some()
        || limits.lengths.iter().any(|(least, most)| least.is_some() || most.is_some());
    says.then(|| Box::new(limits))
}

fn rules(map: &Map) -> Vec<Str> {
    let list = map.get("x-kubernetes-validations");
    let items = list.as_ref().and_then(Value::as_list).map(|list| list.items()).unwrap_or_default();
    items.iter().filter_map(|item| item.as_map()?.get("rule")?.as_str().cloned()).collect()
}
