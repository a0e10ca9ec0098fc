//! Who a cluster is: its namespace `kube-system` is made once, with the cluster, and nobody can choose its uid.

use serde_json::Value as Json;

use super::{Cluster, Fault};

/// The uid of the namespace `kube-system`.
///
/// # Errors
/// As [`super::Api::call`]; a server that has no such namespace.
pub async fn identity(cluster: &Cluster) -> Result<String, Fault> {
    let missing = || Fault { code: 404, message: "the server has no namespace kube-system".to_owned(), ..Fault::unreachable("") };
    let namespaces = cluster.discovery().resource("v1", "Namespace").cloned().ok_or_else(missing)?;
    let namespace = cluster.get(&namespaces, "", "kube-system").await?.ok_or_else(missing)?;
    namespace.pointer("/metadata/uid").and_then(Json::as_str).map(str::to_owned).ok_or_else(missing)
}
