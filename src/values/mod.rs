//! Layers of values: `sources + Setting → one Map with origins`, and helmfile's template functions.
//!
//! `state` calls it for environments and for each release. It renders `.gotmpl` layers with helmfile's dialect of the
//! template language and merges as helmfile does. It does not know what a release or a state file is, and never
//! prints: what helmfile would log goes to [`Notes`].

mod exec;
mod files;
mod get;
pub mod glob;
mod lines;
mod merge;
mod objects;
mod read;
mod secrets;
pub mod set;
mod setting;
mod state_values;
mod template;
mod trace;
mod yaml_functions;

pub use exec::run as run_program;
pub use merge::{Lists, deep_merge, override_merge};
pub use objects::Record;
pub use read::{Text, fault_offset, line_of, read_documents, read_map, read_value, yaml_kind};
pub use secrets::{expand as expand_secrets, names_secret};
pub use setting::{Folder, Layer, LayerLog, Notes, Setting, clean, file_of, folder_of, join, typed};
pub use state_values::parse as parse_state_values;
pub use template::{Rendered, Template, functions, may_change_data, raise, render, render_file, render_inline, render_path, usage};
pub use trace::Trace;
