//! Objects as an API server of a certain version would judge them: `object + minor → violations`.
//!
//! Called by `check::manifests`. Kubernetes' own kinds are known from schemas that are compiled in
//! (`schemas/kubernetes`), custom ones from the CRDs that are given. Pure; never prints. A violation never says what a Secret holds.

mod cron;
mod fields;
mod formats;
mod metadata;
mod pack;
mod rules;
mod scalars;
mod schema;
mod syntax;
mod walk;

use std::sync::Arc;

use self::pack::Definitions;
use self::schema::{Dialect, Schema};
use self::walk::{Path, Resolve, Walk};
use crate::data::{Kind, Origin, Str, Value};
use crate::diag::Severity;

/// What sort of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Sort {
    /// A field that is not known.
    Unknown,
    /// A value of another type.
    Type,
    /// A field that is missing, or empty where it must not be.
    Required,
    /// None of the values that are taken.
    Enum,
    /// A text that its format does not allow.
    Format,
    /// A text that does not match a pattern.
    Pattern,
    /// An element that stands twice in a list whose elements are told apart.
    DuplicateKey,
    /// A number, or a length, out of its range.
    Range,
    /// A name that Kubernetes does not take there.
    Name,
    /// A label or annotation that is none.
    Label,
    /// A quantity that is none, or does not fit another.
    Quantity,
    /// Two fields that exclude each other, or one too few.
    Choice,
    /// Something is referred to that is not there: a volume, a label.
    Reference,
    /// What a schema's combinations, or a faulty schema, don't allow.
    Schema,
    /// A rule of a CRD's own (`x-kubernetes-validations`).
    Rule,
    /// A version of a kind that is not served any more, or will not be.
    Removed,
    /// A version of a kind that is deprecated.
    Deprecated,
    /// A kind whose schema is not known.
    NoSchema,
    /// A check that was given up because it takes too long.
    Limit,
}

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What sort of fault it is.
    pub sort: Sort,
    /// How bad it is: an error is what the server refuses.
    pub severity: Severity,
    /// Where: `spec.containers[name=web].image`; empty for the whole object.
    pub path: String,
    /// Where the value was written, or what it is missing in; for an unknown field, its value.
    pub origin: Origin,
    /// What is wrong, in words that go behind the path.
    pub message: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

/// Violations as they are found.
#[derive(Debug, Default)]
struct Findings {
    list: Vec<Violation>,
    /// Whether values must not be shown.
    secret: bool,
}

/// How many violations of one object are told.
const MOST: usize = 100;

impl Findings {
    fn push(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String) {
        self.push_with(sort, path, origin, message, None);
    }

    fn push_with(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String, hint: Option<String>) {
        if self.list.len() < MOST {
            self.list.push(Violation { sort, severity: Severity::Error, path: path.to_string(), origin, message, hint });
        }
    }

    /// Says something once, however often it is found.
    fn push_once(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String) {
        if !self.list.iter().any(|known| known.message == message) {
            self.push(sort, path, origin, message);
        }
    }

    fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// `: "the value"`, where it may be shown.
    fn quoting(&self, value: &Value) -> String {
        match value.as_str() {
            Some(text) if !self.secret && text.len() <= 100 => format!(": {}", syntax::quoted(text)),
            _ => String::new(),
        }
    }
}

/// A number of a value.
fn number(value: &Value) -> Option<f64> {
    match value.kind {
        Kind::Float(number) => Some(number),
        Kind::Int(number, _) => Some(number as f64),
        Kind::Uint(number, _) => Some(number as f64),
        _ => None,
    }
}

impl Resolve for Definitions {
    fn resolve(&self, reference: &Str) -> Option<Arc<Schema>> {
        self.definition(&reference.to_text())
    }
}

/// Judges objects as an API server of one version.
pub struct Validator {
    definitions: Definitions,
}

impl Validator {
    /// For the API server of Kubernetes 1.`minor`, or the nearest version that is known.
    pub fn new(minor: u32) -> Self {
        Self { definitions: Definitions::of(minor) }
    }

    /// Where the wanted version is not known: which is used instead, in words.
    pub fn stand_in(&self) -> Option<String> {
        let (wanted, used) = (self.definitions.wanted, self.definitions.minor);
        (wanted != used).then(|| format!("no schemas of Kubernetes 1.{wanted} are known; those of 1.{used} are used"))
    }

    /// What is wrong with an object, as read from a document.
    pub fn object(&self, object: &Value) -> Vec<Violation> {
        let mut findings = Findings::default();
        let Some(map) = object.as_map() else { return findings.list };
        let text = |name: &str| map.get(name).and_then(|value| Some(value.as_str()?.to_text().into_owned()));
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else { return findings.list };
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        findings.secret = group.is_empty() && kind == "Secret";
        let Some(built_in) = self.definitions.kind(group, version, &kind) else {
            self.not_served(object, group, version, &kind, &mut findings);
            return findings.list;
        };
        metadata::check(object, group, &kind, &mut findings);
        let Some(schema) = self.definitions.definition(built_in.definition) else { return findings.list };
        let mut walk = Walk::new(Dialect::BuiltIn, &self.definitions, findings);
        walk.value(object, &schema, &Path::ROOT);
        let mut list = walk.findings.list;
        list.extend(self.deprecated(object, group, version, &kind));
        list
    }

    fn not_served(&self, object: &Value, group: &str, version: &str, kind: &str, findings: &mut Findings) {
        let minor = self.definitions.wanted;
        let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let origin = object.path(["apiVersion"]).map_or(object.origin, |value| value.origin);
        let path = Path::ROOT;
        let api_version = path.field(b"apiVersion");
        if let Some(life) = self.definitions.life(group, version, kind).filter(|life| life.removed <= minor) {
            let hint = life.replacement.map(|(version, kind)| format!("use {version} {kind}"));
            let message = format!("{name} {kind} is not served since Kubernetes 1.{}", life.removed);
            return findings.push_with(Sort::Removed, &api_version, origin, message, hint);
        }
        if self.definitions.owns(group) {
            let served = self.definitions.versions_of(kind);
            let hint = if served.is_empty() {
                let kinds: Vec<&str> = self.definitions.kinds_of(group, version).collect();
                crate::diag::nearest(kind, kinds).map(|near| format!("did you mean {near}?"))
            } else {
                Some(format!("use {}", served.join(" or ")))
            };
            let message = format!("Kubernetes 1.{minor} has no {name} {kind}");
            return findings.push_with(Sort::Removed, &api_version, origin, message, hint);
        }
        metadata::check(object, group, kind, findings);
        let message = format!("no schema of {name} {kind} is known: only its metadata was checked");
        findings.push(Sort::NoSchema, &path.field(b"kind"), origin, message);
        if let Some(last) = findings.list.last_mut() {
            last.severity = Severity::Note;
        }
    }

    fn deprecated(&self, object: &Value, group: &str, version: &str, kind: &str) -> Option<Violation> {
        let life = self.definitions.life(group, version, kind)?;
        let since = life.deprecated.filter(|since| *since <= self.definitions.wanted)?;
        let origin = object.path(["apiVersion"]).map_or(object.origin, |value| value.origin);
        Some(Violation {
            sort: Sort::Deprecated,
            severity: Severity::Warning,
            path: "apiVersion".to_owned(),
            origin,
            message: format!("this version of {kind} is deprecated since Kubernetes 1.{since}, and goes with 1.{}", life.removed),
            hint: life.replacement.map(|(version, kind)| format!("use {version} {kind}")),
        })
    }
}
