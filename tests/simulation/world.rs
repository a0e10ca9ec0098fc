//! The server's memory: objects, their history, and what is due later.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::{Notify, watch};

use super::Profile;
use super::kinds::Kinds;
use super::managers::{Managers, Writer};
use super::random::Random;

/// When the simulated world begins: 2026-01-01T00:00:00Z, in seconds since 1970.
pub const BEGINNING: i64 = 1_767_225_600;

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Index into [`Kinds`].
    pub kind: usize,
    /// Namespace; empty for objects that have none.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// An object as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// All of it but `managedFields`.
    pub body: Json,
    /// Who owns its fields.
    pub managers: Managers,
}

impl Stored {
    /// As it is sent.
    pub fn shown(&self) -> Json {
        let mut body = self.body.clone();
        if !self.managers.is_empty() {
            body["metadata"]["managedFields"] = self.managers.write();
        }
        body
    }
}

/// A change, as watches and invariants see it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The resourceVersion that it made.
    pub version: u64,
    /// Whose doing: a client's name, `controller`, `person`.
    pub actor: String,
    /// Which object.
    pub key: Key,
    /// Its kind's name.
    pub kind: String,
    /// As it was.
    pub before: Option<Arc<Stored>>,
    /// As it is.
    pub after: Option<Arc<Stored>>,
}

/// What has to hold after every change: says what does not.
pub type Invariant = Box<dyn FnMut(&Change) -> Result<(), String> + Send>;

/// What a controller does later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Looks at an object, and does the next thing.
    Reconcile(Key),
    /// Looks for objects whose owner is gone.
    Collect,
}

/// The world.
pub struct World {
    pub kinds: Kinds,
    pub profile: Profile,
    pub random: Random,
    /// Milliseconds since the beginning.
    pub now: u64,
    pub objects: BTreeMap<Key, Arc<Stored>>,
    /// Changes, the newest last; older ones are forgotten.
    pub history: VecDeque<Change>,
    /// Pages of lists that are still to come, by their token.
    pub pages: BTreeMap<u64, (u64, Vec<Arc<Stored>>)>,
    /// Counts changes for those who watch.
    pub changed: watch::Sender<u64>,
    /// Tells the pump that something is due earlier than it thinks.
    pub hurry: Arc<Notify>,
    pub invariants: Vec<(String, Invariant)>,
    pub violations: Vec<String>,
    /// The newest change that is forgotten.
    pub forgotten: u64,
    version: u64,
    uids: Random,
    tasks: BTreeMap<(u64, u64), Task>,
    pending: BTreeMap<Task, (u64, u64)>,
    sequence: u64,
}

impl World {
    /// A world with the namespaces `default` and `kube-system`.
    pub fn new(seed: u64, profile: Profile) -> Self {
        let mut world = Self {
            kinds: Kinds::default(),
            profile,
            random: Random::new(seed, 1),
            now: 0,
            objects: BTreeMap::new(),
            history: VecDeque::new(),
            pages: BTreeMap::new(),
            changed: watch::channel(0).0,
            hurry: Arc::default(),
            invariants: Vec::new(),
            violations: Vec::new(),
            forgotten: 0,
            version: 100,
            uids: Random::new(seed, 2),
            tasks: BTreeMap::new(),
            pending: BTreeMap::new(),
            sequence: 0,
        };
        for name in ["default", "kube-system"] {
            let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            let key = Key { kind: world.kinds.named("Namespace"), namespace: String::new(), name: name.to_owned() };
            let writer = world.writer("server", "");
            world.create(key, body, &writer, "server").expect("a namespace");
        }
        world
    }

    /// The newest resourceVersion.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The clock, as objects show it.
    pub fn clock(&self) -> String {
        let second = BEGINNING + i64::try_from(self.now / 1000).unwrap_or_default();
        jiff::Timestamp::from_second(second).expect("a time").to_string()
    }

    /// A writer of now.
    pub fn writer(&self, manager: &str, subresource: &str) -> Writer {
        Writer { name: manager.to_owned(), subresource: subresource.to_owned(), time: self.clock() }
    }

    /// A uid that nobody has.
    pub fn uid(&mut self) -> String {
        let (one, two) = (self.uids.next(), self.uids.next());
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", one >> 32, (one >> 16) & 0xffff, one & 0xfff, two >> 52, two & 0xffff_ffff_ffff)
    }

    /// The object.
    pub fn get(&self, key: &Key) -> Option<Arc<Stored>> {
        self.objects.get(key).cloned()
    }

