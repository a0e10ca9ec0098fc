//! Secrets as they are shown: written anew from the typed object, values replaced by marks or decoded (helm-diff diff/diff.go).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Side;
use crate::charts::{Decoder, fields, read_typed};
use crate::data::yaml::{Style, write};
use crate::data::{Map, Sources, Value};

/// How the values of Secrets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// As marks with lengths.
    #[default]
    Redacted,
    /// As text (`--show-secrets-decoded`).
    Decoded,
    /// As they stand in the manifest (`--show-secrets`).
    AsWritten,
}

/// A Secret of the core group, as Kubernetes' Go types decode it.
#[derive(Default)]
struct Secret {
    api_version: String,
    kind: String,
    kind_of_data: String,
    immutable: Option<bool>,
    metadata: Map,
    data: Option<BTreeMap<String, Vec<u8>>>,
    string_data: Option<BTreeMap<String, String>>,
    /// What did not fit.
    error: Option<String>,
}

/// Replaces the contents of both sides by what may be shown, where they are Secrets.
// parity: what was replaced is replaced again when rename detection looks twice, and then is no Secret any more.
pub(super) fn show(old: Option<&mut Side<'_>>, new: Option<&mut Side<'_>>, secrets: Secrets) {
    let other_kind = |side: &Option<&mut Side<'_>>| side.as_ref().is_some_and(|side| side.document.kind != "Secret");
    if secrets == Secrets::AsWritten || other_kind(&old) || other_kind(&new) {
        return;
    }
    let read = |side: &Option<&mut Side<'_>>| side.as_ref().map(|side| Secret::read(&side.content));
    let (old_secret, new_secret) = (read(&old), read(&new));
    let replace = |side: Option<&mut Side<'_>>, secret: &Option<Secret>, other: &Option<Secret>, word: &str, mark: &str| {
        let (Some(side), Some(secret)) = (side, secret) else { return };
        side.content = Cow::Owned(match &secret.error {
            Some(error) => format!("Error parsing {word} secret: {error}"),
            None => format!("{}{}", comment(&side.content), secret.shown(other.as_ref(), secrets, mark)),
        });
    };
    replace(old, &old_secret, &new_secret, "old", "--------");
    replace(new, &new_secret, &old_secret, "new", "++++++++");
}

/// The first line where it is a comment: `# Source: …`.
fn comment(content: &str) -> &str {
    match content.find('\n') {
        Some(end) if content.starts_with('#') => &content[..=end],
        _ => "",
    }
}

impl Secret {
    fn read(content: &str) -> Secret {
        let mut secret = Secret::default();
        // parity: Kubernetes' reader ends the last line, so that a block of text there has its line end
        let value = match read_typed(&Sources::new().add("", format!("{content}\n"))) {
            Ok(value) => value,
            Err((error, _)) => return Secret { error: Some(error), ..secret },
        };
        let mut decoder = Decoder::new("Secret");
        if let Some(map) = decoder.top(&value, "v1.Secret") {
            fields(map, &["apiVersion", "data", "immutable", "kind", "metadata", "stringData", "type"], |name, value| {
                decoder.field(name, |decoder| secret.decode(decoder, name, value));
            });
        }
        secret.error = decoder.finish().err();
        if secret.error.is_none() {
            secret.merge();
        }
        secret
    }

    fn decode(&mut self, decoder: &mut Decoder, name: &str, value: &Value) {
        match name {
            "apiVersion" => decoder.string(value, &mut self.api_version),
            "kind" => decoder.string(value, &mut self.kind),
            "type" => decoder.string(value, &mut self.kind_of_data),
            "data" => decoder.bytes_map(value, &mut self.data),
            "stringData" => decoder.string_map(value, &mut self.string_data),
            "immutable" if value.is_nil() => self.immutable = None,
            "immutable" => decoder.bool(value, self.immutable.get_or_insert_default()),
            _ => {
                let Some(map) = decoder.structure(value, "v1.ObjectMeta") else { return };
                let metadata = &self.metadata;
                decoder.within("ObjectMeta", |decoder| {
                    fields(map, &METADATA, |name, value| decoder.field(name, |decoder| decode_metadata(decoder, name, value, metadata)));
                });
            }
        }
    }

    /// As the API server does it: `stringData` goes over `data`.
    fn merge(&mut self) {
        let strings = self.string_data.take().unwrap_or_default();
        if !strings.is_empty() {
            let entries = strings.into_iter().map(|(key, text)| (key, text.into_bytes()));
            self.data.get_or_insert_default().extend(entries);
        }
    }

    /// The Secret as YAML.
    fn shown(&self, other: Option<&Secret>, secrets: Secrets, mark: &str) -> String {
        // parity: for Go a value that is not there equals an empty one
        let of_other = |key: &String| other.and_then(|other| other.data.as_ref()?.get(key)).map_or(&[][..], Vec::as_slice);
        let value = |key: &String, bytes: &Vec<u8>| match secrets {
            Secrets::Decoded | Secrets::AsWritten => Value::string(bytes.as_slice()),
            Secrets::Redacted if other.is_some() && of_other(key) == bytes => format!("REDACTED # ({} bytes)", bytes.len()).into(),
            Secrets::Redacted => format!("{mark} # ({} bytes)", bytes.len()).into(),
        };
        let data: Map = self.data.iter().flatten().map(|(key, bytes)| (key.as_str(), value(key, bytes))).collect();
        let map: Map = [("metadata", Value::from(self.metadata.clone()))].into_iter().collect();
        for (key, text) in [("apiVersion", &self.api_version), ("kind", &self.kind), ("type", &self.kind_of_data)] {
            if !text.is_empty() {
                map.insert(key, text.as_str());
            }
        }
        if let Some(immutable) = self.immutable {
            map.insert("immutable", immutable);
        }
        if !data.is_empty() {
            map.insert("stringData", data);
        }
        // texts, booleans and what was read from YAML: can always be written
        let text = write(&map.into(), Style::Helm).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        // parity: the words are replaced wherever they stand first
        let text = if secrets == Secrets::Redacted { text.replacen("stringData", "data", 1) } else { text.into_owned() };
        text.replacen("  creationTimestamp: null\n", "", 1)
    }
}

/// Fields of `metadata` that Go's type knows; the order is that of their names in JSON.
const METADATA: [&str; 15] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Takes one field over, unless it is empty. Numbers, times, owners and managed fields are kept as they are written.
fn decode_metadata(decoder: &mut Decoder, name: &'static str, value: &Value, into: &Map) {
    match name {
        "annotations" | "labels" => {
            let mut texts = None;
            decoder.string_map(value, &mut texts);
            let texts = texts.unwrap_or_default();
            if !texts.is_empty() {
                into.insert(name, texts.into_iter().collect::<Map>());
            }
        }
        "creationTimestamp"
        | "deletionGracePeriodSeconds"
        | "deletionTimestamp"
        | "finalizers"
        | "generation"
        | "managedFields"
        | "ownerReferences" => {
            if !value.is_nil() && value.as_list().is_none_or(|list| !list.is_empty()) {
                into.insert(name, value.clone());
            }
        }
        _ => {
            let mut text = String::new();
            decoder.string(value, &mut text);
            if !text.is_empty() {
                into.insert(name, text);
            }
        }
    }
}
