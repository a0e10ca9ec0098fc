//! Chart.yaml, requirements.yaml and Chart.lock: decoding and checking (helm pkg/chart/v2/metadata.go).

use super::chart::{Dependency, Lock, Maintainer, Metadata};
use super::decode::{Decoder, fields, read, read_strictly};
use super::profile::{Loader, Profile};
use crate::data::{Map, SourceFile, Str};
use crate::diag::{Error, Kind, Place, Result, nearest};
use crate::golang::{path, semver, strconv};

/// Metadata while it is read: lists may hold nulls until they are checked.
#[derive(Debug, Default)]
pub struct Draft {
    /// All but the lists below.
    pub metadata: Metadata,
    /// `maintainers`
    pub maintainers: Option<Vec<Option<Maintainer>>>,
    /// `dependencies`
    pub dependencies: Option<Vec<Option<Dependency>>>,
}

const FIELDS: [&str; 17] = [
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

/// What Helm 4 looks at first: the apiVersion alone.
///
/// # Errors
/// As for the whole of Chart.yaml, under the name of another struct.
pub(super) fn detect_version(source: &SourceFile) -> Result<String> {
    let failed = |text: String, offset| syntax(source, "cannot load Chart.yaml", &text, offset);
    let value = read(source).map_err(|(text, offset)| failed(text, offset))?;
    let mut decoder = Decoder::new("chartBase");
    let mut version = String::new();
    if let Some(map) = decoder.top(&value, "loader.chartBase") {
        fields(map, &["apiVersion"], |name, value| decoder.field(name, |decoder| decoder.string(value, &mut version)));
    }
    decoder.finish().map_err(|text| failed(text, 0))?;
    Ok(version)
}

impl Draft {
    /// Chart.yaml as it stands, nothing checked (helm pkg/chart/v2/util/chartfile.go).
    ///
    /// # Errors
    /// Text that is no YAML, or that does not fit.
    pub fn read(source: &SourceFile, profile: Profile) -> Result<Draft, String> {
        let mut draft = Draft::default();
        let value = read(source).map_err(|(text, _)| text)?;
        let mut decoder = Decoder::new("Metadata");
        if let Some(map) = decoder.top(&value, profile.metadata_type) {
            draft.decode_map(&mut decoder, map, profile);
        }
        decoder.finish().map(|()| draft)
    }

    /// Decodes a text onto what is there: requirements.yaml overlays Chart.yaml.
    pub(super) fn decode(&mut self, source: &SourceFile, file: &str, profile: Profile) -> Result<()> {
        let failed = |text: String, offset| syntax(source, &format!("cannot load {file}"), &text, offset);
        let value = read(source).map_err(|(text, offset)| failed(text, offset))?;
        let mut decoder = Decoder::new("Metadata");
        if let Some(map) = decoder.top(&value, profile.metadata_type) {
            self.decode_map(&mut decoder, map, profile);
        }
        decoder.finish().map_err(|text| failed(text, 0))
    }

    fn decode_map(&mut self, decoder: &mut Decoder, map: &Map, profile: Profile) {
        let package = profile.metadata_type.split('.').next().unwrap_or_default();
        let metadata = &mut self.metadata;
        fields(map, &FIELDS, |name, value| {
            decoder.field(name, |decoder| match name {
                "name" => decoder.string(value, &mut metadata.name),
                "home" => decoder.string(value, &mut metadata.home),
                "sources" => decoder.strings(value, &mut metadata.sources),
                "version" => decoder.string(value, &mut metadata.version),
                "description" => decoder.string(value, &mut metadata.description),
                "keywords" => decoder.strings(value, &mut metadata.keywords),
                "icon" => decoder.string(value, &mut metadata.icon),
                "apiVersion" => decoder.string(value, &mut metadata.api_version),
                "condition" => decoder.string(value, &mut metadata.condition),
                "tags" => decoder.string(value, &mut metadata.tags),
                "appVersion" => decoder.string(value, &mut metadata.app_version),
                "deprecated" => decoder.bool(value, &mut metadata.deprecated),
                "annotations" => decoder.string_map(value, &mut metadata.annotations),
                "kubeVersion" => decoder.string(value, &mut metadata.kube_version),
                "type" => decoder.string(value, &mut metadata.chart_type),
                "maintainers" => {
                    let go_type = format!("{package}.Maintainer");
                    let names = ("Maintainer", go_type.as_str(), &*format!("[]*{go_type}"));
                    decoder.structs(value, &mut self.maintainers, names, decode_maintainer);
                }
                _ => decode_dependencies(decoder, value, &mut self.dependencies, package),
            });
        });
    }

    /// An apiVersion of `v1` where there was none, as Helm 2 charts have it.
    pub(super) fn assume_version(&mut self) {
        if self.metadata.api_version.is_empty() {
            self.metadata.api_version = "v1".into();
        }
    }

    /// The apiVersion as read so far.
    pub(super) fn api_version(&self) -> &str {
        &self.metadata.api_version
    }

    /// Cleans and checks; the messages start with `validation: `.
    pub(super) fn finish(self, source: Option<&SourceFile>) -> Result<Metadata> {
        let Draft { mut metadata, maintainers, dependencies } = self;
        let check = move || -> Result<Metadata, String> {
            clean(&mut metadata);
            check_names(&metadata)?;
            metadata.maintainers = all_there(maintainers, "maintainers")?;
            for maintainer in metadata.maintainers.iter_mut().flatten() {
                clean_texts([&mut maintainer.name, &mut maintainer.email, &mut maintainer.url]);
            }
            metadata.dependencies = check_dependencies(dependencies)?;
            Ok(metadata)
        };
        check().map_err(|text| {
            let error = Error::new(Kind::Chart, format!("validation: {text}"));
            match source {
                Some(source) => error.at(Place::file(source.name.to_text())),
                None => error,
            }
        })
    }
}

const DEPENDENCY_FIELDS: [&str; 8] = ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
const MAINTAINER_FIELDS: [&str; 3] = ["name", "email", "url"];

/// What a strict reading of Chart.yaml refuses: a key that stands twice, or one that is no field (sigs.k8s.io/yaml
/// `UnmarshalStrict`).
pub fn strict_fault(source: &SourceFile) -> Option<String> {
    let value = match read_strictly(source) {
        Ok(value) => value,
        Err(text) => return Some(text),
    };
    let unknown = unknown_field(value.as_map()?)?;
    Some(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {}", strconv::quote(&unknown)))
}

/// The first key, in the keys' order, that no struct of Chart.yaml has.
fn unknown_field(map: &Map) -> Option<Str> {
    let known = |key: &Str, names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes()));
    for (key, value) in map.read().iter() {
        let below: &[&str] = match () {
            () if !known(key, &FIELDS) => return Some(key.clone()),
            () if key.eq_ignore_ascii_case(b"maintainers") => &MAINTAINER_FIELDS,
            () if key.eq_ignore_ascii_case(b"dependencies") => &DEPENDENCY_FIELDS,
            () => continue,
        };
        for item in value.as_list().into_iter().flat_map(|list| list.iter()).filter_map(|item| item.as_map()) {
            if let Some((key, _)) = item.read().iter().find(|(key, _)| !known(key, below)) {
                return Some(key.clone());
            }
        }
    }
    None
}

