//! What is told while a helm command works: on stderr, but for the logs of hooks, which Helm 3 prints on stdout.

use std::sync::Arc;

use super::is_helm4;
use crate::cluster::{Event, Listener};
use crate::commands::Run;
use crate::report::{Output, Progress, stderr_is_terminal};

/// Tells a person what happens, and a script only what helm tells it: logs that hooks ask for. What went wrong is always told.
pub struct Told {
    output: Output,
    progress: Option<Progress>,
    helm3: bool,
}

impl Told {
    /// For that run.
    pub fn new(run: &Run) -> Arc<dyn Listener> {
        let watched = run.debug || stderr_is_terminal();
        Arc::new(Self { output: run.output, progress: watched.then(|| Progress::new(&run.output, run.watched)), helm3: !is_helm4(run) })
    }
}

impl Listener for Told {
    fn event(&self, event: Event) {
        match (event, &self.progress) {
            (Event::HookLog { line, .. }, _) if self.helm3 => {
                let _ = self.output.data(format!("{line}\n").as_bytes()); // a reader that left misses nothing
            }
            (Event::HookLog { line, .. }, _) => self.output.log(&line),
            (event, Some(progress)) => progress.event(event),
            (Event::Warning { message, .. }, None) => self.output.warn(&format!("warning: {message}")),
            (Event::Log { source, line, .. }, None) => self.output.log(&format!("{source} | {line}")),
            (_, None) => {}
        }
    }
}
