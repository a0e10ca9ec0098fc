//! Lint: `values, schemas and manifests of a deployment → all findings at once`.
//!
//! Called by `commands/lint.rs` for each environment and each rendered release. Never stops at the first finding, never
//! renders, never prints.

mod allow;
mod baseline;
mod causes;
pub mod codes;
pub mod helm_lint;
mod infer;
pub mod kubernetes;
mod manifests;
mod mask;
mod owners;
mod pods;
mod references;
mod rules;
mod schemas;
mod unused;
mod values;

pub use allow::Allowed;
pub use baseline::{Baseline, Fingerprints};
pub use infer::Inferred;
pub use manifests::{Documents, Object, definitions_of};
pub use mask::mask;
pub use owners::Owners;
pub use references::References;
pub use rules::{Deployment, Member, Rules};
pub use schemas::Schemas;
pub use unused::{Keys, Names};
pub use values::{Images, LayerChecks, ReleaseLayers};
