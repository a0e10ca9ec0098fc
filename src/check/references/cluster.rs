//! What a deployment makes in its clusters, and what it can't know of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::causes::Text;
use super::super::kubernetes::Validator;
use super::super::manifests::{Documents, Object};
use super::super::pods::{Pod, items, text};
use crate::data::{Kind, Value};

/// What kinds end with that only set something, so that no operator makes other objects for them.
const SETTINGS: [&str; 8] = ["Monitor", "Rule", "Config", "Policy", "Route", "Class", "Issuer", "Definition"];

/// How deep custom objects are looked through.
const DEEPEST: usize = 100;

/// An object of a release.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) context: String,
    pub(super) release: String,
    /// Where it will be: its own namespace, or the release's.
    pub(super) namespace: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) text: Arc<Text>,
    /// What its operator makes is not known.
    custom: bool,
}

/// All objects of a deployment.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    /// In the order of releases and documents.
    pub(super) things: Vec<Thing>,
    /// Pods, each with the index of the thing that makes it, by context and namespace.
    pods: HashMap<(String, String), Vec<(usize, Pod)>>,
    /// Objects of Kubernetes' own kinds by context, namespace and kind, then by name.
    names: HashMap<(String, String, String), BTreeMap<String, Vec<usize>>>,
    /// Namespaces that the deployment owns, by context.
    owned: HashSet<(String, String)>,
    /// Releases whose objects are not known.
    pub(super) left_out: BTreeSet<String>,
    /// Whether only some releases were picked.
    narrowed: bool,
}

impl Cluster {
    /// Without objects; `narrowed`: only some releases were picked.
    pub(super) fn new(narrowed: bool) -> Self {
        Self { narrowed, ..Self::default() }
    }

    /// Adds the objects of a release; the judge knows which groups are Kubernetes' own.
    pub(super) fn add(&mut self, documents: &Documents, context: &str, validator: &Validator<'_>) {
        let there = if documents.namespace.is_empty() { "default" } else { &documents.namespace };
        self.owned.insert((context.to_owned(), there.to_owned()));
        for Object { value, text: text_of } in documents.objects().iter() {
            let (Some(api), Some(kind), Some(name)) =
                (text(value, &["apiVersion"]), text(value, &["kind"]), text(value, &["metadata", "name"]))
            else {
                continue;
            };
            let group = api.split_once('/').map_or("", |(group, _)| group);
            let namespace = match kind.as_str() {
                "ClusterRole" => String::new(),
                _ => text(value, &["metadata", "namespace"]).filter(|name| !name.is_empty()).unwrap_or_else(|| there.to_owned()),
            };
            if kind == "Namespace" {
                self.owned.insert((context.to_owned(), name.clone()));
            }
            let custom = group.contains('.') && !validator.owns(group);
            let at = self.things.len();
            if !custom {
                let key = (context.to_owned(), namespace.clone(), kind.clone());
                self.names.entry(key).or_default().entry(name.clone()).or_default().push(at);
            }
            if let Some(pod) = Pod::of(value) {
                self.pods.entry((context.to_owned(), namespace.clone())).or_default().push((at, pod));
            }
            let (context, release) = (context.to_owned(), documents.release.clone());
            let (value, text) = (value.clone(), text_of.clone());
            self.things.push(Thing { context, release, namespace, kind, name, value, text, custom });
        }
    }

    /// The objects of that name.
    pub(super) fn named(&self, context: &str, namespace: &str, kind: &str, name: &str) -> Vec<&Thing> {
        let names = self.names.get(&(context.to_owned(), namespace.to_owned(), kind.to_owned()));
        let found = names.and_then(|names| names.get(name)).into_iter().flatten();
        found.filter_map(|at| self.things.get(*at)).collect()
    }

    /// Whether there is an object of that name, in the namespace or in none.
    pub(super) fn has(&self, context: &str, namespace: &str, kind: &str, name: &str) -> bool {
        let namespace = if kind == "ClusterRole" { "" } else { namespace };
        !self.named(context, namespace, kind, name).is_empty()
    }

    /// The names of all objects of a kind.
    pub(super) fn names(&self, context: &str, namespace: &str, kind: &str) -> impl Iterator<Item = &str> {
        let names = self.names.get(&(context.to_owned(), namespace.to_owned(), kind.to_owned()));
        names.into_iter().flat_map(|names| names.keys().map(String::as_str))
    }

    /// The pods of a namespace, each with what makes it.
    pub(super) fn pods(&self, context: &str, namespace: &str) -> impl Iterator<Item = (&Thing, &Pod)> + Clone {
        let pods = self.pods.get(&(context.to_owned(), namespace.to_owned())).into_iter().flatten();
        pods.filter_map(|(at, pod)| Some((self.things.get(*at)?, pod)))
    }

