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

/// Text with U+FFFD for every byte that is no UTF-8, as encoding/json writes it.
pub(super) fn valid_utf8(text: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if std::str::from_utf8(text).is_ok() {
        return text.into();
    }
    let mut valid = Vec::with_capacity(text.len() + 8);
    for chunk in text.utf8_chunks() {
        valid.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            valid.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
    valid.into()
}
