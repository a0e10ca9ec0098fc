//! Layers of values: `[Layer] + Setting → one Map with origins`, and helmfile's template functions.
//!
//! `state` calls it for environments, the path calls it (through `state`) for each release. It renders
//! `.gotmpl` layers with helmfile's dialect of the template language and merges as helmfile does. It does not
//! know what a release or a state file is, and never prints: what helmfile would log goes to [`Notes`].

mod merge;
pub mod set;
mod setting;

pub use merge::{Lists, deep_merge, override_merge};
pub use setting::{Notes, Setting};
