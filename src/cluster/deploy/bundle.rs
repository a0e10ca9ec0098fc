//! What was rendered, as it is deployed and recorded.

use super::{Bundle, Look};
use crate::cluster::records::{StoredChart, StoredHook};
use crate::data::Map;
use crate::diag::Result;
use crate::golang::time::Zone;
use crate::plan::{self, objects};
use crate::render::Rendered;

impl Bundle {
    /// From a rendering for revision `look.next()`; `values` are the user's.
    ///
    /// # Errors
    /// A document that is no object, with its place in the rendered template.
    pub fn of(rendered: &Rendered, (namespace, name): (&str, &str), values: &Map, look: &Look, zone: &Zone) -> Result<Bundle> {
        let mut all = Vec::with_capacity(rendered.manifests.len());
        for manifest in &rendered.manifests {
            let path = manifest.path.to_text();
            // As it stands in the record: a text at the end of a template of Helm 3 ends with this line break.
            let found = objects(&path, &[&manifest.content[..], b"\n"].concat());
            all.extend(
                found.map_err(|error| error.wrap(|words| format!("unable to build kubernetes objects from release manifest: {words}")))?,
            );
        }
        let mut crds = Vec::new();
        for crd in &rendered.crds {
            let path = crd.path.to_text();
            crds.extend(plan::stream(&path, &crd.content)?);
        }
        Ok(Bundle {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            revision: look.next(),
            chart: StoredChart::of(&rendered.tree, zone),
            config: values.clone(),
            manifest: rendered.manifest().to_text().into_owned(),
            objects: all,
            hooks: rendered.hooks.iter().map(StoredHook::of).collect(),
            crds,
            notes: rendered.notes.to_text().into_owned(),
        })
    }
}
