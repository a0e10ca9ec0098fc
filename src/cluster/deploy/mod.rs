//! One release on the cluster: `what was rendered + what the records say → objects, hooks, a new revision`.
//!
//! Installing, upgrading, rolling back and uninstalling take one way: under the release's lease, read the records and what
//! is there, let [`crate::plan::release`] say the steps, write the record of the new revision, run hooks, take the steps,
//! wait, and close the record. Whatever ends a run — an error, Ctrl-C, a killed process — the next one starts from the
//! same questions and goes on from what it finds: every step may be taken twice.

mod bundle;
mod drift;
mod hooks;
mod install;
mod merge;
mod objects;
mod outcome;
mod planned;
mod rehearse;
mod rollback;
mod steps;
mod test;
mod uninstall;
mod work;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::events::{Event, Listener};
use super::lease::Holder;
use super::objects::{Cluster, Propagation};
use super::records::{Driver, Record, Store, StoredChart, StoredHook};
use super::wait::Strategy;
use crate::charts::{Loader, Profile};
use crate::data::Map;
use crate::diag::{Error, Kind, Result};
use crate::golang::time::{Time, Zone};
use crate::plan::Object;
use crate::plan::file::ReleasePlan;
use crate::plan::ownership::Policy;

pub use drift::Drift;
pub use install::Deployed;
pub use objects::Located;
pub use outcome::{Look, Past};
pub use test::{PodLog, TestOptions};
pub use uninstall::{UninstallOptions, Uninstalled};

/// What a release was rendered to.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The release's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision that it was rendered for.
    pub revision: i64,
    /// The chart as records keep it.
    pub chart: StoredChart,
    /// The user's values.
    pub config: Map,
    /// The manifest as records keep it.
    pub manifest: String,
    /// The objects of the manifest, in its order.
    pub objects: Vec<Object>,
    /// Hooks.
    pub hooks: Vec<StoredHook>,
    /// The objects of `crds/`.
    pub crds: Vec<Object>,
    /// NOTES.txt, rendered.
    pub notes: String,
}

/// What to do where a release is there already, or is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Install or upgrade, whichever it takes (`upgrade --install`; helmfile).
    #[default]
    Either,
    /// Only install (`install`); with `replace` also over one that failed or was uninstalled.
    Install {
        /// `--replace`
        replace: bool,
    },
    /// Only upgrade.
    Upgrade,
}

/// What to do about the CRDs of `crds/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Crds {
    /// Make those that are missing, at the first install; never touch one that is there.
    #[default]
    Create,
    /// Apply them at every install and upgrade.
    Upgrade,
    /// Leave them out.
    Skip,
}

/// Which way of applying.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ServerSide {
    /// That of the last revision; server-side for a new release.
    #[default]
    Auto,
    /// Server-side apply.
    On,
    /// Client-side three-way merge, as Helm 3.
    Off,
}

