//! Watches: changes as they come, from a version on that is not too old.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bkhelm::cluster::{Call, Fault, WatchEvent};
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::{Value as Json, json};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep_until};

use super::connection::{Shared, wants_bookmarks};
use super::refusals;
use super::selectors::Selector;
use super::serving::{asked, selector};
use super::world::{Change, Stored, World};

/// How often a silent watch says how far it is.
const BOOKMARKS: Duration = Duration::from_secs(60);

/// What a watch is about, and how far it is.
pub struct Begun {
    kind: usize,
    namespace: String,
    selector: Selector,
    position: u64,
    first: VecDeque<WatchEvent>,
    bookmarks: bool,
    changed: Receiver<u64>,
}

/// Begins a watch.
///
/// # Errors
/// Nothing is served there, or the selector can't be read.
pub fn begin(world: &World, call: &Call) -> Result<Begun, Fault> {
    let key = world.target(&call.path)?.key;
    let selector = selector(call)?;
    let since: u64 = asked(call, "resourceVersion").parse().unwrap_or_default();
    let mut begun = Begun {
        kind: key.kind,
        namespace: key.namespace,
        selector,
        position: since,
        first: VecDeque::new(),
        bookmarks: wants_bookmarks(call),
        changed: world.changed.subscribe(),
    };
    if since == 0 {
        begun.position = world.version();
        let there = world.of_kind(begun.kind, &begun.namespace).filter(|(_, stored)| begun.selector.picks(&stored.body));
        begun.first = there.map(|(_, stored)| WatchEvent { kind: "ADDED".to_owned(), object: stored.shown() }).collect();
    }
    Ok(begun)
}

impl Begun {
    /// The next event that is there already.
    fn next(&mut self, world: &World) -> Option<Result<WatchEvent, Fault>> {
        if let Some(event) = self.first.pop_front() {
            return Some(Ok(event));
        }
        if self.position < world.forgotten {
            return Some(Err(refusals::expired(self.position, world.forgotten)));
        }
        let start = world.history.partition_point(|change| change.version <= self.position);
        for change in world.history.range(start..) {
            self.position = change.version;
            let meant = change.key.kind == self.kind && (self.namespace.is_empty() || change.key.namespace == self.namespace);
            if let Some(event) = meant.then(|| self.event(change)).flatten() {
                return Some(Ok(event));
            }
        }
        None
    }

    /// The change as this watch sees it: an object that is picked no more is deleted for it.
    fn event(&self, change: &Change) -> Option<WatchEvent> {
        let picks = |stored: &Option<Arc<Stored>>| stored.as_ref().is_some_and(|stored| self.selector.picks(&stored.body));
        let (kind, stored) = match (picks(&change.before), picks(&change.after)) {
            (false, false) => return None,
            (false, true) => ("ADDED", &change.after),
            (true, true) => ("MODIFIED", &change.after),
            (true, false) => ("DELETED", &change.before),
        };
        let mut object = stored.as_ref()?.shown();
        object["metadata"]["resourceVersion"] = change.version.to_string().into();
        Some(WatchEvent { kind: kind.to_owned(), object })
    }

    fn bookmark(&self, shared: &Shared) -> WatchEvent {
        let world = shared.still();
        let kind = world.kinds.get(self.kind);
        let metadata = json!({ "resourceVersion": self.position.to_string() });
        let object: Json = json!({"kind": kind.kind, "apiVersion": kind.api_version(), "metadata": metadata});
        WatchEvent { kind: "BOOKMARK".to_owned(), object }
    }
}

/// The events until `ends`; then the stream ends, or breaks.
pub fn stream(shared: Arc<Shared>, begun: Begun, ends: Instant, breaks: bool) -> BoxStream<'static, Result<WatchEvent, Fault>> {
    stream::unfold(Some((shared, begun)), move |state| async move {
        let (shared, mut begun) = state?;
        let bookmark = Instant::now() + BOOKMARKS;
        loop {
            if Instant::now() >= ends {
                let broken = breaks.then(|| Err(Fault::unreachable("error reading a body from connection: connection reset")));
                return broken.map(|fault| (fault, None));
            }
            begun.changed.borrow_and_update();
            let next = begun.next(&shared.world());
            match next {
                Some(Err(fault)) => return Some((Err(fault), None)),
                Some(event) => return Some((event, Some((shared, begun)))),
                None if begun.bookmarks && Instant::now() >= bookmark => {
                    let event = begun.bookmark(&shared);
                    return Some((Ok(event), Some((shared, begun))));
                }
                None => {}
            }
            tokio::select! {
                _ = begun.changed.changed() => {}
                () = sleep_until(ends.min(bookmark)) => {}
            }
        }
    })
    .boxed()
}
