//! What happens on a cluster, line by line on stderr.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Level, Output};
use crate::cluster::{Event, Listener, ObjectState, Progress as State};

/// Draws events as lines: what is done at info level, every object at debug level, what waits whenever it changes.
pub struct Progress {
    output: Output,
    /// What was last said of each release's waiting.
    waiting: Mutex<HashMap<String, String>>,
}

impl Progress {
    /// To that output.
    pub fn new(output: &Output) -> Self {
        Self { output: *output, waiting: Mutex::default() }
    }
}

impl Listener for Progress {
    fn event(&self, event: Event) {
        match event {
            Event::Step { release, what } => self.output.info(&format!("{release}: {what}")),
            Event::Applied { release, id, outcome } => {
                let line = format!("{release}: {id} {outcome}");
                if outcome == "unchanged" { self.output.debug(&line) } else { self.output.info(&line) }
            }
            Event::Waiting { release, objects } => {
                let line = waiting(&objects);
                let mut said = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if !line.is_empty() && said.get(&release) != Some(&line) {
                    self.output.info(&format!("{release}: {line}"));
                    said.insert(release, line);
                }
            }
            Event::Log { release, source, line } | Event::HookLog { release, source, line } => {
                if self.output.level >= Level::Warn {
                    self.output.log(&format!("{release}: {source} | {line}"));
                }
            }
            Event::Warning { release, message } if release.is_empty() => self.output.warn(&message),
            Event::Warning { release, message } => self.output.warn(&format!("{release}: {message}")),
        }
    }
}

/// The longest list of objects in one line.
const SHOWN: usize = 5;

/// What is not yet as it should be: `waiting for 2 of 7: Deployment/bk/web (Available: 0/1; pulling image …)`.
fn waiting(objects: &[ObjectState]) -> String {
    let late: Vec<&ObjectState> = objects.iter().filter(|state| state.progress != State::Current).collect();
    if late.is_empty() {
        return String::new();
    }
    let one = |state: &&ObjectState| match (state.message.as_str(), state.reason.as_str()) {
        (message, "") => format!("{} ({message})", state.id),
        (message, reason) => format!("{} ({message}; {reason})", state.id),
    };
    let shown: Vec<String> = late.iter().take(SHOWN).map(one).collect();
    let more = late.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("waiting for {} of {}: {}{more}", late.len(), objects.len(), shown.join(", "))
}
