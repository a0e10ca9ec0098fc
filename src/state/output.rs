//! What helmfile prints, as data: list rows, the built state, written values, output paths, the graph of needs.

use super::environment::Sharing;
use super::record::{flag, text};
use super::release_values::Layers;
use super::schema::STATE;
use super::{Needs, Release, ReleaseValues, State, build as yaml_text, needs, select};
use crate::data::yaml::{Duplicates, Reading, Resolver, Style, read_value, write};
use crate::data::{GoKind, Kind as Is, List, Map, SourceFile, Str, Type, Value, json};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::host::EntryKind;
use crate::values::{Record, Setting, Text, override_merge, read_map};

/// One row of `list`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Row {
    pub namespace: String,
    pub name: String,
    pub enabled: bool,
    pub installed: bool,
    /// `key:value,key:value`
    pub labels: String,
    pub chart: String,
    pub version: String,
    /// Columns beside helmfile's, by their names in JSON: the same for all rows.
    pub more: Vec<(&'static str, String)>,
}

/// The rows of one state, in written order. `list` joins those of all states and sorts by namespace, then name.
///
/// # Errors
/// A condition that leads nowhere, a malformed selector.
pub fn rows(state: &State) -> Result<Vec<Row>> {
    let row = |release: &&Release| {
        let labels = release.labels.iter().fold(String::new(), |all, (key, value)| format!("{all},{key}:{value}"));
        Ok(Row {
            namespace: release.namespace.clone(),
            name: release.name.clone(),
            enabled: select::condition(release, &state.values).map_err(|error| state.worded(error))?,
            installed: release.installed,
            labels: labels.trim_matches(',').to_owned(),
            chart: release.chart.clone(),
            version: release.version.clone(),
            more: Vec::new(),
        })
    };
    state.filtered()?.iter().map(row).collect()
}

/// The table that `list` prints, with a final newline. Sorts the rows.
pub fn table(rows: Vec<Row>) -> String {
    const HEAD: [&str; 7] = ["NAME", "NAMESPACE", "ENABLED", "INSTALLED", "LABELS", "CHART", "VERSION"];
    let more = rows.first().map(|row| row.more.iter().map(|(name, _)| name.to_uppercase().replace('_', " "))).into_iter().flatten();
    let mut cells: Vec<Vec<String>> = vec![HEAD.iter().map(|head| (*head).to_owned()).chain(more).collect()];
    for row in sorted(rows) {
        let own = [row.name, row.namespace, row.enabled.to_string(), row.installed.to_string(), row.labels, row.chart, row.version];
        cells.push(own.into_iter().chain(row.more.into_iter().map(|(_, text)| text)).collect());
    }
    let mut widths = vec![0; cells.first().map_or(0, Vec::len)];
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.lines().map(display_width).max().unwrap_or(0).max(*width);
        }
    }
    let mut out = String::new();
    for row in &cells {
        let mut line = String::new();
        for (position, (cell, width)) in row.iter().zip(widths.iter().copied()).enumerate() {
            if position > 0 {
                line.push('\t');
            }
            line.push_str(cell);
            line.push_str(&" ".repeat(width - display_width(cell).min(width)));
        }
        out.push_str(line.trim_end_matches([' ', '\t']));
        out.push('\n');
    }
    out
}

/// Columns on a terminal: wide characters take two.
fn display_width(text: &str) -> usize {
    let wide = |sign: &char| matches!(u32::from(*sign), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD);
    text.chars().map(|sign| if wide(&sign) { 2 } else { 1 }).sum()
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    rows
}

