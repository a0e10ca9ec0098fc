//! Services, ingresses and network policies.

use std::collections::BTreeSet;

use super::pod::exactly_one;
use crate::check::kubernetes::syntax::{self, Syntax, quoted};
use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort};
use crate::data::Value;

/// Ports and what goes with the type.
pub(super) fn service(of: &Object<'_>, findings: &mut Findings) {
    let kind = of.text("type").unwrap_or_else(|| "ClusterIP".to_owned());
    let address = of.text("clusterIP");
    let headless = address.as_deref() == Some("None");
    let ports = of.items("ports");
    if ports.is_empty() && !headless && kind != "ExternalName" {
        of.wrong(findings, Sort::Required, "ports", "is missing");
    }
    if kind == "ExternalName" && !of.has("externalName") {
        of.wrong(findings, Sort::Required, "externalName", "is missing, which the type ExternalName needs");
    }
    if kind == "ExternalName" && address.is_some() && !headless {
        of.wrong(findings, Sort::Choice, "clusterIP", "must not be there where the type is ExternalName");
    }
    if headless && (kind == "NodePort" || kind == "LoadBalancer") {
        of.wrong(findings, Sort::Choice, "clusterIP", format!("must not be None where the type is {kind}"));
    }
    if let Some(address) = address.filter(|address| address != "None" && !syntax::is_ip(address)) {
        of.wrong(findings, Sort::Name, "clusterIP", format!("is neither an IP address nor None: {}", quoted(address.as_bytes())));
    }
    let outside = kind == "NodePort" || kind == "LoadBalancer" || of.has("externalIPs");
    if of.has("externalTrafficPolicy") && !outside {
        of.wrong(findings, Sort::Choice, "externalTrafficPolicy", format!("must not be there where the type is {kind}"));
    }
    if of.text("loadBalancerClass").is_some() && kind != "LoadBalancer" {
        of.wrong(findings, Sort::Choice, "loadBalancerClass", format!("must not be there where the type is {kind}"));
    }
    let families: Vec<Value> = of.items("ipFamilies");
    if let [one, other] = families.as_slice()
        && one.as_str() == other.as_str()
    {
        of.wrong(findings, Sort::DuplicateKey, "ipFamilies", "names the same family twice");
    }
    let several = ports.len() > 1;
    let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    of.each("ports", |port| {
        match port.text("name") {
            None if several => port.wrong(findings, Sort::Required, "name", "is missing, which a service of several ports needs"),
            Some(name) if !names.insert(name.clone()) => {
                port.wrong(findings, Sort::DuplicateKey, "name", format!("is the name of another port: {}", quoted(name.as_bytes())));
            }
            _ => {}
        }
        let protocol = port.text("protocol").unwrap_or_else(|| "TCP".to_owned());
        if let Some(number) = port.number("port")
            && !numbers.insert((protocol, number as i64))
        {
            port.wrong(findings, Sort::DuplicateKey, "port", "is the port of another one, with the same protocol");
        }
        if port.number("nodePort").is_some_and(|number| number != 0.0) && kind != "NodePort" && kind != "LoadBalancer" {
            port.wrong(findings, Sort::Choice, "nodePort", format!("must not be there where the type is {kind}"));
        }
    });
}

/// Something to lead to.
pub(super) fn ingress(of: &Object<'_>, findings: &mut Findings) {
    if of.get("defaultBackend").is_none() && of.items("rules").is_empty() {
        of.wrong(findings, Sort::Required, "rules", "is missing, and so is defaultBackend: there is nothing to lead to");
    }
}

/// The class is said in one place.
pub(super) fn ingress_class(of: &Object<'_>, findings: &mut Findings) {
    let class = of.below("spec", |spec| spec.text("ingressClassName")).flatten();
    let old =
        of.below("metadata", |metadata| metadata.below("annotations", |all| all.text("kubernetes.io/ingress.class"))).flatten().flatten();
    if let (Some(class), Some(old)) = (class, old)
        && class != old
    {
        of.below("metadata", |metadata| {
            metadata.below("annotations", |all| {
                all.wrong(
                    findings,
                    Sort::Choice,
                    "kubernetes.io/ingress.class",
                    "must be the same as spec.ingressClassName, or not be there",
                );
            })
        });
    }
}

pub(super) fn ingress_backend(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["service", "resource"], "backend", findings);
}

pub(super) fn ingress_service(of: &Object<'_>, findings: &mut Findings) {
    if let Some((name, fault)) = of.text("name").and_then(|name| Some((name.clone(), syntax::fault(Syntax::Label1035, &name)?))) {
        of.wrong(findings, Sort::Name, "name", format!("{fault}: {}", quoted(name.as_bytes())));
    }
    of.below("port", |port| {
        if port.has("name") == port.has("number") {
            port.wrong_itself(findings, Sort::Choice, "needs either a name or a number");
        }
    });
}

/// Paths of the types that compare parts.
pub(super) fn ingress_path(of: &Object<'_>, findings: &mut Findings) {
    let kind = of.text("pathType").unwrap_or_default();
    let Some(path) = of.text("path") else {
        if kind == "Exact" || kind == "Prefix" {
            of.wrong(findings, Sort::Required, "path", format!("is missing, which the type {kind} needs"));
        }
        return;
    };
    if !path.starts_with('/') && (kind == "Exact" || kind == "Prefix") {
        of.wrong(findings, Sort::Name, "path", format!("has to start with /: {}", quoted(path.as_bytes())));
    }
    if kind == "Exact" || kind == "Prefix" {
        let lower = path.to_ascii_lowercase();
        let parts = ["//", "/./", "/../", "%2f", "%5c"];
        if parts.iter().any(|part| lower.contains(part)) || path.ends_with("/..") || path.ends_with("/.") {
            of.wrong(findings, Sort::Name, "path", format!("has parts that no path of this type has: {}", quoted(path.as_bytes())));
        }
    }
}

/// Each type once.
pub(super) fn policy(of: &Object<'_>, findings: &mut Findings) {
    if of.items("policyTypes").len() > 2 {
        of.wrong(findings, Sort::Range, "policyTypes", "has more than the two types that there are");
    }
}

/// A range of addresses, or pods.
pub(super) fn peer(of: &Object<'_>, findings: &mut Findings) {
    let selected = of.get("podSelector").is_some() || of.get("namespaceSelector").is_some();
    match (of.get("ipBlock").is_some(), selected) {
        (true, true) => of.wrong(findings, Sort::Choice, "ipBlock", "must not stand beside a selector"),
        (false, false) => of.wrong_itself(findings, Sort::Choice, "needs one of podSelector, namespaceSelector and ipBlock"),
        _ => {}
    }
}
