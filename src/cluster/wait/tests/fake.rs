//! A small API server in memory: lists, watches, events, logs, and refusals as a test wants them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};

use crate::cluster::api::Watch;
use crate::cluster::{Api, Call, Cluster, Fault, WatchEvent};

/// What is refused: the question, and whether it is a watch.
type Refusal = Box<dyn Fn(&Call, bool) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    version: u64,
    /// By path.
    objects: BTreeMap<String, Json>,
    /// Path, kind of event, object.
    log: Vec<(u64, String, &'static str, Json)>,
    /// Versions up to this one can't be watched from.
    compacted: u64,
    /// Watches of an earlier age have been dropped.
    age: u64,
    /// Container logs by `pod/container`.
    texts: BTreeMap<String, String>,
    refusal: Option<Refusal>,
    asked: Vec<String>,
}

/// The server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Fake {
    state: Arc<Mutex<State>>,
    start: Instant,
}

/// Group, version, kind, plural, namespaced.
const KINDS: [(&str, &str, &str, &str); 12] = [
    ("", "v1", "Pod", "pods"),
    ("", "v1", "Node", "nodes"),
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "Secret", "secrets"),
    ("", "v1", "Event", "events"),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("apps", "v1", "Deployment", "deployments"),
    ("apps", "v1", "ReplicaSet", "replicasets"),
    ("apps", "v1", "StatefulSet", "statefulsets"),
    ("apps", "v1", "DaemonSet", "daemonsets"),
    ("batch", "v1", "Job", "jobs"),
    ("demo.example.com", "v1", "Widget", "widgets"),
];

impl Fake {
    pub(super) async fn new() -> (Self, Cluster) {
        let fake = Self { state: Arc::default(), start: Instant::now() };
        let cluster = Cluster::connect(Arc::new(fake.clone())).await.expect("discovery");
        (fake, cluster)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with it")
    }

    /// Puts an object, with what a server adds.
    pub(super) fn put(&self, mut object: Json) {
        let path = path_of(&object);
        let mut state = self.state();
        state.version += 1;
        let version = state.version;
        object["metadata"]["resourceVersion"] = version.to_string().into();
        if object["metadata"]["uid"].is_null() {
            let uid = format!("uid-{}", object["metadata"]["name"].as_str().expect("a name"));
            object["metadata"]["uid"] = uid.into();
        }
        let kind = if state.objects.contains_key(&path) { "MODIFIED" } else { "ADDED" };
        state.objects.insert(path.clone(), object.clone());
        state.log.push((version, path, kind, object));
    }

    /// Takes an object away.
    pub(super) fn remove(&self, object: &Json) {
        let path = path_of(object);
        let mut state = self.state();
        state.version += 1;
        let version = state.version;
        if let Some(mut object) = state.objects.remove(&path) {
            object["metadata"]["resourceVersion"] = version.to_string().into();
            state.log.push((version, path, "DELETED", object));
        }
    }

    /// Ends all watches, and forgets what happened so far where `forget` says so.
    pub(super) fn drop_watches(&self, forget: bool) {
        let mut state = self.state();
        state.age += 1;
        if forget {
            state.compacted = state.version;
        }
    }

    pub(super) fn say(&self, container: &str, log: &str) {
        self.state().texts.insert(container.to_owned(), log.to_owned());
    }

    pub(super) fn refuse(&self, refusal: impl Fn(&Call, bool) -> Option<Fault> + Send + 'static) {
        self.state().refusal = Some(Box::new(refusal));
    }

    /// What was asked, `GET /path`, watches as `WATCH /path`.
    pub(super) fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    fn check(&self, call: &Call, watch: bool) -> Result<MutexGuard<'_, State>, Fault> {
        let mut state = self.state();
        state.asked.push(format!("{} {}", if watch { "WATCH" } else { "GET" }, call.path));
        match state.refusal.as_ref().and_then(|refusal| refusal(call, watch)) {
            Some(fault) => Err(fault),
            None => Ok(state),
        }
    }

    fn answer(&self, call: &Call) -> Result<Json, Fault> {
        let state = self.check(call, false)?;
        match call.path.as_str() {
            "/api" => return Ok(discovery(true)),
            "/apis" => return Ok(discovery(false)),
            _ => {}
        }
        if let Some(object) = state.objects.get(&call.path) {
            return Ok(object.clone());
        }
        if !KINDS.iter().any(|(.., plural)| call.path.ends_with(&format!("/{plural}"))) {
            return Err(refused(404, "NotFound"));
        }
        let items: Vec<&Json> = state.objects.iter().filter(|(path, object)| picks(call, path, object)).map(|(_, object)| object).collect();
        Ok(json!({"metadata": {"resourceVersion": state.version.to_string()}, "items": items}))
    }
}

