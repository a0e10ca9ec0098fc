//! Volumes and claims.

use std::collections::BTreeSet;

use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort, formats};

const SOURCES: [&str; 31] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
    "local",
];

/// How many sources there are; a second one is said.
fn sources(of: &Object<'_>, findings: &mut Findings) -> usize {
    let there: Vec<&&str> = SOURCES.iter().filter(|source| of.get(source).is_some()).collect();
    if let [_, second, ..] = there.as_slice() {
        of.wrong(findings, Sort::Choice, second, "is one source too many: a volume has but one");
    }
    there.len()
}

/// One source at most; without one it is an empty directory.
pub(super) fn volume(of: &Object<'_>, findings: &mut Findings) {
    sources(of, findings);
}

/// No two sources write the same file.
pub(super) fn projected(of: &Object<'_>, findings: &mut Findings) {
    let mut paths = BTreeSet::new();
    let mut say = |item: &Object<'_>| {
        if let Some(path) = item.text("path")
            && !paths.insert(path)
        {
            item.wrong(findings, Sort::DuplicateKey, "path", "is the path of another file of the volume");
        }
    };
    of.each("sources", |source| {
        for list in ["secret", "configMap", "downwardAPI"] {
            source.below(list, |list| list.each("items", &mut say));
        }
    });
}

/// One source at most.
pub(super) fn projection(of: &Object<'_>, findings: &mut Findings) {
    let sources = ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
    if let Some(second) = sources.iter().filter(|source| of.get(source).is_some()).nth(1) {
        of.wrong(findings, Sort::Choice, second, format!("is one source too many: only one of {}", sources.join(", ")));
    }
}

/// What is claimed is said, and is more than nothing.
pub(super) fn claim(of: &Object<'_>, findings: &mut Findings) {
    if of.items("accessModes").len() > 1
        && of.items("accessModes").iter().any(|mode| mode.as_str().is_some_and(|mode| *mode == "ReadWriteOncePod"))
    {
        of.wrong(findings, Sort::Choice, "accessModes", "has to be ReadWriteOncePod alone");
    }
    of.below("resources", |resources| {
        let storage = resources.below("requests", |requests| requests.get("storage")).flatten();
        match storage.as_ref().map(formats::quantity) {
            None => resources.wrong(findings, Sort::Required, "requests", "has to say storage"),
            Some(Some(worth)) if worth <= 0 => {
                resources.wrong(findings, Sort::Quantity, "requests", "has to have more storage than nothing")
            }
            Some(_) => {}
        }
    });
}

/// One source, and a capacity.
pub(super) fn persistent(of: &Object<'_>, findings: &mut Findings) {
    if sources(of, findings) == 0 {
        of.wrong_itself(findings, Sort::Choice, "needs a source, such as csi, nfs or local");
    }
}
