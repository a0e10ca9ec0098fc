//! Rules about values.yaml, dependencies and CRDs (helm pkg/chart/v2/lint/rules/{values,dependencies,crds}.go).

use super::document::documents;
use super::{Level, Linter};
use crate::charts::{Chart, coalesce_tables};
use crate::data::yaml::{Documents, read_values};
use crate::data::{Map, Sources, Str, Value};
use crate::host::EntryKind;
use crate::render::check_values;

pub(super) fn values(linter: &mut Linter<'_>) {
    const FILE: &str = "values.yaml";
    if linter.source.kind(FILE).is_none() {
        linter.rule(Level::Info, FILE, Some("file does not exist".to_owned()));
        return;
    }
    let fault = values_fault(linter, FILE).err();
    linter.rule(Level::Error, FILE, fault);
}

fn values_fault(linter: &mut Linter<'_>, file: &str) -> Result<(), String> {
    let request = linter.request;
    let unreadable = |text: String| format!("unable to parse YAML: {text}");
    let text = linter.source.read(file).map_err(|error| unreadable(error.to_string()))?;
    let source = Sources::new().add(file, text);
    let own = read_values(&source, Documents::First).map_err(|error| {
        // parity: here helm reads them into a type of its own.
        unreadable(error.message.replace("map[string]interface {}", request.profile.values_type))
    })?;
    let over = Value::from(request.values.clone()).deep_copy();
    let all = Map::new();
    for under in over.as_map().into_iter().chain([&own]) {
        coalesce_tables(&all, under, request.profile, &mut linter.report.warnings);
    }
    let schema = match linter.source.read("values.schema.json") {
        Ok(schema) if !schema.is_empty() && !request.skip_schema => Str::from(schema),
        _ => return Ok(()),
    };
    check_values(&schema, &all, request.profile, &mut linter.report.warnings)
}

pub(super) fn dependencies(linter: &mut Linter<'_>) {
    let chart = match linter.load() {
        Ok(chart) => chart,
        Err(text) => {
            linter.rule(Level::Error, "", Some(format!("unable to load chart\n\t{text}")));
            return;
        }
    };
    let folder = linter.source.shown();
    let listed: Vec<&str> = chart.metadata.dependencies.iter().flatten().map(|dependency| dependency.name.as_str()).collect();
    let present: Vec<&str> = chart.dependencies.iter().map(|chart| chart.name()).collect();
    let missing = |of: &[&str], from: &[&str]| {
        let names: Vec<&str> = of.iter().copied().filter(|name| !from.contains(name)).collect();
        (!names.is_empty()).then(|| names.join(","))
    };
    let unlisted = missing(&present, &listed).map(|names| format!("chart metadata is missing these dependencies: {names}"));
    linter.rule(Level::Error, &folder, unlisted);
    linter.rule(Level::Error, &folder, repeated(&chart).map(|names| format!("multiple dependencies with name or alias: {names}")));
    let absent = missing(&listed, &present).map(|names| format!("chart directory is missing these dependencies: {names}"));
    linter.rule(Level::Warning, &folder, absent);
}

/// Names or aliases that stand several times.
fn repeated(chart: &Chart) -> Option<String> {
    let mut seen = std::collections::HashSet::new();
    let keys = chart.metadata.dependencies.iter().flatten();
    let keys = keys.map(|dependency| if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias });
    let again: Vec<&str> = keys.filter(|key| !seen.insert(*key)).map(String::as_str).collect();
    (!again.is_empty()).then(|| again.join(","))
}

pub(super) fn crds(linter: &mut Linter<'_>) {
    const FOLDER: &str = "crds/";
    let fault = match linter.source.kind("crds") {
        None => return,
        Some(EntryKind::Folder) => None,
        Some(_) => Some("not a directory".to_owned()),
    };
    if !linter.rule(Level::Error, FOLDER, fault) {
        return;
    }
    let Some(chart) = linter.chart_for(FOLDER) else { return };
    for file in chart.all_crd_files() {
        let path = file.name.to_text();
        for document in documents(&file.data) {
            let document = match document {
                Ok(Some(document)) => document,
                Ok(None) => continue,
                Err(text) => {
                    linter.rule(Level::Error, &path, Some(format!("unable to parse YAML: {text}")));
                    return;
                }
            };
            let foreign = !document.api_version.starts_with("apiextensions.k8s.io");
            linter.rule(Level::Error, &path, foreign.then(|| "apiVersion is not in 'apiextensions.k8s.io'".to_owned()));
            let other = document.kind != "CustomResourceDefinition";
            linter.rule(Level::Error, &path, other.then(|| "object kind is not 'CustomResourceDefinition'".to_owned()));
        }
    }
}
