//! Objects for showing: the values of Secrets as salted digests.

use std::fmt;

use aws_lc_rs::hmac;
use serde_json::Value as Json;

use super::fields::{FieldChange, fields};
use crate::golang::base64;

/// kubectl keeps a copy of the whole object here.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What digests are salted with: equal values have equal digests under one salt, and tell nothing under another.
pub struct Salt(hmac::Key);

impl Salt {
    /// A salt from random bytes; nobody else should know them.
    pub fn new(random: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, random))
    }

    fn digest(&self, value: &[u8]) -> String {
        let tag = hmac::sign(&self.0, value);
        let shown: String = tag.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("masked:{shown} ({} bytes)", value.len())
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// An object whose secret values are digests. It can be shown and compared; there is no way from it to an object that
/// can be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Masked(Json);

/// The object with the values of a Secret's `data` and `stringData` masked; the digest is that of the decoded value, so that
/// both fields say the same of one value.
pub fn masked(object: &Json, salt: &Salt) -> Masked {
    let mut shown = object.clone();
    let is_secret = object["kind"] == "Secret" && object["apiVersion"] == "v1";
    if is_secret {
        let mut below = |field, digest: &dyn Fn(&str) -> String| shown.get_mut(field).map(|value| mask(value, digest));
        below("data", &|text| salt.digest(&base64::decode(text.as_bytes()).unwrap_or_else(|_| text.as_bytes().to_vec())));
        below("stringData", &|text| salt.digest(text.as_bytes()));
        if let Some(copy) = shown.pointer_mut("/metadata/annotations").and_then(|annotations| annotations.get_mut(LAST_APPLIED)) {
            *copy = salt.digest(copy.to_string().as_bytes()).into();
        }
    }
    Masked(shown)
}

/// Masks all values below; what is no text too.
fn mask(value: &mut Json, digest: &dyn Fn(&str) -> String) {
    match value {
        Json::Null => {}
        Json::Object(entries) => entries.values_mut().for_each(|entry| mask(entry, digest)),
        Json::String(text) => *text = digest(text),
        other => *other = digest(&other.to_string()).into(),
    }
}

impl Masked {
    /// The fields in which two masked objects differ.
    pub fn fields(&self, new: &Masked) -> Vec<FieldChange> {
        fields(&self.0, &new.0)
    }
}

impl fmt::Display for Masked {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
