//! Waiting that says why: `targets → ready, gone or done, or why not`.
//!
//! Called after objects were sent, removed, or a hook was made. Lists and watches the kinds that are waited for ([`feed`]),
//! keeps what is known ([`store`]), judges it by the rules of [`status`](mod@super::status), and where something does not get
//! on looks for the reason in pods and events ([`reasons`], [`evidence`]). Rights to get, list and watch are all it needs,
//! and without watch it polls.

mod evidence;
mod feed;
mod outcome;
mod reasons;
mod rules;
mod run;
mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{Cluster, Listener, Resource};
use crate::plan::Id;

pub use outcome::{LogTail, NotReady};

/// An object that is waited for.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its kind, as the server serves it.
    pub resource: Resource,
    /// Its namespace; empty for kinds without.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Which object of the release it is; with the namespace that helm's words name (empty for kinds without).
    pub id: Id,
}

/// Whose rules say what is ready.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// kstatus', as helm 4 has them.
    #[default]
    Watcher,
    /// Helm 3's, and those of helm 4's `--wait=legacy`.
    Legacy,
}

/// How to wait.
#[derive(Debug, Clone)]
pub struct WaitOptions {
    /// How long at most. None at all (zero) are 30 seconds for [`Strategy::Watcher`], and for [`Strategy::Legacy`] not even a look, as in
    /// helm.
    pub timeout: Duration,
    /// Whether jobs have to complete (`--wait-for-jobs`).
    pub jobs: bool,
    /// Whose rules.
    pub strategy: Strategy,
    /// Whether to give up as soon as an object can't get ready; else the whole time is waited, as helm does.
    pub fail_fast: bool,
    /// How long a reason has to persist before an object has failed by it: five seconds. Reasons that pass more often get a
    /// multiple of it.
    pub grace: Duration,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(300), jobs: false, strategy: Strategy::Watcher, fail_fast: true, grace: Duration::from_secs(5) }
    }
}

/// Waits until all objects are as they should be. `release` is what the events are told for.
///
/// # Errors
/// Time ran out, an object failed, or the server does not let us look.
pub async fn wait_ready(
    cluster: &Cluster,
    release: &str,
    targets: &[Target],
    options: &WaitOptions,
    listener: &dyn Listener,
) -> Result<(), NotReady> {
    run::run(cluster, (release, listener), targets, options, rules::Goal::Ready).await
}

/// Waits until no object is there any more.
///
/// # Errors
/// Time ran out, or the server does not let us look.
pub async fn wait_gone(
    cluster: &Cluster,
    release: &str,
    targets: &[Target],
    options: &WaitOptions,
    listener: &dyn Listener,
) -> Result<(), NotReady> {
    run::run(cluster, (release, listener), targets, options, rules::Goal::Gone).await
}

/// Waits until hooks are done: jobs and pods have come to a good end, everything else is there.
///
/// # Errors
/// Time ran out, one failed, or the server does not let us look.
pub async fn wait_done(
    cluster: &Cluster,
    release: &str,
    targets: &[Target],
    options: &WaitOptions,
    listener: &dyn Listener,
) -> Result<(), NotReady> {
    run::run(cluster, (release, listener), targets, options, rules::Goal::Done).await
}
