//! What has to happen: `desired objects + what is there → ordered steps with reasons`, and `two sets of manifests → how
//! they differ`.
//!
//! Called by the commands that look at a cluster or compare renderings. Pure: reads nothing, prints nothing, knows no
//! clock. The room `cluster` fetches what is compared and takes the steps; `report` draws both.

pub mod compare;
pub mod file;
mod immutable;
mod leftover;
mod object;
mod order;
pub mod ownership;
pub mod patch;
pub mod release;

pub use immutable::{immutable_changes, quantity, unchangeable};
pub use leftover::leftover;
pub use object::{Id, Object, manifest, objects, stream};
pub use order::{install_order, uninstall_order};
