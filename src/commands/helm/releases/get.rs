//! `helm get` (helm pkg/cmd/get_*.go).

use super::find;
use super::output::{Colours, print, yaml};
use super::status::{Shown, computed_values, text};
use crate::charts::RecordForm;
use crate::cli::{GetWhat, HelmGet, HelmGetRelease, HelmGetShaped, HelmGetValues};
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::session::Session;
use crate::data::json::{Fields, plain};
use crate::data::{Map, Value};
use crate::diag::Result;

/// Prints what a release was made from.
pub fn get(run: &Run, args: &HelmGet) -> Result<()> {
    match &args.what {
        GetWhat::All(which) => {
            let record = of(run, "get all", which)?;
            let shown =
                Shown { description: run.profile.record_form == RecordForm::WithTimes, chart: true, debug: true, ..Shown::default() };
            run.write(&text(run, &record, &shown, Colours::of(run))?)
        }
        GetWhat::Hooks(which) => {
            let record = of(run, "get hooks", which)?;
            let hooks = record.hooks.iter().map(|hook| format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest));
            run.write(hooks.collect::<String>().as_bytes())
        }
        GetWhat::Manifest(which) => run.write((of(run, "get manifest", which)?.manifest + "\n").as_bytes()),
        GetWhat::Notes(which) => match of(run, "get notes", which)?.info.notes {
            notes if notes.is_empty() => Ok(()),
            notes => run.write(format!("NOTES:\n{notes}\n").as_bytes()),
        },
        GetWhat::Metadata(args) => metadata(run, args),
        GetWhat::Values(args) => values(run, args),
    }
}

fn of(run: &Run, command: &str, which: &HelmGetRelease) -> Result<Record> {
    find(&Session::reading(run)?, command, &which.release, which.revision).map(|(_, record)| record)
}

fn values(run: &Run, args: &HelmGetValues) -> Result<()> {
    let record = of(run, "get values", &args.shaped.which)?;
    let (head, values) = match args.all {
        true => ("COMPUTED VALUES:\n", computed_values(run, &record)?.into()),
        // parity: a release without values has Go's nil map.
        false => ("USER-SUPPLIED VALUES:\n", user_values(&record.config)),
    };
    let text = yaml(&values)?;
    print(run, args.shaped.output, || plain(&values), || [head.as_bytes(), &text].concat())
}

/// The user's values; null where there are none.
pub(super) fn user_values(config: &Map) -> Value {
    if config.is_empty() { Value::NIL } else { config.clone().into() }
}

fn metadata(run: &Run, args: &HelmGetShaped) -> Result<()> {
    let record = of(run, "get metadata", &args.which)?;
    let form = run.profile.record_form;
    print(run, args.output, || metadata_json(&record, form), || metadata_text(&record, form).into_bytes())
}

/// RFC 3339 without fractions.
fn deployed_at(record: &Record) -> String {
    const ZERO: &str = "0001-01-01T00:00:00Z";
    let text = record.info.last_deployed.as_ref().map(|time| time.format(b"2006-01-02T15:04:05Z07:00"));
    text.map_or(ZERO.to_owned(), |text| String::from_utf8_lossy(&text).into_owned())
}

fn metadata_json(record: &Record, form: RecordForm) -> Vec<u8> {
    let mut fields = Fields::new();
    fields.value("name", &record.name.as_str().into());
    fields.value("chart", &record.chart.name().into());
    fields.value("version", &record.chart.version().into());
    fields.value("appVersion", &record.chart.app_version().into());
    if let Some(annotations) = record.chart.metadata_json("annotations") {
        fields.raw("annotations", &annotations);
    }
    if form == RecordForm::WithTimes && !record.labels.is_empty() {
        let labels: Map = record.labels.iter().map(|(key, text)| (key.as_str(), Value::from(text.as_str()))).collect();
        fields.value("labels", &labels.into());
    }
    if let Some(dependencies) = record.chart.metadata_json("dependencies") {
        fields.raw("dependencies", &dependencies);
    }
    fields.value("namespace", &record.namespace.as_str().into());
    fields.value("revision", &Value::int64(record.version));
    fields.value("status", &record.info.status.word().into());
    fields.value("deployedAt", &deployed_at(record).into());
    if form == RecordForm::WithTimes {
        fields.text("applyMethod", &record.apply_method);
    }
    fields.finish()
}

fn metadata_text(record: &Record, form: RecordForm) -> String {
    let with_times = form == RecordForm::WithTimes;
    let metadata = record.chart.metadata();
    let pairs = |map: &Map| {
        let pair = |(key, value): (&crate::data::Str, &Value)| Some(format!("{key}={}", value.as_str()?));
        map.read().iter().filter_map(pair).collect::<Vec<_>>().join(",")
    };
    let annotations = metadata.get("annotations").and_then(|value| value.as_map().map(pairs)).unwrap_or_default();
    let labels: Vec<String> = record.labels.iter().map(|(key, text)| format!("{key}={text}")).collect();
    let dependencies = metadata.get("dependencies").and_then(|value| value.as_list().map(|list| list.items().to_vec())).unwrap_or_default();
    let name = |item: &Value| item.path(["name"])?.as_str().map(|name| name.to_text().into_owned());
    let mut dependencies: Vec<String> = dependencies.iter().filter_map(name).collect();
    dependencies.sort();
    let apply_method = match record.apply_method.as_str() {
        "" => "client-side apply (defaulted)".to_owned(),
        "csa" => "client-side apply".to_owned(),
        "ssa" => "server-side apply".to_owned(),
        other => format!("unknown ({other:?})"),
    };
    let lines = [
        ("NAME", record.name.clone()),
        ("CHART", record.chart.name()),
        ("VERSION", record.chart.version()),
        ("APP_VERSION", record.chart.app_version()),
        ("ANNOTATIONS", annotations),
        ("LABELS", labels.join(",")),
        ("DEPENDENCIES", dependencies.join(",")),
        ("NAMESPACE", record.namespace.clone()),
        ("REVISION", record.version.to_string()),
        ("STATUS", record.info.status.word().to_owned()),
        ("DEPLOYED_AT", deployed_at(record)),
        ("APPLY_METHOD", apply_method),
    ];
    let known = |(name, _): &&(&str, String)| with_times || !["LABELS", "APPLY_METHOD"].contains(name);
    lines.iter().filter(known).map(|(name, text)| format!("{name}: {text}\n")).collect()
}
