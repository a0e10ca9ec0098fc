//! `helm list` (helm pkg/action/list.go, pkg/cmd/list.go).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::output::{Colours, print, rows};
use super::reach;
use super::selector::Selector;
use crate::charts::RecordForm;
use crate::cli::HelmList;
use crate::cluster::records::{Record, Status};
use crate::commands::Run;
use crate::commands::helm::Arguments;
use crate::commands::session::Session;
use crate::data::json::{self, Fields, plain};
use crate::diag::{Error, Kind, Result};
use crate::golang::regexp::{Fault, Regexp};

/// Bytes that a compiled `--filter` may take.
const FILTER_LIMIT: usize = 10 << 20;

/// Lists releases.
pub fn list(run: &Run, args: &HelmList) -> Result<()> {
    Arguments::None.check("list", "list", &args.arguments)?;
    if args.all && run.profile.record_form == RecordForm::WithTimes {
        return Err(Error::new(Kind::Usage, "unknown shorthand flag: 'a' in -a").hint("Helm 4 lists releases of any status by itself"));
    }
    let session = Session::reading(run)?;
    let (connection, namespace) = reach(&session)?;
    let store = session.store(&connection, if args.all_namespaces { "" } else { &namespace });
    let records = session.wait_for(store.list()).map_err(|fault| fault.error(""))?;
    let records = chosen(run, args, records)?;
    if args.short {
        let names: Vec<Vec<u8>> = records.iter().map(|record| plain(&record.name.as_str().into())).collect();
        let lines = || records.iter().map(|record| record.name.clone() + "\n").collect::<String>().into_bytes();
        return print(run, args.output, || json::list(&names), lines);
    }
    let rows_of: Vec<[String; 7]> = records.iter().map(|record| row(record, args)).collect();
    print(run, args.output, || as_json(&rows_of), || as_table(&records, &rows_of, !args.no_headers, Colours::of(run)))
}

/// The releases that were asked for, in their order.
fn chosen(run: &Run, args: &HelmList, records: Vec<Record>) -> Result<Vec<Record>> {
    let usage = |words: String| Error::new(Kind::Usage, words);
    let filter = args.filter.as_deref().filter(|filter| !filter.is_empty());
    let filter = filter.map(|filter| Regexp::new(filter.as_bytes(), FILTER_LIMIT)).transpose();
    let filter = filter.map_err(|(Fault::Syntax(words) | Fault::TooLarge(words))| usage(words))?;
    let selector = Selector::parse(args.selector.as_deref().unwrap_or_default()).map_err(usage)?;
    let wanted = statuses(run, args);
    let mut records: Vec<Record> =
        records.into_iter().filter(|record| filter.as_ref().is_none_or(|filter| filter.is_match(record.name.as_bytes()))).collect();
    let all = records.len();
    // parity: a superseded revision is never the latest, so that helm looks at all of them where only those are wanted.
    if wanted != [Status::Superseded] {
        records = latest(records);
    }
    records.retain(|record| wanted.contains(&record.info.status) && selector.takes(&record.labels));
    sort(&mut records, args);
    let most = usize::try_from(args.max).ok().filter(|max| *max > 0).unwrap_or(all);
    Ok(records.into_iter().skip(args.offset).take(most).collect())
}

fn statuses(run: &Run, args: &HelmList) -> Vec<Status> {
    let pending = [Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback];
    let mut wanted = Vec::new();
    for (asked, statuses) in [
        (args.deployed, &[Status::Deployed][..]),
        (args.uninstalled, &[Status::Uninstalled]),
        (args.uninstalling, &[Status::Uninstalling]),
        (args.pending, &pending),
        (args.failed, &[Status::Failed]),
        (args.superseded, &[Status::Superseded]),
    ] {
        if asked {
            wanted.extend_from_slice(statuses);
        }
    }
    match run.profile.record_form {
        _ if args.all => Status::ALL.to_vec(),
        RecordForm::WithTimes if wanted.is_empty() => Status::ALL.to_vec(),
        RecordForm::Plain if wanted.is_empty() => vec![Status::Deployed, Status::Failed],
        _ => wanted,
    }
}

/// The newest revision of each release.
fn latest(records: Vec<Record>) -> Vec<Record> {
    let mut latest: BTreeMap<(String, String), Record> = BTreeMap::new();
    for record in records {
        match latest.entry((record.namespace.clone(), record.name.clone())) {
            Entry::Occupied(known) if known.get().version > record.version => {}
            Entry::Occupied(mut known) => drop(known.insert(record)),
            Entry::Vacant(place) => drop(place.insert(record)),
        }
    }
    latest.into_values().collect()
}

fn sort(records: &mut [Record], args: &HelmList) {
    let time = |record: &Record| record.info.last_deployed.as_ref().map(|time| time.unix_nanos());
    if args.date {
        records.sort_by_key(time);
    } else {
        records.sort_by(|one, other| one.name.cmp(&other.name));
    }
    if args.reverse {
        records.reverse();
    }
}

/// Name, namespace, revision, time, status, chart, version of the application.
fn row(record: &Record, args: &HelmList) -> [String; 7] {
    let layout = args.time_format.as_deref().filter(|layout| !layout.is_empty());
    let updated = record.info.last_deployed.as_ref().map_or("-".to_owned(), |time| match layout {
        Some(layout) => String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned(),
        None => time.to_string(),
    });
    [
        record.name.clone(),
        record.namespace.clone(),
        record.version.to_string(),
        updated,
        record.info.status.word().to_owned(),
        record.chart.title(),
        record.chart.shown_app_version(),
    ]
}

fn as_json(rows: &[[String; 7]]) -> Vec<u8> {
    const NAMES: [&str; 7] = ["name", "namespace", "revision", "updated", "status", "chart", "app_version"];
    let items: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| {
            let mut fields = Fields::new();
            for (name, text) in NAMES.iter().zip(row) {
                fields.value(name, &text.as_str().into());
            }
            fields.finish()
        })
        .collect();
    json::list(&items)
}

fn as_table(records: &[Record], rows_of: &[[String; 7]], with_head: bool, colours: Colours) -> Vec<u8> {
    let head = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
    let mut all: Vec<Vec<String>> = with_head.then(|| head.map(|text| colours.head(text)).to_vec()).into_iter().collect();
    all.extend(records.iter().zip(rows_of).map(|(record, row)| {
        let mut row = row.clone();
        let [_, namespace, _, _, status, ..] = &mut row;
        *namespace = colours.namespace(namespace);
        *status = colours.status(record.info.status);
        row.to_vec()
    }));
    rows(&all)
}
