//! helmfile states: `Request → Desired`, the states in the order in which helmfile visits them.
//!
//! Reads state files with their parts, bases, environments, sub-helmfiles and templates, and resolves every release
//! once: as written (records by the tables of `schema`) and as resolved ([`Release`]) are two types. Release values are evaluated later, by
//! [`release_values()`], and only for the releases that the caller picks. Output builders ([`output`]) give helmfile's
//! bytes as data. Nothing is printed, no hook is run and no chart is touched here.

mod build;
mod environment;
mod hooks;
mod layers;
mod load;
mod needs;
pub mod output;
mod part;
mod policy;
mod record;
pub mod release;
mod release_values;
pub mod request;
mod resolve;
mod schema;
mod select;
mod templates;
mod visit;

pub use environment::Environment;
pub use hooks::{Event, HookRun, hook_runs};
pub use release::{Hook, Options, Release, SetValue};
pub use release_values::{ReleaseValues, ValuesLayer, release_values};
pub use request::{Request, StateValue};

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::data::{Map, Sources};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::fetch::Repository;
use crate::values::{Folder, Setting};

/// Everything that was asked for, as far as it could be loaded.
#[derive(Debug, Default)]
pub struct Desired {
    /// The states in the order in which helmfile finishes them: a sub-helmfile before the state that lists it.
    pub states: Vec<State>,
    /// Why loading stopped. The states before it are complete: helmfile has worked on them by then, so commands that
    /// stream print them first.
    pub errors: Errors,
    /// The environments that skipped state files declare: they don't have the one that was asked for.
    pub environments: BTreeSet<String>,
}

impl Desired {
    /// The error helmfile ends with (exit code 3) when no state had a release for the command.
    pub fn no_match(&self, request: &Request) -> Error {
        let words = format!(
            "err: no releases found that matches specified selector({}) and environment({}), in any helmfile",
            request.selectors.join(", "),
            request.environment
        );
        let error = Error::new(Kind::NoMatch, words);
        let names: Vec<&str> = self.environments.iter().map(String::as_str).collect();
        if !names.is_empty() {
            let error = error.hint(format!("environments declared here: {}", names.join(", ")));
            return match crate::diag::nearest(&request.environment, names) {
                Some(near) => error.hint(format!("did you mean -e {near}?")),
                None => error,
            };
        }
        let labels: BTreeSet<String> = self
            .states
            .iter()
            .flat_map(|state| &state.releases)
            .flat_map(|release| &release.labels)
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        match request.selectors.iter().find_map(|selector| crate::diag::nearest(selector, labels.iter().map(String::as_str))) {
            Some(near) => error.hint(format!("did you mean -l {near}?")),
            None => error,
        }
    }
}

/// One state file, with bases and parts merged, for one visit of it.
#[derive(Debug, Clone)]
pub struct State {
    /// Its path as helmfile prints it: relative to [`State::folder`], as a rule.
    pub file: String,
    /// The path of the state file from the folder in which bkhelm was called.
    pub path: String,
    /// The absolute folder that its relative paths start from.
    pub folder: PathBuf,
    /// The environment it was loaded for.
    pub environment: Environment,
    /// `.Values`: defaults, environment, overrides.
    pub values: Map,
    /// The selectors that hold for this visit.
    pub selectors: Vec<String>,
    /// All releases in written order, resolved, with labels and overrides.
    pub releases: Vec<Release>,
    /// `repositories:`
    pub repositories: Vec<Repository>,
    /// `helmDefaults.args`
    pub default_args: Vec<String>,
    /// `helmDefaults.skipDeps` or `skipRefresh`
    pub skip_repositories: bool,
    /// State-level hooks (`prepare`, `cleanup` run once per state).
    pub hooks: Vec<Hook>,
    /// `helmBinary`
    pub helm_binary: String,
    /// All fields, as `build` prints them.
    fields: Map,
    /// The folder that helmfile takes for the state's, as it shows it.
    base: Folder,
    /// helmfile's words for the way here: `in ./helmfile.yaml`.
    label: String,
    /// What places are found in.
    sources: Sources,
}

/// What a command changes, stage by stage.
#[derive(Debug, Clone, Default)]
pub struct Stages<'a> {
    /// Releases that should be there, what is needed first.
    pub install: Vec<Vec<&'a Release>>,
    /// Releases with `installed: false`, what needs others first.
    pub remove: Vec<Vec<&'a Release>>,
}

/// Whether needs come along with what the selectors pick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// `--skip-needs`
    pub skip: bool,
    /// `--include-needs`
    pub include: bool,
    /// `--include-transitive-needs`
    pub transitive: bool,
    /// `--enforce-needs-are-installed`
    pub enforce_installed: bool,
}

impl State {
    /// The releases that `list`, `build` and `show-dag` see: those that selectors and conditions pick where there are
    /// selectors, else all of them.
    ///
    /// # Errors
    /// A malformed selector, a condition that leads nowhere, the same release twice.
    pub fn filtered(&self) -> Result<Vec<&Release>> {
        let releases = match self.selectors.is_empty() {
            true => self.releases.iter().collect(),
            false => select::select(&self.releases, &self.selectors, &self.values, false).map_err(|error| self.worded(error))?,
        };
        self.refuse_duplicates(&releases)?;
        Ok(releases)
    }

