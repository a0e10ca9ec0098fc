//! Rules about templates and what they give (helm pkg/chart/v2/lint/rules/template.go).

use std::collections::HashMap;

use super::deprecations::deprecation;
use super::document::{Document, documents, entry, value_of};
use super::names::wrong_name;
use super::{Level, Linter};
use crate::data::Str;
use crate::golang::{path, strconv};
use crate::host::EntryKind;
use crate::render::{self, KubeVersion, LintLog, SchemaCheck, render_for_lint};

const FOLDER: &str = "templates/";

pub(super) fn check(linter: &mut Linter<'_>) {
    let found = linter.source.kind("templates");
    if !linter.rule(Level::Warning, FOLDER, found.is_none().then(|| "directory does not exist".to_owned())) {
        return;
    }
    if !linter.rule(Level::Error, FOLDER, (found != Some(EntryKind::Folder)).then(|| "not a directory".to_owned())) {
        return;
    }
    let Some(chart) = linter.chart_for(FOLDER) else { return };
    let rendered: HashMap<Str, Str> = match rendered(linter, &chart) {
        Ok(None) => return,
        Ok(Some(files)) => files.into_iter().collect(),
        Err(text) => {
            linter.rule(Level::Error, FOLDER, Some(text));
            return;
        }
    };
    for file in &chart.templates {
        let name = file.name.to_text();
        let extension = String::from_utf8_lossy(&path::ext(&file.name)).into_owned();
        let known = [".yaml", ".yml", ".tpl", ".txt"].contains(&extension.as_str());
        let fault = (!known).then(|| format!("file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"));
        linter.rule(Level::Error, &name, fault);
        if ![".yaml", ".yml"].contains(&extension.to_lowercase().as_str()) {
            continue;
        }
        let full = Str::from(path::join(&[chart.name().as_bytes(), &file.name]));
        let content = rendered.get(&full).cloned().unwrap_or_default();
        if !content.to_text().trim().is_empty() && !content_of(linter, &name, &content) {
            return;
        }
    }
}

fn rendered(linter: &mut Linter<'_>, chart: &std::sync::Arc<crate::charts::Chart>) -> Result<Option<Vec<(Str, Str)>>, String> {
    let request = linter.request;
    let log = LintLog::new(request.profile);
    let rendering = render::Request {
        revision: 0,
        kube_version: request.kube_version,
        profile: request.profile,
        schema_check: if request.skip_schema { SchemaCheck::Skip } else { SchemaCheck::Refuse },
        limits: request.limits,
        lint: Some(&log),
        sources: Some(request.sources),
        ..render::Request::new("test-release", request.namespace, request.world)
    };
    let files = render_for_lint(chart, request.values, &rendering, &mut linter.report.warnings);
    linter.report.warnings.extend(log.take());
    files.map_err(|error| error.to_string())
}

/// Checks what one template gave. `false` where it is no YAML: then helm looks no further.
fn content_of(linter: &mut Linter<'_>, name: &str, content: &Str) -> bool {
    linter.rule(Level::Warning, name, indented(content));
    for document in documents(content) {
        let document = match document {
            Ok(Some(document)) => document,
            Ok(None) => continue,
            Err(text) => return linter.rule(Level::Error, name, Some(format!("unable to parse YAML: {text}"))),
        };
        linter.rule(Level::Warning, name, wrong_name(&document));
        let assumed = KubeVersion::assumed(linter.request.profile);
        let deprecated = deprecation(&document, linter.request.kube_version.unwrap_or(&assumed));
        linter.rule(Level::Warning, name, deprecated.filter(|_| !document.api_version.is_empty() && !document.kind.is_empty()));
        linter.rule(Level::Error, name, without_selector(&document, content));
        linter.rule(Level::Error, name, kept_in_list(&document, content));
    }
    true
}

/// A first line that is indented.
fn indented(content: &Str) -> Option<String> {
    let text = content.to_text();
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    first.starts_with([' ', '\t']).then(|| {
        let quoted = strconv::quote(first.as_bytes());
        format!("document starts with an illegal indent: {quoted}, which may cause parsing problems")
    })
}

fn without_selector(document: &Document, content: &Str) -> Option<String> {
    let selects = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].contains(&document.kind.as_str());
    let text = content.to_text();
    (selects && !text.contains("matchLabels") && !text.contains("matchExpressions")).then(|| {
        let name = strconv::quote(document.name.as_bytes());
        format!("a {} must contain matchLabels or matchExpressions, and {name} does not", document.kind)
    })
}

fn kept_in_list(document: &Document, content: &Str) -> Option<String> {
    if document.kind != "List" {
        return None;
    }
    let value = match value_of(content) {
        Ok(value) => value,
        Err(text) => return Some(format!("unable to parse YAML: {text}")),
    };
    let items = entry(value.as_map()?, "items")?;
    let kept = items.as_list()?.iter().any(|item| {
        let annotations = item.as_map().and_then(|item| entry(item, "metadata")?.as_map().and_then(|map| entry(map, "annotations")));
        annotations.is_some_and(|annotations| annotations.as_map().is_some_and(|map| map.contains("helm.sh/resource-policy")))
    });
    kept.then(|| "annotation 'helm.sh/resource-policy' within List objects are ignored".to_owned())
}