fn decode_maintainer(decoder: &mut Decoder, map: &Map, maintainer: &mut Maintainer) {
    fields(map, &MAINTAINER_FIELDS, |name, value| {
        decoder.field(name, |decoder| match name {
            "name" => decoder.string(value, &mut maintainer.name),
            "email" => decoder.string(value, &mut maintainer.email),
            _ => decoder.string(value, &mut maintainer.url),
        });
    });
}

fn decode_dependencies(decoder: &mut Decoder, value: &crate::data::Value, into: &mut Option<Vec<Option<Dependency>>>, package: &str) {
    let go_type = format!("{package}.Dependency");
    let names = ("Dependency", go_type.as_str(), &*format!("[]*{go_type}"));
    decoder.structs(value, into, names, |decoder, map, dependency| {
        fields(map, &DEPENDENCY_FIELDS, |name, value| {
            decoder.field(name, |decoder| match name {
                "name" => decoder.string(value, &mut dependency.name),
                "version" => decoder.string(value, &mut dependency.version),
                "repository" => decoder.string(value, &mut dependency.repository),
                "condition" => decoder.string(value, &mut dependency.condition),
                "tags" => decoder.strings(value, &mut dependency.tags),
                "enabled" => decoder.bool(value, &mut dependency.enabled),
                "import-values" => decoder.values(value, &mut dependency.import_values),
                _ => decoder.string(value, &mut dependency.alias),
            });
        });
    });
}

/// Reads Chart.lock or requirements.lock; `file` is its name in messages.
pub(super) fn decode_lock(source: &SourceFile, file: &str, profile: Profile) -> Result<Lock> {
    let failed = |text: String, offset| syntax(source, &format!("cannot load {file}"), &text, offset);
    let value = read(source).map_err(|(text, offset)| failed(text, offset))?;
    let package = profile.metadata_type.split('.').next().unwrap_or_default();
    let mut lock = Lock::default();
    let mut dependencies = None;
    let mut decoder = Decoder::new("Lock");
    if let Some(map) = decoder.top(&value, &format!("{package}.Lock")) {
        fields(map, &["generated", "digest", "dependencies"], |name, value| {
            decoder.field(name, |decoder| match name {
                "generated" => decoder.string(value, &mut lock.generated),
                "digest" => decoder.string(value, &mut lock.digest),
                _ => decode_dependencies(decoder, value, &mut dependencies, package),
            });
        });
    }
    decoder.finish().map_err(|text| failed(text, 0))?;
    lock.dependencies = dependencies.unwrap_or_default().into_iter().flatten().collect();
    Ok(lock)
}

