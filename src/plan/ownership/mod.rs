//! Who owns which field of a live object: what server-side apply keeps in `metadata.managedFields`, and what follows from it
//! when owners disagree.
//!
//! Fields are named as API servers name them: `.spec.template.spec.containers[name="web"].image`.

mod conflict;
mod managed;
mod path;
mod policy;

pub use conflict::{ConflictingField, conflicting};
pub use managed::{Owner, migrate, owner_of};
pub use path::without;
pub use policy::{Policy, Resolution, Rule, Verdict};
