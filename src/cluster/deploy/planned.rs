//! What a deployment would do, step by step, without doing it.

use serde_json::Value as Json;

use super::work::Subject;
use super::{Bundle, Engine, Look, Options};
use crate::data::json;
use crate::diag::{Errors, Result};
use crate::plan::compare::{Salt, masked};
use crate::plan::file::{Action, Field, Planned, ReleasePlan, digest, seen};
use crate::plan::ownership::owner_of;
use crate::plan::release::settled;

impl Engine<'_> {
    /// Who the cluster is: the uid of its namespace `kube-system`; empty where we may not look.
    pub async fn identity(&self) -> String {
        crate::cluster::identity(self.cluster).await.unwrap_or_default()
    }

    /// The plan of an install or upgrade: what the server says that every apply would change.
    ///
    /// # Errors
    /// Objects that belong to others, kinds that are not served; as [`crate::cluster::Api::call`].
    pub async fn plan(&self, bundle: &Bundle, look: &Look, options: &Options, (salt, mask): (&str, &Salt)) -> Result<ReleasePlan, Errors> {
        let subject = Subject {
            name: &bundle.name,
            namespace: &bundle.namespace,
            objects: &bundle.objects,
            install: !look.is_upgrade(),
            server_side: self.rules(look, options).server_side,
            preview: true,
        };
        let prepared = self.prepare(&subject, &look.past()?, options).await?;
        let steps = prepared.steps.0.into_iter().map(|step| {
            let found = prepared.found.get(&step.id);
            let fields = found.and_then(|found| Some(fields(&found.live, found.after.as_ref()?, mask))).unwrap_or_default();
            Planned { fields, seen: found.map(|found| seen(&found.live, salt)).unwrap_or_default(), step }
        });
        Ok(ReleasePlan {
            release: bundle.name.clone(),
            namespace: bundle.namespace.clone(),
            context: String::new(),
            cluster: self.identity().await,
            stage: 0,
            action: if look.is_upgrade() { Action::Upgrade } else { Action::Install },
            revision: look.next(),
            before: look.last().map(|last| last.info.status.word().to_owned()).unwrap_or_default(),
            rendered: bundle.digest(salt),
            steps: steps.collect(),
            sealed: String::new(),
        })
    }
}

/// What changes from one object to the other, and who owns it now.
fn fields(live: &Json, after: &Json, mask: &Salt) -> Vec<Field> {
    let changes = masked(&settled(live), mask).fields(&masked(&settled(after), mask));
    let field = |change: &crate::plan::compare::FieldChange| Field {
        path: change.to_string(),
        old: change.old.clone(),
        new: change.new.clone(),
        owners: owner_of(live, &format!(".{change}")).into_iter().map(|owner| owner.manager).collect(),
    };
    changes.iter().map(field).collect()
}

impl Bundle {
    /// A digest of everything that is deployed.
    pub fn digest(&self, salt: &str) -> String {
        let hooks: Vec<(&str, &str)> = self.hooks.iter().map(|hook| (hook.path.as_str(), hook.manifest.as_str())).collect();
        let crds: Vec<&Json> = self.crds.iter().map(|object| &object.body).collect();
        let config = json::write(&self.config.clone().into(), false, "").unwrap_or_default();
        let all = serde_json::json!({
            "name": self.name, "namespace": self.namespace, "revision": self.revision, "manifest": self.manifest,
            "hooks": hooks, "crds": crds, "config": String::from_utf8_lossy(&config), "notes": self.notes,
        });
        digest(all.to_string().as_bytes(), salt)
    }
}
