//! `bkhelm helm dependency list` and `build` (helm pkg/action/dependency.go).

use std::path::Path;
use std::sync::Arc;

use super::Arguments;
use crate::charts::{self, Chart, Dependency};
use crate::cli::{DependencyCommand, HelmDependency};
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};
use crate::golang::semver::{Constraints, Version};
use crate::golang::{path, strconv};
use crate::host::EntryKind;
use crate::report::table;

/// Lists a chart's dependencies with what is there of them, or sees that there is nothing to build.
pub fn dependency(run: &Run, args: &HelmDependency) -> Result<()> {
    match &args.command {
        DependencyCommand::List(list) => {
            Arguments::AtMost(1).check("dependency list", "dependency list CHART", &list.charts)?;
            self::list(run, &folder(&list.charts), list.max_col_width)
        }
        DependencyCommand::Build(build) => {
            Arguments::AtMost(1).check("dependency build", "dependency build CHART", &build.charts)?;
            let folder = folder(&build.charts);
            let chart = match run.host().kind(Path::new(&folder)) {
                Some(EntryKind::Folder) => load(run, &folder)?,
                Some(_) => return Err(Error::new(Kind::Chart, "only unpacked charts can be updated")),
                None => return load(run, &folder).map(drop).map_err(|error| error.wrap(|text| format!("could not find {folder}: {text}"))),
            };
            match chart.metadata.dependencies.as_deref().and_then(<[Dependency]>::first) {
                None => Ok(()),
                Some(first) => {
                    Err(Error::new(Kind::Chart, format!("dependencies are not built yet: {} needs {}", chart.name(), first.name))
                        .hint("what lies in charts/ is used as it is: with helmfile, --skip-deps"))
                }
            }
        }
    }
}

fn folder(charts: &[String]) -> String {
    let given = charts.first().map_or(".", String::as_str);
    String::from_utf8_lossy(&path::clean(given.as_bytes())).into_owned()
}

fn load(run: &Run, chart: &str) -> Result<Arc<Chart>> {
    charts::load(run.host(), Path::new(chart), &run.setting.sources, run.profile.for_reading())
}

fn list(run: &Run, folder: &str, widest: usize) -> Result<()> {
    let chart = load(run, folder)?;
    for warning in &chart.warnings {
        run.output.warn(&warning.line);
    }
    let below = joined(folder, "charts");
    let Some(listed) = &chart.metadata.dependencies else {
        return run.write(format!("WARNING: no dependencies at {below}\n").as_bytes());
    };
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec()];
    for entry in listed {
        let status = status(run, &below, entry, &chart).to_owned();
        rows.push(vec![entry.name.clone(), entry.version.clone(), entry.repository.clone(), status]);
    }
    let text = format!("{}\n\n{}", table(&rows, widest), strangers(run, &below, listed));
    run.write(text.as_bytes())
}

/// What is there of a dependency: a package `NAME-….tgz` first, then a chart in charts/.
fn status(run: &Run, below: &str, entry: &Dependency, chart: &Chart) -> &'static str {
    let version = |name: &str| Some(name.strip_prefix(&entry.name)?.strip_prefix('-')?.strip_suffix(".tgz")?.to_owned());
    let names = run.host().list(Path::new(below)).unwrap_or_default();
    let mut packages: Vec<&String> = names.iter().filter(|name| version(name).is_some()).collect();
    if packages.len() > 1 {
        packages.retain(|name| version(name).is_some_and(|version| Version::strict(&version).is_ok()));
        if packages.len() > 1 {
            return "too many matches";
        }
    }
    if let [package] = packages.as_slice() {
        return match load(run, &joined(below, package)) {
            Err(_) => "corrupt",
            Ok(found) if found.name() != entry.name => "misnamed",
            Ok(found) => fits(&found, entry).unwrap_or("ok"),
        };
    }
    let found = chart.dependencies.iter().rfind(|found| found.name() == entry.name);
    found.map_or("missing", |found| fits(found, entry).unwrap_or("unpacked"))
}

/// Why a chart's version does not do for a dependency.
fn fits(found: &Chart, entry: &Dependency) -> Option<&'static str> {
    if found.metadata.version == entry.version {
        return None;
    }
    match (Constraints::new(&entry.version), Version::new(&found.metadata.version)) {
        (Ok(range), Ok(version)) if range.check(&version) => None,
        (Ok(_), Ok(_)) => Some("wrong version"),
        _ => Some("invalid version"),
    }
}

/// What lies in charts/ and is no dependency.
fn strangers(run: &Run, below: &str, listed: &[Dependency]) -> String {
    let mut said = String::new();
    for name in run.host().list(Path::new(below)).unwrap_or_default() {
        let path = joined(below, &name);
        let folder = run.host().kind(Path::new(&path)) == Some(EntryKind::Folder);
        if !folder && !name.ends_with(".tgz") {
            continue;
        }
        let what = match load(run, &path) {
            Err(_) => "is not a chart",
            Ok(chart) if listed.iter().any(|entry| entry.name == chart.name()) => continue,
            Ok(_) => "is not in Chart.yaml",
        };
        said.push_str(&format!("WARNING: {} {what}.\n", strconv::quote(path.as_bytes())));
    }
    said
}

fn joined(folder: &str, name: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), name.as_bytes()])).into_owned()
}
