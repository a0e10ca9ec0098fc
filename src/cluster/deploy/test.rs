//! The tests of a release: hooks of the event `test` (helm pkg/action/release_testing.go).

use std::time::Duration;

use super::Engine;
use super::hooks::Moment;
use crate::cluster::lease;
use crate::cluster::records::Record;
use crate::diag::{Error, Kind, Result};

/// Which tests, and for how long.
#[derive(Debug, Clone)]
pub struct TestOptions {
    /// `--timeout`, for each test.
    pub timeout: Duration,
    /// Only tests of these names; all where there is none.
    pub only: Vec<String>,
    /// No tests of these names.
    pub except: Vec<String>,
    /// Whether the objects of tests are removed afterwards.
    pub cleanup: bool,
}

impl Engine<'_> {
    /// Tells the logs of the tests of a record that ran. Logs that can't be read are only told.
    pub async fn test_logs(&self, record: &Record) {
        for hook in record.hooks.iter().filter(|hook| hook.runs_at("test")) {
            self.hook_logs(&record.name, &record.namespace, hook).await;
        }
    }

    /// Runs the tests of the last revision, whatever its status; how they went is kept in the record. Gives the record, and
    /// the first test that failed.
    ///
    /// # Errors
    /// There is no such release; the cluster does not let us.
    pub async fn test(&self, (namespace, name): (&str, &str), options: &TestOptions) -> Result<(Record, Option<Error>)> {
        let work = async {
            let store = self.store(namespace);
            let last = store.last(name).await.map_err(|fault| fault.error(""))?;
            let Some(mut record) = last else { return Err(Error::new(Kind::Apply, "release: not found")) };
            // parity: filtered hooks move to the front of the stored list.
            let wanted = |name: &String| (options.only.is_empty() || options.only.contains(name)) && !options.except.contains(name);
            let (skipped, mut run): (Vec<_>, Vec<_>) = record.hooks.drain(..).partition(|hook| hook.runs_at("test") && !wanted(&hook.name));
            record.hooks.append(&mut run);
            let moment = Moment { event: "test", timeout: options.timeout };
            let failed = self.run_hooks(&store, &mut record, &moment).await.err();
            if options.cleanup {
                self.remove_hooks(&record, &moment).await;
            }
            let ran = std::mem::take(&mut record.hooks);
            record.hooks = skipped.into_iter().chain(ran).collect();
            store.update(&mut record).await.map_err(|fault| fault.error(""))?;
            Ok((record, failed))
        };
        lease::hold(self.cluster, (namespace, name), self.holder, &**self.listener, work).await
    }
}
