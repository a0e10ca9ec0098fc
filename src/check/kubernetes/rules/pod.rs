//! Pods and their containers (`pkg/apis/core/validation/validation.go`).

use std::collections::BTreeSet;

use crate::check::kubernetes::syntax::quoted;
use crate::check::kubernetes::walk::{Object, is_empty};
use crate::check::kubernetes::{Findings, Sort, formats};
use crate::data::Value;

const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

/// Names of containers and volumes, mounts of volumes that are there.
pub(super) fn spec(of: &Object<'_>, findings: &mut Findings) {
    let mut volumes = unique_names(of, "volumes", findings);
    volumes.extend(findings.claims.iter().cloned());
    let mut containers = BTreeSet::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        of.each(list, |container| {
            if let Some(name) = container.text("name")
                && !containers.insert(name.clone())
            {
                container.wrong(
                    findings,
                    Sort::DuplicateKey,
                    "name",
                    format!("is the name of another container: {}", quoted(name.as_bytes())),
                );
            }
            mounts(container, &volumes, findings);
        });
    }
    of.each("initContainers", |container| {
        let sidecar = container.text("restartPolicy").as_deref() == Some("Always");
        for probe in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
            if !sidecar && container.get(probe).is_some() {
                container.wrong(findings, Sort::Choice, probe, "must not be there for a container that runs before the others");
            }
        }
    });
    of.below("securityContext", |security| {
        let wrong = |group: &Value| crate::check::kubernetes::number(group).is_some_and(|group| !(0.0..=2_147_483_647.0).contains(&group));
        if security.items("supplementalGroups").iter().any(wrong) {
            security.wrong(findings, Sort::Range, "supplementalGroups", "have to be from 0 to 2147483647");
        }
    });
    if of.get("hostNetwork").is_some_and(|host| host.as_bool() == Some(true)) {
        host_ports(of, findings);
    }
}

fn unique_names(of: &Object<'_>, list: &str, findings: &mut Findings) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    of.each(list, |element| {
        if let Some(name) = element.text("name")
            && !names.insert(name.clone())
        {
            element.wrong(findings, Sort::DuplicateKey, "name", format!("stands twice: {}", quoted(name.as_bytes())));
        }
    });
    names
}

fn mounts(container: &Object<'_>, volumes: &BTreeSet<String>, findings: &mut Findings) {
    let mut paths = BTreeSet::new();
    for (list, place) in [("volumeMounts", "mountPath"), ("volumeDevices", "devicePath")] {
        container.each(list, |mount| {
            if let Some(name) = mount.text("name").filter(|name| !volumes.contains(name)) {
                let hint = crate::diag::nearest(&name, volumes.iter().map(String::as_str)).map(|near| format!("did you mean {near}?"));
                let origin = mount.get("name").map_or(mount.origin, |name| name.origin);
                let words = if volumes.is_empty() { "is no volume of the pod, which has none" } else { "is no volume of the pod" };
                let message = format!("{words}: {}", quoted(name.as_bytes()));
                findings.push_with(Sort::Reference, &mount.path.field(b"name"), origin, message, hint);
            }
            if let Some(path) = mount.text(place)
                && !paths.insert(path.clone())
            {
                mount.wrong(findings, Sort::DuplicateKey, place, format!("is used twice in the container: {}", quoted(path.as_bytes())));
            }
            if mount.has("subPath") && mount.has("subPathExpr") {
                mount.wrong(findings, Sort::Choice, "subPathExpr", "must not stand beside subPath");
            }
        });
    }
}

/// Host ports are ports of the host's network where the pod uses it.
fn host_ports(of: &Object<'_>, findings: &mut Findings) {
    for list in ["initContainers", "containers"] {
        of.each(list, |container| {
            container.each("ports", |port| {
                if let (Some(host), Some(own)) = (port.number("hostPort"), port.number("containerPort"))
                    && host != 0.0
                    && host != own
                {
                    port.wrong(findings, Sort::Choice, "hostPort", "has to be the containerPort where hostNetwork is true");
                }
            });
        });
    }
}

