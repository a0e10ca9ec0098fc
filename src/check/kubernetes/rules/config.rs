//! ConfigMaps and Secrets. Nothing is said about what they hold.

use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort};
use crate::golang::base64;

/// How large the data may be together (`MaxSecretSize`).
const MOST: usize = 1 << 20;

/// Keys stand once, and the data has its size.
pub(super) fn config_map(of: &Object<'_>, findings: &mut Findings) {
    let mut size = 0_usize;
    let binary = of.get("binaryData").and_then(|data| data.as_map().cloned()).unwrap_or_default();
    of.below("data", |data| {
        for (key, value) in data.map.snapshot() {
            if binary.contains(&key) {
                findings.push(Sort::DuplicateKey, &data.path.field(&key), value.origin, "stands in binaryData, too".to_owned());
            }
            size = size.saturating_add(value.as_str().map_or(0, |text| text.len()));
        }
    });
    for (_, value) in binary.snapshot() {
        size = size.saturating_add(value.as_str().and_then(|text| base64::decode(text).ok()).map_or(0, |bytes| bytes.len()));
    }
    if size > MOST {
        of.wrong(findings, Sort::Limit, "data", format!("is larger than {MOST} bytes"));
    }
}

/// What secrets of a type hold at least.
pub(super) fn secret(of: &Object<'_>, findings: &mut Findings) {
    let has = |key: &str| ["data", "stringData"].iter().any(|list| of.get(list).and_then(|data| data.as_map()?.get(key)).is_some());
    let kind = of.text("type").unwrap_or_default();
    let wanted: &[&str] = match kind.as_str() {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    };
    for key in wanted.iter().filter(|key| !has(key)) {
        of.wrong(findings, Sort::Required, "data", format!("has no {key}, which the type {kind} needs"));
    }
    if kind == "kubernetes.io/basic-auth" && !has("username") && !has("password") {
        of.wrong(findings, Sort::Required, "data", format!("has neither username nor password, of which the type {kind} needs one"));
    }
    let mut size = 0_usize;
    for (list, encoded) in [("data", true), ("stringData", false)] {
        of.below(list, |data| {
            for (_, value) in data.map.snapshot() {
                let Some(text) = value.as_str() else { continue };
                let length = if encoded { base64::decode(text).map_or(0, |bytes| bytes.len()) } else { text.len() };
                size = size.saturating_add(length);
            }
        });
    }
    if size > MOST {
        of.wrong(findings, Sort::Limit, "data", format!("is larger than {MOST} bytes"));
    }
}