/// What `list --output json` prints, with a final newline. Sorts the rows.
pub fn json(rows: Vec<Row>) -> String {
    let quoted = |text: &str| {
        let bytes = json::write(&Value::string(text), true, "").unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let row = |row: &Row| {
        let more: String = row.more.iter().map(|(name, text)| format!(",\"{name}\":{}", quoted(text))).collect();
        format!(
            r#"{{"name":{},"namespace":{},"enabled":{},"installed":{},"labels":{},"chart":{},"version":{}{more}}}"#,
            quoted(&row.name),
            quoted(&row.namespace),
            row.enabled,
            row.installed,
            quoted(&row.labels),
            quoted(&row.chart),
            quoted(&row.version)
        )
    };
    let rows: Vec<String> = sorted(rows).iter().map(row).collect();
    // parity: helmfile prints a nil slice where there is nothing
    if rows.is_empty() { "null\n".to_owned() } else { format!("[{}]\n", rows.join(",")) }
}

/// What `build` prints for one state: `---`, the source line and the merged state.
///
/// # Errors
/// A value that can't be written as YAML; with `embed_values`, a values file that can't be rendered.
pub fn build(state: &State, embed_values: bool, setting: &Setting) -> Result<Vec<u8>, Errors> {
    let releases = state.filtered()?;
    let prepared: std::collections::HashSet<String> =
        state.prepared()?.into_iter().filter(|release| release.installed && !release.is_patched()).map(Release::id).collect();
    let mut errors = Errors::new();
    let mut records = Vec::new();
    for release in releases {
        let mut record = release.record.clone();
        let path = local_chart(state, release.chart_to_use(), setting);
        if prepared.contains(&release.id()) && path != release.chart {
            record = record.shallow_copy();
            record.insert("chartPath", path);
        }
        if embed_values {
            match embedded(state, release, setting) {
                Ok(values) => {
                    record = record.shallow_copy();
                    record.insert("values", values);
                }
                Err(faults) => errors.extend(faults.into_iter().map(|error| state.worded(error))),
            }
        }
        records.push(Value::from(record));
    }
    let fields = state.fields.shallow_copy();
    fields.insert("filepath", state.file.as_str());
    fields.insert("releases", List::from(records));
    fields.insert("renderedvalues", state.values.clone());
    let source = state.base.real(&state.file);
    let mut out = format!("---\n#  Source: {}\n\n", crate::values::clean(&source.display().to_string())).into_bytes();
    match yaml_text::record(&STATE, &fields) {
        Ok(text) => out.extend(text),
        Err(why) => errors.push(state.worded(Error::new(Kind::State, why)).at(Place::file(state.path.as_str()))),
    }
    errors.or(out)
}

/// A chart's folder as a clean path, where it is one; else the chart as it is.
fn local_chart(state: &State, chart: &str, setting: &Setting) -> String {
    if !is_local_chart(chart) || chart.starts_with('/') {
        return chart.to_owned();
    }
    let shown = state.base.shown(chart);
    if state.base.kind(&*setting.host, &shown) == Some(EntryKind::Folder) { shown } else { chart.to_owned() }
}

/// Whether helmfile takes a chart for a path (pkg/state/util.go `isLocalChart`).
fn is_local_chart(chart: &str) -> bool {
    let steps = chart.split('/').count();
    chart.starts_with("./") || chart.starts_with("../") || (!chart.contains("://") && (chart.starts_with('/') || !matches!(steps, 2 | 3)))
}

/// The values of a release with its files in their place.
fn embedded(state: &State, release: &Release, setting: &Setting) -> Result<List, Errors> {
    let layers = Layers { state, release, setting };
    let mut values = Vec::new();
    let mut errors = Errors::new();
    for entry in &release.values {
        let Some(path) = entry.as_str() else {
            values.push(entry.clone());
            continue;
        };
        let path = path.to_text().into_owned();
        let read = layers.file(entry, &path).map_err(Errors::from).and_then(|shown| {
            let Some(shown) = shown else { return Ok(None) };
            let wrap = |words: &str| format!("failed to render values files \"{path}\": {words}");
            let source = layers.rendered(&shown).map_err(|error| error.wrap(wrap))?;
            read_map(setting, &Text { source: &source, wrap: &|words| words.to_owned() }).map(Some)
        });
        match read {
            Ok(map) => values.extend(map.map(Value::from)),
            Err(faults) => errors.extend(faults),
        }
    }
    errors.or(values.into())
}

/// What `print-env` prints for one state: its file, its environment's name and values, as YAML or, where `json`, as an
/// element of a JSON array (two spaces in, without a comma or line end).
///
/// # Errors
/// A value that can't be written.
pub fn environment(state: &State, json: bool) -> Result<Vec<u8>> {
    let file = crate::values::clean(&state.base.real(&state.file).display().to_string());
    let facts = Map::new();
    facts.insert("filePath", file);
    facts.insert("name", state.environment.name.as_str());
    facts.insert("values", state.values.clone());
    if !state.environment.kube_context.is_empty() {
        facts.insert("kubeContext", state.environment.kube_context.as_str());
    }
    let fail = |why: String| state.worded(Error::new(Kind::State, format!("failed to marshal: {why}")));
    if !json {
        return write(&facts.into(), Style::Helmfile).map_err(fail);
    }
    let text = json::write(&facts.into(), true, "  ").map_err(fail)?;
    let text = String::from_utf8_lossy(&text).replace('\n', "\n  ");
    Ok(format!("  {text}").into_bytes())
}

/// The values of a release in one map, as `write-values` merges them, and the file's bytes. `more` are those of
/// `--values`, over the release's own.
///
/// # Errors
/// A layer that is no mapping.
pub fn written_values(values: &ReleaseValues, more: &[Map]) -> Result<(Map, Vec<u8>)> {
    let reading = Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::LastWins };
    let mut merged = Map::new();
    for layer in &values.layers {
        let name = layer.name.clone().unwrap_or_else(|| "values".to_owned());
        let source = SourceFile { name: Str::from(name.as_str()), base: Default::default(), text: Str::from(layer.text.clone()) };
        let fail = |why: String| Error::new(Kind::Values, format!("unmarshalling yaml {name}: {why}")).at(Place::file(name.as_str()));
        let value =
            read_value(&source, reading).map_err(|faults| fail(faults.first().map_or(String::new(), |fault| fault.message.clone())))?;
        match &value.kind {
            Is::Map(map) => merged = override_merge(&merged, map),
            Is::Nil => {}
            _ => {
                return Err(fail(format!(
                    "yaml: unmarshal errors:\n  line 1: cannot unmarshal {} into map[string]interface {{}}",
                    crate::values::yaml_kind(&value)
                )));
            }
        }
    }
    for map in more {
        merged = override_merge(&merged, map);
    }
    let text = write(&merged.clone().into(), Style::Helmfile).map_err(|why| Error::new(Kind::Values, why))?;
    Ok((merged, text))
}

