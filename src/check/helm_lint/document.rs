//! One rendered document as helm's lint sees it: apiVersion, kind, metadata's name and namespace.

use crate::charts::{Decoder, fields, read_typed};
use crate::data::{Map, Sources, Value, json};

/// What is read of a document.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// `apiVersion`
    pub(super) api_version: String,
    /// `kind`
    pub(super) kind: String,
    /// `metadata.name`
    pub(super) name: String,
}

/// The documents of a text, each read when it is asked for; nothing comes after one that can't be read (apimachinery
/// pkg/util/yaml `YAMLReader`).
pub(super) fn documents(text: &[u8]) -> impl Iterator<Item = Result<Option<Document>, String>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut refused = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = rest.trim_ascii();
            if !rest.is_empty() && !rest.starts_with(b"#") {
                refused = Some(Err(format!("invalid Yaml document separator: {}", String::from_utf8_lossy(rest))));
                part.clear();
                break;
            }
            if !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                continue;
            }
        }
        part.extend_from_slice(line);
        part.push(b'\n');
    }
    if !part.is_empty() {
        parts.push(part);
    }
    let json = json_fault(text);
    let read = move |(at, part): (usize, Vec<u8>)| Document::read(&part).map_err(|text| json.clone().filter(|_| at == 0).unwrap_or(text));
    parts.into_iter().enumerate().map(read).chain(refused)
}

/// What is wrong with a text that begins as JSON does, read as JSON: said before what YAML has to say.
fn json_fault(text: &[u8]) -> Option<String> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let (fault, offset) = json::read(&Sources::new().add("", text)).err()?;
    match fault.as_str() {
        "unexpected end of JSON input" => Some("unexpected EOF".to_owned()),
        fault if fault.ends_with("after top-level value") => None,
        fault => Some(format!("json: offset {}: {fault}", offset + 1)),
    }
}

impl Document {
    /// Reads a document; `None` where it holds nothing.
    ///
    /// # Errors
    /// `error converting YAML to JSON: yaml: …` and encoding/json's words for what has another type.
    fn read(text: &[u8]) -> Result<Option<Document>, String> {
        let value = value_of(text)?;
        let mut decoder = Decoder::new("k8sYamlStruct");
        let Some(map) = decoder.top(&value, "rules.k8sYamlStruct") else { return decoder.finish().map(|()| None) };
        let mut document = Document::default();
        let mut namespace = String::new();
        fields(map, &["apiVersion", "Kind", "Metadata"], |name, value| {
            decoder.field(name, |decoder| match name {
                "apiVersion" => decoder.string(value, &mut document.api_version),
                "Kind" => decoder.string(value, &mut document.kind),
                _ => {
                    let Some(map) = decoder.structure(value, "rules.k8sYamlMetadata") else { return };
                    fields(map, &["Namespace", "Name"], |name, value| {
                        decoder.field(name, |decoder| {
                            decoder.string(value, if name == "Name" { &mut document.name } else { &mut namespace });
                        });
                    });
                }
            });
        });
        decoder.finish().map(|()| Some(document))
    }
}

/// A text as YAML, integers kept.
pub(super) fn value_of(text: &[u8]) -> Result<Value, String> {
    read_typed(&Sources::new().add("", text)).map_err(|(text, _)| text)
}

/// The entry of a map, whatever the case of its key's letters.
pub(super) fn entry(map: &Map, name: &str) -> Option<Value> {
    map.get(name).or_else(|| map.read().iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value.clone()))
}