fn picks(call: &Call, path: &str, object: &Json) -> bool {
    let selector = call.query.iter().find(|(name, _)| *name == "fieldSelector").and_then(|(_, value)| value.split_once('='));
    let selected = selector.is_none_or(|(field, value)| object.pointer(&format!("/{}", field.replace('.', "/"))) == Some(&json!(value)));
    selected && path.strip_prefix(&call.path).is_some_and(|rest| rest.starts_with('/') && !rest[1..].contains('/'))
}

fn discovery(core: bool) -> Json {
    let groups = KINDS.iter().filter(|(group, ..)| group.is_empty() == core);
    let items: Vec<Json> = groups
        .map(|(group, version, kind, plural)| {
            let verbs = ["get", "list", "watch"];
            let resource = json!({"resource": plural, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": verbs});
            json!({"metadata": {"name": group}, "versions": [{"version": version, "resources": [resource]}]})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "items": items})
}

fn path_of(object: &Json) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).expect(pointer).to_owned();
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    let plural = KINDS.iter().find(|(_, _, known, _)| *known == kind).expect("a kind of the table").3;
    let root = if version.contains('/') { "/apis" } else { "/api" };
    if kind == "Node" {
        return format!("{root}/{version}/{plural}/{}", text("/metadata/name"));
    }
    format!("{root}/{version}/namespaces/{}/{plural}/{}", text("/metadata/namespace"), text("/metadata/name"))
}

pub(super) fn refused(code: u16, reason: &str) -> Fault {
    let message = format!("the test says {reason}");
    Fault { code, reason: reason.to_owned(), message, retry_after: None, details: Json::Null }
}

impl Api for Fake {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Json, Fault>> {
        async move { self.answer(&call) }.boxed()
    }

    fn text(&self, call: Call) -> BoxFuture<'_, Result<String, Fault>> {
        let query = |name: &str| call.query.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value).to_owned();
        let pod = call.path.rsplit('/').nth(1).unwrap_or_default().to_owned();
        let key = format!("{pod}/{}", query("container"));
        let text = self.check(&call, false).and_then(|state| state.texts.get(&key).cloned().ok_or_else(|| refused(404, "NotFound")));
        async move { text }.boxed()
    }

    fn watch(&self, call: Call) -> BoxFuture<'_, Result<Watch, Fault>> {
        let since = call.query.iter().find(|(name, _)| *name == "resourceVersion").and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let age = match self.check(&call, true) {
            Ok(state) if since < state.compacted => Err(refused(410, "Expired")),
            Ok(state) => Ok(state.age),
            Err(fault) => Err(fault),
        };
        let fake = self.clone();
        async move {
            let age = age?;
            let events = stream::unfold((fake, call, since), move |(fake, call, since)| async move {
                loop {
                    let next = {
                        let state = fake.state();
                        if state.age != age {
                            return None;
                        }
                        state.log.iter().find(|(version, path, _, object)| *version > since && picks(&call, path, object)).cloned()
                    };
                    match next {
                        Some((version, _, kind, object)) => {
                            return Some((Ok(WatchEvent { kind: kind.to_owned(), object }), (fake, call, version)));
                        }
                        None => sleep(Duration::from_millis(50)).await,
                    }
                }
            });
            Ok(events.boxed())
        }
        .boxed()
    }

    fn now(&self) -> i128 {
        // 2026-11-28, and on as tokio's clock does.
        1_795_824_000_000_000_000 + i128::try_from(self.start.elapsed().as_nanos()).unwrap_or(i128::MAX)
    }

    fn address(&self) -> String {
        "https://fake".to_owned()
    }
}
