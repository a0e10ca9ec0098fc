//! What helmfile prints, as data: list rows, the built state, written values, output paths.

use super::{Release, ReleaseValues, State};
use crate::data::Map;
use crate::diag::{Errors, Result};
use crate::values::Setting;

/// One row of `list`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct Row {
    pub namespace: String,
    pub name: String,
    pub enabled: bool,
    pub installed: bool,
    /// `key:value,key:value`
    pub labels: String,
    pub chart: String,
    pub version: String,
}

/// The rows of one state, in written order. `list` joins those of all states and sorts by namespace, then name.
///
/// # Errors
/// A condition that leads nowhere, a malformed selector.
pub fn rows(_state: &State) -> Result<Vec<Row>> {
    Ok(Vec::new())
}

/// The table that `list` prints, with a final newline. Sorts the rows.
pub fn table(_rows: Vec<Row>) -> String {
    String::new()
}

/// What `list --output json` prints, with a final newline. Sorts the rows.
pub fn json(_rows: Vec<Row>) -> String {
    String::new()
}

/// What `build` prints for one state: `---`, the source line and the merged state.
///
/// # Errors
/// A value that can't be written as YAML; with `embed_values`, a values file that can't be rendered.
pub fn build(_state: &State, _embed_values: bool, _setting: &Setting) -> Result<Vec<u8>, Errors> {
    Ok(Vec::new())
}

/// The values of a release in one map, as `write-values` merges them, and the file's bytes.
///
/// # Errors
/// A layer that is no mapping.
pub fn written_values(_values: &ReleaseValues, _more: &[Map]) -> Result<(Map, Vec<u8>)> {
    Ok((Map::new(), Vec::new()))
}

/// The file that `write-values` writes a release to; `template` empty for helmfile's own.
///
/// # Errors
/// A faulty `--output-file-template`.
pub fn values_file(_state: &State, _release: &Release, _template: &str, _setting: &Setting) -> Result<String> {
    Ok(String::new())
}

/// The folder that `template --output-dir` writes a release to; `template` empty for helmfile's own.
///
/// # Errors
/// A faulty `--output-dir-template`.
pub fn output_folder(_state: &State, _release: &Release, _output_dir: &str, _template: &str, _setting: &Setting) -> Result<String> {
    Ok(String::new())
}

/// What `show-dag` prints for one state.
///
/// # Errors
/// Unknown or circular needs.
pub fn dag(_state: &State) -> Result<String> {
    Ok(String::new())
}
