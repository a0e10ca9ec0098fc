//! Other people on the same cluster: they edit, scale and delete between two calls.

use serde_json::{Value as Json, json};

use super::world::{Key, World, is_ending};
use super::writing::{Deletion, Mode};

/// The actor's name in traces and invariants.
pub const PERSON: &str = "person";

/// The manager of fields that `kubectl edit` names.
const MANAGER: &str = "kubectl-edit";

impl World {
    /// Somebody does something to an object of a user's kind. Records, leases and namespaces are left alone.
    pub fn meddle(&mut self) {
        let kinds = ["ConfigMap", "Deployment", "Service", "StatefulSet", "ServiceAccount"].map(|kind| self.kinds.named(kind));
        let mine = self.objects.iter().filter(|(key, stored)| kinds.contains(&key.kind) && !is_ending(&stored.body));
        let mine: Vec<Key> = mine.map(|(key, _)| key.clone()).collect();
        let Some(key) = self.random.pick(&mine).cloned() else { return };
        let kind = self.kinds.get(key.kind).kind.clone();
        let (drawn, value) = (self.random.below(10), self.random.below(4));
        match (kind.as_str(), drawn) {
            (_, 0) => drop(self.delete(&key, &Deletion::default(), Mode { actor: PERSON, dry: false })),
            ("Deployment" | "StatefulSet", 1..=6) => {
                self.edit(&key, MANAGER, "scale", PERSON, |body| body["spec"]["replicas"] = value.into());
            }
            ("ConfigMap", 1..=6) => self.edit(&key, MANAGER, "", PERSON, |body| {
                let first = body["data"].as_object().and_then(|data| data.keys().next().cloned());
                if let Some(data) = body.get_mut("data").filter(|data| data.is_object()) {
                    data[first.unwrap_or_else(|| "by-hand".to_owned())] = format!("edited {value}").into();
                }
            }),
            _ => self.edit(&key, MANAGER, "", PERSON, |body| {
                let metadata = &mut body["metadata"];
                if !metadata["annotations"].is_object() {
                    metadata["annotations"] = json!({});
                }
                metadata["annotations"]["by-hand"] = Json::from(format!("{value}"));
            }),
        }
    }
}
