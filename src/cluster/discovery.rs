//! Which kinds the server knows and under which paths: aggregated discovery, two questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Api, Call, Fault};

/// Accepts the aggregated form, and the old one from servers that lack it.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A kind as the server serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: String,
    /// `v1`
    pub version: String,
    /// `Deployment`
    pub kind: String,
    /// `deployments`
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// What can be done with it: `get`, `patch` …
    pub verbs: Vec<String>,
}

impl Resource {
    /// `apps/v1`, `v1`
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
    /// `/apis/apps/v1/namespaces/bk/deployments`; all namespaces where `namespace` is empty.
    pub fn collection(&self, namespace: &str) -> String {
        let root = if self.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", self.group) };
        match namespace {
            namespace if self.namespaced && !namespace.is_empty() => {
                format!("{root}/{}/namespaces/{}/{}", self.version, escape(namespace), self.plural)
            }
            _ => format!("{root}/{}/{}", self.version, self.plural),
        }
    }
    /// `/apis/apps/v1/namespaces/bk/deployments/web`
    pub fn path(&self, namespace: &str, name: &str) -> String {
        format!("{}/{}", self.collection(namespace), escape(name))
    }
    /// As Go prints a GroupVersionKind: `apps/v1, Kind=Deployment`; of the core group `/v1, Kind=Service`.
    pub fn go_text(&self) -> String {
        format!("{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// Escapes what may not stand in one part of a path.
fn escape(part: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(byte);
    part.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Everything that the server serves.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// By api version and kind.
    kinds: BTreeMap<(String, String), Resource>,
    /// Api versions in the server's order, preferred ones of a group first.
    versions: Vec<String>,
}

impl Discovery {
    /// Asks the server.
    ///
    /// # Errors
    /// As [`Api::call`]. Groups whose own server does not answer are left out.
    pub async fn load(api: &dyn Api) -> Result<Self, Fault> {
        let mut discovery = Self::default();
        for root in ["/api", "/apis"] {
            let answer = api.call(Call { accept: AGGREGATED, ..Call::get(root) }).await?;
            match answer.get("kind").and_then(Json::as_str) {
                Some("APIGroupDiscoveryList") => discovery.add_groups(&answer),
                _ => discovery.load_old(api, root, &answer).await?,
            }
        }
        Ok(discovery)
    }

    fn add_groups(&mut self, list: &Json) {
        for group in items(list, "items") {
            let name = text(group.get("metadata").unwrap_or(&Json::Null), "name");
            for version in items(group, "versions") {
                self.add_version(&name, &text(version, "version"));
                for resource in items(version, "resources") {
                    let kind = resource.get("responseKind").map(|kind| text(kind, "kind")).unwrap_or_default();
                    self.add(Resource {
                        group: name.clone(),
                        version: text(version, "version"),
                        kind,
                        plural: text(resource, "resource"),
                        namespaced: text(resource, "scope") == "Namespaced",
                        verbs: words(resource, "verbs"),
                    });
                }
            }
        }
    }

    /// Servers without aggregated discovery: one question for each group and version.
    async fn load_old(&mut self, api: &dyn Api, root: &str, answer: &Json) -> Result<(), Fault> {
        let of_core = words(answer, "versions").into_iter().map(|version| (String::new(), version));
        let of_groups = items(answer, "groups").iter().flat_map(|group| {
            let name = text(group, "name");
            items(group, "versions").iter().map(move |version| (name.clone(), text(version, "version"))).collect::<Vec<_>>()
        });
        for (group, version) in of_core.chain(of_groups).collect::<Vec<_>>() {
            let path = if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
            let list = match api.call(Call::get(path)).await {
                Ok(list) => list,
                Err(fault) if fault.code == 503 || fault.is_not_found() => continue,
                Err(fault) => return Err(fault),
            };
            self.add_version(&group, &version);
            for resource in items(&list, "resources").iter().filter(|resource| !text(resource, "name").contains('/')) {
                self.add(Resource {
                    group: group.clone(),
                    version: version.clone(),
                    kind: text(resource, "kind"),
                    plural: text(resource, "name"),
                    namespaced: resource.get("namespaced").and_then(Json::as_bool).unwrap_or_default(),
                    verbs: words(resource, "verbs"),
                });
            }
        }
        Ok(())
    }

    fn add_version(&mut self, group: &str, version: &str) {
        self.versions.push(if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") });
    }

    fn add(&mut self, resource: Resource) {
        let key = (resource.api_version(), resource.kind.clone());
        if !resource.plural.contains('/') {
            self.kinds.entry(key).or_insert(resource);
        }
    }

    /// From what was written down of a server: its api versions in its order, and its kinds.
    pub fn of(versions: Vec<String>, resources: Vec<Resource>) -> Self {
        let mut discovery = Self { versions, ..Self::default() };
        resources.into_iter().for_each(|resource| discovery.add(resource));
        discovery
    }

    /// Api versions in the server's order.
    pub fn versions(&self) -> &[String] {
        &self.versions
    }

    /// The resource behind an `apiVersion` and `kind`.
    pub fn resource(&self, api_version: &str, kind: &str) -> Option<&Resource> {
        self.kinds.get(&(api_version.to_owned(), kind.to_owned()))
    }

    /// The resource of a group and kind in the server's preferred version.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&Resource> {
        let mut versions = self.versions.iter().filter(|version| version.rsplit_once('/').map_or("", |(group, _)| group) == group);
        versions.find_map(|version| self.resource(version, kind))
    }

    /// All resources.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.kinds.values()
    }

    /// What `.Capabilities.APIVersions` holds: `apps/v1`, `apps/v1/Deployment` (helm pkg/action/action.go
    /// `GetVersionSet`).
    pub fn version_set(&self) -> Vec<String> {
        let kinds = self.kinds.values().map(|resource| format!("{}/{}", resource.api_version(), resource.kind));
        self.versions.iter().cloned().chain(kinds).collect()
    }
}

fn items<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Json, key: &str) -> String {
    value.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn words(value: &Json, key: &str) -> Vec<String> {
    items(value, key).iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
