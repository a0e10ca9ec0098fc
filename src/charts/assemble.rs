//! Files → a chart with the charts below it (helm pkg/chart/v2/loader/load.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::archive::{Refused, read_archive};
use super::chart::{Chart, Lock};
use super::metadata::{Draft, decode_lock};
use super::profile::{Profile, ValuesDocuments};
use super::{File, Warning};
use crate::data::yaml::{Documents, read_values};
use crate::data::{Map, SourceFile, Sources};
use crate::diag::{Error, Kind, Place, Result};

/// Charts in charts: a package can hold itself.
const MAX_DEPTH: usize = 50;
/// Bytes that all packages inside a chart may unpack to, together.
const MAX_TOTAL: usize = 1 << 30;

/// What holds for the whole tree.
pub(super) struct Assembly<'a> {
    pub(super) sources: &'a Sources,
    pub(super) profile: Profile,
    pub(super) warnings: Vec<Warning>,
    depth: usize,
    total: usize,
}

/// The parts of one chart as its files are sorted into them.
#[derive(Default)]
struct Parts {
    templates: Vec<File>,
    files: Vec<File>,
    values: Option<Map>,
    values_file: Option<SourceFile>,
    schema: Option<crate::data::Str>,
    lock: Option<Lock>,
    below: BTreeMap<Vec<u8>, Vec<File>>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(sources: &'a Sources, profile: Profile) -> Self {
        Assembly { sources, profile, warnings: Vec::new(), depth: 0, total: 0 }
    }

