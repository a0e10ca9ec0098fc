//! Rules about Chart.yaml (helm pkg/chart/v2/lint/rules/chartfile.go).

use super::addresses::{is_email, is_request_url, is_url};
use super::document::value_of;
use super::{Level, Linter};
use crate::charts::{Draft, strict_fault};
use crate::data::{Kind as Is, Sources};
use crate::golang::semver::{Constraints, Version};
use crate::golang::{path, strconv};
use crate::host::EntryKind;

const FILE: &str = "Chart.yaml";

pub(super) fn check(linter: &mut Linter<'_>) {
    let is_folder = linter.source.kind(FILE) == Some(EntryKind::Folder);
    linter.rule(Level::Error, FILE, is_folder.then(|| "should be a file, not a directory".to_owned()));
    let text = linter.source.read(FILE).map_err(|error| error.to_string());
    let read = text.and_then(|text| {
        let source = Sources::new().add(FILE, text);
        Draft::read(&source, linter.request.profile).map(|draft| (draft, source))
    });
    let (draft, source) = match read {
        Ok(read) => read,
        Err(text) => {
            linter.rule(Level::Error, FILE, Some(format!("unable to parse YAML\n\t{text}")));
            return;
        }
    };
    let strict = strict_fault(&source).map(|text| format!("failed to strictly parse chart metadata file\n\t{text}"));
    linter.rule(Level::Warning, FILE, strict);
    let faults = [
        (Level::Error, name(&draft)),
        (Level::Error, api_version(&draft)),
        (Level::Error, not_text(&source.text, "version")),
        (Level::Error, version(&draft)),
        (Level::Error, not_text(&source.text, "appVersion")),
        (Level::Error, maintainers(&draft)),
        (Level::Error, sources(&draft)),
        (Level::Info, draft.metadata.icon.is_empty().then(|| "icon is recommended".to_owned())),
        (Level::Error, icon(&draft)),
        (Level::Error, chart_type(&draft)),
        (Level::Error, dependencies(&draft)),
        (Level::Warning, strict_version(&draft)),
    ];
    for (level, fault) in faults {
        linter.rule(level, FILE, fault);
    }
}

fn name(draft: &Draft) -> Option<String> {
    let name = draft.metadata.name.as_str();
    if name.is_empty() {
        return Some("name is required".to_owned());
    }
    (path::base(name.as_bytes()) != name.as_bytes()).then(|| format!("chart name {} is invalid", strconv::quote(name.as_bytes())))
}

fn api_version(draft: &Draft) -> Option<String> {
    match draft.metadata.api_version.as_str() {
        "" => Some("apiVersion is required. The value must be either \"v1\" or \"v2\"".to_owned()),
        "v1" | "v2" => None,
        other => Some(format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\"")),
    }
}

/// A field that YAML reads as something else than a text.
fn not_text(text: &[u8], key: &str) -> Option<String> {
    let found = value_of(text).ok()?.as_map()?.get(key)?;
    let go_type = match found.kind {
        Is::String(_) => return None,
        Is::Nil => "<nil>",
        Is::Bool(_) => "bool",
        Is::List(_) => "[]interface {}",
        Is::Map(_) => "map[string]interface {}",
        _ => "float64",
    };
    Some(format!("{key} should be of type string but it's of type {go_type}"))
}

fn version(draft: &Draft) -> Option<String> {
    let text = draft.metadata.version.as_str();
    if text.is_empty() {
        return Some("version is required".to_owned());
    }
    let Ok(version) = Version::new(text) else { return Some(format!("version '{text}' is not a valid SemVer")) };
    let faults = Constraints::new(">0.0.0-0").map_err(|text| vec![text]).and_then(|range| range.validate(&version)).err()?;
    faults.first().map(|fault| format!("version {fault}"))
}

fn strict_version(draft: &Draft) -> Option<String> {
    let text = draft.metadata.version.as_str();
    Version::strict(text).err().map(|_| format!("version '{text}' is not a valid SemVerV2"))
}

fn maintainers(draft: &Draft) -> Option<String> {
    draft.maintainers.iter().flatten().find_map(|maintainer| match maintainer {
        None => Some("a maintainer entry is empty".to_owned()),
        Some(one) if one.name.is_empty() => Some("each maintainer requires a name".to_owned()),
        Some(one) if !one.email.is_empty() && !is_email(&one.email) => {
            Some(format!("invalid email '{}' for maintainer '{}'", one.email, one.name))
        }
        Some(one) if !one.url.is_empty() && !is_url(&one.url) => Some(format!("invalid url '{}' for maintainer '{}'", one.url, one.name)),
        Some(_) => None,
    })
}

fn sources(draft: &Draft) -> Option<String> {
    let wrong = draft.metadata.sources.iter().flatten().find(|source| !is_request_url(source))?;
    Some(format!("invalid source URL '{wrong}'"))
}

fn icon(draft: &Draft) -> Option<String> {
    let icon = draft.metadata.icon.as_str();
    (!icon.is_empty() && !is_request_url(icon)).then(|| format!("invalid icon URL '{icon}'"))
}

fn chart_type(draft: &Draft) -> Option<String> {
    let version = draft.metadata.api_version.as_str();
    (!draft.metadata.chart_type.is_empty() && version != "v2")
        .then(|| format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(draft: &Draft) -> Option<String> {
    let version = draft.metadata.api_version.as_str();
    let some = draft.dependencies.as_ref().is_some_and(|list| !list.is_empty());
    (some && version != "v2")
        .then(|| format!("dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"))
}
