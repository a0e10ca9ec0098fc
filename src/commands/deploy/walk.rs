//! The way of all commands on a cluster: state by state, with the state's hooks around the work.

use super::banner::announce;
use super::release::Worker;
use crate::commands::Run;
use crate::commands::hooks::{self, Prepare};
use crate::commands::path::{self, Options, Path};
use crate::commands::session::Session;
use crate::diag::{Errors, Result};
use crate::fetch::Repositories;
use crate::state::{Desired, Needs, Stages, State};

/// How a command goes through the states.
pub struct Walk {
    /// The command as hooks see it.
    pub command: &'static str,
    /// Which hooks run before; `None` where not even the state's own do.
    pub prepare: Option<Prepare>,
    /// Which releases come along.
    pub needs: Needs,
    /// How releases are rendered.
    pub rendering: Options,
    /// From the last state to the first.
    pub backwards: bool,
    /// Whether a state that failed ends the run: what comes after it may stand on it.
    pub stops: bool,
}

impl Walk {
    /// A command that renders nothing, runs no hooks, and looks at every state.
    pub fn looking(command: &'static str) -> Self {
        let needs = Needs { skip: true, ..Needs::default() };
        Self { command, prepare: None, needs, rendering: Options::default(), backwards: false, stops: false }
    }

    /// Loads the states and takes each to `work` with its stages. Gives everything that went wrong, also that nothing matched.
    pub fn take(self, session: &Session<'_>, mut work: impl FnMut(&Worker<'_>, &Stages<'_>) -> Errors) -> Errors {
        let run = session.run;
        let desired = run.load();
        run.say_notes();
        if matches!(self.command, "sync" | "apply" | "destroy")
            && let Err(error) = announce(session, &desired, self.needs)
        {
            return error.into();
        }
        let path = Path::new(run, self.rendering);
        let mut errors = Errors::new();
        let mut matched = false;
        let mut states: Vec<&State> = desired.states.iter().collect();
        if self.backwards {
            states.reverse();
        }
        for (at, state) in states.iter().enumerate() {
            let mut one = || match state.stages(self.needs) {
                Ok(None) => Errors::new(),
                Ok(Some(stages)) => {
                    matched = true;
                    match worker(session, &path, state) {
                        Ok(worker) => work(&worker, &stages),
                        Err(error) => error.into(),
                    }
                }
                Err(error) => error.into(),
            };
            errors.extend(match self.prepare {
                Some(prepare) => hooks::around(run, state, self.command, prepare, one),
                None => one(),
            });
            if self.stops && !errors.is_empty() {
                let left = states.len() - at - 1;
                if left > 0 {
                    run.output.warn(&format!("{left} states after {} were not worked on", state.path));
                }
                break;
            }
        }
        finish(run, desired, matched, errors)
    }
}

/// What the releases of a state are worked on with.
pub fn worker<'a>(session: &'a Session<'a>, path: &'a Path<'a>, state: &'a State) -> Result<Worker<'a>> {
    let run = session.run;
    let repositories = Repositories::load(run.host(), state.repositories.clone())?;
    Ok(Worker { run, session, path, state, repositories })
}

fn finish(run: &Run, desired: Desired, matched: bool, mut errors: Errors) -> Errors {
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    errors
}