    /// Makes the chart of these files; `shown` is its path in messages.
    pub(super) fn chart(&mut self, files: Vec<File>, shown: &str) -> Result<Chart> {
        let mut draft = None;
        let mut source = None;
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            let text = self.source(file, shown);
            let draft = draft.get_or_insert_with(Draft::default);
            draft.decode(&text, "Chart.yaml", self.profile)?;
            draft.assume_version();
            source = Some(text);
        }
        let mut parts = Parts::default();
        for file in &files {
            self.sort_in(file, shown, &mut draft, &mut parts)?;
        }
        let Some(draft) = draft else {
            return Err(Error::new(Kind::Chart, "Chart.yaml file is missing").at(Place::file(shown)));
        };
        let metadata = draft.finish(source.as_ref())?;
        let mut dependencies = Vec::new();
        for (name, files) in std::mem::take(&mut parts.below) {
            if name.starts_with(b"_") || name.starts_with(b".") {
                continue;
            }
            let chart = self.below(&name, files, shown, &metadata.name)?;
            dependencies.push(Arc::new(chart));
        }
        Ok(Chart {
            shown: shown.to_owned(),
            metadata,
            templates: parts.templates,
            files: parts.files,
            values: parts.values.unwrap_or_default(),
            values_file: parts.values_file,
            schema: parts.schema,
            lock: parts.lock,
            dependencies,
            raw: files,
            warnings: Vec::new(),
            compiled: Default::default(),
        })
    }

    fn source(&self, file: &File, shown: &str) -> SourceFile {
        self.sources.add(format!("{shown}/{}", file.name), file.data.clone())
    }

    fn sort_in(&mut self, file: &File, shown: &str, draft: &mut Option<Draft>, parts: &mut Parts) -> Result<()> {
        match &*file.name {
            b"Chart.yaml" => {}
            b"Chart.lock" => parts.lock = Some(decode_lock(&self.source(file, shown), "Chart.lock", self.profile)?),
            b"values.yaml" => {
                let source = self.source(file, shown);
                parts.values = Some(self.values(&source)?);
                parts.values_file = Some(source);
            }
            b"values.schema.json" => parts.schema = Some(file.data.clone()),
            b"requirements.yaml" => {
                let draft = draft.get_or_insert_with(Draft::default);
                let message = "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating \
                               dependencies to Chart.yaml.";
                self.warn_of_v1(draft, "load.go:120", message);
                draft.decode(&self.source(file, shown), "requirements.yaml", self.profile)?;
                if draft.api_version() == "v1" {
                    parts.files.push(file.clone());
                }
            }
            b"requirements.lock" => {
                parts.lock = Some(decode_lock(&self.source(file, shown), "requirements.lock", self.profile)?);
                let draft = draft.get_or_insert_with(Draft::default);
                let message = "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating \
                               to Chart.lock.";
                self.warn_of_v1(draft, "load.go:138", message);
                if draft.api_version() == "v1" {
                    parts.files.push(file.clone());
                }
            }
            name if name.starts_with(b"templates/") => parts.templates.push(file.clone()),
            name if name.starts_with(b"charts/") && !name.ends_with(b".prov") => {
                let inside = &name[b"charts/".len()..];
                let first = inside.split(|byte| *byte == b'/').next().unwrap_or_default();
                let below = File { name: inside.into(), data: file.data.clone(), modified: file.modified };
                parts.below.entry(first.to_vec()).or_default().push(below);
            }
            _ => parts.files.push(file.clone()),
        }
        Ok(())
    }

    fn warn_of_v1(&mut self, draft: &Draft, place: &str, message: &str) {
        if draft.api_version() != "v1" {
            self.warnings.push(Warning::logged(self.profile, place, message));
        }
    }

    fn values(&self, source: &SourceFile) -> Result<Map> {
        let documents = match self.profile.values_documents {
            ValuesDocuments::Merged => Documents::All,
            ValuesDocuments::First => Documents::First,
        };
        read_values(source, documents).map_err(|error| {
            Error::new(Kind::Values, format!("cannot load values.yaml: {}", error.message)).at(Place::in_text(
                source.name.to_text(),
                &source.text,
                error.offset,
            ))
        })
    }

    /// The chart of one name under `charts/`.
    fn below(&mut self, name: &[u8], files: Vec<File>, shown: &str, parent: &str) -> Result<Chart> {
        let name_text = String::from_utf8_lossy(name);
        let shown = format!("{shown}/charts/{name_text}");
        let failed = |error: Error| error.wrap(|text| format!("error unpacking subchart {name_text} in {parent}: {text}"));
        if self.depth >= MAX_DEPTH {
            let text = format!("{shown}: charts nest deeper than {MAX_DEPTH} levels");
            return Err(Error::new(Kind::Limit, text).hint("a chart package may contain itself"));
        }
        let files = if name.ends_with(b".tgz") {
            let Some(package) = files.into_iter().next() else { return Err(Error::new(Kind::Chart, "no files in chart archive")) };
            if *package.name != *name {
                let text = format!("error unpacking subchart tar in {parent}: expected {name_text}, got {}", package.name);
                return Err(Error::new(Kind::Chart, text));
            }
            self.unpack(&package, &shown).map_err(failed)?
        } else {
            let inside = |file: File| {
                let slash = file.name.iter().position(|byte| *byte == b'/')?;
                Some(File { name: file.name[slash + 1..].into(), data: file.data, modified: file.modified })
            };
            files.into_iter().filter_map(inside).collect()
        };
        self.depth += 1;
        let chart = self.chart(files, &shown).map_err(failed);
        self.depth -= 1;
        chart
    }

    fn unpack(&mut self, package: &File, shown: &str) -> Result<Vec<File>> {
        let files = read_archive(&package.data, self.profile).map_err(|refused| {
            let text = match refused {
                Refused::Header => "gzip: invalid header".to_owned(),
                Refused::Text(text) => text,
            };
            Error::new(Kind::Chart, text).at(Place::file(shown))
        })?;
        self.total += files.iter().map(|file| file.data.len()).sum::<usize>();
        if self.total > MAX_TOTAL {
            let text = format!("{shown}: the packages in this chart unpack to more than {MAX_TOTAL} bytes");
            return Err(Error::new(Kind::Limit, text));
        }
        Ok(files)
    }
}
