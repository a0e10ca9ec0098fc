//! Values as they are written and used: `layers → what a reader would not expect of them`.
//!
//! Two programs read layers: helmfile those of the environment (YAML 1.2, by go-yaml v3), helm those of releases and charts (YAML
//! 1.1, by go-yaml v2). Findings stand at the key or value in the layer; those of a file that several releases read are told once.

mod exponents;
mod images;
mod nulls;
mod passwords;
mod repeated;
mod scalars;
mod shapes;

use std::collections::HashSet;

pub use images::Images;

use super::manifests::Documents;
use crate::data::yaml::{self, Entry, Resolver};
use crate::data::{Map, Origin, SourceFile, Sources, Str, Value};
use crate::diag::{Error, Errors, Place};
use crate::golang::fmt::sprint;
use crate::render::Rendered;
use crate::state::ReleaseValues;
use crate::values::Layer;

/// The checks of a run, and what they have said.
pub struct LayerChecks<'a> {
    sources: &'a Sources,
    environment: &'a str,
    /// By code, place and words.
    said: HashSet<(&'static str, Option<String>, String)>,
    found: Errors,
}

/// What a release is made of.
pub struct ReleaseLayers<'a> {
    /// Its name.
    pub release: &'a str,
    /// What the state gives.
    pub layers: &'a ReleaseValues,
    /// The same, merged.
    pub values: &'a Map,
    /// What came out.
    pub rendered: &'a Rendered,
    /// The same, read.
    pub documents: &'a Documents,
}

impl<'a> LayerChecks<'a> {
    /// For layers of an environment; origins are found in the sources.
    pub fn new(sources: &'a Sources, environment: &'a str) -> Self {
        Self { sources, environment, said: HashSet::new(), found: Errors::new() }
    }

    /// The environment's layers: lists of them, the weakest layer of each first.
    pub fn environment(&mut self, lists: &[Vec<Layer>]) {
        let subject = format!("environment {}", self.environment);
        for list in lists {
            for layer in list {
                if let Some(source) = &layer.source {
                    let written = Written::new(self.sources, source, Resolver::Helmfile);
                    let words = scalars::traps(&written, None);
                    self.take(words.into_iter().map(|error| error.subject(&subject)));
                    let secrets = passwords::in_plain_text(&written, self.environment);
                    self.take(secrets.map(|error| error.subject(&subject)));
                }
            }
            let changes = shapes::changes(self.sources, &Map::new(), list, (Resolver::Helmfile, &HashSet::new()));
            self.take(changes.into_iter().map(|error| error.subject(&subject)));
        }
    }

    /// The environment's merged values.
    pub fn merged(&mut self, values: &Map) {
        let subject = format!("environment {}", self.environment);
        let defaults = passwords::well_known(values, self.environment, self.sources);
        self.take(defaults.map(|error| error.subject(subject)));
    }

    /// A release.
    pub fn release(&mut self, of: &ReleaseLayers<'_>) {
        let subject = format!("release {}", of.release);
        let defaults = of.rendered.tree.values(of.rendered.tree.root()).clone();
        let layers: Vec<Layer> = of
            .layers
            .layers
            .iter()
            .map(|layer| Layer { source: layer.source.clone(), values: layer.values.as_map().cloned().unwrap_or_default() })
            .collect();
        for source in layers.iter().filter_map(|layer| layer.source.as_ref()) {
            let written = Written::new(self.sources, source, Resolver::Charts);
            let mut found = scalars::traps(&written, Some(&defaults));
            found.extend(repeated::keys(source, self.sources));
            self.take(found.into_iter().map(|error| error.subject(&subject)));
        }
        // What misses the chart's schema is said there.
        let known: HashSet<Origin> = of.rendered.violations.iter().map(|violation| violation.origin).collect();
        let mut found = shapes::changes(self.sources, &defaults, &layers, (Resolver::Charts, &known));
        found.extend(exponents::printed_numbers(self.sources, &of.rendered.values, of.documents));
        found.extend(nulls::differing(&of.rendered.tree, of.values, self.sources));
        self.take(found.into_iter().map(|error| error.subject(&subject)));
    }

    /// What was found.
    pub fn findings(self) -> Errors {
        self.found
    }

    fn take(&mut self, found: impl IntoIterator<Item = Error>) {
        for finding in found {
            if self.said.insert((finding.code().id, finding.place().map(Place::to_string), finding.message().to_owned())) {
                self.found.push(finding);
            }
        }
    }
}

/// A layer's text as it is written.
struct Written<'a> {
    sources: &'a Sources,
    source: &'a SourceFile,
    resolver: Resolver,
    entries: Vec<Entry>,
}

impl<'a> Written<'a> {
    /// Without entries where the text is no YAML: that is said elsewhere.
    fn new(sources: &'a Sources, source: &'a SourceFile, resolver: Resolver) -> Self {
        Self { sources, source, resolver, entries: yaml::outline(source, resolver).unwrap_or_default() }
    }

    fn origin(&self, offset: usize) -> Origin {
        self.source.base.plus(offset)
    }

    /// Where the key of a path stands.
    fn key(&self, path: &[Str]) -> Option<Origin> {
        let entry = self.entries.iter().rev().find(|entry| entry.path == path)?;
        Some(self.origin(entry.key.as_ref().or(entry.value.as_ref())?.offset))
    }
}

/// `a.b[0]`
fn shown(path: &[Str]) -> String {
    let mut shown = String::new();
    for step in path {
        if !shown.is_empty() && !step.starts_with(b"[") {
            shown.push('.');
        }
        shown.push_str(&step.to_text());
    }
    shown
}

/// A value as templates print it.
fn printed(value: &Value) -> String {
    sprint(std::slice::from_ref(value)).to_text().into_owned()
}
