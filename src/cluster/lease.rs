//! One bkhelm at a time works on a release: a Lease with a heartbeat instead of helm's stuck `pending-…`.
//!
//! A holder that died is told from one that works: on the same machine at once, elsewhere when its heartbeat was not seen
//! for as long as it promised (by our own clock, so that clocks may differ). What the dead one began, the next run goes on
//! with.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};

use super::api::{Call, Content, Fault, Method};
use super::discovery::Resource;
use super::events::{Event, Listener};
use super::objects::Cluster;
use crate::diag::{Error, Kind, Result};
use crate::golang::time::{Time, Zone};

/// How long a holder is believed without a heartbeat.
const DURATION: Duration = Duration::from_secs(15);
/// Time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(4);

/// Who we are.
#[derive(Clone)]
pub struct Holder {
    /// `host/process/start`: never the same twice.
    pub identity: String,
    /// Whether the holder of that identity is known to have died: a process of this machine that is gone.
    pub died: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Works while the release is ours.
///
/// # Errors
/// Somebody else works on it, or took it over because our heartbeat did not get through; what `work` gives.
pub async fn hold<T>(
    cluster: &Cluster,
    (namespace, release): (&str, &str),
    holder: &Holder,
    listener: &dyn Listener,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(mut lease) = Lease::take(cluster, namespace, release, holder, listener).await? else {
        return work.await; // leases can't be had here: as helm, the records alone keep others away
    };
    let result = tokio::select! {
        biased; // what is done is done, whatever the heartbeat says
        result = work => result,
        error = lease.keep() => return Err(error),
    };
    lease.give_back().await;
    result
}

/// Takes a lease away from whoever holds it (`unlock`); `None` where there is none.
///
/// # Errors
/// As [`super::Api::call`].
pub async fn remove(cluster: &Cluster, namespace: &str, release: &str) -> Result<Option<String>, Fault> {
    let Some(live) = cluster.get(&resource(), namespace, &name(release)).await? else { return Ok(None) };
    cluster.delete(&resource(), (namespace, &name(release)), Default::default(), None).await?;
    Ok(Some(spec(&live, "holderIdentity")))
}

fn resource() -> Resource {
    Resource {
        group: "coordination.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "Lease".to_owned(),
        plural: "leases".to_owned(),
        namespaced: true,
        verbs: Vec::new(),
    }
}

fn name(release: &str) -> String {
    format!("bkhelm.{release}")
}

fn spec(lease: &Json, key: &str) -> String {
    lease.get("spec").and_then(|spec| spec.get(key)).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn version(lease: &Json) -> &str {
    lease.pointer("/metadata/resourceVersion").and_then(Json::as_str).unwrap_or_default()
}

struct Lease<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
    release: &'a str,
    identity: &'a str,
    /// As the server has it.
    live: Json,
    /// When the last heartbeat got through.
    seen: Instant,
}

impl<'a> Lease<'a> {
    async fn take(
        cluster: &'a Cluster,
        namespace: &'a str,
        release: &'a str,
        holder: &'a Holder,
        listener: &dyn Listener,
    ) -> Result<Option<Self>> {
        let resource = resource();
        let mut first: Option<(Json, Instant)> = None;
        loop {
            let wanted = body(cluster, namespace, release, &holder.identity, None);
            let there = match cluster.get(&resource, namespace, &name(release)).await {
                Ok(there) => there,
                Err(fault) if fault.code == 403 => {
                    let message = format!("no lease for {release}: {fault}; another bkhelm would not be noticed");
                    listener.event(Event::Warning { release: release.to_owned(), message });
                    return Ok(None);
                }
                Err(fault) => return Err(fault.error("get lease")),
            };
            let taken = match &there {
                None => cluster.create(&resource, namespace, &wanted).await,
                Some(live) => {
                    let other = spec(live, "holderIdentity");
                    let free = other.is_empty() || other == holder.identity || (holder.died)(&other);
                    match &first {
                        _ if free => {}
                        Some((before, since)) if version(before) == version(live) => {
                            let left = promised(live).saturating_sub(since.elapsed());
                            if !left.is_zero() {
                                sleep(left.min(Duration::from_secs(1))).await;
                                continue;
                            }
                        }
                        Some(_) => return Err(held(release, live, cluster)),
                        None => {
                            let message = format!("{other} held {release} last: waiting whether it is still alive");
                            listener.event(Event::Warning { release: release.to_owned(), message });
                            first = Some((live.clone(), Instant::now()));
                            continue;
                        }
                    }
                    cluster.replace(&resource, namespace, &body(cluster, namespace, release, &holder.identity, Some(live))).await
                }
            };
            match taken {
                Ok(live) => return Ok(Some(Self { cluster, namespace, release, identity: &holder.identity, live, seen: Instant::now() })),
                // Somebody was faster: look again.
                Err(fault) if fault.code == 409 || fault.is_not_found() && there.is_some() => first = None,
                Err(fault) if fault.code == 403 => {
                    let message = format!("no lease for {release}: {fault}; another bkhelm would not be noticed");
                    listener.event(Event::Warning { release: release.to_owned(), message });
                    return Ok(None);
                }
                Err(fault) => return Err(fault.error("create lease")),
            }
        }
    }