/// Ports and variables of one container, what its probes need.
pub(super) fn container(of: &Object<'_>, findings: &mut Findings) {
    let mut names = BTreeSet::new();
    of.each("ports", |port| {
        if let Some(name) = port.text("name")
            && !names.insert(name.clone())
        {
            port.wrong(findings, Sort::DuplicateKey, "name", format!("is the name of another port: {}", quoted(name.as_bytes())));
        }
    });
    if let Some(image) = of.text("image").filter(|image| image.trim() != image) {
        of.wrong(findings, Sort::Name, "image", format!("has blanks around it: {}", quoted(image.as_bytes())));
    }
    for probe in ["livenessProbe", "startupProbe"] {
        of.below(probe, |probe| {
            if probe.number("successThreshold").is_some_and(|times| times != 1.0 && times != 0.0) {
                probe.wrong(findings, Sort::Range, "successThreshold", "has to be 1");
            }
        });
    }
    of.below("readinessProbe", |probe| {
        if probe.get("terminationGracePeriodSeconds").is_some() {
            probe.wrong(findings, Sort::Choice, "terminationGracePeriodSeconds", "must not be there for a readinessProbe");
        }
    });
    of.below("lifecycle", |lifecycle| {
        for moment in ["postStart", "preStop"] {
            lifecycle.below(moment, |handler| {
                if handler.has("grpc") {
                    handler.wrong(findings, Sort::Choice, "grpc", "is for probes");
                }
            });
        }
    });
}

/// Exactly one way to ask.
pub(super) fn probe(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &HANDLERS, "way to ask", findings);
}

/// Exactly one thing to do.
pub(super) fn handler(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["exec", "httpGet", "tcpSocket", "sleep"], "thing to do", findings);
}

/// Says so where not exactly one of the fields is there.
pub(super) fn exactly_one(of: &Object<'_>, fields: &[&str], what: &str, findings: &mut Findings) {
    let there: Vec<&&str> = fields.iter().filter(|field| of.get(field).is_some()).collect();
    match there.as_slice() {
        [] => of.wrong_itself(findings, Sort::Choice, format!("needs one {what}: {}", fields.join(", "))),
        [_] => {}
        [_, second, ..] => of.wrong(findings, Sort::Choice, second, format!("is one {what} too many: only one of {}", fields.join(", "))),
    }
}

/// A variable has its value from one place.
pub(super) fn variable(of: &Object<'_>, findings: &mut Findings) {
    if of.has("value") && of.get("valueFrom").is_some() {
        of.wrong(findings, Sort::Choice, "valueFrom", "must not stand beside a value");
    }
}

/// One source of a value.
pub(super) fn variable_source(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"], "source of the value", findings);
    of.below("fieldRef", |field| {
        if let Some(path) = field.text("fieldPath").filter(|path| !is_field_path(path)) {
            field.wrong(findings, Sort::Enum, "fieldPath", format!("is no field that a variable can have: {}", quoted(path.as_bytes())));
        }
    });
}

/// One source of variables.
pub(super) fn variables_source(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["configMapRef", "secretRef"], "source of the variables", findings);
}

/// A part of a container's resources.
pub(super) fn resource_field(of: &Object<'_>, findings: &mut Findings) {
    let Some(resource) = of.text("resource") else { return };
    let known = ["limits.", "requests."]
        .iter()
        .find_map(|head| resource.strip_prefix(head))
        .filter(|name| ["cpu", "memory", "ephemeral-storage"].contains(name) || name.starts_with("hugepages-"));
    let Some(name) = known else {
        return of.wrong(findings, Sort::Enum, "resource", format!("is no resource such as limits.cpu: {}", quoted(resource.as_bytes())));
    };
    let one = 1_000_000_000_i128;
    let Some(divisor) = of.get("divisor").and_then(|divisor| formats::quantity(&divisor)).filter(|divisor| *divisor != 0) else { return };
    let powers = |base: i128, most: u32| (0..=most).filter_map(move |power| base.checked_pow(power)?.checked_mul(one));
    let fits = match name {
        "cpu" => divisor == one || divisor == 1_000_000,
        _ => powers(1000, 6).chain(powers(1024, 6)).any(|power| power == divisor),
    };
    if !fits {
        of.wrong(findings, Sort::Enum, "divisor", "has to be 1 or a unit such as 1m (of cpu), 1k or 1Mi");
    }
}

