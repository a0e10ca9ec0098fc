//! How a wait ended that did not end well, in helm's words.

use std::fmt;

use super::Strategy;
use super::rules::Goal;
use crate::cluster::{Fault, ObjectState, Progress};
use crate::plan::Id;

/// The last lines of a container's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    /// Whose pod it is: one of the objects that were waited for.
    pub id: Id,
    /// `pod/container`
    pub source: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// What was waited for did not come.
#[derive(Debug, Clone)]
pub struct NotReady {
    /// All objects, also those that are as they should be, in the order in which they were given.
    pub objects: Vec<ObjectState>,
    /// Logs of containers that are the reason, or are part of it.
    pub logs: Vec<LogTail>,
    /// Whether time ran out.
    pub timed_out: bool,
    /// The answer of the server that ended the wait.
    pub fault: Option<Box<Fault>>,
    /// What older helm says of the object that ended the wait.
    pub(super) words: Vec<String>,
    pub(super) strategy: Strategy,
    pub(super) goal: Goal,
}

impl NotReady {
    /// The objects that are not as they should be.
    pub fn late(&self) -> impl Iterator<Item = &ObjectState> {
        self.objects.iter().filter(|state| match self.goal {
            Goal::Gone => !matches!(state.progress, Progress::NotFound | Progress::Unknown),
            Goal::Ready | Goal::Done => state.progress != Progress::Current,
        })
    }

    /// As helm 3 words the error of a hook: the list that Go's multierror prints.
    pub fn helm3_hook_text(&self) -> String {
        let words = self.to_string();
        let lines: Vec<&str> = words.lines().collect();
        let noun = if lines.len() == 1 { "error" } else { "errors" };
        let list: String = lines.iter().map(|line| format!("\n\t* {line}")).collect();
        format!("{} {noun} occurred:{list}\n\n", lines.len())
    }
}

impl fmt::Display for NotReady {
    /// Helm's text (helm pkg/kube/statuswait.go, wait.go): a line an object, then whether time ran out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = &self.fault {
            return fault.fmt(f);
        }
        let mut lines = self.words.clone();
        if self.strategy == Strategy::Watcher {
            let wrong = if self.goal == Goal::Gone { "still exists" } else { "not ready" };
            lines.extend(self.late().map(|ObjectState { id, progress, message, .. }| {
                let (kind, namespace, name, word) = (&id.kind, &id.namespace, &id.name, progress.word());
                format!("resource {kind}/{namespace}/{name} {wrong}. status: {word}, message: {message}")
            }));
        }
        if self.timed_out {
            // client-go's words differ from those of a context: watches of hooks end with them.
            let hook = self.strategy == Strategy::Legacy && self.goal == Goal::Done;
            lines.push(if hook { "timed out waiting for the condition" } else { "context deadline exceeded" }.to_owned());
        }
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for NotReady {}
