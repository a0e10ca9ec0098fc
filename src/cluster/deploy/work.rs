//! What installing, upgrading and rolling back have in common: the way from a new record to a closed one.

use std::collections::{BTreeMap, BTreeSet};

use super::hooks::{Moment, left_behind, targets};
use super::objects::Located;
use super::outcome::Past;
use super::steps::{Done, Taking};
use super::{Engine, Look, Options};
use crate::cluster::records::{Record, Status, Store};
use crate::cluster::{Propagation, WaitOptions, wait_ready};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::plan::release::{ALLOW_REPLACE, Question, Refused, Steps, Verb, Wanted, steps};
use crate::plan::{self, Id, Object, uninstall_order};

/// What is done to the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Install,
    Upgrade,
    Rollback,
}

impl Way {
    fn hooks(self) -> (&'static str, &'static str) {
        match self {
            Way::Install => ("pre-install", "post-install"),
            Way::Upgrade => ("pre-upgrade", "post-upgrade"),
            Way::Rollback => ("pre-rollback", "post-rollback"),
        }
    }
    /// helm's words before an error of the first and the last hooks.
    fn hook_errors(self) -> (&'static str, &'static str) {
        match self {
            Way::Install => ("failed pre-install: ", "failed post-install: "),
            Way::Upgrade => ("pre-upgrade hooks failed: ", "post-upgrade hooks failed: "),
            Way::Rollback => ("", ""),
        }
    }
    /// helm's words before an error of the wait.
    fn wait_error(self, name: &str) -> String {
        if self == Way::Rollback { Self::late_rollback(name) } else { String::new() }
    }
    fn late_rollback(name: &str) -> String {
        format!("release {name} failed: ")
    }
    fn failed(self, name: &str, error: &str) -> String {
        match self {
            Way::Install => format!("Release {name:?} failed: {error}"),
            Way::Upgrade => format!("Upgrade {name:?} failed: {error}"),
            Way::Rollback => match error.strip_prefix(&Self::late_rollback(name)) {
                Some(late) => format!("Release {name:?} failed: {late}"),
                None => format!("Rollback {name:?} failed: {error}"),
            },
        }
    }
}

/// A revision on its way.
pub(super) struct Work {
    /// What is done.
    pub way: Way,
    /// The new revision.
    pub record: Record,
    /// The objects of its manifest.
    pub objects: Vec<Object>,
    /// The revisions before it.
    pub look: Look,
}

/// What a plan is made of.
pub(super) struct Subject<'a> {
    /// The release.
    pub name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// What should be there.
    pub objects: &'a [Object],
    /// Whether it is a first install: for the words of errors.
    pub install: bool,
    /// Server-side apply, or a three-way merge here.
    pub server_side: bool,
    /// Whether the server is asked what each apply would change.
    pub preview: bool,
}

/// What is to be done, and with what.
pub(super) struct Prepared {
    /// The steps.
    pub steps: Steps,
    /// Wanted and past objects.
    pub objects: BTreeMap<Id, Located>,
    /// The wanted ones in the order of the manifest.
    pub wanted: Vec<Located>,
    /// What is there.
    pub found: BTreeMap<Id, plan::release::Found>,
}

impl Prepared {
    /// Objects of earlier revisions that go.
    fn leaving(&self) -> BTreeSet<Id> {
        self.steps.0.iter().filter(|step| step.verb == Verb::Delete).map(|step| step.id.clone()).collect()
    }
}

