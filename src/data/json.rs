//! JSON in and out, as Go's encoding/json does it.

use crate::data::{SourceFile, Value};

/// Reads one JSON value with origins as `json.Unmarshal` into an `interface{}` does; numbers are float64.
///
/// # Errors
/// Go's text (`invalid character 'b' looking for beginning of value`) and the byte offset.
pub fn read(_source: &SourceFile) -> Result<Value, (String, usize)> {
    unimplemented!("the json owner writes this")
}

/// Writes a value as `json.Marshal` does: keys in byte order, `<`, `>`, `&`, U+2028 and U+2029 escaped
/// where `escape_html`, indented by `indent` where that is not empty.
///
/// # Errors
/// Go's text: `json: unsupported value: NaN`.
pub fn write(_value: &Value, _escape_html: bool, _indent: &str) -> Result<Vec<u8>, String> {
    unimplemented!("the json owner writes this")
}