    /// The releases that `write-values` writes: selected by selectors and conditions, also those with `installed: false`,
    /// which it skips.
    ///
    /// # Errors
    /// As [`State::filtered`].
    pub fn selected(&self) -> Result<Vec<&Release>> {
        let releases = self.picked().map_err(|error| self.worded(error))?;
        self.refuse_duplicates(&releases)?;
        Ok(releases)
    }

    /// The releases that some run would install: all but those that are not installed, or whose condition does not hold.
    pub fn installable(&self) -> impl Iterator<Item = &Release> {
        self.releases.iter().filter(|release| release.installed && select::condition(release, &self.values).unwrap_or(true))
    }

    fn picked(&self) -> Result<Vec<&Release>> {
        select::select(&self.releases, &self.selectors, &self.values, false)
    }

    /// The releases whose charts `build` and others look at first: helmfile prints what goes wrong there as a Go slice.
    fn prepared(&self) -> Result<Vec<&Release>> {
        self.picked().map_err(|error| self.worded(error.wrap(|words| format!("[{words}]"))))
    }

    /// The releases that `template`, `lint` and `sync` work on: selected by selectors and conditions, in the order of
    /// their needs, without those with `installed: false`. `None` when nothing was selected.
    ///
    /// # Errors
    /// As [`State::filtered`], and needs that are unknown, unselected or in a circle.
    pub fn planned(&self, needs: Needs) -> Result<Option<Vec<&Release>>> {
        let selected = self.prepared()?;
        self.refuse_duplicates(&selected)?;
        if selected.is_empty() {
            return Ok(None);
        }
        let known = self.deduplicated(&selected);
        self.refuse_duplicates(&known)?;
        let worded = |error: Error| self.worded(error);
        let place = |release: &Release| self.place(release);
        let ordered = |only: &[&Release], needs| needs::groups(&known, only, needs, &place).map(|groups| groups.concat()).map_err(worded);
        let wanted: Vec<&Release> = ordered(&selected, needs)?.into_iter().filter(|release| release.installed).collect();
        if wanted.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let again = Needs { include: needs.include || needs.transitive, transitive: false, ..needs };
        let mut planned = ordered(&wanted, again)?;
        if needs.enforce_installed {
            needs::refuse_uninstalled(&wanted, &known).map_err(worded)?;
        }
        planned.retain(|release| release.installed);
        Ok(Some(planned))
    }

    /// The releases that commands which change a cluster work on, in stages: those of one stage don't need each other.
    /// `None` when nothing was selected.
    ///
    /// # Errors
    /// As [`State::planned`].
    pub fn stages(&self, needs: Needs) -> Result<Option<Stages<'_>>> {
        let Some(planned) = self.planned(needs)? else { return Ok(None) };
        let selected = self.picked().map_err(|error| self.worded(error))?;
        let leaving: Vec<&Release> = selected.iter().copied().filter(|release| !release.installed).collect();
        let known = self.deduplicated(&selected);
        let skip = Needs { skip: true, ..Needs::default() };
        let staged = |only: &[&Release]| match only {
            [] => Ok(Vec::new()),
            only => needs::groups(&known, only, skip, &|release| self.place(release)).map_err(|error| self.worded(error)),
        };
        let mut remove = staged(&leaving)?;
        remove.reverse();
        Ok(Some(Stages { install: staged(&planned)?, remove }))
    }

    /// For each of these releases, which of those before it in the list it needs, directly or through others: their places.
    pub fn needed(&self, releases: &[&Release]) -> Vec<Vec<usize>> {
        needs::needed(releases, &self.releases)
    }

    /// All releases, but of those with the same id only a selected one.
    fn deduplicated<'a>(&'a self, selected: &[&'a Release]) -> Vec<&'a Release> {
        let mut count = std::collections::HashMap::new();
        for release in &self.releases {
            *count.entry(release.id()).or_insert(0usize) += 1;
        }
        let chosen: std::collections::HashMap<String, &Release> = selected.iter().map(|release| (release.id(), *release)).collect();
        let mut done = BTreeSet::new();
        let pick = |release: &'a Release| {
            let id = release.id();
            if count.get(&id) == Some(&1) {
                return Some(release);
            }
            chosen.get(&id).filter(|_| done.insert(id.clone())).copied()
        };
        self.releases.iter().filter_map(pick).collect()
    }

    fn refuse_duplicates(&self, releases: &[&Release]) -> Result<()> {
        select::refuse_duplicates(releases, |release| self.place(release)).map_err(|error| self.worded(error))
    }

    fn place(&self, release: &Release) -> Place {
        self.sources.place(release.origin).unwrap_or_else(|| Place::file(&self.path))
    }

    /// An error with helmfile's words for the state it comes from.
    fn worded(&self, error: Error) -> Error {
        error.wrap(|words| format!("{}: {words}", self.label))
    }
}

/// Loads the state file or files and everything they lead to.
pub fn load(request: &Request, setting: &Setting) -> Desired {
    if request.environment.is_empty() {
        return visit::visit(&Request { environment: "default".to_owned(), ..request.clone() }, setting);
    }
    visit::visit(request, setting)
}
