//! What helm asks of a release's name and a chart's kubeVersion.

use super::chart::Chart;
use super::dependencies::is_compatible_range;
use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;

/// Refuses what is no release name: DNS labels joined by dots, 53 bytes at most.
///
/// # Errors
/// `release name "X": invalid release name, must match regex …`
pub fn check_release_name(name: &str) -> Result<()> {
    const PATTERN: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    let quoted = strconv::quote(name.as_bytes());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|byte| plain(*byte))
            && bytes.last().is_some_and(|byte| plain(*byte))
            && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
    };
    if name.is_empty() {
        return Err(Error::new(Kind::Usage, format!("release name {quoted}: no name provided")));
    }
    if !name.split('.').all(label) || name.len() > 53 {
        let text =
            format!("release name {quoted}: invalid release name, must match regex {PATTERN} and the length must not be longer than 53");
        return Err(Error::new(Kind::Usage, text));
    }
    Ok(())
}

/// Refuses a chart that does not want this Kubernetes: `normalized` is compared, `shown` printed.
///
/// # Errors
/// `chart requires kubeVersion: X which is incompatible with Kubernetes Y`
pub fn check_kube_version(chart: &Chart, normalized: &str, shown: &str) -> Result<()> {
    let wanted = &chart.metadata.kube_version;
    if wanted.is_empty() || is_compatible_range(wanted, normalized) {
        return Ok(());
    }
    let text = format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {shown}");
    Err(Error::new(Kind::Chart, text).hint("give the cluster's version with --kube-version"))
}
