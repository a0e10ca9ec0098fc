//! Roles and who has them (`pkg/apis/rbac/validation/validation.go`).

use crate::check::kubernetes::syntax::{self, Syntax, quoted};
use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn role(of: &Object<'_>, findings: &mut Findings) {
    rules(of, false, findings);
}

pub(super) fn cluster_role(of: &Object<'_>, findings: &mut Findings) {
    rules(of, true, findings);
}

/// A rule is about resources or about addresses; the latter belong to no namespace.
fn rules(of: &Object<'_>, whole_cluster: bool, findings: &mut Findings) {
    of.each("rules", |rule| {
        let (groups, resources) = (rule.has("apiGroups"), rule.has("resources"));
        if rule.has("nonResourceURLs") {
            if !whole_cluster {
                rule.wrong(findings, Sort::Choice, "nonResourceURLs", "must not be in a Role: addresses belong to no namespace");
            }
            if groups || resources || rule.has("resourceNames") {
                rule.wrong(findings, Sort::Choice, "nonResourceURLs", "must not stand beside resources");
            }
            return;
        }
        if !groups {
            rule.wrong(findings, Sort::Required, "apiGroups", "is missing: it says of which groups the resources are");
        }
        if !resources {
            rule.wrong(findings, Sort::Required, "resources", "is missing");
        }
    });
}

pub(super) fn role_binding(of: &Object<'_>, findings: &mut Findings) {
    role_ref(of, false, findings);
}

pub(super) fn cluster_role_binding(of: &Object<'_>, findings: &mut Findings) {
    role_ref(of, true, findings);
}

fn role_ref(of: &Object<'_>, whole_cluster: bool, findings: &mut Findings) {
    of.below("roleRef", |role| {
        if let Some(group) = role.text("apiGroup").filter(|group| group != GROUP) {
            role.wrong(findings, Sort::Enum, "apiGroup", format!("has to be {GROUP}: {}", quoted(group.as_bytes())));
        }
        if whole_cluster && role.text("kind").as_deref() == Some("Role") {
            role.wrong(findings, Sort::Enum, "kind", "has to be ClusterRole");
        }
    });
    // In a RoleBinding, its own namespace stands in.
    of.each("subjects", |subject| {
        if whole_cluster && subject.text("kind").as_deref() == Some("ServiceAccount") && !subject.has("namespace") {
            subject.wrong(findings, Sort::Required, "namespace", "is missing, which a ServiceAccount has");
        }
    });
}

/// Groups of subjects go with their kinds.
pub(super) fn subject(of: &Object<'_>, findings: &mut Findings) {
    let group = of.text("apiGroup").unwrap_or_default();
    match of.text("kind").as_deref() {
        Some("ServiceAccount") => {
            if !group.is_empty() {
                of.wrong(findings, Sort::Enum, "apiGroup", "has to be empty for a ServiceAccount");
            }
            if let Some((name, fault)) = of.text("name").and_then(|name| Some((name.clone(), syntax::fault(Syntax::Subdomain, &name)?))) {
                of.wrong(findings, Sort::Name, "name", format!("{fault}: {}", quoted(name.as_bytes())));
            }
        }
        Some("User" | "Group") if !group.is_empty() && group != GROUP => {
            of.wrong(findings, Sort::Enum, "apiGroup", format!("has to be {GROUP}: {}", quoted(group.as_bytes())));
        }
        _ => {}
    }
}
