//! `bkhelm helm lint`: helm's report about charts (helm pkg/cmd/lint.go). `bkhelm lint` under the name helmfile prints it too.

use std::path::Path;

use super::Arguments;
use crate::charts::File;
use crate::check::helm_lint::{self, Level};
use crate::cli::HelmLint;
use crate::commands::{Run, user_values};
use crate::data::Map;
use crate::diag::{Error, Kind, Result};
use crate::golang::path;
use crate::host::{EntryKind, Host};
use crate::render::KubeVersion;
use crate::report::Phase;

/// A chart to lint.
#[derive(Debug)]
pub struct Subject {
    /// As it is called.
    pub shown: String,
    /// Where it is.
    pub path: String,
    /// Its files, where it is not on disk.
    pub files: Option<Vec<File>>,
}

/// How charts are linted.
#[derive(Debug, Default)]
pub struct Options<'a> {
    /// `.Release.Namespace`
    pub namespace: &'a str,
    /// `--kube-version`
    pub kube_version: Option<KubeVersion>,
    /// `--skip-schema-validation`
    pub skip_schema: bool,
    /// `--strict`: warnings fail.
    pub strict: bool,
    /// `--quiet`: only charts and messages that matter.
    pub quiet: bool,
}

/// Prints helm's report about the charts.
pub fn lint(run: &Run, args: &HelmLint) -> Result<()> {
    Arguments::AtLeast(1).check("lint", "lint PATH", &args.charts)?;
    let kube_version = args.kube_version.as_deref().filter(|version| !version.is_empty());
    let options = Options {
        namespace: if run.request.namespace.is_empty() { "default" } else { &run.request.namespace },
        kube_version: kube_version.map(|version| KubeVersion::parse(version, run.profile)).transpose()?,
        skip_schema: args.skip_schema_validation,
        strict: args.strict,
        quiet: args.quiet,
    };
    let mut charts = args.charts.clone();
    if args.with_subcharts {
        args.charts.iter().for_each(|chart| below(run.host(), &joined(chart, "charts"), 0, &mut charts));
    }
    let values = run.timings.measure(Phase::Values, None, || user_values::of_flags(run, &args.values))?;
    let subjects: Vec<Subject> = charts.into_iter().map(|chart| Subject { shown: chart.clone(), path: chart, files: None }).collect();
    let (report, done) = report(run, &subjects, &values, &options);
    run.write(report.as_bytes())?;
    done
}

/// helm's report: what it prints, and the error it ends with.
pub fn report(run: &Run, charts: &[Subject], values: &Map, options: &Options<'_>) -> (String, Result<()>) {
    let request = helm_lint::Request {
        values,
        namespace: options.namespace,
        kube_version: options.kube_version.as_ref(),
        skip_schema: options.skip_schema,
        profile: run.profile,
        limits: run.setting.limits,
        sources: &run.setting.sources,
        host: run.host(),
        world: run,
    };
    let limit = if options.strict { Level::Warning } else { Level::Error };
    let mut text = String::new();
    let (mut failed, mut doubtful) = (0, 0);
    for chart in charts {
        let linted = run.timings.measure(Phase::Check, None, || match &chart.files {
            Some(files) => Ok(helm_lint::lint_files(files.clone(), &chart.shown, &request)),
            None => helm_lint::lint(&chart.path, &request),
        });
        let (found, refused) = match linted {
            Ok(found) => (found, None),
            Err(refused) => (helm_lint::Report::default(), Some(refused)),
        };
        found.warnings.iter().for_each(|warning| run.output.warn(&warning.line));
        let matters = refused.is_some() || found.messages.iter().any(|message| message.level > Level::Info);
        doubtful += usize::from(matters);
        failed += usize::from(refused.is_some() || found.messages.iter().any(|message| message.level >= limit));
        if options.quiet && !matters {
            continue;
        }
        text.push_str(&format!("==> Linting {}\n", chart.shown));
        text.extend(refused.map(|refused| format!("Error {refused}\n")));
        for message in found.messages.iter().filter(|message| !options.quiet || message.level > Level::Info) {
            text.push_str(&format!("{message}\n"));
        }
        text.push('\n');
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", charts.len());
    if failed > 0 {
        return (text, Err(Error::new(Kind::Chart, summary)));
    }
    if !options.quiet || doubtful > 0 {
        text.push_str(&summary);
        text.push('\n');
    }
    (text, Ok(()))
}

/// How deep charts are looked for in charts.
const MAX_DEPTH: usize = 100;

/// Charts and packages in a folder and below, in the order of names.
fn below(host: &dyn Host, folder: &str, depth: usize, charts: &mut Vec<String>) {
    let Ok(names) = host.list(Path::new(folder)) else { return };
    for name in names.iter().filter(|_| depth < MAX_DEPTH) {
        let path = joined(folder, name);
        let linked = host.link_target(Path::new(&path)).is_some();
        if name == "Chart.yaml" {
            charts.push(folder.to_owned());
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            charts.push(path);
        } else if !linked && host.kind(Path::new(&path)) == Some(EntryKind::Folder) {
            below(host, &path, depth + 1, charts);
        }
    }
}

fn joined(folder: &str, name: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), name.as_bytes()])).into_owned()
}
