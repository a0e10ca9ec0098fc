//! What is asked for when something is late: events about it, and logs of containers.

use std::time::Duration;

use futures::future::join_all;
use serde_json::Value as Json;
use tokio::time::{Instant, timeout};

use super::outcome::LogTail;
use super::reasons::{LogSource, Memory, Note, trouble_of_node};
use super::store::{list, text};
use crate::cluster::{Call, Cluster};
use crate::plan::Id;

/// How long such a question may take: the wait goes on meanwhile only in the server.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long events are taken for new.
const FRESH: Duration = Duration::from_secs(4);
/// How long what was seen of a node is taken for new.
const FRESH_NODE: Duration = Duration::from_secs(10);
/// About how many objects is asked at once.
const AT_ONCE: usize = 6;
/// How many lines of a log are wanted, and how many bytes at most.
const LINES: usize = 10;
const BYTES: usize = 16 << 10;

/// When events were asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Namespace and uid.
    at: std::collections::BTreeMap<(String, String), Instant>,
    /// When nodes were asked for, by name.
    nodes_at: std::collections::BTreeMap<String, Instant>,
    /// Whether we may not read nodes.
    nodes_refused: bool,
}

impl Asked {
    /// Asks for the events that are wanted and not fresh, a few at a time; those that can't be had stay unknown.
    pub(super) async fn update(&mut self, cluster: &Cluster, memory: &mut Memory) {
        let now = Instant::now();
        let mut wanted: Vec<_> = std::mem::take(&mut memory.wanted).into_iter().map(|key| (self.at.get(&key).copied(), key)).collect();
        wanted.retain(|(at, _)| at.is_none_or(|at| now.duration_since(at) >= FRESH));
        wanted.sort();
        wanted.truncate(AT_ONCE);
        let answers = join_all(wanted.iter().map(|(_, (namespace, uid))| timeout(PATIENCE, events(cluster, namespace, uid)))).await;
        for ((_, key), answer) in wanted.into_iter().zip(answers) {
            if let Ok(Some(notes)) = answer {
                memory.events.insert(key.1.clone(), notes);
            }
            self.at.insert(key, now);
        }
        self.update_nodes(cluster, memory, now).await;
    }

    /// The same for the nodes of pods that don't say why they are late.
    async fn update_nodes(&mut self, cluster: &Cluster, memory: &mut Memory, now: Instant) {
        let wanted = std::mem::take(&mut memory.wanted_nodes);
        let Some(resource) = cluster.discovery().resource("v1", "Node").cloned().filter(|_| !self.nodes_refused) else { return };
        let fresh = |node: &String| self.nodes_at.get(node).is_some_and(|at| now.duration_since(*at) < FRESH_NODE);
        let wanted: Vec<String> = wanted.into_iter().filter(|node| !fresh(node)).take(AT_ONCE).collect();
        let reads = wanted.iter().map(|node| timeout(PATIENCE, cluster.api().call(Call::get(resource.path("", node)))));
        for (node, answer) in wanted.iter().zip(join_all(reads).await) {
            match answer {
                Ok(Ok(live)) => drop(memory.nodes.insert(node.clone(), trouble_of_node(Some(&live)))),
                Ok(Err(fault)) if fault.is_not_found() => drop(memory.nodes.insert(node.clone(), trouble_of_node(None))),
                Ok(Err(fault)) if fault.is_refusal() => self.nodes_refused = true,
                // As it was known, or unknown.
                Ok(Err(_)) | Err(_) => {}
            }
            self.nodes_at.insert(node.clone(), now);
        }
    }
}

/// The events about an object, the last one last.
async fn events(cluster: &Cluster, namespace: &str, uid: &str) -> Option<Vec<Note>> {
    let resource = cluster.discovery().resource("v1", "Event").cloned()?;
    let call = Call::get(resource.collection(namespace)).query("fieldSelector", format!("involvedObject.uid={uid}")).query("limit", "100");
    let answer = cluster.api().call(call).await.ok()?;
    let when = |event: &Json| {
        let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
        times.into_iter().map(|time| text(event, time)).find(|time| !time.is_empty()).unwrap_or_default().to_owned()
    };
    let mut events: Vec<&Json> = list(&answer, "/items").iter().filter(|event| text(event, "/involvedObject/uid") == uid).collect();
    events.sort_by_key(|event| when(event));
    Some(events.into_iter().map(note).collect())
}

fn note(event: &Json) -> Note {
    Note { reason: text(event, "/reason").to_owned(), message: text(event, "/message").trim().to_owned() }
}

/// The last lines of the logs; those that can't be read are left out.
pub(super) async fn tails(cluster: &Cluster, sources: &[(Id, LogSource)]) -> Vec<LogTail> {
    let reads = sources.iter().map(|(id, source)| async move {
        let before = if source.previous { timeout(PATIENCE, read(cluster, source, true)).await.ok().flatten() } else { None };
        let lines = match before {
            Some(lines) => Some(lines),
            None => timeout(PATIENCE, read(cluster, source, false)).await.ok().flatten(),
        };
        Some(LogTail { id: id.clone(), source: format!("{}/{}", source.pod, source.container), lines: lines? })
    });
    join_all(reads).await.into_iter().flatten().collect()
}

/// The last lines of a container's log; `None` where there are none.
async fn read(cluster: &Cluster, source: &LogSource, previous: bool) -> Option<Vec<String>> {
    let pods = cluster.discovery().resource("v1", "Pod").cloned()?;
    let mut call = Call::get(format!("{}/log", pods.path(&source.namespace, &source.pod)))
        .query("container", source.container.clone())
        .query("tailLines", LINES.to_string())
        .query("limitBytes", BYTES.to_string());
    if previous {
        call = call.query("previous", "true");
    }
    let text = cluster.api().text(call).await.ok()?;
    let lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    (!lines.is_empty()).then_some(lines)
}
