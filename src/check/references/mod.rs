//! Between objects: `objects of all releases → names that lead nowhere`.
//!
//! What another deployment, an operator or a person may have made can't be seen from here. So a name is a finding only where
//! its namespace belongs to the deployment, and nothing in it says that it is made as the cluster runs: no custom object and no command
//! that names it, no release that was left out. The judgements are warnings.

mod cluster;
mod reads;
mod selectors;

use std::collections::HashMap;

use self::cluster::{Cluster, Thing};
use self::reads::{Reference, references};
use self::selectors::{Selected, of_service, selected, takes};
use super::causes::Spot;
use super::codes;
use super::kubernetes::Validator;
use super::manifests::Documents;
use super::pods::{Pod, items, keys, text};
use crate::data::Value;
use crate::diag::{Code, Error, Errors, Place, Severity, nearest};

/// What there is in every namespace, or is made by Kubernetes itself.
const ALWAYS_THERE: [(&str, &str); 8] = [
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "openshift-service-ca.crt"),
    ("ServiceAccount", "default"),
    ("Service", "kubernetes"),
    ("ClusterRole", "cluster-admin"),
    ("ClusterRole", "admin"),
    ("ClusterRole", "edit"),
    ("ClusterRole", "view"),
];

/// How many more places of one missing object are told.
const MORE_PLACES: usize = 3;

/// The objects of all releases of a run.
#[derive(Default)]
pub struct References {
    cluster: Cluster,
}

impl References {
    /// With `narrowed`, only some releases were picked: what their objects refer to may be another's.
    pub fn new(narrowed: bool) -> Self {
        Self { cluster: Cluster::new(narrowed) }
    }

    /// Adds what a release renders, in the cluster of a context; the judge knows which kinds are Kubernetes' own.
    pub fn add(&mut self, documents: &Documents, context: &str, validator: &Validator<'_>) {
        self.cluster.add(documents, context, validator);
    }

    /// Says that there may be a release, whose objects are not known unless they are added: it is not picked, or it fails.
    pub fn may_exist(&mut self, release: &str) {
        self.cluster.left_out.insert(release.to_owned());
    }

    /// What leads nowhere, once all releases are there.
    pub fn findings(mut self) -> Errors {
        for thing in &self.cluster.things {
            self.cluster.left_out.remove(&thing.release);
        }
        let cluster = &self.cluster;
        let mut found = Errors::new();
        let mut missing: Vec<Missing<'_>> = Vec::new();
        let mut known = HashMap::new();
        for thing in &cluster.things {
            for reference in references(&thing.kind, &thing.value) {
                let namespace = namespace_of(thing, &reference);
                let name = reference.name();
                let there = cluster.named(&thing.context, &namespace, reference.kind, &name);
                if !there.is_empty() {
                    found.extend(part(thing, &reference, &there));
                } else if is_missing(cluster, thing, &reference, &namespace) {
                    let key = (thing.context.as_str(), namespace.clone(), reference.kind, name);
                    let at = *known.entry(key).or_insert_with(|| {
                        missing.push(Missing { namespace, uses: Vec::new() });
                        missing.len() - 1
                    });
                    missing[at].uses.push((thing, reference));
                }
            }
            found.extend(pods_of(cluster, thing));
        }
        found.extend(missing.iter().filter_map(|missing| missing.finding(cluster)));
        found
    }
}

/// An object that nobody makes.
struct Missing<'a> {
    namespace: String,
    uses: Vec<(&'a Thing, Reference)>,
}

impl Missing<'_> {
    /// One finding at the first place that names it, with some of the others.
    fn finding(&self, cluster: &Cluster) -> Option<Error> {
        let (thing, reference) = self.uses.first()?;
        let (kind, name) = (reference.kind, reference.name());
        let words = format!("{} refers to the {kind} {name}, which no manifest makes", thing.shown());
        let mut finding = thing.finding(code(kind), words, &reference.name);
        let mut told = vec![thing.place(&reference.name)];
        for (other, reference) in &self.uses {
            let place = other.place(&reference.name);
            if told.len() <= MORE_PLACES && !told.contains(&place) {
                finding = finding.related(place.clone(), format!("{} refers to it, too", other.shown()));
                told.push(place);
            }
        }
        let names = cluster.names(&thing.context, &self.namespace, kind);
        let other_kind = [("Role", "ClusterRole"), ("ClusterRole", "Role")].iter().find(|(one, _)| *one == kind);
        if let Some((_, other)) = other_kind.filter(|(_, other)| cluster.has(&thing.context, &thing.namespace, other, &name)) {
            finding = finding.hint(format!("there is a {other} of that name"));
        } else if let Some(near) = nearest(&name, names) {
            finding = finding.hint(format!("did you mean `{near}`?"));
        }
        Some(finding.hint("where it is made another way, allow the finding with a comment and its reason"))
    }
}

