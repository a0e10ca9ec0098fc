//! What somebody else changed: objects that are not as the release's manifest says.

use super::{Bundle, Engine, Look, Options};
use crate::diag::{Errors, Result};
use crate::plan::Id;
use crate::plan::compare::{FieldChange, Salt, masked};
use crate::plan::release::settled;

/// An object that is not as its manifest says.
#[derive(Debug, Clone)]
pub struct Drift {
    /// Which.
    pub id: Id,
    /// From what is there to what an apply would make of it; empty where the object is gone. Secret values are masked.
    pub fields: Vec<FieldChange>,
    /// Whether it is gone.
    pub gone: bool,
}

impl Engine<'_> {
    /// Asks the server what an apply would change. Who may only read gets only what is gone.
    ///
    /// # Errors
    /// Kinds that the server does not serve; as [`crate::cluster::Api::call`].
    pub async fn drift(&self, bundle: &Bundle, look: &Look, options: &Options, salt: &Salt) -> Result<Vec<Drift>, Errors> {
        let past = look.past()?;
        let mut located = self.locate(&bundle.objects, &bundle.name, &bundle.namespace)?;
        for object in &mut located {
            object.originals = past.originals(&object.wanted.id, &bundle.namespace);
        }
        let found = self.find(&located, &self.rules(look, options), true).await?;
        let mut all = Vec::new();
        for id in located.into_iter().map(|object| object.wanted.id) {
            let Some(found) = found.get(&id) else {
                all.push(Drift { id, fields: Vec::new(), gone: true });
                continue;
            };
            let Some(after) = &found.after else { continue };
            let (live, after) = (masked(&settled(&found.live), salt), masked(&settled(after), salt));
            let fields = live.fields(&after);
            if !fields.is_empty() {
                all.push(Drift { id, fields, gone: false });
            }
        }
        Ok(all)
    }
}