    /// Beats until the lease is lost; gives why.
    async fn keep(&mut self) -> Error {
        loop {
            sleep(HEARTBEAT).await;
            if let Err(error) = self.beat().await {
                return error;
            }
        }
    }

    async fn beat(&mut self) -> Result<()> {
        let lost = |live: &Json| {
            Error::new(Kind::Apply, format!("{} took over release {}", spec(live, "holderIdentity"), self.release))
                .hint("this run's heartbeat did not get through in time; the other one goes on from here")
        };
        let wanted = body(self.cluster, self.namespace, self.release, self.identity, Some(&self.live));
        // One try: the next heartbeat is the next try.
        let path = resource().path(self.namespace, &name(self.release));
        match self.cluster.api().call(Call::new(Method::Put, path).body(Content::Json, wanted)).await {
            Ok(live) => {
                self.live = live;
                self.seen = Instant::now();
                Ok(())
            }
            // The answer of an earlier heartbeat was lost, or somebody took over.
            Err(fault) if fault.code == 409 || fault.is_not_found() => {
                match self.cluster.get(&resource(), self.namespace, &name(self.release)).await {
                    Ok(Some(live)) if spec(&live, "holderIdentity") == self.identity => {
                        self.live = live;
                        self.seen = Instant::now();
                        Ok(())
                    }
                    Ok(live) => Err(lost(&live.unwrap_or_default())),
                    Err(fault) => self.miss(&fault),
                }
            }
            Err(fault) => self.miss(&fault),
        }
    }

    /// A heartbeat did not get through: no harm until others may believe us dead.
    fn miss(&self, fault: &Fault) -> Result<()> {
        match self.seen.elapsed() + HEARTBEAT > DURATION {
            true => Err(fault.error(&format!("the lease of release {} could not be renewed", self.release))),
            false => Ok(()),
        }
    }

    /// Leaves nothing behind. Nobody is told when that fails: the lease ends by itself.
    async fn give_back(&mut self) {
        let path = resource().path(self.namespace, &name(self.release));
        // A heartbeat of ours may be what made our version old: its answer was lost, or it was under way when the work ended.
        for _ in 0..3 {
            let uid = self.live.pointer("/metadata/uid").and_then(Json::as_str).unwrap_or_default();
            let options = json!({
                "kind": "DeleteOptions", "apiVersion": "v1",
                "preconditions": {"uid": uid, "resourceVersion": version(&self.live)},
            });
            match self.cluster.call(Call::new(Method::Delete, path.clone()).body(Content::Json, options)).await {
                Err(fault) if fault.code == 409 => {}
                _ => return,
            }
            match self.cluster.get(&resource(), self.namespace, &name(self.release)).await {
                Ok(Some(live)) if spec(&live, "holderIdentity") == self.identity => self.live = live,
                _ => return,
            }
        }
    }
}

/// How long the holder of a lease is believed.
fn promised(lease: &Json) -> Duration {
    let seconds = lease.pointer("/spec/leaseDurationSeconds").and_then(Json::as_u64).unwrap_or(DURATION.as_secs());
    Duration::from_secs(seconds.min(60))
}

fn body(cluster: &Cluster, namespace: &str, release: &str, identity: &str, live: Option<&Json>) -> Json {
    let now = Time::from_unix_nanos(cluster.api().now(), &Zone::utc()).format(b"2006-01-02T15:04:05.000000Z07:00");
    let now = String::from_utf8_lossy(&now).into_owned();
    let same = live.filter(|live| spec(live, "holderIdentity") == identity);
    let transitions = live.and_then(|live| live.pointer("/spec/leaseTransitions")?.as_i64()).unwrap_or_default();
    let mut metadata = json!({"name": name(release), "namespace": namespace, "labels": {"owner": "bkhelm"}});
    if let Some(live) = live {
        metadata["resourceVersion"] = version(live).into();
    }
    json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": metadata,
        "spec": {
            "holderIdentity": identity,
            "leaseDurationSeconds": DURATION.as_secs(),
            "acquireTime": same.map_or_else(|| now.clone(), |live| spec(live, "acquireTime")),
            "renewTime": now,
            "leaseTransitions": if live.is_some() && same.is_none() { transitions + 1 } else { transitions },
        },
    })
}

fn held(release: &str, lease: &Json, cluster: &Cluster) -> Error {
    let since = spec(lease, "acquireTime");
    let words = format!(
        "another operation (install/upgrade/rollback) is in progress: {} works on release {release}",
        spec(lease, "holderIdentity")
    );
    let words = if since.is_empty() { words } else { format!("{words} since {since}") };
    Error::new(Kind::Apply, words)
        .hint(format!("wait for it, or stop it; `bkhelm unlock {release}` takes the lease of {} away from it", cluster.api().address()))
}
