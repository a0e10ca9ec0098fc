//! Lists of values layers (`environments.NAME.values`, the state's `values`, `--state-values-file`): entries → one map
//! (helmfile pkg/state/envvals_loader.go, storage.go).

use super::environment::{Environment, state_data};
use crate::data::{Kind as Is, Map, SourceFile, Value};
use crate::diag::{Error, Errors, Kind, Severity};
use crate::golang::fmt::sprint;
use crate::values::{Folder, Layer, Lists, Setting, Template, Text, deep_merge, glob, override_merge, read_map, render_file};

/// What to do about a file that is not there.
pub(super) const HANDLERS: [&str; 4] = ["Error", "Warn", "Info", "Debug"];

/// A list of layers to load.
pub(super) struct Layers<'a> {
    pub(super) setting: &'a Setting,
    /// The folder that paths start from.
    pub(super) folder: &'a Folder,
    /// The state file, for messages.
    pub(super) file: &'a str,
    /// `missingFileHandler`
    pub(super) handler: &'a str,
    /// What templates see.
    pub(super) environment: &'a Environment,
    /// `mergeStrategy`: "", `override` or `fallback`.
    pub(super) strategy: &'a str,
}

impl Layers<'_> {
    /// Loads and merges the entries. A repeated key or a faulty file does not hide faults of the others.
    ///
    /// # Errors
    /// Missing, unreadable, faulty files; entries that are neither a path nor a mapping.
    pub(super) fn load(&self, entries: &[Value]) -> Result<Map, Errors> {
        if !matches!(self.strategy, "" | "override" | "fallback") {
            let words = format!(
                "environment {:?}: invalid mergeStrategy {:?} (must be \"override\" or \"fallback\")",
                self.environment.name, self.strategy
            );
            return Err(Error::new(Kind::State, words).into());
        }
        let mut result = Map::new();
        let mut read = Vec::new();
        let mut errors = Errors::new();
        for entry in entries {
            match &entry.kind {
                Is::String(path) => match self.files(entry, &path.to_text()) {
                    Ok(files) => {
                        for file in files {
                            match self.file(&file, &result) {
                                Ok((values, source)) => {
                                    result = self.merge(&result, &values);
                                    read.push(Layer { source: Some(source), values });
                                }
                                Err(faults) => errors.extend(faults),
                            }
                        }
                    }
                    Err(error) => errors.push(error),
                },
                Is::Map(map) => {
                    result = self.merge(&result, map);
                    read.push(Layer { source: None, values: map.clone() });
                }
                _ => {
                    let of = entry.go_type().map_or("<nil>", |of| of.name());
                    let words = format!("unexpected type of value: value={}, type={of}", sprint(std::slice::from_ref(entry)));
                    errors.push(Error::new(Kind::State, words).at(super::record::place(&self.setting.sources, entry, self.file)));
                }
            }
        }
        self.setting.layers.push(read);
        errors.or(result)
    }

    fn merge(&self, result: &Map, layer: &Map) -> Map {
        if self.strategy == "fallback" { deep_merge(layer, result, Lists::Sparse) } else { override_merge(result, layer) }
    }

    fn files(&self, entry: &Value, path: &str) -> Result<Vec<String>, Error> {
        let place = || super::record::place(&self.setting.sources, entry, self.file);
        resolve(self.setting, self.folder, self.handler, "environment values", (path, self.file)).map_err(|error| error.at(place()))
    }

    fn file(&self, shown: &str, before: &Map) -> Result<(Map, SourceFile), Errors> {
        let host = &*self.setting.host;
        let wrap = |words: &str| format!("failed to load environment values file \"{shown}\": {words}");
        if shown.ends_with(".hcl") {
            return Err(Error::new(Kind::Values, wrap("HCL values are not supported")).into());
        }
        let bytes =
            self.folder.read(host, shown).map_err(|error| error.wrap(|words| wrap(&format!("failed to load [{shown}]: {words}"))))?;
        let source = self.setting.sources.add(self.folder.typed(host, shown), bytes);
        let source = if shown.ends_with(".gotmpl") {
            let mut values = self.environment.merged_values();
            if self.strategy == "fallback" {
                values = override_merge(before, &values);
            }
            let data = state_data(self.environment, "", &values);
            let template = Template { source: Some(&source), text: &source.text, folder: &self.folder.of(shown) };
            render_file(self.setting, &template, &data)
                .map_err(|error| error.wrap(|words| wrap(&format!("failed to render [{shown}], because of {words}"))))?
                .source
        } else {
            source
        };
        // helmfile prints the whole file here, passwords and all; the excerpt shows the line
        let values = read_map(self.setting, &Text { source: &source, wrap: &wrap })?;
        Ok((values, source))
    }
}

/// The files that a path or glob names, as shown; none where they are missing and the handler forgives it. `path` is the
/// path and the state file it stands in.
///
/// # Errors
/// `environment values file matching "x.yaml" does not exist in "."`, an unknown handler, a broken pattern.
pub(super) fn resolve(setting: &Setting, folder: &Folder, handler: &str, what: &str, path: (&str, &str)) -> Result<Vec<String>, Error> {
    let (path, file) = path;
    if path.contains("://") || path.contains("::") {
        let words = format!("{what} file \"{path}\" is remote, and remote files are not supported");
        return Err(Error::new(Kind::Fetch, words).hint("copy the file beside the state"));
    }
    let pattern = normalize(folder, path);
    let mut found =
        glob::glob(&*setting.host, folder, &pattern).map_err(|why| Error::new(Kind::State, format!("failed processing {path}: {why}")))?;
    found.sort();
    if !found.is_empty() {
        return Ok(found);
    }
    let skipped = format!("skipping missing {what} file matching \"{path}\"");
    match handler {
        "" | "Error" => {
            let message = format!("{what} file matching \"{path}\" does not exist in \"{}\"", folder.shown);
            let error = Error::new(Kind::File, message);
            Err(match near_file(setting, folder, &pattern) {
                Some(near) => error.hint(format!("did you mean \"{near}\"?")),
                None => error.hint("missingFileHandler: Warn goes on without it"),
            })
        }
        "Warn" => {
            setting.notes.push(Error::new(Kind::File, skipped).severity(Severity::Warning));
            Ok(Vec::new())
        }
        "Info" => {
            setting.notes.push(Error::new(Kind::File, skipped).severity(Severity::Note));
            Ok(Vec::new())
        }
        "Debug" => Ok(Vec::new()),
        other => {
            let words = format!(
                "invalid missing file handler \"{other}\" while processing \"{path}\" in \"{file}\": it must be one of [{}]",
                HANDLERS.join(" ")
            );
            Err(Error::new(Kind::State, words))
        }
    }
}

/// A path from the state's folder (helmfile pkg/state/storage.go `normalizePath`).
pub(super) fn normalize(folder: &Folder, path: &str) -> String {
    // parity: a path that already starts with the folder is left as it is
    if folder.shown != "." && !folder.shown.is_empty() && path.starts_with(&format!("{}/", folder.shown)) {
        return path.to_owned();
    }
    folder.shown(path)
}

fn near_file(setting: &Setting, folder: &Folder, shown: &str) -> Option<String> {
    let parent = crate::values::folder_of(shown);
    let names = folder.list(&*setting.host, &parent).ok()?;
    let near = crate::diag::nearest(crate::values::file_of(shown), names.iter().map(String::as_str))?;
    Some(crate::values::join(&parent, near))
}
