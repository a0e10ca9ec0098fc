//! `values.schema.json`, checked as helm does and in its words (helm pkg/chart/common/util/jsonschema.go).

mod bounds;
mod formats;
mod report;
mod violations;
mod words;

use std::error::Error as StdError;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use boon::{CompileError, Compiler, Format, SchemaIndex, Schemas, UrlLoader, ValidationError};
use serde_json::{Number, Value as Json};

use formats::FORMATS;
use violations::leaves;
pub use violations::{Violation, violations};

use super::chart_file;
use crate::charts::{Chart, File, NodeId, Profile, Tree, Warning};
use crate::data::{Kind as Is, Map, Origin, SourceFile, Str, Value, json};
use crate::diag::{Error, Kind};
use crate::golang::strconv;

/// Where schemas that a schema refers to come from.
pub trait SchemaSource: Send + Sync {
    /// The schema's text. A schema of a deployment or a chart is `file:///NAME`, so what it refers to by a relative path is
    /// `file:///` too; what its own chart holds is not asked for.
    ///
    /// # Errors
    /// Why it can't be had.
    fn load(&self, url: &str) -> Result<Vec<u8>, String>;
}

/// A schema as text.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    /// Its text.
    pub text: &'a Str,
    /// Its path from where relative references start: `values.schema.json`.
    pub name: &'a str,
    /// Files that it may refer to.
    pub beside: &'a [File],
}

impl<'a> Schema<'a> {
    /// A chart's own.
    pub fn of_chart(chart: &'a Chart) -> Option<Self> {
        Some(Self { text: chart.schema.as_ref()?, name: "values.schema.json", beside: &chart.files })
    }
}

/// Reads a schema and everything it refers to.
///
/// # Errors
/// What can't be had or is no schema, in helm's words.
pub fn compile(schema: Schema<'_>, profile: Profile, source: &Arc<dyn SchemaSource>) -> Result<(), String> {
    let mut checking = Checking { profile, source: Some(source.clone()), warnings: &mut Vec::new() };
    checking.compile(schema, &mut Schemas::new()).map(drop)
}

/// What checking needs beside charts and values.
pub(super) struct Checking<'a> {
    pub(super) profile: Profile,
    /// `None`: references to other places are errors.
    pub(super) source: Option<Arc<dyn SchemaSource>>,
    pub(super) warnings: &'a mut Vec<Warning>,
}

impl Checking<'_> {
    /// Checks the values of the chart and all enabled charts below it.
    ///
    /// # Errors
    /// All failures of all charts in one text.
    pub(super) fn check(&mut self, tree: &Tree, values: &Map) -> Result<(), Error> {
        let mut report = String::new();
        self.chart(tree, tree.root(), values, &mut report);
        if report.is_empty() {
            return Ok(());
        }
        let intro = "values don't meet the specifications of the schema(s) in the following chart(s):";
        let error = Error::new(Kind::Schema, format!("{intro}\n{report}"));
        Err(match chart_file(tree.chart(tree.root()), "values.schema.json") {
            Some(place) => error.at(place),
            None => error,
        })
    }

    fn chart(&mut self, tree: &Tree, node: NodeId, values: &Map, report: &mut String) {
        let name = tree.name(node);
        if let Some(schema) = Schema::of_chart(tree.chart(node))
            && let Err(text) = self.single(schema, values)
        {
            let _ = write!(report, "{name}:\n{text}");
        }
        for child in tree.children(node) {
            let name = tree.name(*child);
            match values.get(name).map(|value| value.kind) {
                None | Some(Is::Nil) => {}
                Some(Is::Map(table)) => self.chart(tree, *child, &table, report),
                Some(other) => {
                    let found = Value::from(other).go_type().map_or("<nil>", |found| found.name());
                    let _ = writeln!(report, "{name}:\ninvalid type for values: expected object (map), got {found}");
                }
            }
        }
    }

    /// Checks the values against one schema.
    pub(super) fn single(&mut self, schema: Schema<'_>, values: &Map) -> Result<(), String> {
        let failed = self.validate(schema, &values.clone().into(), &mut |error, schema| format!("{}\n", report::lines(error, schema)))?;
        failed.map_or(Ok(()), Err)
    }

    /// Compiles the schema, checks the value, and gives what `describe` makes of a failure.
    fn validate<T>(
        &mut self,
        schema: Schema<'_>,
        value: &Value,
        describe: &mut dyn FnMut(&ValidationError<'_, '_>, &Json) -> T,
    ) -> Result<Option<T>, String> {
        let mut schemas = Schemas::new();
        let (text, compiled) = self.compile(schema, &mut schemas)?;
        Ok(schemas.validate(&to_json(value, 0), compiled).err().map(|error| describe(&error, &text)))
    }

    fn compile(&mut self, schema: Schema<'_>, schemas: &mut Schemas) -> Result<(Json, SchemaIndex), String> {
        let url = format!("{BESIDE}{}", schema.name);
        let text = read(schema.text)?;
        let mut compiler = Compiler::new();
        let unresolved = Arc::new(Mutex::new(Vec::new()));
        let refers = memchr::memmem::find(schema.text, b"$ref").is_some();
        // parity: helm reads nothing of the chart for its schema; where nothing else is asked either, that is kept.
        let beside = if refers && self.source.is_some() { schema.beside.to_vec() } else { Vec::new() };
        compiler.use_loader(Box::new(Loader { source: self.source.clone(), beside, unresolved: unresolved.clone() }));
        for (name, func) in FORMATS {
            compiler.register_format(Format { name, func });
        }
        compiler.add_resource(&url, text.clone()).map_err(|error| error.to_string())?;
        let compiled = compiler.compile(&url, schemas).map_err(|error| compile_error(&error));
        for urn in unresolved.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let plain = format!("jsonschema.go:192: WARNING: unresolved URN reference ignored; using permissive schema: {urn}");
            let message = "unresolved URN reference ignored; using permissive schema";
            self.warnings.push(Warning::structured(self.profile, "WARN", message, &[("urn", &urn)], plain));
        }
        Ok((text, compiled?))
    }

    /// All violations of the chart and all enabled charts below it, one by one.
    pub(super) fn collect(&mut self, tree: &Tree, values: &Map) -> Vec<Violation> {
        let mut found = Vec::new();
        self.collect_chart(tree, tree.root(), &values.clone().into(), &[], &mut found);
        found
    }

    fn collect_chart(&mut self, tree: &Tree, node: NodeId, values: &Value, path: &[String], found: &mut Vec<Violation>) {
        let chart = tree.chart(node);
        if let Some(schema) = Schema::of_chart(chart) {
            let place = chart_file(chart, "values.schema.json");
            for mut violation in self.violations(schema, values) {
                violation.path.splice(0..0, path.iter().cloned());
                violation.schema = place.clone();
                found.push(violation);
            }
        }
        for child in tree.children(node) {
            let name = tree.name(*child);
            if let Some(below) = values.path([name]).filter(|value| value.as_map().is_some()) {
                self.collect_chart(tree, *child, &below, &[path, &[name.to_owned()]].concat(), found);
            }
        }
    }

    fn violations(&mut self, schema: Schema<'_>, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        let checked = self.validate(schema, value, &mut |error, schema| leaves(error, (value, schema), &mut found));
        if let Err(words) = checked {
            found.push(Violation {
                path: Vec::new(),
                words: format!("the schema can't be used: {words}"),
                origin: Origin::NONE,
                schema: None,
            });
        }
        found
    }
}

