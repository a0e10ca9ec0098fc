//! Questions by path and verb: what is asked, and who answers it.

use bkhelm::cluster::{Call, Content, Fault, Method};
use serde_json::{Value as Json, json};

use super::managers::Writer;
use super::patches::patch;
use super::refusals::{self, Wrong};
use super::selectors::Selector;
use super::shape::Shape;
use super::world::{Key, World, text};
use super::writing::{Deletion, Mode, nameless};

/// The manager of clients that name none: what a `User-Agent` would say.
const NAMELESS: &str = "script";

/// How many unfinished lists are remembered.
const PAGES: usize = 8;

/// What a path means.
#[derive(Debug)]
pub struct Target {
    /// The object; without a name where it is the collection.
    pub key: Key,
    /// `status`, `scale`, `log`; empty for the object itself.
    pub subresource: String,
}

impl World {
    /// What a path means.
    ///
    /// # Errors
    /// 404 where nothing is served there.
    pub fn target(&self, path: &str) -> Result<Target, Fault> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return Err(refusals::no_such_page()),
        };
        let (namespace, rest) = match rest {
            // The namespaces themselves are not in one.
            ["namespaces", namespace, plural, rest @ ..] if !["status", "finalize"].contains(plural) => {
                (*namespace, [&[*plural], rest].concat())
            }
            _ => ("", rest.to_vec()),
        };
        let Some((plural, rest)) = rest.split_first() else { return Err(refusals::no_such_page()) };
        let missing =
            || if group.is_empty() || self.kinds.serves(group, version) { refusals::no_such_resource() } else { refusals::no_such_page() };
        let kind = self.kinds.by_path(group, version, plural).ok_or_else(missing)?;
        let (name, subresource) = (rest.first().copied().unwrap_or_default(), rest.get(1).copied().unwrap_or_default());
        let name = name.replace("%3A", ":").replace("%3a", ":");
        Ok(Target { key: Key { kind, namespace: namespace.to_owned(), name }, subresource: subresource.to_owned() })
    }

    /// Answers a question of `actor`.
    ///
    /// # Errors
    /// The server's "no".
    pub fn answer(&mut self, actor: &str, call: &Call) -> Result<Json, Fault> {
        match call.path.as_str() {
            "/api" => return Ok(self.kinds.discovery(true)),
            "/apis" => return Ok(self.kinds.discovery(false)),
            "/version" => return Ok(json!({"major": "1", "minor": "36", "gitVersion": "v1.36.3", "platform": "linux/amd64"})),
            _ => {}
        }
        let Target { key, subresource } = self.target(&call.path)?;
        let mode = Mode { actor, dry: asked(call, "dryRun") == "All" };
        let manager = Some(asked(call, "fieldManager")).filter(|name| !name.is_empty()).unwrap_or(NAMELESS);
        let writer = self.writer(manager, &subresource);
        if subresource == "scale" {
            return self.scale(&key, call, &writer, mode);
        }
        match call.method {
            Method::Get if key.name.is_empty() => self.list(&key, call),
            Method::Get => {
                let found = self.get(&key).ok_or_else(|| refusals::not_found(self.kinds.get(key.kind), &key.name))?;
                Ok(found.shown())
            }
            Method::Post => self.post(key, call, &writer, mode),
            Method::Put => {
                let body = self.named(&key, call.body.clone().unwrap_or_default())?;
                let kind = self.kinds.get(key.kind);
                if !kind.built_in && text(&body, "/metadata/resourceVersion").is_empty() && self.objects.contains_key(&key) {
                    return Err(refusals::no_version(kind, &key.name));
                }
                self.replace(&key, body, &writer, mode)
            }
            Method::Patch => self.patch(&key, call, &writer, mode),
            Method::Delete if key.name.is_empty() => {
                let selector = selector(call)?;
                let picked: Vec<Key> = self
                    .of_kind(key.kind, &key.namespace)
                    .filter(|(_, stored)| selector.picks(&stored.body))
                    .map(|(key, _)| key.clone())
                    .collect();
                let list = self.list(&key, call)?;
                picked.iter().try_for_each(|key| self.delete(key, &deletion(call), mode).map(drop))?;
                Ok(list)
            }
            Method::Delete => self.delete(&key, &deletion(call), mode),
        }
    }

    /// The body, if it belongs to the path.
    fn named(&self, key: &Key, mut body: Json) -> Result<Json, Fault> {
        let kind = self.kinds.get(key.kind);
        if !body["metadata"].is_object() {
            body["metadata"] = json!({});
        }
        let sent = text(&body, "/kind");
        if !sent.is_empty() && sent != kind.kind {
            let version = text(&body, "/apiVersion");
            return Err(refusals::bad_request(format!(
                "{sent} in version {version:?} cannot be handled as a {}: converting (v1.{sent}) to (core.{}): unknown conversion",
                kind.kind, kind.kind
            )));
        }
        body["kind"] = kind.kind.clone().into();
        body["apiVersion"] = kind.api_version().into();
        let (name, namespace) = (text(&body, "/metadata/name"), text(&body, "/metadata/namespace"));
        if !key.name.is_empty() && !name.is_empty() && name != key.name {
            return Err(refusals::bad_request(format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                key.name
            )));
        }
        if kind.namespaced && !namespace.is_empty() && namespace != key.namespace {
            return Err(refusals::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
        }
        Ok(body)
    }

    fn post(&mut self, mut key: Key, call: &Call, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let body = self.named(&key, call.body.clone().unwrap_or_default())?;
        key.name = match (text(&body, "/metadata/name"), text(&body, "/metadata/generateName")) {
            ("", "") => return Err(nameless(self.kinds.get(key.kind))),
            ("", start) => format!("{start}{:05x}", self.random.below(0xf_ffff)),
            (name, _) => name.to_owned(),
        };
        self.make(key, body, None, writer, mode)
    }

    fn patch(&mut self, key: &Key, call: &Call, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let sent = call.body.clone().unwrap_or_default();
        let kind = self.kinds.get(key.kind);
        if call.content == Content::Apply {
            if asked(call, "fieldManager").is_empty() {
                let wrong = [Wrong::required("fieldManager", "is required for apply patch")];
                return Err(refusals::invalid("PatchOptions.meta.k8s.io", ("", "meta.k8s.io", "PatchOptions"), &wrong));
            }
            if sent.pointer("/metadata/managedFields").is_some() {
                return Err(refusals::bad_request("metadata.managedFields must be nil"));
            }
            let body = self.named(key, sent)?;
            return self.apply(key, body, writer, asked(call, "force") == "true", mode);
        }
        if call.content == Content::StrategicMergePatch && !kind.built_in {
            return Err(refusals::unknown_format());
        }
        let old = self.get(key).ok_or_else(|| refusals::not_found(kind, &key.name))?;
        let shape = Shape::root(&kind.kind, kind.built_in);
        let mut patched = patch(shape, &old.shown(), call.content, &sent)?;
        if !patched["metadata"].is_object() {
            patched["metadata"] = json!({});
        }
        // The version that stands in the object is not one that the patch asks for.
        let asks = sent.pointer("/metadata/resourceVersion").is_some() || call.content == Content::JsonPatch;
        if !asks {
            patched["metadata"]["resourceVersion"] = old.body["metadata"]["resourceVersion"].clone();
        }
        self.replace(key, patched, writer, mode)
    }

    fn list(&mut self, key: &Key, call: &Call) -> Result<Json, Fault> {
        let selector = selector(call)?;
        let kind = self.kinds.get(key.kind).clone();
        let limit = asked(call, "limit").parse().ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let token: u64 = asked(call, "continue").parse().unwrap_or_default();
        let (version, mut rest) = match self.pages.get(&token) {
            Some(page) if token > 0 => page.clone(),
            _ if token > 0 => return Err(refusals::expired(token, self.version())),
            _ => {
                let picked = self.of_kind(key.kind, &key.namespace).filter(|(_, stored)| selector.picks(&stored.body));
                (self.version(), picked.map(|(_, stored)| stored.clone()).collect())
            }
        };
        let later = if rest.len() > limit { rest.split_off(limit) } else { Vec::new() };
        let mut metadata = json!({ "resourceVersion": version.to_string() });
        if !later.is_empty() {
            let token = self.pages.last_key_value().map_or(token, |(last, _)| *last).max(token) + 1;
            metadata["continue"] = token.to_string().into();
            if selector.is_empty() {
                metadata["remainingItemCount"] = later.len().into();
            }
            self.pages.insert(token, (version, later));
            if self.pages.len() > PAGES {
                self.pages.pop_first();
            }
        }
        let items = rest.iter().map(|stored| {
            let mut item = stored.shown();
            // Lists of the server's own kinds don't repeat what every item is.
            if kind.built_in {
                item.as_object_mut().into_iter().for_each(|item| item.retain(|field, _| field != "kind" && field != "apiVersion"));
            }
            item
        });
        Ok(
            json!({"kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": metadata, "items": items.collect::<Vec<_>>()}),
        )
    }

    /// The door `scale` of workloads.
    fn scale(&mut self, key: &Key, call: &Call, writer: &Writer, mode: Mode<'_>) -> Result<Json, Fault> {
        let old = self.get(key).ok_or_else(|| refusals::not_found(self.kinds.get(key.kind), &key.name))?;
        let mut body = old.body.clone();
        if call.method != Method::Get {
            let asked = call.body.as_ref().and_then(|sent| sent.pointer("/spec/replicas")).cloned();
            body["spec"]["replicas"] = asked.ok_or_else(|| refusals::bad_request("spec.replicas: Required value"))?;
            body = self.replace(key, body, writer, mode)?;
        }
        let metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]
            .map(|field| (field.to_owned(), body["metadata"][field].clone()));
        Ok(json!({
            "kind": "Scale",
            "apiVersion": "autoscaling/v1",
            "metadata": metadata.into_iter().collect::<serde_json::Map<_, _>>(),
            "spec": {"replicas": body["spec"]["replicas"]},
            "status": {"replicas": body.pointer("/status/replicas").cloned().unwrap_or_else(|| 0.into())},
        }))
    }

    /// A container's log.
    ///
    /// # Errors
    /// No such pod.
    pub fn log(&self, call: &Call) -> Result<String, Fault> {
        let Target { key, .. } = self.target(&call.path)?;
        let pod = self.get(&key).ok_or_else(|| refusals::not_found(self.kinds.get(key.kind), &key.name))?;
        let container =
            Some(asked(call, "container")).filter(|name| !name.is_empty()).unwrap_or_else(|| text(&pod.body, "/spec/containers/0/name"));
        let state = text(&pod.body, "/status/phase");
        if state == "Pending" || state.is_empty() {
            let words = format!("container {container:?} in pod {:?} is waiting to start: ContainerCreating", key.name);
            return Err(refusals::bad_request(words));
        }
        Ok(format!("{container} of {} began\n{container} of {} is {state}\n", key.name, key.name))
    }
}

/// A parameter of the query; empty where it is not there.
pub fn asked<'c>(call: &'c Call, name: &str) -> &'c str {
    call.query.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

/// The selectors of the query.
///
/// # Errors
/// 400 where they can't be read.
pub fn selector(call: &Call) -> Result<Selector, Fault> {
    Selector::read(asked(call, "labelSelector"), asked(call, "fieldSelector"))
}

fn deletion(call: &Call) -> Deletion {
    let body = call.body.clone().unwrap_or_default();
    let precondition = |field: &str| body.pointer(&format!("/preconditions/{field}")).and_then(Json::as_str).map(str::to_owned);
    let propagation = match text(&body, "/propagationPolicy") {
        "" => asked(call, "propagationPolicy"),
        word => word,
    };
    Deletion { propagation: propagation.to_owned(), uid: precondition("uid"), version: precondition("resourceVersion") }
}
