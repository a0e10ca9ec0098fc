//! Objects as an API server of a certain version would judge them: `object + minor → violations`.
//!
//! Called by `check::manifests`. Kubernetes' own kinds are known from schemas that are compiled in
//! (`schemas/kubernetes`), custom ones from the CRDs that are given. Pure; never prints. A violation never says what a Secret holds.

mod cel;
mod cron;
mod custom;
mod fields;
mod formats;
mod locations;
mod metadata;
mod pack;
mod rules;
mod scalars;
mod schema;
mod syntax;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::locations::{Reader, check_template};

use self::custom::Custom;
use self::locations::Locations;
use self::pack::{BuiltIn, Definitions};
use self::schema::{Dialect, Schema};
use self::walk::{Path, Resolve, Walk};
use super::codes::OTHER_VERSION;
use crate::data::{Kind, Origin, Str, Value};
use crate::diag::{Error, Severity};

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
    /// Whether there is no value at the end of the path.
    pub missing: bool,
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
    /// Whether it only matters that there is something.
    probing: bool,
    /// Volumes that pods get beside those of their own: names of a StatefulSet's claims.
    claims: Vec<String>,
}

/// How many violations of one object are told.
const MOST: usize = 100;

impl Findings {
    fn push(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String) {
        self.push_with(sort, path, origin, message, None);
    }

    fn push_with(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String, hint: Option<String>) {
        if self.list.len() < MOST {
            let path = if self.probing { String::new() } else { path.to_string() };
            self.list.push(Violation { sort, severity: Severity::Error, path, origin, missing: false, message, hint });
        }
    }

    /// Says that something is not there; the origin is of what it is missing in.
    fn push_missing(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String) {
        let before = self.list.len();
        self.push(sort, path, origin, message);
        self.list.iter_mut().skip(before).for_each(|violation| violation.missing = true);
    }

    /// Whether nothing more needs to be found.
    fn is_decided(&self) -> bool {
        self.probing && !self.list.is_empty()
    }

    /// Says something once, however often it is found.
    fn push_once(&mut self, sort: Sort, path: &Path<'_>, origin: Origin, message: String) {
        if !self.list.iter().any(|known| known.message == message) {
            self.push(sort, path, origin, message);
        }
    }

    fn push_at(&mut self, sort: Sort, severity: Severity, path: String, origin: Origin, message: String) {
        if self.list.len() < MOST {
            self.list.push(Violation { sort, severity, path, origin, missing: false, message, hint: None });
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
pub struct Validator<'a> {
    definitions: Definitions,
    customs: BTreeMap<[String; 3], Custom>,
    locations: Locations<'a>,
}

/// What an object says of its kind.
struct Named<'t> {
    group: &'t str,
    version: &'t str,
    kind: &'t str,
    /// `apps/v1`
    api_version: &'t str,
    /// Where that is written.
    origin: Origin,
}

impl<'a> Validator<'a> {
    /// For the API server of Kubernetes 1.`minor`, or the nearest version that is known.
    pub fn new(minor: u32) -> Self {
        let locations = Locations::new(Vec::new(), minor, Box::new(|_| None));
        Self { definitions: Definitions::of(minor), customs: BTreeMap::new(), locations }
    }

    /// Looks for schemas of kinds that are not known in files, too: folders, or templates of paths as kubeconform's.
    pub fn with_locations(mut self, places: Vec<String>, reader: Box<Reader<'a>>) -> Self {
        self.locations = Locations::new(places, self.definitions.minor, reader);
        self
    }

    /// Takes a CustomResourceDefinition, so that its objects are known; gives what is wrong with its schemas. Anything else is
    /// left alone.
    pub fn define(&mut self, definition: &Value) -> Vec<Violation> {
        let mut findings = Findings::default();
        let is = |name: &str, wanted: &str| definition.path([name]).is_some_and(|value| value.as_str().is_some_and(|text| *text == wanted));
        if is("kind", "CustomResourceDefinition") && is("apiVersion", "apiextensions.k8s.io/v1") {
            self.customs.extend(custom::read(definition, &mut findings));
        }
        findings.list
    }

    /// A note where the wanted version is not known, with the one that is used instead.
    pub fn stand_in(&self) -> Option<Error> {
        let (wanted, used) = (self.definitions.wanted, self.definitions.minor);
        let words = || format!("no schemas of Kubernetes 1.{wanted} are known; those of 1.{used} are used");
        (wanted != used).then(|| Error::finding(&OTHER_VERSION, words()))
    }

    /// Whether Kubernetes itself has, or had, something in that group.
    pub fn owns(&self, group: &str) -> bool {
        self.definitions.owns(group)
    }

    /// Whether objects of a kind stand in namespaces, in whatever version; `None` where the kind is not known.
    pub fn namespaced(&self, group: &str, kind: &str) -> Option<bool> {
        let mut customs = self.customs.iter().filter(|([of, _, name], _)| of == group && name == kind);
        self.definitions.namespaced(group, kind).or_else(|| customs.next().map(|(_, custom)| custom.namespaced))
    }

