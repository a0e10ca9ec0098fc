//! `bkhelm cluster capture FILE`: what charts see of a cluster.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::facts::{ClusterFacts, FORMAT, Scope};
use crate::cli::{CaptureArgs, ObjectChoice};
use crate::cluster::{Call, Cluster, Resource, identity};
use crate::commands::session::Session;
use crate::diag::{Error, Errors, Kind, Result};

/// What is always captured: charts ask for these most.
const ALWAYS: [&str; 4] = ["CustomResourceDefinition", "Namespace", "StorageClass", "IngressClass"];
/// Stands for a value of a Secret.
const MASK: &str = "(masked)";

/// Reads the cluster and writes the file; where Secrets' data goes into it, for the owner only.
///
/// # Errors
/// What the server refuses, kinds that it does not know, all of them at once; a file that can't be written.
pub fn capture(session: &Session<'_>, args: &CaptureArgs) -> Result<(), Errors> {
    let run = session.run;
    let connection = session.connection("")?;
    let facts = session.wait_for(read(session, &connection.cluster, args))?;
    let mut text = serde_json::to_vec_pretty(&facts).map_err(|error| Error::new(Kind::File, error.to_string()))?;
    text.push(b'\n');
    let path = Path::new(&args.file);
    if args.with_secrets {
        run.host().write_secret(path, &text)?
    } else {
        run.host().write(path, &text)?
    };
    let masked = facts.objects.iter().filter(|object| is_secret(object)).count();
    let masked = if masked == 0 || args.with_secrets { String::new() } else { format!("; the data of {masked} Secrets is masked") };
    run.output.info(&format!(
        "{}: Kubernetes {}, {} kinds, {} objects{masked}",
        args.file,
        facts.version,
        facts.resources.len(),
        facts.objects.len()
    ));
    Ok(())
}

async fn read(session: &Session<'_>, cluster: &Cluster, args: &CaptureArgs) -> Result<ClusterFacts, Errors> {
    let version = cluster.call(Call::get("/version")).await.map_err(|fault| fault.error("get /version"))?;
    let discovery = cluster.discovery();
    let mut facts = ClusterFacts {
        format: FORMAT.to_owned(),
        captured: session.time(),
        server: cluster.api().address(),
        identity: identity(cluster).await.unwrap_or_default(),
        version: version.get("gitVersion").and_then(Json::as_str).unwrap_or_default().to_owned(),
        versions: discovery.versions().to_vec(),
        resources: discovery.resources().cloned().collect(),
        scopes: Vec::new(),
        objects: Vec::new(),
    };
    let always = ALWAYS.map(|kind| ObjectChoice { kind: kind.to_owned(), namespace: String::new(), name: String::new() });
    let mut errors = Errors::new();
    let mut seen = BTreeSet::new();
    for (choice, asked) in always.iter().map(|choice| (choice, false)).chain(args.object.iter().map(|choice| (choice, true))) {
        let resources: Vec<&Resource> = facts.resources.iter().filter(|resource| is_meant(resource, &choice.kind)).collect();
        if resources.is_empty() && asked {
            errors.push(Error::new(Kind::Usage, format!("--object {}: the server knows no such kind", choice.kind)));
        }
        let mut objects = Vec::new();
        let mut scopes = Vec::new();
        for resource in resources {
            match of_kind(cluster, resource, choice).await {
                Ok((scope, found)) => {
                    objects.extend(found);
                    scopes.push(scope);
                }
                Err(error) if asked => errors.push(error),
                Err(error) => session.run.output.warn(&format!("left out: {error}")),
            }
        }
        facts.scopes.extend(scopes);
        for object in objects {
            let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
            let key = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text);
            if seen.insert(key) {
                facts.objects.push(if args.with_secrets { object } else { without_secrets(object) });
            }
        }
    }
    errors.or(facts)
}

/// Whether a word means that kind: `Ingress`, `ingresses`, `Ingress.networking.k8s.io`.
fn is_meant(resource: &Resource, word: &str) -> bool {
    let (kind, group) = word.split_once('.').map_or((word, None), |(kind, group)| (kind, Some(group)));
    let named = resource.kind.eq_ignore_ascii_case(kind) || resource.plural.eq_ignore_ascii_case(kind);
    named && group.is_none_or(|group| group == resource.group) && resource.verbs.iter().any(|verb| verb == "list")
}

async fn of_kind(cluster: &Cluster, resource: &Resource, choice: &ObjectChoice) -> Result<(Scope, Vec<Json>)> {
    // `Namespace/bk` and `Namespace//bk` are the same.
    let (namespace, name) = match (resource.namespaced, choice.name.is_empty()) {
        (true, _) => (choice.namespace.as_str(), choice.name.as_str()),
        (false, true) => ("", choice.namespace.as_str()),
        (false, false) => ("", choice.name.as_str()),
    };
    let what = format!("read {}", resource.plural);
    let found = match (name.is_empty(), resource.namespaced && namespace.is_empty()) {
        (true, _) => cluster.list(resource, namespace, "").await,
        (false, true) => {
            let all = cluster.list(resource, "", "").await;
            all.map(|all| all.into_iter().filter(|object| object.pointer("/metadata/name").and_then(Json::as_str) == Some(name)).collect())
        }
        (false, false) => cluster.get(resource, namespace, name).await.map(|object| object.into_iter().collect()),
    };
    let scope =
        Scope { api_version: resource.api_version(), kind: resource.kind.clone(), namespace: namespace.to_owned(), name: name.to_owned() };
    Ok((scope, found.map_err(|fault| fault.error(&what))?))
}

fn is_secret(object: &Json) -> bool {
    object.get("kind").and_then(Json::as_str) == Some("Secret") && object.get("apiVersion").and_then(Json::as_str) == Some("v1")
}

/// A Secret without its data: the keys stay, and what kubectl keeps of it in an annotation goes.
fn without_secrets(mut object: Json) -> Json {
    if !is_secret(&object) {
        return object;
    }
    let masked = data_encoding::BASE64.encode(MASK.as_bytes());
    for (field, mask) in [("data", masked.as_str()), ("stringData", MASK)] {
        if let Some(data) = object.get_mut(field).and_then(Json::as_object_mut) {
            data.values_mut().for_each(|value| *value = json!(mask));
        }
    }
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Json::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::without_secrets;

    #[test]
    fn nothing_of_a_secret_is_left_but_its_keys() {
        let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": "hunter2", "a": "b"});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "annotations": annotations},
            "data": {"password": "aHVudGVyMg=="}, "stringData": {"other": "hunter2"}});
        let masked = without_secrets(secret);
        assert_eq!(masked["data"]["password"], "KG1hc2tlZCk=");
        assert_eq!(masked["metadata"]["annotations"], json!({"a": "b"}));
        assert!(!masked.to_string().contains("hunter2") && !masked.to_string().contains("aHVudGVyMg"), "{masked}");
        let plain = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}});
        assert_eq!(without_secrets(plain.clone()), plain);
    }
}
