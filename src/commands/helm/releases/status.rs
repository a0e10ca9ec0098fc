//! `helm status`, and the text that `status`, `get all`, `install` and `upgrade` print (helm pkg/cmd/status.go).

use super::find;
use super::get::user_values;
use super::history::ansic;
use super::output::{Colours, print, yaml};
use super::resources::Resources;
use crate::charts::{Chart, Metadata, RecordForm, Tree, coalesce_values};
use crate::cli::{HelmStatus, OutputShape};
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::session::{Connection, Session};
use crate::data::Map;
use crate::diag::{Error, Kind, Result};

/// Prints the status of a release.
pub fn status(run: &Run, args: &HelmStatus) -> Result<()> {
    let helm4 = run.profile.record_form == RecordForm::WithTimes;
    if args.show_resources && helm4 {
        return Err(Error::new(Kind::Usage, "unknown flag: --show-resources").hint("Helm 4 shows them by itself"));
    }
    let session = Session::reading(run)?;
    let (connection, record) = find(&session, "status", &args.release, args.revision)?;
    let mut shown = shown(run, args.show_desc);
    if args.show_resources || helm4 {
        let tables = args.output == OutputShape::Table;
        let resources = session.wait_for(Resources::of(&connection.cluster, &record, tables))?;
        shown.resources = resources.text();
        if let Some(value) = resources.value() {
            record.info.more.insert("resources", value);
        }
    }
    let text = text(run, &record, &shown, Colours::of(run))?;
    print(run, args.output, || record.to_json_without_chart(run.profile), || text)
}

/// What `helm status` prints of a release, as text.
///
/// # Errors
/// As the command itself.
pub fn status_text(session: &Session<'_>, connection: &Connection, record: &Record) -> Result<Vec<u8>> {
    let run = session.run;
    let mut shown = shown(run, false);
    if run.profile.record_form == RecordForm::WithTimes {
        shown.resources = session.wait_for(Resources::of(&connection.cluster, record, true))?.text();
    }
    text(run, record, &shown, Colours::of(run))
}

fn shown(run: &Run, description: bool) -> Shown {
    Shown { description: run.profile.record_form == RecordForm::WithTimes || description, debug: run.debug, ..Shown::default() }
}

/// How much of a release is printed.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Its description.
    pub description: bool,
    /// Its chart's name and versions (`get all`).
    pub chart: bool,
    /// Values, hooks and manifest (`get all`, `--debug`).
    pub debug: bool,
    /// The tables of its objects; empty for none.
    pub resources: String,
}

/// A release for people.
///
/// # Errors
/// Values that can't be written.
pub fn text(run: &Run, record: &Record, shown: &Shown, colours: Colours) -> Result<Vec<u8>> {
    let mut out = format!("NAME: {}\n", record.name);
    if let Some(time) = &record.info.last_deployed {
        out += &format!("LAST DEPLOYED: {}\n", ansic(Some(time)));
    }
    out += &format!("NAMESPACE: {}\n", colours.namespace(&record.namespace));
    out += &format!("STATUS: {}\nREVISION: {}\n", colours.status(record.info.status), record.version);
    if shown.chart {
        let chart = &record.chart;
        out += &format!("CHART: {}\nVERSION: {}\nAPP_VERSION: {}\n", chart.name(), chart.version(), chart.app_version());
    }
    if shown.description {
        out += &format!("DESCRIPTION: {}\n", record.info.description);
    }
    if !shown.resources.is_empty() {
        out += &format!("RESOURCES:\n{}\n", shown.resources);
    }
    out += &tests(record);
    if shown.debug {
        let (user, computed) = (yaml(&user_values(&record.config))?, yaml(&computed_values(run, record)?.into())?);
        out += &format!("USER-SUPPLIED VALUES:\n{}\n", String::from_utf8_lossy(&user));
        out += &format!("COMPUTED VALUES:\n{}\n", String::from_utf8_lossy(&computed));
    }
    if shown.debug || record.info.description.eq_ignore_ascii_case("Dry run complete") {
        out += "HOOKS:\n";
        for hook in &record.hooks {
            out += &format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
        out += &format!("MANIFEST:\n{}\n", record.manifest);
    }
    if !record.info.notes.is_empty() {
        out += &format!("NOTES:\n{}\n", record.info.notes.trim());
    }
    Ok(out.into_bytes())
}

/// The last run of each test.
fn tests(record: &Record) -> String {
    let mut tests = record.hooks.iter().filter(|hook| hook.runs_at("test")).peekable();
    if tests.peek().is_none() {
        return "TEST SUITE: None\n".to_owned();
    }
    let ran = tests.filter(|hook| hook.last_run.started_at.is_some());
    ran.map(|hook| {
        let run = &hook.last_run;
        let (started, completed) = (ansic(run.started_at.as_ref()), ansic(run.completed_at.as_ref()));
        format!(
            "TEST SUITE:     {}\nLast Started:   {started}\nLast Completed: {completed}\nPhase:          {}\n",
            hook.name,
            run.phase.word()
        )
    })
    .collect()
}

/// The chart's values with the user's over them, as far as the record has the chart's.
///
/// # Errors
/// As `coalesce_values`.
pub fn computed_values(run: &Run, record: &Record) -> Result<Map> {
    let metadata = Metadata { name: record.chart.name(), ..Metadata::default() };
    let tree = Tree::new(&Chart::with_values(metadata, record.chart.values()));
    let mut warnings = Vec::new();
    let values = coalesce_values(&tree, tree.root(), &record.config, run.profile, &mut warnings);
    for warning in warnings {
        run.output.warn(&warning.line);
    }
    values
}
