//! APIs that Kubernetes is giving up (helm pkg/chart/v2/lint/rules/deprecations.go).

use super::document::Document;
use crate::render::KubeVersion;

/// One line an API: `GROUP/VERSION KIND SINCE`, and what follows in the warning. From client-go's scheme, by
/// `tests/oracle/deprecations/main.go`.
const TABLE: &str = include_str!("deprecations.txt");

/// `policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, …` where that version or a later one runs.
pub(super) fn deprecation(document: &Document, kube_version: &KubeVersion) -> Option<String> {
    let running = (kube_version.major.parse::<u64>().ok()?, kube_version.minor.parse::<u64>().ok()?);
    let rest = TABLE.lines().find_map(|line| {
        let rest = line.strip_prefix(document.api_version.as_str())?.strip_prefix(' ')?;
        rest.strip_prefix(document.kind.as_str())?.strip_prefix(' ')
    })?;
    let (since, consequence) = rest.split_at(rest.find([',', ';']).unwrap_or(rest.len()));
    let (major, minor) = since.split_once('.')?;
    let deprecated = (major.parse::<u64>().ok()?, minor.parse::<u64>().ok()?);
    (running == (0, 0) || deprecated <= running)
        .then(|| format!("{} {} is deprecated in v{since}+{consequence}", document.api_version, document.kind))
}
