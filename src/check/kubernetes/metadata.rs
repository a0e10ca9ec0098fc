//! Names of objects, and the scope they are made in.

use super::syntax::{self, Syntax, quoted};
use super::walk::{Object, Path};
use super::{Findings, Sort};
use crate::data::Value;

/// How objects of a kind are named; by default, as subdomains.
fn syntax_of(group: &str, kind: &str) -> Syntax {
    match (group, kind) {
        ("", "Namespace") | ("apps", "StatefulSet") => Syntax::Label,
        ("", "Service") => Syntax::Label1035,
        // nobody checks the name of a disruption budget
        ("rbac.authorization.k8s.io", _) | ("policy", "PodDisruptionBudget") => Syntax::PathSegment,
        _ => Syntax::Subdomain,
    }
}

/// Checks an object's name, and its namespace where it has one.
pub(super) fn check(object: &Value, group: &str, kind: &str, namespaced: bool, findings: &mut Findings) {
    let Some(map) = object.as_map() else { return };
    let path = Path::ROOT;
    let object = Object { map, origin: object.origin, path: &path };
    let met = object.below("metadata", |metadata| {
        if namespaced
            && let Some((name, fault)) =
                metadata.text("namespace").and_then(|name| Some((name.clone(), syntax::fault(Syntax::Label, &name)?)))
        {
            metadata.wrong(findings, Sort::Name, "namespace", format!("{fault}: {}", quoted(name.as_bytes())));
        }
        let Some(name) = metadata.text("name") else {
            if metadata.text("generateName").is_none() {
                metadata.wrong(findings, Sort::Required, "name", "is missing");
            }
            return;
        };
        if let Some(fault) = syntax::fault(syntax_of(group, kind), &name) {
            metadata.wrong(findings, Sort::Name, "name", format!("{fault}: {}", quoted(name.as_bytes())));
        }
        // parity: pkg/apis/batch/validation/validation.go: a job's name gets 11 characters more
        if (group, kind) == ("batch", "CronJob") && name.len() > 52 {
            metadata.wrong(findings, Sort::Name, "name", "is longer than 52 characters: the names of its jobs are longer by 11");
        }
    });
    if met.is_none() && object.get("metadata").is_none() {
        object.wrong(findings, Sort::Required, "metadata", "is missing, and with it the name");
    }
}
