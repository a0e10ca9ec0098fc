//! A repository's `index.yaml`.

use std::collections::HashMap;

use crate::data::yaml::{Duplicates, Reading, Resolver, read_value};
use crate::data::{Sources, Str, Value};
use crate::diag::{Error, Kind, Place, Result, nearest};
use crate::golang::semver::{Constraints, Version};

/// One version of a chart in an index.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) version: String,
    pub(super) url: String,
    pub(super) digest: Option<String>,
}

/// The index of one repository.
#[derive(Debug)]
pub(super) struct Index {
    charts: HashMap<String, Vec<Entry>>,
    /// Whether it may be older than what the repository has now.
    pub(super) from_cache: bool,
}

/// Why a chart was not found: helm's words, and what there is instead.
pub(super) struct Missing {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Index {
    /// Reads an index. Entries without an address or with a version that is none are left out, as helm does.
    ///
    /// # Errors
    /// Broken YAML, or YAML that is no index.
    pub(super) fn read(name: &str, text: Str, from_cache: bool) -> Result<Self> {
        let source = Sources::new().add(name, text);
        let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
        let value = read_value(&source, reading).map_err(|errors| {
            let first = errors.into_iter().next();
            let (message, offset) = first.map_or((String::new(), 0), |error| (error.message, error.offset));
            Error::new(Kind::Fetch, format!("the repository's index is no YAML: {message}")).at(Place::in_text(name, &source.text, offset))
        })?;
        let entries = value.path(["entries"]);
        let Some(entries) = entries.as_ref().and_then(Value::as_map) else {
            return Err(Error::new(Kind::Fetch, "the repository's index has no `entries`").at(Place::file(name)));
        };
        let mut charts = HashMap::new();
        for (chart, versions) in entries.read().iter() {
            let versions = versions.as_list().map(|list| list.iter().filter_map(entry).collect()).unwrap_or_default();
            charts.insert(chart.to_string(), versions);
        }
        Ok(Self { charts, from_cache })
    }

    /// The newest version of a chart that fits; an exact version wins over a range.
    ///
    /// # Errors
    /// helm's words (helm pkg/repo/v1/index.go) and near names or known versions.
    pub(super) fn find(&self, chart: &str, version: Option<&str>) -> Result<&Entry, Missing> {
        let Some(versions) = self.charts.get(chart) else {
            let near = nearest(chart, self.charts.keys().map(String::as_str));
            return Err(Missing { message: "no chart name found".to_owned(), hint: near.map(|near| format!("did you mean {near}?")) });
        };
        let wanted = version.unwrap_or_default();
        let range = Constraints::new(if wanted.is_empty() { "*" } else { wanted }).map_err(|message| Missing { message, hint: None })?;
        if let Some(exact) = versions.iter().find(|entry| !wanted.is_empty() && entry.version == wanted) {
            return Ok(exact);
        }
        let fitting = versions.iter().filter_map(|entry| Some((Version::new(&entry.version).ok()?, entry)));
        fitting.filter(|(version, _)| range.check(version)).max_by(|(a, _), (b, _)| a.compare(b)).map(|(_, entry)| entry).ok_or_else(|| {
            let known: Vec<&str> = versions.iter().take(8).map(|entry| entry.version.as_str()).collect();
            Missing {
                message: format!("no chart version found for {chart}-{wanted}"),
                hint: Some(format!("the repository has {}{}", known.join(", "), if versions.len() > 8 { " …" } else { "" })),
            }
        })
    }
}

fn entry(value: &Value) -> Option<Entry> {
    let url = value.path(["urls"])?.as_list()?.first()?.as_str()?.to_string();
    let digest =
        value.path(["digest"]).and_then(|digest| Some(digest.as_str()?.to_string().trim_start_matches("sha256:").to_ascii_lowercase()));
    let version = value.path(["version"])?.as_str()?.to_string();
    Some(Entry { version, url, digest: digest.filter(|digest| digest.len() == 64) })
}
