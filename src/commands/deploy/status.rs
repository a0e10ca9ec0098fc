//! What is on the cluster of the releases of the state: `bkhelm status`, and the columns of `bkhelm list --live`.

use std::collections::BTreeMap;

use super::walk::Walk;
use super::{Session, threads};
use crate::cli::StatusArgs;
use crate::cluster::records::Record;
use crate::commands::helm::status_text;
use crate::commands::path::in_order;
use crate::commands::{Exit, Run};
use crate::diag::{Error, Errors, Kind, Result};
use crate::state::Release;

/// Prints helm's status of each release that is wanted, to the log as helmfile does.
pub fn status(run: &Run, args: &StatusArgs) -> Exit {
    let session = match Session::reading(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let errors = Walk::looking("status").take(&session, |worker, stages| {
        let releases: Vec<&Release> = stages.install.iter().flatten().copied().collect();
        let work = |release: &Release| -> Result<Vec<u8>> {
            let (connection, namespace) = worker.place(release)?;
            let look = session.wait_for(session.engine(&connection).look(&namespace, &release.name))?;
            let record = look.last().ok_or_else(|| Error::new(Kind::NoMatch, "release: not found"))?;
            status_text(&session, &connection, record)
        };
        let mut errors = Errors::new();
        in_order(threads(args.concurrency), &releases, work, |release, text| {
            run.output.info(&format!("Getting status {}", release.name));
            match text {
                Ok(text) => run.output.info(&String::from_utf8_lossy(&text)),
                Err(error) => errors.push(worker.about(release, error)),
            }
        });
        errors
    });
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

/// The last revisions of the releases of namespaces that were looked into.
#[derive(Default)]
pub struct Installed(BTreeMap<(String, String), Vec<Record>>);

impl Installed {
    /// Columns about a release: status, revision, chart and time of its last revision; `-` where it is not there.
    ///
    /// # Errors
    /// As [`Session::connection`], and what the server answers.
    pub fn columns(&mut self, session: &Session<'_>, release: &Release) -> Result<Vec<(&'static str, String)>> {
        let connection = session.connection(&release.kube_context)?;
        let namespace = if release.namespace.is_empty() { &connection.namespace } else { &release.namespace };
        let key = (release.kube_context.clone(), namespace.clone());
        if !self.0.contains_key(&key) {
            let records = session.wait_for(session.engine(&connection).latest(namespace))?;
            self.0.insert(key.clone(), records);
        }
        let record = self.0.get(&key).and_then(|records| records.iter().find(|record| record.name == release.name));
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        Ok(vec![
            ("status", or_dash(record.map(|record| record.info.status.word().to_owned()))),
            ("revision", or_dash(record.map(|record| record.version.to_string()))),
            ("installed_chart", or_dash(record.map(|record| record.chart.title()))),
            ("updated", or_dash(record.and_then(|record| Some(record.info.last_deployed.as_ref()?.to_string())))),
        ])
    }
}