fn code(kind: &str) -> &'static Code {
    match kind {
        "ConfigMap" => &codes::NO_CONFIG_MAP,
        "Secret" => &codes::NO_SECRET,
        "ServiceAccount" => &codes::NO_SERVICE_ACCOUNT,
        "PersistentVolumeClaim" => &codes::NO_CLAIM,
        "Service" => &codes::NO_SERVICE,
        "Role" | "ClusterRole" => &codes::NO_ROLE,
        _ => &codes::NO_TARGET,
    }
}

/// The namespace that a reference leads into; empty for what stands in none.
fn namespace_of(thing: &Thing, reference: &Reference) -> String {
    match (&reference.namespace, reference.kind) {
        (_, "ClusterRole") => String::new(),
        (Some(namespace), _) if !namespace.is_empty() => namespace.clone(),
        _ => thing.namespace.clone(),
    }
}

fn is_missing(cluster: &Cluster, thing: &Thing, reference: &Reference, namespace: &str) -> bool {
    let (kind, name) = (reference.kind, reference.name());
    let always = ALWAYS_THERE.contains(&(kind, name.as_str())) || kind == "ClusterRole" && name.starts_with("system:");
    let claimed = || kind == "PersistentVolumeClaim" && cluster.claims(&thing.context, namespace, &name);
    !always && !claimed() && !cluster.may_be_there(thing, namespace, &name)
}

