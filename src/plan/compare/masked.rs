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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Salt, masked};

    #[test]
    fn secrets_show_that_they_change_and_not_what_they_are() {
        let salt = Salt::new(&[7; 32]);
        let secret = |data| {
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":\"aGVsbG8=\"}"}}, "data": data})
        };
        let old = masked(&secret(json!({"password": "aGVsbG8=", "same": "eA=="})), &salt);
        let new = masked(&secret(json!({"password": "d29ybGQ=", "same": "eA=="})), &salt);
        let text = format!("{old} {new}");
        assert!(!text.contains("aGVsbG8") && !text.contains("d29ybGQ") && text.contains("(5 bytes)"), "{text}");
        let changes = old.fields(&new);
        assert_eq!(changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["data.password"]);
    }

    #[test]
    fn one_value_has_one_digest_under_a_salt() {
        let shown = |field: &str, value: &str, salt: u8| {
            masked(&json!({"apiVersion": "v1", "kind": "Secret", field: {"a": value}}), &Salt::new(&[salt; 32])).0[field]["a"].clone()
        };
        assert_eq!(shown("data", "aGVsbG8=", 1), shown("stringData", "hello", 1));
        assert_ne!(shown("stringData", "hello", 1), shown("stringData", "hello", 2));
        assert_ne!(shown("stringData", "hello", 1), shown("stringData", "hellp", 1));
    }

    #[test]
    fn other_objects_stay_as_they_are() {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}});
        assert_eq!(masked(&map, &Salt::new(&[0; 32])).to_string(), map.to_string());
    }
}
