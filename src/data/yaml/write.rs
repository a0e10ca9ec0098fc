//! Values to text, as Go's libraries write it.

use crate::data::Value;

/// Whose bytes to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// sigs.k8s.io/yaml: through JSON, then go-yaml v2; lists not indented, folded at 80 columns, keys in natural order.
    Helm,
    /// go-yaml v3 with indent 2, as helmfile writes values and states (no folding).
    Helmfile,
    /// go-yaml v3's encoder on the raw value with indent 2: Helm's `toYamlPretty`.
    Pretty,
}

/// The value as a document, with a final newline.
///
/// # Errors
/// Go's text where a value can't be written (NaN through JSON, a value that nests too deep).
pub fn write(_value: &Value, _style: Style) -> Result<Vec<u8>, String> {
    unimplemented!("the yaml room's owner writes this")
}
