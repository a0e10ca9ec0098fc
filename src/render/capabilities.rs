//! What a chart may ask about the cluster.

use crate::charts::Profile;
use crate::data::{Map, Value};
use crate::diag::Result;

/// A Kubernetes version as `.Capabilities.KubeVersion` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// `v1.34.0`, in Helm 4 with a suffix like `-gke.1`.
    pub version: String,
    /// Without the suffix: what constraints are checked against.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `34`
    pub minor: String,
}

impl KubeVersion {
    /// Reads `--kube-version`.
    ///
    /// # Errors
    /// `invalid kube version 'X': …`
    pub fn parse(text: &str, profile: Profile) -> Result<Self> {
        let _ = (text, profile);
        Err(crate::diag::Error::new(crate::diag::Kind::Usage, "not built yet"))
    }

    /// The version that helm assumes without a cluster.
    pub fn assumed(profile: Profile) -> Self {
        let (major, minor) = profile.kube_version;
        let version = format!("v{major}.{minor}.0");
        Self { normalized: version.clone(), version, major: major.to_string(), minor: minor.to_string() }
    }
}

/// Where `lookup` looks.
pub trait Lookup: Send + Sync {
    /// The object, or the list of objects where `name` is empty; an empty map where there is none.
    ///
    /// # Errors
    /// The text that the template's error shows.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String>;
}

/// Offline: every lookup gives an empty map.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCluster;

impl Lookup for NoCluster {
    fn lookup(&self, _api_version: &str, _kind: &str, _namespace: &str, _name: &str) -> Result<Value, String> {
        Ok(Map::new().into())
    }
}
