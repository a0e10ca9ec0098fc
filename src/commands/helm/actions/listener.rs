//! What is told while a helm command works: all on stderr, hooks' logs too.

use std::sync::Arc;

use crate::cluster::{Event, Listener};
use crate::commands::Run;
use crate::report::{Output, Progress, stderr_is_terminal};

/// Tells a person what happens, and a script only what helm tells it: logs that hooks ask for. What went wrong is always told.
pub struct Told {
    output: Output,
    progress: Option<Progress>,
}

impl Told {
    /// For that run.
    pub fn of(run: &Run) -> Arc<dyn Listener> {
        let watched = run.debug || stderr_is_terminal();
        Arc::new(Self { output: run.output, progress: watched.then(|| Progress::new(&run.output, run.watched)) })
    }
}

impl Listener for Told {
    fn event(&self, event: Event) {
        match (event, &self.progress) {
            (Event::HookLog { line, .. }, _) => self.output.log(&line),
            (event, Some(progress)) => progress.event(event),
            (Event::Warning { message, .. }, None) => self.output.warn(&format!("warning: {message}")),
            (Event::Log { source, line, .. }, None) => self.output.log(&format!("{source} | {line}")),
            (_, None) => {}
        }
    }
}