/// Refuses what no loader of the profile takes.
///
/// # Errors
/// `unsupported chart version`, `invalid chart apiVersion`.
pub(super) fn check_version(version: &str, profile: Profile, source: &SourceFile) -> Result<()> {
    if profile.loader != Loader::DetectsVersion || ["", "v1", "v2"].contains(&version) {
        return Ok(());
    }
    // parity: helm 4 loads v3 charts with another loader, but can't install them.
    let text = if version == "v3" { "invalid chart apiVersion" } else { "unsupported chart version" };
    let error = Error::new(Kind::Chart, text).at(Place::file(source.name.to_text()));
    Err(match nearest(version, ["v1", "v2"]) {
        Some(near) => error.hint(format!("did you mean `apiVersion: {near}`?")),
        None => error,
    })
}

fn syntax(source: &SourceFile, what: &str, text: &str, offset: usize) -> Error {
    Error::new(Kind::Chart, format!("{what}: {text}")).at(Place::in_text(source.name.to_text(), &source.text, offset))
}

/// The list without its `Option`s; a null in it is refused.
fn all_there<T>(list: Option<Vec<Option<T>>>, name: &str) -> Result<Option<Vec<T>>, String> {
    let Some(list) = list else { return Ok(None) };
    let all: Option<Vec<T>> = list.into_iter().collect();
    all.map(Some).ok_or_else(|| format!("{name} must not contain empty or null nodes"))
}

fn clean(metadata: &mut Metadata) {
    clean_texts([
        &mut metadata.name,
        &mut metadata.description,
        &mut metadata.home,
        &mut metadata.icon,
        &mut metadata.condition,
        &mut metadata.tags,
        &mut metadata.app_version,
        &mut metadata.kube_version,
    ]);
    clean_texts(metadata.sources.iter_mut().flatten());
    clean_texts(metadata.keywords.iter_mut().flatten());
}

/// Makes every space a plain one and drops what does not print.
fn clean_texts<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
    for text in texts {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            continue;
        }
        *text = text
            .chars()
            .filter_map(|rune| match rune {
                rune if rune.is_whitespace() => Some(' '),
                rune if strconv::is_print(rune as u32) => Some(rune),
                _ => None,
            })
            .collect();
    }
}

fn check_names(metadata: &Metadata) -> Result<(), String> {
    let quoted = |text: &str| strconv::quote(text.as_bytes());
    if metadata.api_version.is_empty() {
        return Err("chart.metadata.apiVersion is required".into());
    }
    if metadata.name.is_empty() {
        return Err("chart.metadata.name is required".into());
    }
    if metadata.name == "." || metadata.name == ".." {
        return Err(format!("chart.metadata.name {} is not allowed", quoted(&metadata.name)));
    }
    if Str::from(path::base(metadata.name.as_bytes())) != *metadata.name {
        return Err(format!("chart.metadata.name {} is invalid", quoted(&metadata.name)));
    }
    if metadata.version.is_empty() {
        return Err("chart.metadata.version is required".into());
    }
    if semver::Version::new(&metadata.version).is_err() {
        return Err(format!("chart.metadata.version {} is invalid", quoted(&metadata.version)));
    }
    if !["", "application", "library"].contains(&metadata.chart_type.as_str()) {
        return Err("chart.metadata.type must be application or library".into());
    }
    Ok(())
}

fn check_dependencies(dependencies: Option<Vec<Option<Dependency>>>) -> Result<Option<Vec<Dependency>>, String> {
    let Some(dependencies) = dependencies else { return Ok(None) };
    let mut seen = std::collections::BTreeSet::new();
    let mut checked = Vec::with_capacity(dependencies.len());
    for dependency in dependencies {
        let Some(mut dependency) = dependency else {
            return Err("dependencies must not contain empty or null nodes".into());
        };
        clean_texts([&mut dependency.name, &mut dependency.version, &mut dependency.repository, &mut dependency.condition]);
        clean_texts(dependency.tags.iter_mut().flatten());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !dependency.alias.bytes().all(plain) {
            let name = strconv::quote(dependency.name.as_bytes());
            return Err(format!("dependency {name} has disallowed characters in the alias"));
        }
        let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
        if !seen.insert(key.clone()) {
            return Err(format!("more than one dependency with name or alias {}", strconv::quote(key.as_bytes())));
        }
        checked.push(dependency);
    }
    Ok(Some(checked))
}
