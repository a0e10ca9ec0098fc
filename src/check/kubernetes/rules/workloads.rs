//! What makes pods, and what counts them (`pkg/apis/{apps,batch,autoscaling,policy}/validation`).

use super::selector::selects_template;
use crate::check::kubernetes::walk::{Object, is_empty};
use crate::check::kubernetes::{Findings, Sort};

/// Whether a share is nothing: 0 or `0%`.
fn is_nothing(of: &Object<'_>, name: &str) -> bool {
    of.get(name).is_some_and(|share| is_empty(&share) || share.as_str().is_some_and(|text| *text == "0%"))
}

/// Pods of a workload start again whenever they end, and go on for ever.
fn always(of: &Object<'_>, findings: &mut Findings) {
    of.below("template", |template| {
        template.below("spec", |spec| {
            if spec.text("restartPolicy").is_some_and(|policy| policy == "OnFailure" || policy == "Never") {
                spec.wrong(findings, Sort::Enum, "restartPolicy", "has to be Always here");
            }
            if spec.get("activeDeadlineSeconds").is_some() {
                spec.wrong(findings, Sort::Choice, "activeDeadlineSeconds", "must not be there: the pods go on for ever");
            }
        })
    });
}

pub(super) fn deployment(of: &Object<'_>, findings: &mut Findings) {
    replicas(of, findings);
    of.below("strategy", |strategy| {
        if strategy.text("type").as_deref() == Some("Recreate") && strategy.get("rollingUpdate").is_some() {
            strategy.wrong(findings, Sort::Choice, "rollingUpdate", "must not be there where the type is Recreate");
        }
        strategy.below("rollingUpdate", |update| {
            if is_nothing(update, "maxSurge") && is_nothing(update, "maxUnavailable") {
                update.wrong(findings, Sort::Range, "maxUnavailable", "must not be 0 where maxSurge is 0");
            }
        });
    });
    // what is not said is 600 seconds (pkg/apis/apps/v1/defaults.go)
    let deadline = of.number("progressDeadlineSeconds").unwrap_or(600.0);
    if deadline <= of.number("minReadySeconds").unwrap_or(0.0) {
        of.wrong(findings, Sort::Range, "progressDeadlineSeconds", "has to be more than minReadySeconds");
    }
}

pub(super) fn replicas(of: &Object<'_>, findings: &mut Findings) {
    selects_template(of, findings);
    always(of, findings);
}

pub(super) fn stateful_set(of: &Object<'_>, findings: &mut Findings) {
    replicas(of, findings);
    on_delete(of, findings);
    of.each("volumeClaimTemplates", |claim| {
        findings.claims.extend(claim.below("metadata", |metadata| metadata.text("name")).flatten());
    });
}

pub(super) fn daemon_set(of: &Object<'_>, findings: &mut Findings) {
    replicas(of, findings);
    of.below("updateStrategy", |strategy| {
        strategy.below("rollingUpdate", |update| {
            let surges = update.get("maxSurge").is_some() && !is_nothing(update, "maxSurge");
            if is_nothing(update, "maxUnavailable") && !surges {
                update.wrong(findings, Sort::Range, "maxUnavailable", "must not be 0 where maxSurge is 0");
            }
            if surges && !is_nothing(update, "maxUnavailable") && update.get("maxUnavailable").is_some() {
                update.wrong(findings, Sort::Choice, "maxSurge", "has to be 0 where maxUnavailable is not");
            }
        });
    });
}

fn on_delete(of: &Object<'_>, findings: &mut Findings) {
    of.below("updateStrategy", |strategy| {
        if strategy.text("type").as_deref() == Some("OnDelete") && strategy.get("rollingUpdate").is_some() {
            strategy.wrong(findings, Sort::Choice, "rollingUpdate", "must not be there where the type is OnDelete");
        }
    });
}

/// A job's pods end some time; its selector is made for it.
pub(super) fn job(of: &Object<'_>, findings: &mut Findings) {
    of.below("template", |template| {
        let Some(policy) = template.below("spec", |spec| spec.text("restartPolicy")) else { return };
        if policy.as_deref().is_none_or(|policy| policy == "Always") {
            template.below("spec", |spec| {
                spec.wrong(findings, Sort::Required, "restartPolicy", "has to be OnFailure or Never in a job");
            });
        }
    });
    if of.text("completionMode").as_deref() == Some("Indexed") && of.get("completions").is_none() {
        of.wrong(findings, Sort::Required, "completions", "is missing, which an indexed job needs");
    }
}

pub(super) fn autoscaler(of: &Object<'_>, findings: &mut Findings) {
    if let (Some(least), Some(most)) = (of.number("minReplicas"), of.number("maxReplicas"))
        && most > 0.0
        && most < least
    {
        of.wrong(findings, Sort::Range, "maxReplicas", "has to be at least minReplicas");
    }
}

/// A metric's type names the field that says it.
pub(super) fn metric(of: &Object<'_>, findings: &mut Findings) {
    const SOURCES: [(&str, &str); 5] = [
        ("Object", "object"),
        ("Pods", "pods"),
        ("Resource", "resource"),
        ("External", "external"),
        ("ContainerResource", "containerResource"),
    ];
    let Some(kind) = of.text("type") else { return };
    let Some((_, own)) = SOURCES.iter().find(|(name, _)| *name == kind) else { return };
    if of.get(own).is_none() {
        of.wrong(findings, Sort::Required, own, format!("is missing, which the type {kind} needs"));
    }
    for (_, other) in SOURCES.iter().filter(|(_, other)| other != own) {
        if of.get(other).is_some() {
            of.wrong(findings, Sort::Choice, other, format!("must not be there where the type is {kind}"));
        }
    }
}

pub(super) fn disruption_budget(of: &Object<'_>, findings: &mut Findings) {
    if of.get("minAvailable").is_some() && of.get("maxUnavailable").is_some() {
        of.wrong(findings, Sort::Choice, "maxUnavailable", "must not stand beside minAvailable");
    }
}

/// A target of what is asked for: a share of it, or an amount.
pub(super) fn resource_metric(of: &Object<'_>, findings: &mut Findings) {
    of.below("target", |target| {
        let (share, amount) = (target.get("averageUtilization").is_some(), target.get("averageValue").is_some());
        if share == amount {
            let how = if share { "must not stand beside averageValue" } else { "is missing, and so is averageValue" };
            target.wrong(findings, Sort::Choice, "averageUtilization", how);
        }
    });
}

/// The group of what is scaled, or measured.
pub(super) fn target(of: &Object<'_>, findings: &mut Findings) {
    let core = ["ReplicationController", "Service", "Pod", "Namespace", "Node"];
    if of.text("apiVersion").is_none_or(|version| !version.contains('/'))
        && !of.text("kind").is_none_or(|kind| core.contains(&kind.as_str()))
    {
        of.wrong(findings, Sort::Required, "apiVersion", "has to say the group: apps/v1, for example");
    }
}
