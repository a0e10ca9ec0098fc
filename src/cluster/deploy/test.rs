//! The tests of a release: hooks of the event `test` (helm pkg/action/release_testing.go).

use std::time::Duration;

use super::Engine;
use super::hooks::Moment;
use crate::cluster::records::Record;
use crate::cluster::{Call, Fault, lease};
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

impl TestOptions {
    /// Whether the test of that name is wanted.
    fn wants(&self, name: &String) -> bool {
        (self.only.is_empty() || self.only.contains(name)) && !self.except.contains(name)
    }
}

/// The log of a container of a test.
#[derive(Debug, Clone)]
pub struct PodLog {
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// What it wrote.
    pub text: String,
}

impl Engine<'_> {
    /// The logs of the wanted tests that are pods, in the order in which they ran, those of init containers first.
    ///
    /// # Errors
    /// Each log by itself: a pod that is gone, a container that has no log.
    pub async fn pod_logs(&self, record: &Record, options: &TestOptions) -> Vec<Result<PodLog>> {
        let mut logs = Vec::new();
        let pods = match self.cluster.resource("v1", "Pod") {
            Ok(pods) => pods,
            Err(error) => return vec![Err(error)],
        };
        let mut tests: Vec<_> = record.hooks.iter().filter(|hook| hook.runs_at("test") && options.wants(&hook.name)).collect();
        tests.sort_by_key(|hook| (hook.weight, &hook.name));
        for test in tests.into_iter().filter(|hook| hook.kind == "Pod") {
            let name = &test.name;
            let pod = match self.cluster.get(&pods, &record.namespace, name).await {
                Ok(Some(pod)) => pod,
                Ok(None) => {
                    logs.push(Err(Error::new(Kind::Apply, format!("unable to get pod {name}: pods {name:?} not found"))));
                    continue;
                }
                Err(fault) => {
                    logs.push(Err(fault.error(&format!("unable to get pod {name}"))));
                    continue;
                }
            };
            let containers =
                ["/spec/initContainers", "/spec/containers"].into_iter().filter_map(|at| pod.pointer(at)?.as_array()).flatten();
            for container in containers.filter_map(|container| container.get("name")?.as_str()) {
                let call = Call::get(format!("{}/log", pods.path(&record.namespace, name))).query("container", container);
                let text = self.cluster.api().text(call).await;
                let failed = |fault: Fault| fault.error(&format!("unable to get logs for pod {name}, container {container}"));
                logs.push(text.map_err(failed).map(|text| PodLog { pod: name.clone(), container: container.to_owned(), text }));
            }
        }
        logs
    }

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
            // parity: hooks that a filter leaves out move to the front of the stored list, those that are no tests, too.
            let (skipped, mut run): (Vec<_>, Vec<_>) = record.hooks.drain(..).partition(|hook| !options.wants(&hook.name));
            record.hooks.append(&mut run);
            let server_side = record.apply_method == "ssa";
            let moment =
                Moment { event: "test", timeout: options.timeout, strategy: self.strategy(), server_side, left: Default::default() };
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
