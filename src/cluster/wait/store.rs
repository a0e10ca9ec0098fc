//! What is known of the cluster: the objects of each scope, and who owns whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::feed::Change;
use crate::cluster::Fault;
use crate::cluster::status::new_replica_set;

/// What is known of one scope.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Whether anything was read at all.
    pub(super) read: bool,
    /// By name.
    objects: BTreeMap<String, Json>,
    /// Names of objects that were there.
    gone: BTreeSet<String>,
    /// Why there is nothing new.
    pub(super) trouble: Option<Fault>,
}

/// One object as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen<'a> {
    /// Nobody has looked yet.
    NotYet,
    /// It is there.
    There(&'a Json),
    /// It was there.
    Gone,
    /// It was never there.
    Never,
}

impl Known {
    /// Takes a change.
    pub(super) fn take(&mut self, change: Change) {
        match change {
            Change::All(objects) => {
                let before = std::mem::take(&mut self.objects);
                self.objects = objects.into_iter().map(|object| (text(&object, "/metadata/name").to_owned(), object)).collect();
                self.gone.extend(before.into_keys());
                self.gone.retain(|name| !self.objects.contains_key(name));
                (self.read, self.trouble) = (true, None);
            }
            Change::Some(changes) => {
                self.read |= !changes.is_empty();
                self.trouble = None;
                for (name, object) in changes {
                    match object {
                        Some(object) => {
                            self.gone.remove(&name);
                            self.objects.insert(name, object);
                        }
                        None if self.objects.remove(&name).is_some() => {
                            self.gone.insert(name);
                        }
                        None => {}
                    }
                }
            }
            Change::Trouble(fault) | Change::Refused(fault) => self.trouble = Some(fault),
        }
    }

    /// An object by name.
    pub(super) fn get(&self, name: &str) -> Seen<'_> {
        match self.objects.get(name) {
            Some(object) => Seen::There(object),
            None if self.gone.contains(name) => Seen::Gone,
            None if self.read => Seen::Never,
            None => Seen::NotYet,
        }
    }

    /// Those that `owner` owns.
    pub(super) fn owned_by<'a>(&'a self, owner: &'a Json) -> impl Iterator<Item = &'a Json> {
        let uid = text(owner, "/metadata/uid");
        let owners = |object: &'a Json| object.pointer("/metadata/ownerReferences").and_then(Json::as_array).into_iter().flatten();
        self.objects.values().filter(move |object| !uid.is_empty() && owners(object).any(|owner| text(owner, "/uid") == uid))
    }
}

/// A text in an object, by JSON pointer; empty where it is not there.
pub(super) fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// A list in an object, by JSON pointer.
pub(super) fn list<'a>(object: &'a Json, pointer: &str) -> &'a [Json] {
    object.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// What is known of everything.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// One for each feed, in their order.
    pub(super) known: Vec<Known>,
    /// Which feed has the pods of a namespace.
    pub(super) pods: BTreeMap<String, usize>,
    /// Which feed has the ReplicaSets of a namespace.
    pub(super) sets: BTreeMap<String, usize>,
}

/// An object's offspring.
#[derive(Debug, Default)]
pub(super) struct Family<'a> {
    /// A Deployment's ReplicaSets.
    pub(super) sets: Vec<&'a Json>,
    /// The one of its present pod template.
    pub(super) current: Option<&'a Json>,
    /// Its pods, a Deployment's only those of its present template; of a pod, itself.
    pub(super) pods: Vec<&'a Json>,
    /// Whether pods of it are being deleted: they may hold what new ones wait for.
    pub(super) leaving: bool,
}

impl Store {
    /// The offspring of an object, as far as it is watched.
    pub(super) fn family<'a>(&'a self, object: &'a Json, namespace: &str) -> Family<'a> {
        let known = |feeds: &BTreeMap<String, usize>| feeds.get(namespace).and_then(|feed| self.known.get(*feed));
        let pods = |owner: &'a Json| known(&self.pods).into_iter().flat_map(|known| known.owned_by(owner)).collect::<Vec<_>>();
        let leaves = |pod: &&Json| !text(pod, "/metadata/deletionTimestamp").is_empty();
        match (text(object, "/apiVersion"), text(object, "/kind")) {
            ("v1", "Pod") => Family { pods: vec![object], ..Family::default() },
            (_, "Deployment") => {
                let sets: Vec<&Json> = known(&self.sets).into_iter().flat_map(|known| known.owned_by(object)).collect();
                let current = new_replica_set(object, &sets);
                let leaving = sets.iter().any(|set| pods(set).iter().any(leaves));
                Family { pods: current.map(pods).unwrap_or_default(), sets, current, leaving }
            }
            _ => {
                let pods = pods(object);
                Family { leaving: pods.iter().any(leaves), pods, ..Family::default() }
            }
        }
    }
}
