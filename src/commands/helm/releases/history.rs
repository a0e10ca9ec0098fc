//! `helm history` (helm pkg/cmd/history.go).

use super::output::{print, rows};
use super::{not_found, reach};
use crate::charts::{RecordForm, check_release_name};
use crate::cli::HelmHistory;
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::helm::Arguments;
use crate::commands::session::Session;
use crate::data::Value;
use crate::data::json::{self, Fields};
use crate::diag::{Error, Kind, Result};
use crate::golang::time::Time;

/// Go's `time.ANSIC`.
const ANSIC: &[u8] = b"Mon Jan _2 15:04:05 2006";

/// Prints the revisions of a release, oldest first.
pub fn history(run: &Run, args: &HelmHistory) -> Result<()> {
    Arguments::Exactly(1).check("history", "history RELEASE_NAME", &args.release)?;
    if args.show_rollback_revision && run.profile.record_form == RecordForm::Plain {
        return Err(Error::new(Kind::Usage, "unknown flag: --show-rollback-revision"));
    }
    let name = args.release.first().map_or("", String::as_str);
    let session = Session::reading(run)?;
    let (connection, namespace) = reach(&session)?;
    let store = session.store(&connection, &namespace);
    if check_release_name(name).is_err() {
        return Err(Error::new(Kind::Usage, format!("release name is invalid: {name}")));
    }
    let mut records = session.wait_for(store.history(name)).map_err(|fault| fault.error(""))?;
    if records.is_empty() {
        return Err(not_found());
    }
    let most = usize::try_from(args.max).unwrap_or_default();
    records.drain(..records.len().saturating_sub(most));
    print(run, args.output, || as_json(run, &records), || as_table(&records, args.show_rollback_revision))
}

fn as_json(run: &Run, records: &[Record]) -> Vec<u8> {
    let with_times = run.profile.record_form == RecordForm::WithTimes;
    let item = |record: &Record| {
        let mut fields = Fields::new();
        fields.value("revision", &Value::int64(record.version));
        match &record.info.last_deployed {
            Some(time) => fields.value("updated", &time.rfc3339().unwrap_or_default().into()),
            None if with_times => {}
            None => fields.value("updated", &"".into()),
        }
        fields.value("status", &record.info.status.word().into());
        fields.value("chart", &record.chart.title().into());
        fields.value("app_version", &record.chart.shown_app_version().into());
        if with_times {
            fields.number("rollback_revision", record.info.rollback_revision);
        }
        fields.value("description", &record.info.description.as_str().into());
        fields.finish()
    };
    json::list(&records.iter().map(item).collect::<Vec<_>>())
}

fn as_table(records: &[Record], with_rollbacks: bool) -> Vec<u8> {
    let mut all = vec![["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"].map(str::to_owned).to_vec()];
    all.extend(records.iter().map(|record| {
        vec![
            record.version.to_string(),
            ansic(record.info.last_deployed.as_ref()),
            record.info.status.word().to_owned(),
            record.chart.title(),
            record.chart.shown_app_version(),
            record.info.description.clone(),
        ]
    }));
    if with_rollbacks {
        let revisions = records.iter().map(|record| record.info.rollback_revision);
        let cells = revisions.map(|revision| if revision > 0 { revision.to_string() } else { String::new() });
        for (row, cell) in all.iter_mut().zip(std::iter::once("ROLLBACK".to_owned()).chain(cells)) {
            row.insert(5, cell);
        }
    }
    rows(&all)
}

/// A time as `date` prints it; Go's zero time where there is none.
pub(super) fn ansic(time: Option<&Time>) -> String {
    let text = time.map_or_else(|| Time::zero().format(ANSIC), |time| time.format(ANSIC));
    String::from_utf8_lossy(&text).into_owned()
}
