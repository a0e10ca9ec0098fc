//! Removing a release (helm pkg/action/uninstall.go).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::hooks::{Moment, begun_in_vain, targets};
use super::objects::Located;
use super::steps::{Done, Taking};
use super::{Engine, Look, Options, Rules};
use crate::cluster::records::{Status, Store, StoredHook};
use crate::cluster::{Propagation, lease};
use crate::cluster::{WaitOptions, wait_gone};
use crate::diag::{Error, Errors, Kind, Result};
use crate::plan::release::{Found, Past, Question, Steps, Verb, not_owned, steps};
use crate::plan::uninstall_order;
use crate::plan::{Id, manifest};

/// How a release is removed.
#[derive(Debug, Clone)]
pub struct UninstallOptions {
    /// `--keep-history`
    pub keep_history: bool,
    /// `--wait`
    pub wait: bool,
    /// `--timeout`
    pub timeout: Duration,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--cascade`
    pub cascade: Propagation,
    /// `--description`
    pub description: String,
}

impl Options {
    /// Removing as these options say.
    pub(super) fn uninstall(&self) -> UninstallOptions {
        UninstallOptions {
            keep_history: false,
            wait: self.wait,
            timeout: self.timeout,
            no_hooks: self.no_hooks,
            cascade: Propagation::Background,
            description: String::new(),
        }
    }
}

/// What a removal left.
#[derive(Debug, Clone, Default)]
pub struct Uninstalled {
    /// Objects that their resource policy keeps.
    pub kept: Vec<Id>,
    /// Objects that belong to others.
    pub foreign: Vec<Id>,
}

/// The objects of a release that go.
struct Leaving {
    steps: Steps,
    objects: BTreeMap<Id, Located>,
    found: BTreeMap<Id, Found>,
    left: Uninstalled,
}

impl Engine<'_> {
    /// Removes a release with everything that its revisions made.
    ///
    /// # Errors
    /// helm's words; the record then says `uninstalling`, and the next removal goes on.
    pub async fn uninstall(&self, (namespace, name): (&str, &str), options: &UninstallOptions) -> Result<Uninstalled, Errors> {
        let mut all = Errors::new();
        let work = async {
            let store = self.store(namespace);
            let removed = match self.settle(&store, name).await {
                Ok(look) if look.last().is_none() => {
                    Err(Error::new(Kind::Apply, format!("uninstall: Release not loaded: {name}: release: not found")).into())
                }
                Ok(look) => self.uninstall_held(&store, look, options).await,
                Err(error) => Err(error.into()),
            };
            Ok(removed.map_err(|errors| all = errors).ok())
        };
        let held = lease::hold(self.cluster, (namespace, name), self.holder, &**self.listener, work).await;
        held?.ok_or(all)
    }

    pub(super) async fn uninstall_held(&self, store: &Store, mut look: Look, options: &UninstallOptions) -> Result<Uninstalled, Errors> {
        let left: Vec<StoredHook> = begun_in_vain(&look.history).map(|(_, hook)| hook.clone()).collect();
        let names: BTreeSet<String> = left.iter().map(|hook| hook.name.clone()).collect();
        let Some(mut record) = look.history.pop() else {
            return Ok(Uninstalled::default());
        };
        let name = record.name.clone();
        if record.info.status == Status::Uninstalled {
            if options.keep_history {
                return Err(Error::new(Kind::Apply, format!("the release named {name:?} is already deleted")).into());
            }
            look.history.push(record);
            self.purge(store, &look).await?;
            return Ok(Uninstalled::default());
        }
        record.info.status = Status::Uninstalling;
        record.info.deleted = Some(self.now());
        record.info.description = "Deletion in progress (or silently failed)".to_owned();
        store.update(&mut record).await.map_err(|fault| fault.error(""))?;
        let rules = Rules { server_side: true, timeout: options.timeout, cascade: options.cascade, ..Rules::default() };
        let moment = |event| Moment { event, timeout: options.timeout, strategy: self.strategy(), server_side: true, left: names.clone() };
        self.remove_left_hooks(&name, &record.namespace, &left, options.timeout).await?;
        if !options.no_hooks {
            self.run_hooks(store, &mut record, &moment("pre-delete")).await?;
        }
        look.history.push(record.clone());
        let removed = self.remove_objects(&look, &name, options, &rules).await?;
        let mut after = Errors::new();
        if !options.no_hooks {
            after.extend(self.run_hooks(store, &mut record, &moment("post-delete")).await.err());
        }
        match options.keep_history {
            false => self.purge(store, &look).await?,
            true => {
                record.info.status = Status::Uninstalled;
                record.info.description = match options.description.as_str() {
                    "" => "Uninstallation complete".to_owned(),
                    own => own.to_owned(),
                };
                // This record last: as long as it says `uninstalling`, a run that is killed here is gone on with.
                for old in look.history.iter_mut().filter(|old| old.info.status == Status::Deployed) {
                    old.info.status = Status::Superseded;
                    store.update(old).await.map_err(|fault| fault.error(""))?;
                }
                store.update(&mut record).await.map_err(|fault| fault.error(""))?;
            }
        }
        let count = after.len();
        after.map(|error| error.wrap(|words| format!("uninstallation completed with {count} error(s): {words}"))).or(removed)
    }

    /// The objects of all revisions that are still there.
    async fn remove_objects(&self, look: &Look, name: &str, options: &UninstallOptions, rules: &Rules) -> Result<Uninstalled, Errors> {
        let Leaving { steps, objects, found, left } = self.leaving(look, name).await?;
        let going: Vec<Located> = steps.0.iter().filter_map(|step| objects.get(&step.id).cloned()).collect();
        let taking = Taking { release: name, objects: &objects, found: &found, rules };
        self.take(&steps, &taking, &mut Done::default())
            .await
            .map_err(|errors| errors.map(|error| error.wrap(|words| format!("failed to delete release: {name}: {words}"))))?;
        if options.wait {
            let wait = WaitOptions { timeout: options.timeout, strategy: self.strategy(), ..WaitOptions::default() };
            let waited = self.unless_stopped(wait_gone(self.cluster, name, &targets(&going), &wait, &**self.listener)).await?;
            waited.map_err(|there| self.late(&there).wrap(|words| format!("uninstallation completed with 1 error(s): {words}")))?;
        }
        Ok(left)
    }

    /// Which objects go, and which stay.
    async fn leaving(&self, look: &Look, name: &str) -> Result<Leaving> {
        let namespace = look.last().map(|record| record.namespace.clone()).unwrap_or_default();
        let mut ids = BTreeSet::new();
        let mut kept = BTreeSet::new();
        let discovery = self.cluster.discovery();
        for record in &look.history {
            for object in manifest(record.manifest.as_bytes())? {
                let mut id = object.id(&namespace);
                if discovery.preferred(&id.group, &id.kind).is_some_and(|resource| !resource.namespaced) {
                    id.namespace.clear();
                }
                // parity: at an uninstall the stored manifest decides what stays, the last one's.
                match object.annotation(crate::plan::release::RESOURCE_POLICY) {
                    Some(_) => kept.insert(id.clone()),
                    None => kept.remove(&id),
                };
                ids.insert(id);
            }
        }
        let located = self.resources_of(&ids).into_iter().map(|(id, resource)| (id.clone(), Located::past(id, resource)));
        let objects: BTreeMap<Id, Located> = located.collect();
        let found = self.find(objects.values(), &Rules::default(), false).await?;
        let past = Past { objects: ids.into_iter().filter(|id| !kept.contains(id)).collect(), ..Past::default() };
        let question = Question {
            release: name,
            namespace: &namespace,
            wanted: &[],
            found: &found,
            past: &past,
            take_ownership: false,
            replace: &[],
            profile: self.profile,
        };
        let Steps(mut all) = steps(&question).unwrap_or_default(); // nothing is wanted that could be another's
        let mut left = Uninstalled { kept: kept.into_iter().filter(|id| found.contains_key(id)).collect(), ..Uninstalled::default() };
        for step in all.iter().filter(|step| step.verb == Verb::Keep) {
            let ours = found.get(&step.id).is_some_and(|found| not_owned(&found.live, name, &namespace).is_none());
            if ours { left.kept.push(step.id.clone()) } else { left.foreign.push(step.id.clone()) }
        }
        for ids in [&mut left.kept, &mut left.foreign] {
            ids.sort_by(|one, other| uninstall_order(&one.kind, &other.kind));
        }
        all.retain(|step| step.verb == Verb::Delete);
        Ok(Leaving { steps: Steps(all), objects, found, left })
    }

    /// What an uninstall would leave.
    ///
    /// # Errors
    /// A stored manifest that is no YAML; as [`crate::cluster::Api::call`].
    pub async fn would_leave(&self, (namespace, name): (&str, &str)) -> Result<Uninstalled> {
        let look = self.look(namespace, name).await?;
        Ok(self.leaving(&look, name).await?.left)
    }

    /// The newest record last: as long as one is there, the release is.
    async fn purge(&self, store: &Store, look: &Look) -> Result<()> {
        for record in &look.history {
            store.delete(record).await.map_err(|fault| fault.error("delete release record"))?;
        }
        Ok(())
    }
}
