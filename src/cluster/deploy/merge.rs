//! Client-side apply: what Helm 3 does, and Helm 4 for releases that began that way (helm pkg/kube/client.go `createPatch`).

use serde_json::{Map, Value as Json};

use super::Engine;
use super::objects::Located;
use crate::cluster::{Content, Fault};
use crate::diag::{Error, Result};
use crate::plan::leftover;
use crate::plan::patch::{is_strategic, merge, strategic};
use crate::plan::release::settled;

type Fields = Map<String, Json>;

impl Engine<'_> {
    /// Makes an object, or patches what is there now. Nothing is sent where the patch is empty.
    ///
    /// # Errors
    /// helm's words.
    pub(super) async fn merge(&self, object: &Located) -> Result<&'static str> {
        let Located { resource, namespace, wanted, .. } = object;
        let id = &wanted.id;
        // What was read for the plan may be minutes old: hooks ran since.
        let live = self.cluster.get(resource, namespace, &id.name).await;
        let live = live.map_err(|fault| fault.error("could not get information about the resource"))?;
        let Some(live) = live else {
            let made = self.cluster.create(resource, namespace, &wanted.body).await;
            return made.map(|_| "created").map_err(|fault| fault.error("failed to create resource").at_least(|| object.place()));
        };
        let Some((content, patch)) = self.patch(object, &live).await? else { return Ok("unchanged") };
        let patched = self.cluster.patch(resource, (namespace, &id.name), content, patch, false).await;
        let after = patched.map_err(|fault| self.not_patched(object, &fault))?;
        let version = |object: &Json| object.pointer("/metadata/resourceVersion").cloned();
        Ok(if version(&live) == version(&after) { "unchanged" } else { "configured" })
    }

    /// What [`Engine::merge`] would make of what is there, as the server says; `None` where the patch can't be made.
    pub(super) async fn merged(&self, object: &Located, live: &Json) -> Option<Result<Json, Fault>> {
        let Some((content, patch)) = self.patch(object, live).await.ok()? else { return Some(Ok(live.clone())) };
        let name = object.wanted.id.name.as_str();
        Some(self.cluster.patch(&object.resource, (&object.namespace, name), content, patch, true).await)
    }

    /// The patch; `None` where nothing is to be sent.
    ///
    /// Custom resources take three sides, too: helm compares their manifests only, and never puts back what somebody else
    /// changed there.
    async fn patch(&self, object: &Located, live: &Json) -> Result<Option<(Content, Json)>> {
        let failed = |error: Error| error.wrap(|words| format!("failed to create patch: {words}")).at_least(|| object.place());
        let none = Fields::new();
        let fields = |object: &'_ Json| object.as_object().cloned().unwrap_or_default();
        let (wanted, current) = (object.wanted.body.as_object().unwrap_or(&none), fields(live));
        let mut originals: Vec<Fields> = object.originals.iter().map(fields).collect();
        if originals.is_empty() {
            // What no revision had is taken over as it is: what the manifest does not say goes away.
            originals.push(fields(&settled(live)));
        }
        let originals: Vec<&Fields> = originals.iter().collect();
        let api_version = object.resource.api_version();
        let (content, mut patch) = match is_strategic(&api_version) {
            true => {
                let schemas = self.cluster.schemas(&api_version).await;
                let schemas = schemas.map_err(|fault| failed(fault.error(&format!("read the schemas of {api_version}"))))?;
                let unknown =
                    || failed(Error::new(crate::diag::Kind::Apply, format!("the server has no schema of {}", object.resource.go_text())));
                let schema = schemas.kind(&api_version, &object.resource.kind).ok_or_else(unknown)?;
                (Content::StrategicMergePatch, strategic(schema, &originals, wanted, &current).map_err(failed)?)
            }
            false => (Content::MergePatch, merge::three_way(&originals, wanted, &current).map_err(failed)?),
        };
        for key in leftover(&object.originals, &object.wanted.body, live) {
            let data = patch.entry("data").or_insert_with(|| Fields::new().into());
            data.as_object_mut().map(|data| data.insert(key, Json::Null));
        }
        Ok((!patch.is_empty()).then(|| (content, patch.into())))
    }

    /// helm's words for a patch that the server did not take.
    pub(super) fn not_patched(&self, object: &Located, fault: &Fault) -> Error {
        let id = &object.wanted.id;
        let error = fault.error(&format!("cannot patch {:?} with kind {}", id.name, id.kind)).at_least(|| object.place());
        self.replaceable(error, object, fault)
    }
}
