//! Hooks of an event, with their templates rendered: state, release → programs to run (helmfile pkg/event/bus.go).
//! Nothing runs here; the caller runs one hook before it asks for the text of the next one's failure.

use super::State;
use super::environment::Sharing;
use super::output::release_object;
use super::record::text;
use super::release::{Hook, Release};
use crate::data::{GoKind, Map, Str, Type, Value};
use crate::diag::{Error, Kind, Place, Result};
use crate::host::Command;
use crate::values::{Record, Setting, render_inline};

/// What is happening.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// `prepare`, `presync`, `preapply`, `preuninstall`, `postuninstall`, `postsync`, `cleanup`
    pub name: &'a str,
    /// What went wrong, for `postsync` and `cleanup`.
    pub error: Option<&'a str>,
    /// The command that is running: `template`.
    pub command: &'a str,
}

/// A hook whose turn has come.
#[derive(Debug, Clone)]
pub struct HookRun {
    /// Its name, or its command.
    pub name: String,
    /// The program, with the state's folder to run it in.
    pub command: Command,
    /// Whether what it prints is shown.
    pub show_logs: bool,
    /// Where it is written.
    pub place: Option<Place>,
    label: String,
    bracketed: bool,
}

impl HookRun {
    /// What it printed, as helmfile logs it under `showlogs`.
    pub fn log(&self, event: &Event<'_>, output: &[u8]) -> String {
        let prefix = format!("\nhook[{}] logs | ", event.name);
        format!("{prefix}{}", String::from_utf8_lossy(output).replace('\n', &prefix))
    }

    /// The error when it could not be run or failed, from the words of that.
    pub fn failed(&self, words: &str) -> Error {
        let message = format!("hook[{}]: command `{}` failed: {words}", self.name, self.command.program);
        self.worded(Error::new(Kind::Exec, message))
    }

    fn worded(&self, error: Error) -> Error {
        // parity: hooks of releases fail while charts are prepared, and helmfile prints those errors as a Go slice
        let error =
            error.wrap(|words| if self.bracketed { format!("{}: [{words}]", self.label) } else { format!("{}: {words}", self.label) });
        match &self.place {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }
}

/// The hooks of an event in order: the release's, or without one the state's own.
pub fn hook_runs<'a>(
    state: &'a State,
    release: Option<&'a Release>,
    event: &'a Event<'a>,
    setting: &'a Setting,
) -> impl Iterator<Item = Result<HookRun>> + 'a {
    let hooks = release.map_or(&state.hooks, |release| &release.hooks);
    hooks
        .iter()
        .filter(move |hook| hook.events.iter().any(|name| name == event.name))
        .map(move |hook| one(state, release, event, hook, setting))
}

fn one(state: &State, release: Option<&Release>, event: &Event<'_>, hook: &Hook, setting: &Setting) -> Result<HookRun> {
    let name = match (hook.name.as_str(), &hook.kubectl) {
        ("", Some(_)) => "kubectlApply".to_owned(),
        ("", None) => hook.command.clone(),
        (name, _) => name.to_owned(),
    };
    let mut run = HookRun {
        name,
        command: Command { folder: state.base.real(&state.base.shown), ..Command::default() },
        show_logs: hook.show_logs,
        place: setting.sources.place(hook.origin),
        label: state.label.clone(),
        bracketed: release.is_some() && event.name == "prepare",
    };
    let (program, arguments) = words(&run, hook)?;
    let data = data(state, release, event);
    let render = |text: &str| {
        let rendered = render_inline(setting, &state.base, &Str::from(text), &data);
        rendered.map(|text| text.to_text().into_owned()).map_err(|error| {
            let error = error.wrap(|words| format!("hook[{}]: {words}", run.name));
            run.worded(error)
        })
    };
    let program = render(&program)?;
    let arguments = arguments.iter().map(|argument| render(argument)).collect::<Result<Vec<_>>>()?;
    run.command.program = program;
    run.command.arguments = arguments;
    Ok(run)
}

fn words(run: &HookRun, hook: &Hook) -> Result<(String, Vec<String>)> {
    let Some(kubectl) = &hook.kubectl else { return Ok((hook.command.clone(), hook.args.clone())) };
    let fail = |words: &str| Err(run.worded(Error::new(Kind::State, format!("hook[{}]: {words}", run.name))));
    let apply = |flag: &str, file: &String| Ok(("kubectl".to_owned(), vec!["apply".to_owned(), flag.to_owned(), file.clone()]));
    match (kubectl.get("filename"), kubectl.get("kustomize")) {
        (Some(_), Some(_)) => fail("kustomize & filename cannot be used together"),
        (Some(file), None) => apply("-f", file),
        (None, Some(folder)) => apply("-k", folder),
        (None, None) => fail("either kustomize or filename must be given"),
    }
}

fn data(state: &State, release: Option<&Release>, event: &Event<'_>) -> Value {
    let facts = vec![("Name", Value::string(event.name)), ("Error", event.error.map_or(Value::NIL, Value::string))];
    let data: Map = [
        ("Environment", state.environment.data(Sharing::Copied)),
        ("Namespace", Value::string(text(&state.fields, "namespace"))),
        ("Event", Value::object(Record::new(Type::Named("event.event", GoKind::Struct), facts))),
        ("HelmfileCommand", Value::string(event.command)),
    ]
    .into_iter()
    .collect();
    if let Some(release) = release {
        data.insert("Values", Sharing::Copied.give(&state.values));
        data.insert("Release", release_object(release));
    }
    data.into()
}