/// A file of a pod's own data.
pub(super) fn own_file(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["fieldRef", "resourceFieldRef"], "source", findings);
    of.below("fieldRef", |field| {
        const KNOWN: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
        if let Some(path) = field.text("fieldPath").filter(|path| !KNOWN.contains(&path.as_str()) && !is_keyed(path)) {
            field.wrong(findings, Sort::Enum, "fieldPath", format!("is no field that a file can have: {}", quoted(path.as_bytes())));
        }
    });
}

fn is_keyed(path: &str) -> bool {
    ["metadata.annotations['", "metadata.labels['"].iter().any(|head| path.starts_with(head) && path.ends_with("']"))
}

fn is_field_path(path: &str) -> bool {
    const PLAIN: [&str; 9] = [
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    PLAIN.contains(&path) || is_keyed(path)
}

/// Quantities that fit each other: what is asked for is not more than what is allowed.
pub(super) fn resources(of: &Object<'_>, findings: &mut Findings) {
    for list in ["limits", "requests"] {
        of.below(list, |amounts| {
            for (name, amount) in amounts.map.snapshot() {
                let standard =
                    ["cpu", "memory", "ephemeral-storage"].iter().any(|known| name == **known) || name.starts_with(b"hugepages-");
                if of.path.has(b"resources") && !standard && !name.contains(&b'/') {
                    let message = "is no resource: one of cpu, memory, ephemeral-storage, hugepages-…, or a name with a domain".to_owned();
                    findings.push(Sort::Name, &amounts.path.field(&name), amount.origin, message);
                }
                if formats::quantity(&amount).is_some_and(|worth| worth < 0) {
                    findings.push(Sort::Quantity, &amounts.path.field(&name), amount.origin, "must not be negative".to_owned());
                }
            }
        });
    }
    let limits = of.get("limits").and_then(|limits| limits.as_map().cloned()).unwrap_or_default();
    of.below("requests", |requests| {
        for (name, request) in requests.map.snapshot() {
            let Some(limit) = limits.get(&name) else { continue };
            let worth = |amount: &Value| if amount.is_nil() { Some(0) } else { formats::quantity(amount) };
            let (Some(asked), Some(allowed)) = (worth(&request), worth(&limit)) else { continue };
            if asked > allowed {
                findings.push(Sort::Quantity, &requests.path.field(&name), request.origin, format!("is more than limits.{name}"));
            }
        }
    });
}

/// Rights that exclude each other.
pub(super) fn security(of: &Object<'_>, findings: &mut Findings) {
    let truth = |name: &str| of.get(name).and_then(|value| value.as_bool());
    if truth("allowPrivilegeEscalation") == Some(false) && truth("privileged") == Some(true) {
        of.wrong(findings, Sort::Choice, "allowPrivilegeEscalation", "must not be false for a privileged container");
    }
}

/// An operator and what it goes with.
pub(super) fn toleration(of: &Object<'_>, findings: &mut Findings) {
    let operator = of.text("operator").unwrap_or_default();
    if !["", "Equal", "Exists", "Lt", "Gt"].contains(&operator.as_str()) {
        of.wrong(findings, Sort::Enum, "operator", "has to be one of Equal, Exists");
    }
    if !of.has("key") && operator != "Exists" {
        of.wrong(findings, Sort::Required, "operator", "has to be Exists where there is no key");
    }
    if operator == "Exists" && of.has("value") {
        of.wrong(findings, Sort::Choice, "value", "must be empty where the operator is Exists");
    }
    if of.get("tolerationSeconds").is_some_and(|seconds| !is_empty(&seconds) || seconds.as_str().is_none())
        && of.text("effect").is_some_and(|effect| effect != "NoExecute")
    {
        of.wrong(findings, Sort::Choice, "effect", "has to be NoExecute where tolerationSeconds is said");
    }
}
