//! Webhooks of admission, and the definitions of custom resources.

use std::collections::BTreeSet;

use super::pod::exactly_one;
use crate::check::kubernetes::syntax::quoted;
use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort};

/// A full name, and a version of reviews that the server can send.
pub(super) fn webhook(of: &Object<'_>, findings: &mut Findings) {
    if let Some(name) = of.text("name").filter(|name| name.split('.').count() < 3) {
        of.wrong(findings, Sort::Name, "name", format!("has to be a domain of at least three parts: {}", quoted(name.as_bytes())));
    }
    let versions = of.items("admissionReviewVersions");
    let known = versions.iter().any(|version| version.as_str().is_some_and(|version| *version == "v1" || *version == "v1beta1"));
    let mut seen = BTreeSet::new();
    if !versions.iter().all(|version| seen.insert(version.as_str().map(|text| text.to_text().into_owned()))) {
        of.wrong(findings, Sort::DuplicateKey, "admissionReviewVersions", "names a version twice");
    }
    if !versions.is_empty() && !known {
        of.wrong(findings, Sort::Enum, "admissionReviewVersions", "needs v1 or v1beta1, which the server can send");
    }
}

/// The name of an API service is made of its version and its group.
pub(super) fn api_service(of: &Object<'_>, findings: &mut Findings) {
    let spec = of.below("spec", |spec| {
        if !spec.has("group") && spec.text("version").is_some_and(|version| version != "v1") {
            spec.wrong(findings, Sort::Required, "group", "is missing");
        }
        spec.text("version").map(|version| format!("{version}.{}", spec.text("group").unwrap_or_default()))
    });
    let Some(Some(wanted)) = spec else { return };
    of.below("metadata", |metadata| {
        if metadata.text("name").is_some_and(|name| name != wanted) {
            metadata.wrong(findings, Sort::Name, "name", format!("has to be {wanted}, its version and its group"));
        }
    });
}

/// An address or a service.
pub(super) fn client(of: &Object<'_>, findings: &mut Findings) {
    exactly_one(of, &["url", "service"], "address", findings);
    if let Some(url) = of.text("url").filter(|url| !url.starts_with("https://")) {
        of.wrong(findings, Sort::Format, "url", format!("has to start with https://: {}", quoted(url.as_bytes())));
    }
}

/// A definition's name is made of its plural and its group, and one of its versions is stored.
pub(super) fn definition(of: &Object<'_>, findings: &mut Findings) {
    let spec = of.below("spec", |spec| {
        let plural = spec.below("names", |names| names.text("plural")).flatten();
        let stored = spec
            .items("versions")
            .iter()
            .filter(|version| version.path(["storage"]).is_some_and(|stored| stored.as_bool() == Some(true)))
            .count();
        if stored != 1 && spec.has("versions") {
            spec.wrong(findings, Sort::Choice, "versions", "have to have one that is stored (storage: true), and not more");
        }
        spec.each("versions", |version| {
            if version.below("schema", |schema| schema.has("openAPIV3Schema")) != Some(true) {
                version.wrong(findings, Sort::Required, "schema", "has to have an openAPIV3Schema");
            }
        });
        (plural, spec.text("group"))
    });
    let Some((Some(plural), Some(group))) = spec else { return };
    of.below("metadata", |metadata| {
        if metadata.text("name").is_some_and(|name| name != format!("{plural}.{group}")) {
            metadata.wrong(findings, Sort::Name, "name", format!("has to be {plural}.{group}, its plural and its group"));
        }
    });
}
