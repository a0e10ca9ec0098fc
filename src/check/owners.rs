//! Across releases: objects that two of them own, and namespaces that none of them makes.

use std::collections::{HashMap, HashSet};

use super::Documents;
use super::causes::Spot;
use super::codes::{NO_NAMESPACE, TWO_OWNERS};
use super::kubernetes::Validator;
use crate::diag::{Error, Errors};

/// Namespaces of every cluster.
const ALWAYS_THERE: [&str; 5] = ["", "default", "kube-system", "kube-public", "kube-node-lease"];

/// An object of a release.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    /// `apps`; empty for the core group.
    pub(super) group: String,
    /// `Deployment`
    pub(super) kind: String,
    /// Whether its kind stands in namespaces.
    pub(super) namespaced: bool,
    /// As the manifest says it; empty where it leaves it to the release.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
    /// Its name in its document.
    pub(super) named: Spot,
    /// Its namespace in its document, where that says one.
    pub(super) placed: Spot,
}

/// Who owns what, over all releases of a run. A cluster is told from another by its context.
#[derive(Debug, Default)]
pub struct Owners {
    /// By context, group, kind, namespace and name: the release and where it is.
    seen: HashMap<[String; 5], (String, Spot)>,
    /// Namespaces that are there: of releases, or made by a manifest; by context.
    namespaces: HashSet<(String, String)>,
    /// Objects in a namespace of their own choice.
    elsewhere: Vec<(String, String, Owned)>,
    found: Errors,
}

impl Owners {
    /// Adds the objects of a release in the cluster of a context; the judge knows which kinds stand in no namespace.
    pub fn add(&mut self, documents: &Documents, context: &str, validator: &Validator<'_>) {
        self.add_objects((&documents.release, &documents.namespace, context), documents.owned(validator));
    }

    fn add_objects(&mut self, (release, namespace, context): (&str, &str, &str), objects: Vec<Owned>) {
        let there = if namespace.is_empty() { "default" } else { namespace };
        self.namespaces.insert((context.to_owned(), there.to_owned()));
        for object in objects {
            let own = match object.namespace.as_str() {
                _ if !object.namespaced => "",
                "" => there,
                own => own,
            };
            if object.kind == "Namespace" {
                self.namespaces.insert((context.to_owned(), object.name.clone()));
            }
            let key = [context, &object.group, &object.kind, own, &object.name].map(str::to_owned);
            match self.seen.get(&key) {
                Some((other, first)) if other != release => {
                    let within = if own.is_empty() { String::new() } else { format!(" in namespace {own}") };
                    let words = format!("{} {}{within} is release {other}'s, too", object.kind, object.name);
                    let finding = object.named.blame(Error::finding(&TWO_OWNERS, words).subject(format!("release {release}")));
                    self.found.push(finding.related(first.place(), format!("the one of release {other}")));
                }
                Some(_) => {} // of the same release: said there
                None => drop(self.seen.insert(key, (release.to_owned(), object.named.clone()))),
            }
            if !own.is_empty() && own != there {
                self.elsewhere.push((context.to_owned(), release.to_owned(), Owned { namespace: own.to_owned(), ..object }));
            }
        }
    }

    /// What is wrong, once all releases are there.
    pub fn findings(self) -> Errors {
        let mut found = self.found;
        let mut said = HashSet::new();
        for (context, release, object) in self.elsewhere {
            let namespace = object.namespace.clone();
            if ALWAYS_THERE.contains(&namespace.as_str())
                || self.namespaces.contains(&(context, namespace.clone()))
                || !said.insert((release.clone(), namespace.clone()))
            {
                continue;
            }
            let words = format!("nobody creates the namespace {namespace}, in which {} {} is", object.kind, object.name);
            let finding = object.placed.blame(Error::finding(&NO_NAMESPACE, words).subject(format!("release {release}")));
            found.push(finding.hint("where it is there anyway, allow the finding with a comment and its reason"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Owned, Owners};
    use crate::check::causes::Spot;

    fn object(kind: &str, namespace: &str, name: &str) -> Owned {
        let [kind, namespace, name] = [kind, namespace, name].map(str::to_owned);
        let namespaced = !["ClusterRole", "Namespace"].contains(&kind.as_str());
        let spot = Spot::of_file("t.yaml");
        Owned { group: String::new(), kind, namespaced, namespace, name, named: spot.clone(), placed: spot }
    }

    fn said(releases: &[(&str, &str, &str, Vec<Owned>)]) -> Vec<String> {
        let mut owners = Owners::default();
        for (release, namespace, context, objects) in releases {
            owners.add_objects((release, namespace, context), objects.clone());
        }
        owners.findings().iter().map(|finding| format!("{} {finding}", finding.code().id)).collect()
    }

    #[test]
    fn an_object_has_one_owner_in_one_cluster() {
        let (config, role) = (object("ConfigMap", "", "a"), object("ClusterRole", "", "r"));
        let both = || vec![config.clone(), role.clone()];
        assert_eq!(
            said(&[("one", "x", "", both()), ("two", "y", "", both()), ("three", "x", "other", both())]),
            ["BK1305 ClusterRole r is release one's, too"]
        );
        let there = object("ConfigMap", "x", "a");
        assert_eq!(
            said(&[("one", "x", "", vec![config]), ("two", "y", "", vec![there])]),
            ["BK1305 ConfigMap a in namespace x is release one's, too"]
        );
    }

    #[test]
    fn namespaces_are_made_by_somebody() {
        let (lost, system, made) =
            (object("ConfigMap", "lost", "a"), object("ConfigMap", "kube-system", "a"), object("Namespace", "", "new"));
        let in_new = object("ConfigMap", "new", "a");
        assert_eq!(
            said(&[("one", "x", "", vec![lost.clone(), lost, system, in_new]), ("two", "y", "", vec![made])]),
            ["BK1306 nobody creates the namespace lost, in which ConfigMap a is"]
        );
    }
}
