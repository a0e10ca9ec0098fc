//! What all commands of one run share.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::charts::Profile;
use crate::cli::{ClusterFlags, Compat, DuplicateKeys, GlobalFlags, LogLevel};
use crate::data::Sources;
use crate::data::yaml::Duplicates;
use crate::diag::{Error, Errors, Kind, Result, Severity, nearest};
use crate::fetch::Refresh;
use crate::gotmpl::funcs::sprig::KeyMaker;
use crate::gotmpl::{Limit, Limits, Usage, World};
use crate::host::Host;
use crate::report::{Level, Output, Phase, Timings};
use crate::state;
use crate::values::{self, Setting};

/// How a run ends (docs/exit-codes.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Something failed.
    Failed,
    /// Something differs, or was changed, where that was asked for (`--detailed-exitcode`).
    Changed,
    /// Nothing matched, or the command line is wrong.
    NoMatch,
    /// Findings at or above `--fail-on`.
    Findings,
    /// The cluster can't be reached, or refuses us: under bkhelm's own name only.
    Unreachable,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changed => 2,
            Exit::NoMatch => 3,
            Exit::Findings => 4,
            Exit::Unreachable => 5,
        }
    }
}

/// The world and the switches of one run.
pub struct Run {
    /// The program as it was called: its name, or a path to it.
    pub called: String,
    /// The name the program was called by.
    pub program: String,
    /// Files, environment and programs, every text that is read, and what came up on the way.
    pub setting: Setting,
    /// What makes the keys that charts ask for.
    pub keys: Arc<KeyMaker>,
    /// stdout and stderr.
    pub output: Output,
    /// Whether somebody watches stderr: it is a terminal, and not that of a build server (`CI`).
    pub watched: bool,
    /// `--timings`
    pub timings: Timings,
    /// Which helm's bytes.
    pub profile: Profile,
    /// Which cluster.
    pub cluster: ClusterFlags,
    /// `--expect-cluster`: the only cluster that may be worked on.
    #[cfg(feature = "cluster")]
    pub expect_cluster: Option<String>,
    /// `--cluster-facts`: the file that says what charts see of a cluster.
    #[cfg(feature = "cluster")]
    pub cluster_facts: Option<String>,
    /// Whether repository indexes are asked for again.
    pub refresh: Refresh,
    /// Which state, environment and releases.
    pub request: state::Request,
    /// `--allow-no-matching-release`
    pub allow_no_match: bool,
    /// `--debug`
    pub debug: bool,
    /// Whether hooks of states run: not where the files of a past revision are looked at.
    pub hooks: bool,
    /// Lines that were said: each is said once, however many states share what it is about.
    pub said: Mutex<HashSet<String>>,
}

impl Run {
    /// Resolves the flags that every command takes.
    ///
    /// # Errors
    /// A flag that says nothing, and where to say so.
    pub fn new(called: String, flags: &GlobalFlags, host: Arc<dyn Host>, terminal: bool) -> Result<Self, (Output, Error)> {
        let level = match flags.log_level {
            _ if flags.debug => Level::Debug,
            Some(LogLevel::Debug) => Level::Debug,
            Some(LogLevel::Info) => Level::Info,
            Some(LogLevel::Warn) => Level::Warn,
            Some(LogLevel::Error) => Level::Error,
            None if flags.quiet => Level::Warn,
            None => Level::Info,
        };
        let plain = flags.no_color || host.variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let state_values = |arguments: &[String], text| {
            arguments.iter().map(move |argument| state::StateValue { argument: argument.clone(), text }).collect::<Vec<_>>()
        };
        let output = Output { level, colour: flags.color || (terminal && !plain) };
        let keys = {
            let host = host.clone();
            Arc::new(KeyMaker::new(move |buffer| host.random(buffer)))
        };
        let given = |name: &str| host.variable(name).is_some_and(|value| !value.is_empty());
        let watched = terminal && !given("CI") && host.variable("TERM").as_deref() != Some("dumb");
        let mut setting = Setting::new(host, Sources::new());
        set_limits(&mut setting.limits, &flags.limit).map_err(|error| (output, error))?;
        setting.duplicates = match flags.duplicate_keys {
            DuplicateKeys::Refuse => Duplicates::Refuse,
            DuplicateKeys::Warn => Duplicates::LastWins,
        };
        Ok(Self {
            program: called.rsplit('/').next().unwrap_or(&called).to_owned(),
            called,
            setting,
            output,
            keys,
            watched,
            timings: Timings::start(),
            profile: match flags.compat {
                Compat::Helm4 => Profile::HELM4,
                Compat::Helm3 => Profile::HELM3,
            },
            cluster: cluster_flags(flags),
            #[cfg(feature = "cluster")]
            expect_cluster: flags.expect_cluster.clone().filter(|id| !id.is_empty()),
            #[cfg(feature = "cluster")]
            cluster_facts: flags.cluster_facts.clone().filter(|file| !file.is_empty()),
            refresh: if flags.skip_deps { Refresh::Missing } else { Refresh::Declared },
            request: state::Request {
                file: flags.file.clone(),
                environment: flags.environment.clone().unwrap_or_else(|| "default".to_owned()),
                selectors: flags.selector.clone(),
                state_values: [state_values(&flags.state_values_set, false), state_values(&flags.state_values_set_string, true)].concat(),
                state_values_files: flags.state_values_file.clone(),
                namespace: flags.namespace.clone().unwrap_or_default(),
                kube_context: flags.kube_context.clone().unwrap_or_default(),
                chart: flags.chart.clone().unwrap_or_default(),
                helm_binary: flags.helm_binary.clone().unwrap_or_default(),
                ..state::Request::default()
            },
            allow_no_match: flags.allow_no_matching_release,
            debug: flags.debug,
            hooks: true,
            said: Mutex::default(),
        })
    }

