//! What the records of a release say, and what is written into the new one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Engine;
use super::hooks::begun_in_vain;
use crate::cluster::records::{Record, Status, Store};
use crate::diag::{Error, Kind, Result};
use crate::golang::time::Time;
use crate::plan::{Id, manifest};

/// A release's records, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// All revisions.
    pub history: Vec<Record>,
}

impl Look {
    /// The last revision.
    pub fn last(&self) -> Option<&Record> {
        self.history.last()
    }
    /// The revision that runs: the last deployed one.
    pub fn deployed(&self) -> Option<&Record> {
        self.history.iter().rev().find(|record| record.info.status == Status::Deployed)
    }
    /// The number that the next revision gets.
    pub fn next(&self) -> i64 {
        self.last().map_or(1, |record| record.version.saturating_add(1))
    }
    /// Whether what comes next is an upgrade: there is a release, and it was not uninstalled.
    pub fn is_upgrade(&self) -> bool {
        self.last().is_some_and(|record| !matches!(record.info.status, Status::Uninstalled | Status::Uninstalling))
    }

    /// What earlier revisions may have left on the cluster: the objects of the last revision that was deployed, and of all
    /// that came later and failed or were killed (helm forgets those: they stay behind for ever).
    ///
    /// # Errors
    /// A stored manifest that is no YAML.
    pub fn past(&self) -> Result<Past> {
        let settled = |record: &Record| record.info.status.was_in_force();
        let from = self.history.iter().rposition(settled).unwrap_or(0);
        let mut past = Past::default();
        for record in self.history.iter().skip(from) {
            if record.info.status == Status::Uninstalled {
                past = Past::default();
                continue;
            }
            let objects = manifest(record.manifest.as_bytes())
                .map_err(|error| error.wrap(|words| format!("the record of revision {} of {}: {words}", record.version, record.name)))?;
            for object in objects {
                past.objects.entry(object.id(&record.namespace)).or_default().push(object.body);
            }
        }
        Ok(past)
    }

    /// The revisions that alone know of objects which are to be removed, and of hooks that were left: until that is done, their
    /// records stay, whatever the limit of the history says.
    ///
    /// # Errors
    /// As [`Look::past`].
    pub(super) fn witnesses(&self, leaving: &BTreeSet<Id>) -> Result<BTreeSet<i64>> {
        let mut unseen = leaving.clone();
        let mut names = BTreeSet::new();
        let mut witnesses: BTreeSet<i64> =
            begun_in_vain(&self.history).filter(|(_, hook)| names.insert(&hook.name)).map(|(version, _)| version).collect();
        for record in self.history.iter().rev() {
            if unseen.is_empty() {
                break;
            }
            for object in manifest(record.manifest.as_bytes())? {
                let id = object.id(&record.namespace);
                let bare = Id { namespace: String::new(), ..id.clone() };
                if unseen.remove(&id) || unseen.remove(&bare) {
                    witnesses.insert(record.version);
                }
            }
        }
        Ok(witnesses)
    }
}

/// What earlier revisions may have left on the cluster.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// By id, as their manifests have it, oldest first; objects without a namespace stand under the release's.
    pub objects: BTreeMap<Id, Vec<Json>>,
}

impl Past {
    /// The object as it was sent.
    pub fn originals(&self, id: &Id, namespace: &str) -> Vec<Json> {
        let own = || Id { namespace: namespace.to_owned(), ..id.clone() };
        self.objects.get(id).or_else(|| self.objects.get(&own()).filter(|_| id.namespace.is_empty())).cloned().unwrap_or_default()
    }
}

impl Engine<'_> {
    /// Reads a release's records.
    ///
    /// # Errors
    /// As [`crate::cluster::Api::call`].
    pub async fn look(&self, namespace: &str, name: &str) -> Result<Look> {
        let store = self.store(namespace);
        Ok(Look { history: store.history(name).await.map_err(|fault| fault.error(""))? })
    }

    /// The last record of each release of a namespace, by name.
    ///
    /// # Errors
    /// As [`crate::cluster::Api::call`].
    pub async fn latest(&self, namespace: &str) -> Result<Vec<Record>> {
        let all = self.store(namespace).list().await.map_err(|fault| fault.error(""))?;
        let mut latest: BTreeMap<String, Record> = BTreeMap::new();
        for record in all {
            if latest.get(&record.name).is_none_or(|other| other.version < record.version) {
                latest.insert(record.name.clone(), record);
            }
        }
        Ok(latest.into_values().collect())
    }

    /// Closes a revision that was left pending, whoever left it; gives its number, or nothing where none was.
    ///
    /// # Errors
    /// As [`crate::cluster::Api::call`].
    pub async fn close_pending(&self, (namespace, name): (&str, &str)) -> Result<Option<i64>> {
        let store = self.store(namespace);
        match store.last(name).await.map_err(|fault| fault.error(""))? {
            Some(mut last) if last.info.status.is_pending() => self.close_dead(&store, &mut last).await.map(|()| Some(last.version)),
            _ => Ok(None),
        }
    }

    async fn close_dead(&self, store: &Store, record: &mut Record) -> Result<()> {
        record.info.description = format!("Interrupted while {}", record.info.status.word());
        record.info.status = Status::Failed;
        store.update(record).await.map_err(|fault| fault.error(""))
    }

    /// Reads the records again under the lease, and closes what a dead run left open.
    ///
    /// # Errors
    /// A run of helm that may still be going on.
    pub(super) async fn settle(&self, store: &Store, name: &str) -> Result<Look> {
        let mut history = store.history(name).await.map_err(|fault| fault.error(""))?;
        if let Some(last) = history.last_mut()
            && last.info.status.is_pending()
        {
            if last.holder.is_empty() && !long_ago(last, &self.now()) {
                return Err(Error::new(Kind::Apply, "another operation (install/upgrade/rollback) is in progress")
                    .hint(format!(
                        "revision {} is {} since less than 10 minutes and was not written by bkhelm",
                        last.version,
                        last.info.status.word()
                    ))
                    .hint(format!("if nobody works on it: `bkhelm unlock {name}`")));
            }
            self.warn(name, format!("revision {} was left {}: going on from there", last.version, last.info.status.word()));
            self.close_dead(store, last).await?;
        }
        // Killed between a new revision and those before it, or two helms at once: one is in force, the highest.
        self.supersede(store, &mut history).await?;
        Ok(Look { history })
    }

    /// Of all revisions the newest deployed one is in force: those before it are not, whether they say `deployed`, or
    /// `uninstalling` because a removal was killed before the release was deployed again.
    async fn supersede(&self, store: &Store, history: &mut [Record]) -> Result<()> {
        let before = history.iter().rposition(|record| record.info.status == Status::Deployed).unwrap_or_default();
        for old in history.iter_mut().take(before).filter(|old| old.info.status.is_open()) {
            old.info.status = Status::Superseded;
            store.update(old).await.map_err(|fault| fault.error(""))?;
        }
        Ok(())
    }
}

/// helm's default timeout is 5 minutes a step; after twice that, nobody works on it any more.
const HELMS_LONGEST: i128 = 600 * 1_000_000_000;

fn long_ago(record: &Record, now: &Time) -> bool {
    record.info.last_deployed.as_ref().is_none_or(|begun| now.unix_nanos() - begun.unix_nanos() > HELMS_LONGEST)
}