    /// Whether a StatefulSet makes the claim: `TEMPLATE-SET-0`.
    pub(super) fn claims(&self, context: &str, namespace: &str, name: &str) -> bool {
        self.within(context, namespace).any(|thing| {
            items(&thing.value, &["spec", "volumeClaimTemplates"]).iter().any(|template| {
                let template = text(template, &["metadata", "name"]).unwrap_or_default();
                name.strip_prefix(&format!("{template}-{}-", thing.name)).is_some_and(|rest| rest.parse::<u32>().is_ok())
            })
        })
    }

    /// Whether an object that no manifest makes may be there all the same: its namespace is not the deployment's, a release
    /// that is not known may make it, or something that runs there names it.
    pub(super) fn may_be_there(&self, thing: &Thing, namespace: &str, name: &str) -> bool {
        if !namespace.is_empty() && !self.is_owned(&thing.context, namespace) {
            return true;
        }
        self.may_be_left_out(&thing.release, std::iter::once(name))
            || self.within(&thing.context, namespace).any(|other| other.may_make(name))
            || self.pods(&thing.context, namespace).any(|(_, pod)| commands(pod).iter().any(|text| names(text, name)))
    }

    /// Whether pods with these labels may run that no manifest shows.
    pub(super) fn may_run_other_pods<'v>(&self, thing: &Thing, labels: impl Iterator<Item = &'v str>) -> bool {
        !self.is_owned(&thing.context, &thing.namespace)
            || self.may_be_left_out(&thing.release, labels)
            || self.within(&thing.context, &thing.namespace).any(|other| other.release == thing.release && other.is_made_into_more())
    }

    fn is_owned(&self, context: &str, namespace: &str) -> bool {
        !namespace.starts_with("kube-") && self.owned.contains(&(context.to_owned(), namespace.to_owned()))
    }

    /// Whether one of the names may be of a release that is not known. Names begin with their release's, as a rule.
    fn may_be_left_out<'v>(&self, release: &str, mut names: impl Iterator<Item = &'v str>) -> bool {
        let mut own = false;
        let unknown = names.any(|name| {
            own |= name.starts_with(release);
            self.left_out.iter().any(|other| name.starts_with(other.as_str()))
        });
        unknown || self.narrowed && !own
    }

    fn within(&self, context: &str, namespace: &str) -> impl Iterator<Item = &Thing> {
        self.things.iter().filter(move |thing| thing.context == context && (thing.namespace == namespace || namespace.is_empty()))
    }
}

impl Thing {
    /// Whether its operator makes other objects of it.
    fn is_made_into_more(&self) -> bool {
        self.custom && !SETTINGS.iter().any(|end| self.kind.ends_with(end))
    }

    /// Whether an object of that name may be made as the cluster runs because of this one.
    fn may_make(&self, name: &str) -> bool {
        if self.custom {
            // Operators name what they make after the object: `web-credentials`.
            return self.is_made_into_more()
                && name.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                || says(&self.value, name, DEEPEST);
        }
        let annotations = self.value.path(["metadata", "annotations"]);
        annotations.is_some_and(|annotations| says(&annotations, name, 2))
            // a script, run by whoever mounts it
            || self.kind == "ConfigMap" && self.value.path(["data"]).is_some_and(|data| scripts(&data).iter().any(|text| names(text, name)))
    }
}

/// Whether a text somewhere in a value is that name.
fn says(value: &Value, name: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &value.kind {
        Kind::String(text) => **text == *name.as_bytes(),
        Kind::List(list) => list.items().iter().any(|item| says(item, name, depth)),
        Kind::Map(map) => map.read().iter().any(|(_, value)| says(value, name, depth)),
        _ => false,
    }
}

/// The texts of a ConfigMap that talk to a cluster.
fn scripts(data: &Value) -> Vec<String> {
    let texts = data.as_map().map(|map| map.snapshot()).unwrap_or_default();
    texts.iter().filter_map(|(_, value)| Some(value.as_str()?.to_string())).filter(|text| text.contains("kubectl")).collect()
}

/// What the containers of a pod are told to do: commands, arguments, variables.
fn commands(pod: &Pod) -> Vec<String> {
    let mut texts = Vec::new();
    for container in pod.containers() {
        for field in ["command", "args"] {
            texts.extend(items(&container, &[field]).iter().filter_map(|word| Some(word.as_str()?.to_string())));
        }
        texts.extend(items(&container, &["env"]).iter().filter_map(|variable| text(variable, &["value"])));
    }
    texts
}

/// Whether a text names an object: the name stands in it, and no longer one.
fn names(text: &str, name: &str) -> bool {
    let goes_on = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at.saturating_add(name.len())..).unwrap_or_default());
        !goes_on(before.chars().next_back()) && !goes_on(after.chars().next())
    })
}