    /// A key of one of the server's own kinds.
    pub fn key(&self, kind: &str, namespace: &str, name: &str) -> Key {
        Key { kind: self.kinds.named(kind), namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// All objects of a kind in a namespace, or in all where it is empty.
    pub fn of_kind<'w>(&'w self, kind: usize, namespace: &'w str) -> impl Iterator<Item = (&'w Key, &'w Arc<Stored>)> {
        let start = Key { kind, namespace: namespace.to_owned(), name: String::new() };
        let all = self.objects.range(start..).take_while(move |(key, _)| key.kind == kind);
        all.take_while(move |(key, _)| namespace.is_empty() || key.namespace == namespace)
    }

    /// Objects that the one with that uid owns.
    pub fn owned_by(&self, uid: &str) -> Vec<Key> {
        self.objects.iter().filter(|(_, stored)| owners(&stored.body).any(|(_, owner)| owner == uid)).map(|(key, _)| key.clone()).collect()
    }

    /// Puts an object in its place, or takes it away: the one way in which anything changes.
    pub fn commit(&mut self, key: Key, mut stored: Option<Stored>, actor: &str) -> Option<Arc<Stored>> {
        self.version += 1;
        if let Some(stored) = &mut stored {
            stored.body["metadata"]["resourceVersion"] = self.version.to_string().into();
        }
        let after = stored.map(Arc::new);
        let before = match &after {
            Some(after) => self.objects.insert(key.clone(), after.clone()),
            None => self.objects.remove(&key),
        };
        let kind = self.kinds.get(key.kind).kind.clone();
        let change = Change { version: self.version, actor: actor.to_owned(), key, kind, before, after: after.clone() };
        for (name, invariant) in &mut self.invariants {
            if let Err(words) = invariant(&change) {
                self.violations.push(format!("{name}: {words}"));
            }
        }
        self.follow(&change);
        self.history.push_back(change);
        if self.history.len() > self.profile.history {
            self.forgotten = self.history.pop_front().map_or(0, |change| change.version);
        }
        self.changed.send_replace(self.version);
        after
    }

    /// Who has to look at what after a change.
    fn follow(&mut self, change: &Change) {
        let Some(stored) = change.after.clone().or_else(|| change.before.clone()) else { return };
        let body = &stored.body;
        if change.after.is_some() {
            self.later(Task::Reconcile(change.key.clone()));
        }
        if change.after.is_none() || (change.before.is_none() && owners(body).next().is_some()) {
            self.later(Task::Collect);
        }
        if change.kind == "CustomResourceDefinition" && change.after.is_none() {
            self.forget_kind(body);
        }
        for (kind, uid) in owners(body).map(|(kind, uid)| (kind.to_owned(), uid.to_owned())).collect::<Vec<_>>() {
            let same = |(_, stored): &(&Key, &Arc<Stored>)| stored.body["metadata"]["uid"] == uid.as_str();
            let index = self.kinds.by_kind("apps/v1", &kind).or_else(|| self.kinds.by_kind("batch/v1", &kind));
            let owner = index.and_then(|index| self.of_kind(index, &change.key.namespace).find(same).map(|(key, _)| key.clone()));
            if let Some(owner) = owner {
                self.later(Task::Reconcile(owner));
            }
        }
    }

    fn forget_kind(&mut self, definition: &Json) {
        let text = |at: &str| definition.pointer(at).and_then(Json::as_str).unwrap_or_default();
        let Some(kind) = self.kinds.end(text("/spec/group"), text("/spec/names/plural")) else { return };
        let gone: Vec<Key> = self.of_kind(kind, "").map(|(key, _)| key.clone()).collect();
        gone.into_iter().for_each(|key| drop(self.commit(key, None, "controller")));
    }

    /// Lets a controller do it after its usual delay.
    pub fn later(&mut self, task: Task) {
        let wait = self.random.time(self.profile.controllers);
        self.after(wait, task);
    }

    /// Lets a controller do it after that time, or earlier where it is to be done earlier already.
    pub fn after(&mut self, wait: Duration, task: Task) {
        let due = self.now + u64::try_from(wait.as_millis()).unwrap_or_default().max(1);
        match self.pending.get(&task) {
            Some(known) if known.0 <= due => return,
            Some(known) => drop(self.tasks.remove(known)),
            None => {}
        }
        self.sequence += 1;
        self.pending.insert(task.clone(), (due, self.sequence));
        self.tasks.insert((due, self.sequence), task);
        self.hurry.notify_one();
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<u64> {
        self.tasks.keys().next().map(|(due, _)| *due)
    }

    /// Does what is due.
    pub fn advance(&mut self, now: u64) {
        while let Some(entry) = self.tasks.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((due, _), task) = entry.remove_entry();
            self.now = self.now.max(due);
            self.pending.remove(&task);
            self.perform(task);
        }
        self.now = self.now.max(now);
    }
}

/// What is at a JSON pointer without escapes. Most of a run's time goes by here: nothing is allocated.
pub fn find<'b>(body: &'b Json, at: &str) -> Option<&'b Json> {
    at.split('/').skip(1).try_fold(body, |node, key| match node {
        Json::Object(fields) => fields.get(key),
        Json::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Kinds and uids of an object's owners.
pub fn owners(body: &Json) -> impl Iterator<Item = (&str, &str)> {
    let references = find(body, "/metadata/ownerReferences").and_then(Json::as_array);
    references.into_iter().flatten().filter_map(|owner| Some((owner["kind"].as_str()?, owner["uid"].as_str()?)))
}

/// A text in an object, empty where it is not there.
pub fn text<'b>(body: &'b Json, at: &str) -> &'b str {
    find(body, at).and_then(Json::as_str).unwrap_or_default()
}

/// A number in an object.
pub fn number(body: &Json, at: &str) -> Option<i64> {
    find(body, at).and_then(Json::as_i64)
}

/// Whether the object is on its way out.
pub fn is_ending(body: &Json) -> bool {
    find(body, "/metadata/deletionTimestamp").is_some()
}

/// Finalizers of an object.
pub fn finalizers(body: &Json) -> Vec<String> {
    let list = find(body, "/metadata/finalizers").and_then(Json::as_array);
    list.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}