impl Engine<'_> {
    /// Takes the revision from its record to the end.
    ///
    /// # Errors
    /// Everything that keeps it from becoming deployed; the record is closed as failed then.
    pub(super) async fn carry_out(&self, store: &Store, work: &mut Work, options: &Options) -> Result<(), Errors> {
        let past = work.look.past()?;
        let subject = Subject {
            name: &work.record.name,
            namespace: &work.record.namespace,
            objects: &work.objects,
            install: work.way == Way::Install,
            server_side: work.record.apply_method == "ssa",
            preview: false,
        };
        let prepared = self.prepare(&subject, &past, options).await?;
        let name = work.record.name.clone();
        // A limit leaves room for the new revision.
        let limit = usize::try_from(options.history_max).ok().filter(|limit| *limit > 0);
        let needed = work.look.witnesses(&prepared.leaving())?;
        if let Some(limit) = limit {
            store.prune(&name, limit - 1, &needed).await.map_err(|fault| fault.error("prune the history"))?;
        }
        let created = store.create(&mut work.record).await;
        created.map_err(|fault| {
            let error = work.record.refused(&fault);
            if fault.is_not_found() { error.hint(format!("--create-namespace makes namespace {}", work.record.namespace)) } else { error }
        })?;
        let mut done = Done::default();
        match self.run(store, work, &prepared, options, &mut done).await {
            Ok(()) => {
                self.close(store, work, options).await?;
                if let Some(limit) = limit.filter(|_| !needed.is_empty()) {
                    store.prune(&name, limit, &BTreeSet::new()).await.map_err(|fault| fault.error("prune the history"))?;
                }
                Ok(())
            }
            Err(errors) => {
                if options.cleanup_on_fail {
                    self.clean_up(&name, &prepared, &done).await;
                }
                self.close_failed(store, work, &errors).await;
                Err(errors)
            }
        }
    }

    /// Finds the objects, reads what is there, and asks the plan for the steps.
    pub(super) async fn prepare(&self, subject: &Subject<'_>, past: &Past, options: &Options) -> Result<Prepared, Errors> {
        let (name, namespace) = (subject.name, subject.namespace);
        let mut wanted = self.locate(subject.objects, name, namespace)?;
        for object in &mut wanted {
            object.originals = past.originals(&object.wanted.id, namespace);
        }
        // What was made earlier may be of a kind that the server no longer serves, or of another version.
        let past_ids = self.past_ids(past);
        let located = self.resources_of(&past_ids).into_iter().map(|(id, resource)| (id.clone(), Located::past(id, resource)));
        let mut objects: BTreeMap<Id, Located> = located.collect();
        objects.extend(wanted.iter().map(|object| (object.wanted.id.clone(), object.clone())));
        let found = self.find(objects.values(), &options.rules(subject.server_side), subject.preview).await?;
        let list: Vec<Wanted> = wanted.iter().map(|object| object.wanted.clone()).collect();
        let question = Question {
            release: name,
            namespace,
            wanted: &list,
            found: &found,
            past: &plan::release::Past { objects: past_ids, ..Default::default() },
            take_ownership: options.take_ownership,
            replace: &options.replace,
            profile: self.profile,
        };
        let steps = steps(&question).map_err(|refused| refusal(subject.install, &refused))?;
        Ok(Prepared { steps, objects, wanted, found })
    }

    /// The ids of past objects as the server knows them: without a namespace where their kind has none.
    fn past_ids(&self, past: &Past) -> Vec<Id> {
        let discovery = self.cluster.discovery();
        let mut seen = BTreeSet::new();
        let located = past.objects.keys().map(|id| match discovery.preferred(&id.group, &id.kind) {
            Some(resource) if !resource.namespaced => Id { namespace: String::new(), ..id.clone() },
            _ => id.clone(),
        });
        located.filter(|id| seen.insert(id.clone())).collect()
    }

    async fn run(&self, store: &Store, work: &mut Work, prepared: &Prepared, options: &Options, done: &mut Done) -> Result<(), Errors> {
        let rules = options.rules(work.record.apply_method == "ssa");
        let (before, after) = work.way.hooks();
        let (before_failed, after_failed) = work.way.hook_errors();
        let (left, server_side) = (left_behind(&work.look.history), rules.server_side);
        let moment = |event| Moment { event, timeout: options.timeout, strategy: options.strategy, server_side, left: left.clone() };
        let name = work.record.name.clone();
        if !options.no_hooks {
            let ran = self.run_hooks(store, &mut work.record, &moment(before)).await;
            ran.map_err(|error| error.wrap(|words| format!("{before_failed}{words}")))?;
        }
        let taking = Taking { release: &name, objects: &prepared.objects, found: &prepared.found, rules: &rules };
        self.take(&prepared.steps, &taking, done).await?;
        if options.wait {
            self.tell(&name, format!("waiting for {} objects", prepared.wanted.len()));
            let wait = WaitOptions {
                timeout: options.timeout,
                jobs: options.wait_for_jobs,
                strategy: options.strategy,
                fail_fast: options.fail_fast,
                ..WaitOptions::default()
            };
            let waited = self.unless_stopped(wait_ready(self.cluster, &name, &targets(&prepared.wanted), &wait, &**self.listener)).await?;
            waited.map_err(|not_ready| self.late(&not_ready).wrap(|words| format!("{}{words}", work.way.wait_error(&name))))?;
        }
        if !options.no_hooks {
            let ran = self.run_hooks(store, &mut work.record, &moment(after)).await;
            ran.map_err(|error| error.wrap(|words| format!("{after_failed}{words}")))?;
        }
        Ok(())
    }

    /// The new revision is deployed; those before it are superseded. The new one first: killed in between, there is a
    /// deployed revision all the same (readers take the highest).
    async fn close(&self, store: &Store, work: &mut Work, options: &Options) -> Result<()> {
        let failed = |fault: crate::cluster::Fault| fault.error("");
        let record = &mut work.record;
        record.info.status = Status::Deployed;
        record.info.description = match work.way {
            _ if !options.description.is_empty() => options.description.clone(),
            Way::Install => "Install complete".to_owned(),
            Way::Upgrade => "Upgrade complete".to_owned(),
            Way::Rollback => record.info.description.clone(),
        };
        store.update(record).await.map_err(failed)?;
        let deployed = work.look.history.iter().any(|old| old.info.status == Status::Deployed);
        let base = work.look.history.len().saturating_sub(1);
        for (at, old) in work.look.history.iter_mut().enumerate() {
            // parity: helm supersedes a failed revision, too, when it was what the upgrade started from.
            // A removal that was killed is over, too: the release is there again.
            let superseded = old.info.status.is_open() || (!deployed && at == base);
            if superseded {
                if old.info.status == Status::Uninstalled {
                    old.info.description = "superseded by new release".to_owned();
                }
                old.info.status = Status::Superseded;
                match store.update(old).await {
                    Err(fault) if !fault.is_not_found() => return Err(failed(fault)),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The record says that and why it failed. Where even that can't be written, the next run finds it pending.
    async fn close_failed(&self, store: &Store, work: &mut Work, errors: &Errors) {
        let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
        work.record.info.status = Status::Failed;
        work.record.info.description = work.way.failed(&work.record.name, &words.join("\n"));
        if let Err(fault) = store.update(&mut work.record).await {
            self.warn(&work.record.name, format!("the failure could not be recorded: {fault}"));
        }
    }

    async fn clean_up(&self, release: &str, prepared: &Prepared, done: &Done) {
        let mut created: Vec<&Id> = done.created.iter().collect();
        created.sort_by(|one, other| uninstall_order(&one.kind, &other.kind));
        for id in created {
            let Some(object) = prepared.objects.get(id) else { continue };
            if let Err(error) = self.delete(object, None, Propagation::Background).await {
                self.warn(release, format!("cleaning up: {error}"));
            }
        }
    }
}

/// Why nothing was begun. For objects that belong to others with helm's words, which names the first only.
fn refusal(install: bool, refused: &Refused) -> Errors {
    let doing = if install { "install" } else { "update" };
    let foreign = refused.foreign.iter().map(|foreign| {
        let id = &foreign.id;
        let place = format!("{} {:?} in namespace {:?}", id.kind, id.name, id.namespace);
        let words = format!(
            "unable to continue with {doing}: {place} exists and cannot be imported into the current release: invalid ownership metadata; {}",
            foreign.why
        );
        Error::new(Kind::Apply, words)
            .hint("remove it, give it another name, or take it over with --take-ownership")
            .at_least(|| Place::file(id.to_string()))
    });
    let locked = refused.locked.iter().map(|locked| {
        let id = &locked.id;
        let words =
            format!("unable to continue with {doing}: {id} can't be changed that way: {}: field is immutable", locked.fields.join(", "));
        replace_hint(Error::new(Kind::Apply, words), id).at_least(|| Place::file(id.to_string()))
    });
    foreign.chain(locked).collect()
}

/// How to let an object be made again.
pub(super) fn replace_hint(error: Error, id: &Id) -> Error {
    error.hint(format!("to have it removed and made again: --allow-replace {}, or its annotation {ALLOW_REPLACE}: \"true\"", id.kind))
}