/// How a release is installed or upgraded.
#[derive(Debug, Clone)]
pub struct Options {
    /// What to do where it is there already, or is not.
    pub mode: Mode,
    /// `--wait`
    pub wait: bool,
    /// `--wait-for-jobs`
    pub wait_for_jobs: bool,
    /// Whose rules say what is ready, of hooks too.
    pub strategy: Strategy,
    /// `--timeout`, for each hook and for the wait.
    pub timeout: Duration,
    /// `--rollback-on-failure` (`--atomic`)
    pub atomic: bool,
    /// `--cleanup-on-fail`
    pub cleanup_on_fail: bool,
    /// `--create-namespace`
    pub create_namespace: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// `--force-conflicts`
    pub force_conflicts: bool,
    /// `--server-side`
    pub server_side: ServerSide,
    /// `crds:`
    pub crds: Crds,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--description`; empty for helm's own.
    pub description: String,
    /// `--labels`: `None` removes one.
    pub labels: Vec<(String, Option<String>)>,
    /// `--history-max`; 0 for no limit.
    pub history_max: i64,
    /// Kinds whose objects may be removed and made again where they can't be changed; `*` for all.
    pub replace: Vec<String>,
    /// Whether a wait ends as soon as an object can't get ready any more.
    pub fail_fast: bool,
    /// Whose value counts where others own a field.
    pub policy: Policy,
    /// The plan that has to hold still, and the salt of its digests.
    pub expected: Option<(ReleasePlan, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            wait: false,
            wait_for_jobs: false,
            strategy: Strategy::default(),
            timeout: Duration::from_secs(300),
            atomic: false,
            cleanup_on_fail: false,
            create_namespace: false,
            take_ownership: false,
            force_conflicts: false,
            server_side: ServerSide::default(),
            crds: Crds::default(),
            no_hooks: false,
            description: String::new(),
            labels: Vec::new(),
            history_max: 10,
            replace: Vec::new(),
            fail_fast: true,
            policy: Policy::default(),
            expected: None,
        }
    }
}

impl Options {
    /// Whether the server merges what comes after that revision.
    fn merges_on_server(&self, last: Option<&Record>, profile: Profile) -> bool {
        match self.server_side {
            _ if profile.loader == Loader::AnyVersion => false,
            ServerSide::On => true,
            ServerSide::Off => false,
            ServerSide::Auto => last.is_none_or(|last| last.apply_method == "ssa"),
        }
    }

    /// How objects are sent.
    fn rules(&self, server_side: bool) -> Rules {
        Rules { server_side, force_conflicts: self.force_conflicts, policy: self.policy.clone(), timeout: self.timeout, ..Rules::default() }
    }
}

/// How objects are sent.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Server-side apply, or a three-way merge here.
    pub server_side: bool,
    /// Take fields that others own.
    pub force_conflicts: bool,
    /// Whose value counts where others own a field.
    pub policy: Policy,
    /// How long a removal may take.
    pub timeout: Duration,
    /// What happens to what removed objects own.
    pub cascade: Propagation,
}

/// Asked to stop: Ctrl-C, SIGTERM.
#[derive(Debug, Clone)]
pub struct Stop(tokio::sync::watch::Receiver<bool>);

impl Stop {
    /// A stop, and what asks for it by sending `true`.
    pub fn new() -> (tokio::sync::watch::Sender<bool>, Self) {
        let (send, receive) = tokio::sync::watch::channel(false);
        (send, Self(receive))
    }
    /// Whether it was asked for.
    pub fn asked(&self) -> bool {
        *self.0.borrow()
    }
    /// Comes when it is asked for; never where nobody is left to ask.
    async fn comes(&self) {
        let mut asked = self.0.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Everything that work on releases needs.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    /// The API server.
    pub cluster: &'a Cluster,
    /// Who is told what happens.
    pub listener: &'a Arc<dyn Listener>,
    /// Who we are.
    pub holder: &'a Holder,
    /// Whether to stop.
    pub stop: &'a Stop,
    /// Which helm's order of kinds and form of records.
    pub profile: Profile,
    /// What keeps records.
    pub driver: Driver,
    /// The local time zone: records have times in it.
    pub zone: &'a Zone,
}

impl Engine<'_> {
    /// # Errors
    /// When a stop was asked for.
    fn go_on(&self) -> Result<()> {
        if self.stop.asked() { Err(stopped()) } else { Ok(()) }
    }

    /// What the future gives.
    ///
    /// # Errors
    /// When a stop is asked for first.
    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased; // the same seed has to give the same run
            result = work => Ok(result),
            () = self.stop.comes() => Err(stopped()),
        }
    }

    fn store(&self, namespace: &str) -> Store {
        Store {
            cluster: self.cluster.clone(),
            namespace: namespace.to_owned(),
            driver: self.driver,
            profile: self.profile,
            zone: self.zone.clone(),
            listener: self.listener.clone(),
        }
    }

    /// Whose rules count where nobody says: those of the helm whose bytes are printed.
    fn strategy(&self) -> Strategy {
        if self.profile.loader == Loader::AnyVersion { Strategy::Legacy } else { Strategy::Watcher }
    }

    fn now(&self) -> Time {
        Time::from_unix_nanos(self.cluster.api().now(), self.zone)
    }

    fn tell(&self, release: &str, what: String) {
        self.listener.event(Event::Step { release: release.to_owned(), what });
    }

    fn warn(&self, release: &str, message: String) {
        self.listener.event(Event::Warning { release: release.to_owned(), message });
    }
}

/// helm's words for a run that was asked to stop.
fn stopped() -> Error {
    Error::new(Kind::Apply, "context canceled").hint("the run was asked to stop; the next one goes on from here")
}
