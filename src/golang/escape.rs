//! Escaping as text/template does it.

/// `template.HTMLEscapeString`: `<>&'"` and NUL.
pub fn html(_text: &[u8]) -> Vec<u8> {
    unimplemented!()
}

/// `template.JSEscapeString`.
pub fn js(_text: &[u8]) -> Vec<u8> {
    unimplemented!()
}