    /// What is wrong with an object, as read from a document.
    pub fn object(&self, object: &Value) -> Vec<Violation> {
        let text = |name: &str| object.path([name]).and_then(|value| Some((value.as_str()?.to_text().into_owned(), value.origin)));
        let (Some((api_version, origin)), Some((kind, _))) = (text("apiVersion"), text("kind")) else { return Vec::new() };
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let named = Named { group, version, kind: &kind, api_version: &api_version, origin };
        let mut findings = Findings { secret: group.is_empty() && kind == "Secret", ..Findings::default() };
        match self.definitions.kind(group, version, &kind) {
            Some(built_in) => self.built_in(object, &named, built_in, findings),
            None if self.definitions.owns(group) => {
                self.not_served(&named, &mut findings);
                findings.list
            }
            None => self.custom(object, &named, findings),
        }
    }

    fn built_in(&self, object: &Value, named: &Named<'_>, built_in: BuiltIn, mut findings: Findings) -> Vec<Violation> {
        metadata::check(object, named.group, named.kind, built_in.namespaced, &mut findings);
        let Some(schema) = self.definitions.definition(built_in.definition) else { return findings.list };
        let mut walk = Walk::new(Dialect::BuiltIn, &self.definitions, findings);
        walk.value(object, &schema, &Path::ROOT);
        let mut list = walk.findings.list;
        list.extend(self.deprecated(named));
        list
    }

    fn custom(&self, object: &Value, named: &Named<'_>, mut findings: Findings) -> Vec<Violation> {
        let known = self.customs.get(&[named.group, named.version, named.kind].map(str::to_owned));
        metadata::check(object, named.group, named.kind, known.is_none_or(|custom| custom.namespaced), &mut findings);
        let root = Path::ROOT;
        if let (Some(schema), Some(metadata)) = (self.definitions.definition(OBJECT_META), object.path(["metadata"])) {
            let mut walk = Walk::new(Dialect::BuiltIn, &self.definitions, findings);
            walk.value(&metadata, &schema, &root.field(b"metadata"));
            findings = walk.findings;
        }
        if let Some(custom) = known {
            let mut findings = custom.check(object, findings);
            if !custom.served {
                let message = format!("{} {} is not served: its CRD says so", named.api_version, named.kind);
                findings.push(Sort::Removed, &root.field(b"apiVersion"), named.origin, message);
            }
            if let Some(words) = &custom.deprecated {
                let message = format!("this version of {} is deprecated: {words}", named.kind);
                findings.push_at(Sort::Deprecated, Severity::Warning, "apiVersion".to_owned(), named.origin, message);
            }
            return findings.list;
        }
        let other: Vec<&str> = self
            .customs
            .keys()
            .filter(|[group, _, kind]| group == named.group && kind == named.kind)
            .map(|[_, version, _]| version.as_str())
            .collect();
        if !other.is_empty() {
            let message = format!("the CRD of {} has no version {}, but {}", named.kind, named.version, other.join(", "));
            findings.push(Sort::Removed, &root.field(b"apiVersion"), named.origin, message);
            return findings.list;
        }
        if !self.locations.is_empty() {
            match self.locations.check(named.group, named.version, named.kind, object, findings) {
                Ok(findings) => return findings.list,
                Err(back) => findings = back,
            }
        }
        let message = format!("no schema of {} {} is known: only its metadata was checked", named.api_version, named.kind);
        findings.push_at(Sort::NoSchema, Severity::Note, "kind".to_owned(), named.origin, message);
        findings.list
    }

    fn not_served(&self, named: &Named<'_>, findings: &mut Findings) {
        let (minor, kind, name) = (self.definitions.wanted, named.kind, named.api_version);
        let root = Path::ROOT;
        let path = root.field(b"apiVersion");
        let life = self.definitions.life(named.group, named.version, kind).filter(|life| life.removed <= minor);
        if let Some(life) = life {
            let hint = life.replacement.map(|(version, kind)| format!("use {version} {kind}"));
            let message = format!("{name} {kind} is not served since Kubernetes 1.{}", life.removed);
            return findings.push_with(Sort::Removed, &path, named.origin, message, hint);
        }
        let served = self.definitions.versions_of(kind);
        let hint = if served.is_empty() {
            let kinds: Vec<&str> = self.definitions.kinds_of(named.group, named.version).collect();
            crate::diag::nearest(kind, kinds).map(|near| format!("did you mean {near}?"))
        } else {
            Some(format!("use {}", served.join(" or ")))
        };
        findings.push_with(Sort::Removed, &path, named.origin, format!("Kubernetes 1.{minor} has no {name} {kind}"), hint);
    }

    fn deprecated(&self, named: &Named<'_>) -> Option<Violation> {
        let life = self.definitions.life(named.group, named.version, named.kind)?;
        let since = life.deprecated.filter(|since| *since <= self.definitions.wanted)?;
        Some(Violation {
            sort: Sort::Deprecated,
            severity: Severity::Warning,
            path: "apiVersion".to_owned(),
            origin: named.origin,
            missing: false,
            message: format!("this version of {} is deprecated since Kubernetes 1.{since}, and goes with 1.{}", named.kind, life.removed),
            hint: life.replacement.map(|(version, kind)| format!("use {version} {kind}")),
        })
    }
}

/// Metadata of all objects.
const OBJECT_META: &str = "apimachinery.pkg.apis.meta.v1.ObjectMeta";