/// Reads a schema's text with the words of Go's stream decoder, and refuses what could not be checked.
fn read(schema: &Str) -> Result<Json, String> {
    let document = decode(schema)?;
    bounds::refuse(&document)?;
    Ok(document)
}

fn decode(schema: &Str) -> Result<Json, String> {
    let source = SourceFile { name: Str::default(), base: Default::default(), text: schema.clone() };
    match json::read(&source) {
        Ok(value) => Ok(to_json(&value, 0)),
        Err((text, _)) if text == "unexpected end of JSON input" => {
            Err(if schema.trim_ascii().is_empty() { "EOF".into() } else { "unexpected EOF".into() })
        }
        Err((text, _)) => Err(text),
    }
}

/// Before the names of files that lie in the chart, or in the deployment's folder of schemas.
const BESIDE: &str = "file:///";

struct Loader {
    source: Option<Arc<dyn SchemaSource>>,
    beside: Vec<File>,
    unresolved: Arc<Mutex<Vec<String>>>,
}

impl UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn StdError>> {
        if url.starts_with("urn:") {
            self.unresolved.lock().unwrap_or_else(PoisonError::into_inner).push(url.to_owned());
            return Ok(Json::Bool(true));
        }
        let name = url.strip_prefix(BESIDE);
        if let Some(file) = name.and_then(|name| self.beside.iter().find(|file| *file.name == *name.as_bytes())) {
            return Ok(read(&file.data)?);
        }
        match &self.source {
            Some(source) => Ok(read(&source.load(url)?.into())?),
            None => Err("not fetched: this run stays offline".into()),
        }
    }
}

fn compile_error(error: &CompileError) -> String {
    let quoted = |url: &str| strconv::quote(url.as_bytes());
    match error {
        CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", quoted(url)),
        CompileError::JsonPointerNotFound(url) => format!("json-pointer in {} not found", quoted(url)),
        CompileError::InvalidJsonPointer(url) => format!("invalid json-pointer {}", quoted(url)),
        CompileError::UnsupportedDraft { url } => format!("draft {} is not supported", quoted(url)),
        CompileError::ParseIdError { loc } => format!("error in parsing id at {}", quoted(loc)),
        CompileError::ParseAnchorError { loc } => format!("error in parsing anchor at {}", quoted(loc)),
        CompileError::UnsupportedUrlScheme { url } => format!("no URLLoader registered for {}", quoted(url)),
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in {} not found in schema {}", quoted(reference), quoted(url))
        }
        CompileError::ValidationError { url, src } => {
            let url = quoted(&format!("{}#", url.trim_end_matches('#')));
            let lines = report::lines(src, &Json::Null);
            format!("{url} is not valid against metaschema: jsonschema validation failed with '{}'\n{lines}", src.schema_url)
        }
        other => other.to_string(),
    }
}

/// How deep values may nest in a check.
const MAX_DEPTH: usize = 500;

fn to_json(value: &Value, depth: usize) -> Json {
    if depth > MAX_DEPTH {
        return Json::Null;
    }
    match &value.kind {
        Is::Bool(truth) => Json::Bool(*truth),
        Is::Int(number, _) => Json::from(*number),
        Is::Uint(number, _) => Json::from(*number),
        Is::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Json::from(*number as i64),
        Is::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Is::String(text) | Is::Bytes(text) => Json::String(text.to_text().into_owned()),
        Is::List(list) => Json::Array(list.iter().map(|item| to_json(item, depth + 1)).collect()),
        Is::Map(map) => {
            let entries = map.read();
            Json::Object(entries.iter().map(|(key, item)| (key.to_text().into_owned(), to_json(item, depth + 1))).collect())
        }
        Is::Nil | Is::Complex(..) | Is::Object(_) => Json::Null,
    }
}