    /// From now on what templates read and write is recorded, so that places in what they give lead to layers and templates.
    pub fn recording(&mut self) -> &Self {
        self.setting.trace = Some(values::Trace::default());
        self
    }

    /// Whether the program is to be helmfile: a link of that name.
    pub fn called_helmfile(&self) -> bool {
        self.program == "helmfile" || self.program.starts_with("helmfile-")
    }

    /// The world outside.
    pub fn host(&self) -> &dyn Host {
        &*self.setting.host
    }

    /// Loads the states that were asked for. What came up on the way waits in [`Setting::notes`].
    pub fn load(&self) -> state::Desired {
        let desired = self.timings.measure(Phase::State, None, || state::load(&self.request, &self.setting));
        for state in &desired.states {
            let selectors = state.selectors.join(" or ");
            self.output.debug(&format!(
                "state {} in environment {}: {} releases, selectors [{selectors}]",
                state.path,
                state.environment.name,
                state.releases.len()
            ));
        }
        desired
    }

    /// Whether charts shall see a cluster by a file.
    pub fn has_cluster_facts(&self) -> bool {
        #[cfg(feature = "cluster")]
        return self.cluster_facts.is_some();
        #[cfg(not(feature = "cluster"))]
        false
    }

    /// Prints what came up since the last time.
    pub fn say_notes(&self) {
        for note in self.setting.notes.take() {
            let key = format!("{} {:?}", note.message(), note.place().map(|place| (place.line, place.column)));
            if !self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
                continue;
            }
            match note.level() {
                Severity::Note => self.output.info(note.message()),
                Severity::Warning if note.place().is_none() => self.output.warn(note.message()),
                Severity::Warning if self.output.level >= Level::Warn => self.output.error(&note),
                Severity::Warning => {}
                Severity::Error => self.output.error(&note),
            }
        }
    }

    /// Writes data to stdout. A reader that left is no error: the rest is for nobody.
    ///
    /// # Errors
    /// When stdout can't take it.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        match self.output.data(bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::new(Kind::File, format!("write standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes data to stdout as a command's whole work.
    pub fn print(&self, bytes: &[u8]) -> Exit {
        match self.write(bytes) {
            Ok(()) => Exit::Done,
            Err(error) => self.fail(error.into()),
        }
    }

    /// Prints the errors and says how the run ends.
    pub fn fail(&self, errors: Errors) -> Exit {
        self.say_notes();
        self.output.errors(&errors);
        let nothing = errors.iter().all(|error| error.about().is_none() && matches!(error.kind(), Kind::NoMatch | Kind::Usage));
        let unreachable = errors.iter().any(|error| error.kind() == Kind::Cluster);
        match () {
            () if nothing && !errors.is_empty() => Exit::NoMatch,
            () if unreachable && !self.called_helmfile() => Exit::Unreachable,
            () => Exit::Failed,
        }
    }
}

/// Which cluster, by the flags that every command takes.
fn cluster_flags(flags: &GlobalFlags) -> ClusterFlags {
    ClusterFlags {
        kube_context: flags.kube_context.clone(),
        #[cfg(feature = "cluster")]
        kubeconfig: flags.kubeconfig.clone(),
        ..ClusterFlags::default()
    }
}

/// Sets limits from `steps=100M`, `time=2m`.
///
/// # Errors
/// A name that is none, with the nearest that is one; a value that is none.
pub fn set_limits(limits: &mut Limits, settings: &[String]) -> Result<()> {
    for setting in settings.iter().filter(|setting| !setting.is_empty()) {
        let refused = |what: String| Error::new(Kind::Usage, format!("--limit {setting}: {what}"));
        let names = || Limit::ALL.iter().map(|limit| limit.name());
        let (name, value) = setting.split_once('=').ok_or_else(|| refused("expected NAME=VALUE".to_owned()))?;
        let Some(limit) = Limit::ALL.into_iter().find(|limit| limit.name() == name) else {
            let known = names().collect::<Vec<_>>().join(", ");
            let error = refused(format!("no limit has the name {name:?}; there are {known}"));
            return Err(match nearest(name, names()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            });
        };
        limits.set(limit, value).map_err(refused)?;
    }
    Ok(())
}

/// The part of the world that templates see.
impl World for Run {
    fn now(&self) -> i128 {
        self.host().now()
    }
    fn random(&self, buffer: &mut [u8]) {
        self.host().random(buffer);
    }
    fn key_maker(&self) -> Option<&KeyMaker> {
        Some(&self.keys)
    }
    fn zone(&self) -> String {
        self.host().zone()
    }
    fn variable(&self, name: &str) -> Option<String> {
        self.host().variable(name)
    }
    fn usage(&self) -> Usage {
        values::usage(self.host())
    }
}
