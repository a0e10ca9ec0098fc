//! The codes of lint's findings. BK12: schemas of values, BK13: manifests, BK19: suppressions and baselines.

crate::codes! {
    ENVIRONMENT_SCHEMA = "BK1201", Schema, Error, "the environment's values do not meet the deployment's schema";
    RELEASE_SCHEMA = "BK1202", Schema, Error, "a release's values do not meet the deployment's schema for it";
    NO_YAML = "BK1301", Manifest, Error, "a rendered document is no YAML";
    NO_OBJECT = "BK1302", Manifest, Error, "a rendered document is no Kubernetes object";
    KEY_TWICE = "BK1303", Manifest, Warning, "a key stands twice in one mapping of a rendered document";
    OBJECT_TWICE = "BK1304", Manifest, Error, "a release renders the same object twice";
    TWO_OWNERS = "BK1305", Manifest, Error, "two releases own the same object";
    NO_NAMESPACE = "BK1306", Manifest, Warning, "an object is in a namespace that nobody creates";
    USELESS_ALLOW = "BK1901", Values, Warning, "a suppression that suppresses nothing";
    BROKEN_ALLOW = "BK1902", Values, Warning, "a suppression that can't be used";
    STALE_BASELINE = "BK1903", Values, Warning, "an entry of the baseline that matches nothing";
}

use crate::diag::{Code, general};

/// Every code there is: those of all commands, then lint's own.
pub fn every() -> impl Iterator<Item = &'static Code> {
    general::ALL.iter().chain(ALL).copied()
}
