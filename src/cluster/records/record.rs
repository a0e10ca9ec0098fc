//! What a record says.

use std::collections::BTreeMap;

use super::chart::StoredChart;
use crate::data::Map;
use crate::diag::Result;
use crate::golang::time::Time;
use crate::plan::{Object, objects};
use crate::render;

/// One revision of a release (helm pkg/release/v1/release.go).
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The release's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision, from 1.
    pub version: i64,
    /// How it went.
    pub info: Info,
    /// The chart.
    pub chart: StoredChart,
    /// The user's values. Numbers are Go's: float64 in a record that was read.
    pub config: Map,
    /// All objects but hooks, as text.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<StoredHook>,
    /// `ssa` or `csa`; empty, which means the latter, in Helm 3's records.
    pub apply_method: String,
    /// The record's labels. In one that was made here only the user's; in one that was read all that the server has.
    pub labels: BTreeMap<String, String>,
    /// The server's version of the record: an update is refused where somebody else was faster.
    pub resource_version: Option<String>,
    /// Who among bkhelms wrote it last (an annotation of the object, which helm drops); empty for helm.
    pub holder: String,
    /// Fields that are not known here.
    pub more: Map,
}

/// How a revision went (helm pkg/release/v1/info.go). Times keep the zone they were written in; none is Go's zero time.
#[derive(Debug, Clone, Default)]
pub struct Info {
    /// When the release was first installed.
    pub first_deployed: Option<Time>,
    /// When this revision was.
    pub last_deployed: Option<Time>,
    /// When it was uninstalled.
    pub deleted: Option<Time>,
    /// A line for people.
    pub description: String,
    /// Where it stands.
    pub status: Status,
    /// The revision that was rolled back to; 0 where it is no rollback.
    pub rollback_revision: i64,
    /// What NOTES.txt gave.
    pub notes: String,
    /// Fields that are not known here.
    pub more: Map,
}

/// Where a revision stands (helm pkg/release/common/status.go).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nobody knows; also a word of a newer helm.
    #[default]
    Unknown,
    /// In force.
    Deployed,
    /// Gone, its history kept.
    Uninstalled,
    /// Another revision took its place.
    Superseded,
    /// It failed.
    Failed,
    /// Being uninstalled.
    Uninstalling,
    /// Being installed.
    PendingInstall,
    /// Being upgraded to.
    PendingUpgrade,
    /// Being rolled back to.
    PendingRollback,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 9] = [
        Status::Unknown,
        Status::Deployed,
        Status::Uninstalled,
        Status::Superseded,
        Status::Failed,
        Status::Uninstalling,
        Status::PendingInstall,
        Status::PendingUpgrade,
        Status::PendingRollback,
    ];

    /// helm's word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Unknown => "unknown",
            Status::Deployed => "deployed",
            Status::Uninstalled => "uninstalled",
            Status::Superseded => "superseded",
            Status::Failed => "failed",
            Status::Uninstalling => "uninstalling",
            Status::PendingInstall => "pending-install",
            Status::PendingUpgrade => "pending-upgrade",
            Status::PendingRollback => "pending-rollback",
        }
    }
    /// The status of that word.
    pub fn of(word: &str) -> Status {
        Self::ALL.into_iter().find(|status| status.word() == word).unwrap_or_default()
    }
    /// Whether the revision was in force once.
    pub fn was_in_force(self) -> bool {
        matches!(self, Status::Deployed | Status::Superseded)
    }
    /// Whether it says that its objects are there, all or the rest of them.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Deployed | Status::Uninstalling)
    }
    /// Whether somebody is at it, or died while at it.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback)
    }
}

/// A hook as a record keeps it (helm pkg/release/v1/hook.go).
#[derive(Debug, Clone, Default)]
pub struct StoredHook {
    /// The object's name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// `chart/templates/x.yaml`
    pub path: String,
    /// The object, as text.
    pub manifest: String,
    /// `pre-install`, `test` …
    pub events: Vec<String>,
    /// How its last run went.
    pub last_run: LastRun,
    /// Lighter ones run first.
    pub weight: i64,
    /// `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    pub delete_policies: Vec<String>,
    /// `hook-succeeded`, `hook-failed`.
    pub output_log_policies: Vec<String>,
    /// Fields that are not known here.
    pub more: Map,
}

/// A hook's last run.
#[derive(Debug, Clone, Default)]
pub struct LastRun {
    /// When it began.
    pub started_at: Option<Time>,
    /// When it ended.
    pub completed_at: Option<Time>,
    /// How it went.
    pub phase: Phase,
}

/// How a hook's run went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It did not run.
    #[default]
    None,
    /// Nobody knows.
    Unknown,
    /// It runs.
    Running,
    /// Well.
    Succeeded,
    /// Badly.
    Failed,
}

impl Phase {
    /// helm's word; empty for a hook that did not run.
    pub fn word(self) -> &'static str {
        match self {
            Phase::None => "",
            Phase::Unknown => "Unknown",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
        }
    }
    /// The phase of that word.
    pub fn of(word: &str) -> Phase {
        let known = [Phase::None, Phase::Running, Phase::Succeeded, Phase::Failed];
        known.into_iter().find(|phase| phase.word() == word).unwrap_or(Phase::Unknown)
    }
}

impl Record {
    /// The name of the object that keeps it: `sh.helm.release.v1.web.v3` (helm pkg/storage/storage.go).
    pub fn key(&self) -> String {
        key(&self.name, self.version)
    }
    /// The user's labels: all but those that helm keeps its books with.
    pub fn user_labels(&self) -> BTreeMap<String, String> {
        let own = |(key, _): &(&String, &String)| !SYSTEM_LABELS.contains(&key.as_str());
        self.labels.iter().filter(own).map(|(key, text)| (key.clone(), text.clone())).collect()
    }
}

/// Labels that helm keeps its books with, in the order in which it names them (helm pkg/storage/driver/util.go).
pub const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// The name of the object that keeps that revision.
pub(super) fn key(name: &str, version: i64) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

impl StoredHook {
    /// A hook that was rendered and did not run yet.
    pub fn of(hook: &render::Hook) -> StoredHook {
        let head = &hook.manifest.head;
        let name = head.metadata.as_ref().map(|metadata| text_of(&metadata.name));
        StoredHook {
            name: name.unwrap_or_default(),
            kind: text_of(&head.kind),
            path: text_of(&hook.manifest.path),
            manifest: text_of(&hook.manifest.content),
            events: hook.events.iter().map(|event| (*event).to_owned()).collect(),
            weight: hook.weight,
            delete_policies: hook.delete_policies.clone(),
            output_log_policies: hook.output_log_policies.clone(),
            ..StoredHook::default()
        }
    }
    /// What is run: its objects, one as a rule.
    ///
    /// # Errors
    /// A manifest that is no YAML, or no object.
    pub fn objects(&self) -> Result<Vec<Object>> {
        objects(&self.path, self.manifest.as_bytes())
    }
    /// Whether it runs at that event.
    pub fn runs_at(&self, event: &str) -> bool {
        self.events.iter().any(|own| own == event)
    }
}

/// Text as encoding/json writes it: U+FFFD for every byte that is no UTF-8.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}