/// The file that `write-values` writes a release to; `template` empty for helmfile's own. From the caller's folder.
///
/// # Errors
/// A faulty `--output-file-template`.
pub fn values_file(state: &State, release: &Release, template: &str, setting: &Setting) -> Result<String> {
    let template = if template.is_empty() { "{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}/{{ .Release.Name }}.yaml" } else { template };
    let shown = output_path(state, release, "output-file", template, None, setting)?;
    Ok(from_caller(state, &shown, setting))
}

/// The folder that `template --output-dir` writes a release to; `template` empty for helmfile's own. From the caller's
/// folder.
///
/// # Errors
/// A faulty `--output-dir-template`.
pub fn output_folder(state: &State, release: &Release, output_dir: &str, template: &str, setting: &Setting) -> Result<String> {
    let own = "{{ .OutputDir }}/{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}-{{ .Release.Name}}";
    let template = if template.is_empty() { own } else { template };
    let shown = output_path(state, release, "output-dir", template, Some(output_dir), setting)?;
    Ok(from_caller(state, &shown, setting))
}

/// A path from the state's folder as one from the caller's: helmfile works in the state's folder.
fn from_caller(state: &State, shown: &str, setting: &Setting) -> String {
    if state.folder == setting.host.current_folder() { shown.to_owned() } else { state.folder.join(shown).display().to_string() }
}