/// What is wrong about the part of an object that is there: a key that it does not have, a port that it does not serve.
fn part(thing: &Thing, reference: &Reference, there: &[&Thing]) -> Option<Error> {
    let part = reference.part.as_ref()?;
    let shown = match (part.as_str(), &part.kind) {
        (Some(text), _) => text.to_string(),
        (None, crate::data::Kind::Float(number)) => number.to_string(),
        _ => return None,
    };
    let kind = reference.kind;
    let (names, code, word): (Vec<String>, _, _) = match kind {
        "ConfigMap" | "Secret" => {
            let filled_later =
                there.iter().any(|one| text(&one.value, &["type"]).as_deref() == Some("kubernetes.io/service-account-token"));
            let fields = ["data", "stringData", "binaryData"];
            let names: Vec<String> = there.iter().flat_map(|one| fields.iter().flat_map(|field| keys(&one.value, &[field]))).collect();
            // One without any content is filled as the cluster runs.
            if filled_later || names.is_empty() {
                return None;
            }
            (names, &codes::NO_SUCH_KEY, "key")
        }
        "Service" => {
            if there.iter().any(|one| text(&one.value, &["spec", "type"]).as_deref() == Some("ExternalName")) {
                return None;
            }
            let ports: Vec<Value> = there.iter().flat_map(|one| items(&one.value, &["spec", "ports"])).collect();
            let numbers = ports.iter().filter_map(|port| match port.path(["port"])?.kind {
                crate::data::Kind::Float(number) => Some(number.to_string()),
                _ => None,
            });
            let names = ports.iter().filter_map(|port| text(port, &["name"]));
            (numbers.chain(names).collect(), &codes::NO_SERVICE_PORT, "port")
        }
        _ => return None,
    };
    if names.contains(&shown) {
        return None;
    }
    let name = reference.name();
    let finding = thing.finding(code, format!("{}: the {kind} {name} has no {word} {shown}", thing.shown()), part);
    let finding = match there.first() {
        Some(first) => finding.related(first.place(&first.value), format!("the {kind} {name}")),
        None => finding,
    };
    let list = || format!("it has {}", names.iter().take(10).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
    let near = nearest(&shown, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
    Some(if names.is_empty() { finding } else { finding.hint(near.unwrap_or_else(list)) })
}

/// What is wrong about the pods that an object wants to find.
fn pods_of(cluster: &Cluster, thing: &Thing) -> Errors {
    match thing.kind.as_str() {
        "Service" => of_a_service(cluster, thing),
        "PodDisruptionBudget" => of_a_selector(cluster, thing, "selector"),
        "NetworkPolicy" => of_a_selector(cluster, thing, "podSelector"),
        _ => Errors::new(),
    }
}

fn of_a_service(cluster: &Cluster, thing: &Thing) -> Errors {
    let selector = thing.value.path(["spec", "selector"]).unwrap_or_default();
    let labels = of_service(&selector);
    if labels.is_empty() || text(&thing.value, &["spec", "type"]).as_deref() == Some("ExternalName") {
        return Errors::new();
    }
    let pods = || cluster.pods(&thing.context, &thing.namespace);
    let shown = labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
    let said = match selected(&labels, pods().map(|(_, pod)| pod)) {
        Selected::Some => return target_ports(cluster, thing, &labels),
        _ if cluster.may_run_other_pods(thing, labels.iter().map(|(_, value)| value.as_str())) => return Errors::new(),
        Selected::Almost(missing) => {
            let words = format!(
                "no pod of a manifest has all labels that {} selects: {} would have to be put on pods as they run",
                thing.shown(),
                missing.join(",")
            );
            thing.finding(&codes::SELECTS_NOTHING, words, &selector).severity(Severity::Note)
        }
        Selected::None => {
            let words = format!("{} selects no pod of any manifest: {shown}", thing.shown());
            let finding = thing.finding(&codes::SELECTS_NOTHING, words, &selector);
            // The label that stands in the way, where one value of it is near.
            let near = labels.iter().find_map(|(key, value)| {
                let values: Vec<String> = pods().filter_map(|(_, pod)| pod.label(key)).collect();
                let near = nearest(value, values.iter().map(String::as_str))?.to_owned();
                Some(format!("did you mean `{key}: {near}`?"))
            });
            match near {
                Some(near) => finding.hint(near),
                None => finding,
            }
        }
    };
    said.into()
}

/// Names of target ports that none of the selected pods has. A number needs no declaration.
fn target_ports(cluster: &Cluster, thing: &Thing, labels: &[(String, String)]) -> Errors {
    let pods: Vec<(&Thing, &Pod)> = cluster.pods(&thing.context, &thing.namespace).filter(|(_, pod)| selectors::has(pod, labels)).collect();
    let names: Vec<String> = pods.iter().flat_map(|(_, pod)| pod.port_names()).collect();
    let mut found = Errors::new();
    for port in items(&thing.value, &["spec", "ports"]) {
        let Some(target) = port.path(["targetPort"]) else { continue };
        let Some(name) = target.as_str().map(|name| name.to_string()) else { continue };
        if names.contains(&name) || name.parse::<u16>().is_ok() {
            continue;
        }
        let words = format!("{}: no pod that it selects has a port named {name}", thing.shown());
        let mut finding = thing.finding(&codes::NO_TARGET_PORT, words, &target);
        if let Some((owner, _)) = pods.first() {
            finding = finding.related(owner.place(&owner.value), format!("{} is selected", owner.shown()));
        }
        found.push(match nearest(&name, names.iter().map(String::as_str)) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None if names.is_empty() => finding.hint("name a container's port, or write the number"),
            None => {
                finding.hint(format!("its ports are named {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
            }
        });
    }
    found
}

fn of_a_selector(cluster: &Cluster, thing: &Thing, field: &str) -> Errors {
    let Some(selector) = thing.value.path(["spec", field]) else { return Errors::new() };
    let labels = selector.path(["matchLabels"]).map(|labels| of_service(&labels)).unwrap_or_default();
    let mut pods = cluster.pods(&thing.context, &thing.namespace);
    let nothing = labels.is_empty() || pods.any(|(_, pod)| takes(&selector, pod));
    if nothing || cluster.may_run_other_pods(thing, labels.iter().map(|(_, value)| value.as_str())) {
        return Errors::new();
    }
    let shown = labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
    let words = format!("{} selects no pod of any manifest: {shown}", thing.shown());
    thing.finding(&codes::RULES_NOTHING, words, &selector).into()
}

impl Thing {
    /// `Deployment web`
    fn shown(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    fn finding(&self, code: &'static Code, words: String, at: &Value) -> Error {
        let finding = Error::finding(code, words).subject(format!("release {}", self.release));
        Spot::new(&self.text, at.origin).blame(finding)
    }

    fn place(&self, at: &Value) -> Place {
        Spot::new(&self.text, at.origin).place()
    }
}
