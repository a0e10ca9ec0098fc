//! Hooks that run for commands without a cluster: `prepare` before charts are looked at, `cleanup` after the work, as
//! helmfile runs them (pkg/app/run.go `WithPreparedCharts`).

use super::Run;
use crate::diag::{Errors, Result};
use crate::host::Output;
use crate::state::{Event, HookRun, Release, State, hook_runs};

/// Which hooks a command runs around its work, beside the state's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepare {
    /// `prepare` of every selected release.
    Releases,
    /// None: the command needs no charts.
    Nothing,
}

/// Runs `work` between the state's `prepare` and `cleanup` hooks. When a `prepare` fails, nothing else is done.
pub fn around(run: &Run, state: &State, command: &str, prepare: Prepare, work: impl FnOnce() -> Errors) -> Errors {
    if let Err(error) = before(run, state, command, prepare) {
        return error.into();
    }
    let mut errors = work();
    let first = errors.iter().next().map(ToString::to_string);
    errors.extend(trigger(run, state, None, "cleanup", first.as_deref(), command).err());
    errors
}

fn before(run: &Run, state: &State, command: &str, prepare: Prepare) -> Result<()> {
    trigger(run, state, None, "prepare", None, command)?;
    if prepare == Prepare::Releases {
        for release in state.selected()?.into_iter().filter(|release| release.installed) {
            trigger(run, state, Some(release), "prepare", None, command)?;
        }
    }
    Ok(())
}

/// A release's `cleanup` hooks, once its work is done. A failure is only a warning, as helmfile's.
pub fn cleanup(run: &Run, state: &State, release: &Release, command: &str) {
    if let Err(error) = trigger(run, state, Some(release), "cleanup", None, command) {
        run.output.warn(&format!("warn: {}", error.message()));
    }
}

/// Runs the hooks of an event: a release's, or without one the state's.
pub fn trigger(run: &Run, state: &State, release: Option<&Release>, name: &str, error: Option<&str>, command: &str) -> Result<()> {
    if !run.hooks {
        return Ok(());
    }
    let event = Event { name, error, command };
    for hook in hook_runs(state, release, &event, &run.setting) {
        let hook = hook?;
        run.output.debug(&format!("hook[{}]: triggered by event {name:?}", hook.name));
        let output = run.host().run(&hook.command).map_err(|error| hook.failed(&format!("unexpected error: {}", error.message())))?;
        if hook.show_logs {
            run.output.info(&hook.log(&event, &output.stdout));
        }
        if output.code != 0 {
            return Err(hook.failed(&exit_text(&hook, &output)));
        }
    }
    Ok(())
}

/// What helmfile says of a program that failed (helmfile pkg/helmexec/exit_error.go).
fn exit_text(hook: &HookRun, output: &Output) -> String {
    let Output { code, stdout, stderr } = output;
    let indented = |text: &str| text.trim_end().lines().map(|line| format!("\n  {line}")).collect::<String>();
    let mut text = format!("command {:?} exited with non-zero status:\n\nPATH:\n  {}\n\nARGS:", hook.command.program, hook.command.program);
    let arguments = std::iter::once(&hook.command.program).chain(&hook.command.arguments);
    for (at, argument) in arguments.enumerate() {
        text.push_str(&format!("\n  {at}: {argument} ({} bytes)", argument.len()));
    }
    text.push_str(&format!("\n\nERROR:\n  exit status {code}\n\nEXIT STATUS\n  {code}"));
    for (title, bytes) in [("STDERR", stderr.clone()), ("COMBINED OUTPUT", [stdout.as_slice(), stderr.as_slice()].concat())] {
        if !bytes.is_empty() {
            text.push_str(&format!("\n\n{title}:{}", indented(&String::from_utf8_lossy(&bytes))));
        }
    }
    text
}