fn output_path(
    state: &State,
    release: &Release,
    name: &str,
    template: &str,
    output_dir: Option<&str>,
    setting: &Setting,
) -> Result<String> {
    let absolute = crate::values::clean(&state.base.real(&state.file).display().to_string());
    let extension = state.file.rfind('.').filter(|dot| !state.file[*dot..].contains('/'));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, absolute.as_bytes());
    let digest = data_encoding::HEXLOWER.encode(digest.as_ref());
    let facts = Record::new(
        Type::Named("state.state", GoKind::Struct),
        vec![
            ("BaseName", Value::string(&state.file[..extension.unwrap_or(state.file.len())])),
            ("Path", Value::string(state.file.as_str())),
            ("AbsPath", Value::string(absolute.as_str())),
            ("AbsPathSHA1", Value::string(&digest[..8])),
        ],
    );
    let of = match output_dir {
        Some(_) => "struct { OutputDir string; State state.state; Release *state.ReleaseSpec; Environment environment.Environment }",
        None => "struct { State state.state; Release *state.ReleaseSpec; Environment *environment.Environment }",
    };
    let mut fields = vec![
        ("State", Value::object(facts)),
        ("Release", release_object(release)),
        ("Environment", state.environment.data(Sharing::Shared)),
    ];
    if let Some(output_dir) = output_dir {
        fields.insert(0, ("OutputDir", Value::string(output_dir)));
    }
    let data = Value::object(Record::new(Type::Named(of, GoKind::Struct), fields));
    let text = Str::from(template);
    let path = crate::values::render_path(setting, name, &text, &data).map_err(|error| state.worded(error))?;
    Ok(path.to_text().into_owned())
}

/// A release as Go's struct, for output paths: field names with a capital.
pub(super) fn release_object(release: &Release) -> Value {
    let record = &release.record;
    let field = |key: &str| Value::string(text(record, key));
    let labels = release.labels.iter().map(|(key, value)| (Str::from(key.as_str()), Value::string(value.as_str()))).collect();
    Value::object(Record::new(
        Type::Named("*state.ReleaseSpec", GoKind::Ptr),
        vec![
            ("Name", field("name")),
            ("Namespace", field("namespace")),
            ("Chart", field("chart")),
            ("Version", field("version")),
            ("KubeContext", field("kubeContext")),
            ("Labels", Map::typed(Type::StringMap, labels).into()),
            ("Description", field("description")),
            ("KubeVersion", field("kubeVersion")),
            ("Condition", field("condition")),
            ("ForceNamespace", field("forceNamespace")),
            ("InsecureSkipTLSVerify", flag(record, "insecureSkipTLSVerify").into()),
        ],
    ))
}

/// What `show-dag` prints for one state.
///
/// # Errors
/// Unknown or circular needs.
pub fn dag(state: &State) -> Result<String> {
    let releases = state.filtered()?;
    state.prepared()?;
    let needs = Needs { include: true, transitive: true, ..Needs::default() };
    let place = |release: &Release| state.place(release);
    let groups = needs::groups(&releases, &releases, needs, &place).map_err(|error| state.worded(error))?;
    let mut cells = vec![["GROUP".to_owned(), "RELEASE".to_owned(), "DEPENDENCIES".to_owned()]];
    for (number, group) in groups.iter().enumerate() {
        for release in group {
            cells.push([(number + 1).to_string(), release.id(), release.needs.join(", ")]);
        }
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0) + 1;
    let (first, second) = (width(0), width(1));
    let line = |row: &[String; 3]| format!("{:first$}{:second$}{}", row[0], row[1], row[2]).trim_end_matches([' ', '\t']).to_owned() + "\n";
    Ok(cells.iter().map(line).collect())
}
