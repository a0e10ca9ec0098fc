//! Patches as Kubernetes' clients compute them, and applying those that are simple: values in, values out.
//!
//! A client-side upgrade patches what is there. Built-in kinds take a strategic merge patch of the old manifest, the new
//! one and the live object ([`strategic()`], with the lists' keys from an [`OpenApi`] document); all others a JSON merge patch
//! ([`merge`]). [`is_strategic`] says which.

pub mod merge;
mod openapi;
mod scheme;
mod strategic;

pub use openapi::{Field, OpenApi, Schema};
pub use scheme::is_strategic;
pub use strategic::strategic;

use serde_json::Value as Json;

/// A value as Go's `%v` prints it: errors quote values that way.
fn go_text(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{key}:{}", go_text(value)));
            format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}
