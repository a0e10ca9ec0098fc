//! The documents of a manifest as they are compared (helm-diff manifest/parse.go).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use crate::data::yaml::{Duplicates, Reading, Resolver, Style, go_text, read_value, write};
use crate::data::{Kind as Is, Map, SourceFile, Sources, Value};
use crate::diag::{Error, Kind, Place, Result};

/// Hooks that are tests, by the whole value of their annotation.
const TESTS: [&str; 2] = ["test", "test-success"];

/// How manifests are read for a comparison.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parsing<'a> {
    /// The namespace of objects that name none, cluster-wide ones too.
    pub namespace: &'a str,
    /// Whether documents are written anew with sorted keys, so that style does not count (`--normalize-manifests`).
    pub normalize: bool,
    /// Whether test hooks take part (`--include-tests`).
    pub include_tests: bool,
}

/// One object as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `<namespace>, <name>, <Kind> (<group, or v1>)`
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its text: as written, or as normalised.
    pub content: String,
    /// Whether helm leaves it in the cluster (`helm.sh/resource-policy: keep`).
    pub keep: bool,
}

/// The documents of one side.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// In the order of their keys; a key stands once.
    pub documents: Vec<Document>,
    /// Keys that stand more than once in the manifest, once for each time too many: the first document counts.
    pub repeated: Vec<String>,
}

/// What decides about a document.
#[derive(Default)]
struct Head {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    annotations: BTreeMap<String, String>,
}

/// The documents of a manifest: cut at lines that are `---`, lists as their items, without test hooks unless they are asked for.
///
/// # Errors
/// A document that is no YAML, or whose `apiVersion`, `kind` and `metadata` are not what they are in every object:
/// `YAML unmarshal error: yaml: …`.
pub fn documents(manifest: &[u8], parsing: Parsing<'_>) -> Result<Documents> {
    let mut found = BTreeMap::new();
    let mut repeated = Vec::new();
    // parity: helm-diff puts a line end before the text, so that it may begin with the separator
    let text = [b"\n", manifest].concat();
    for content in cut(&text) {
        let content = std::str::from_utf8(content).map_or(content, |content| content.trim().as_bytes());
        if content.is_empty() {
            continue;
        }
        let mut objects = Vec::new();
        parse(content, parsing, &mut objects)?;
        for document in objects {
            match found.entry(document.key.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(document);
                }
                Slot::Occupied(slot) => repeated.push(slot.key().clone()),
            }
        }
    }
    Ok(Documents { documents: found.into_values().collect(), repeated })
}

/// The parts between separators. What ends one line can't begin the next separator.
fn cut(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const SEPARATOR: &[u8] = b"\n---\n";
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let (part, rest) = match memchr::memmem::find(text, SEPARATOR) {
            Some(at) => (&text[..at], &text[at + SEPARATOR.len()..]),
            None => (text, &b""[..]),
        };
        text = rest;
        Some(part)
    })
}

fn parse(content: &[u8], parsing: Parsing<'_>, into: &mut Vec<Document>) -> Result<()> {
    let source = Sources::new().add("", content);
    let reading = Reading { resolver: Resolver::Raw, duplicates: Duplicates::LastWins };
    let value =
        read_value(&source, reading).map_err(|errors| fault(&go_text(&errors), content, errors.first().map_or(0, |error| error.offset)))?;
    let head = Head::read(&value, &source).map_err(|(field, at)| fault(&format!("{field} has another type"), content, at))?;
    if head.api_version.is_empty() && head.kind.is_empty() {
        return Ok(());
    }
    let written = |value: &Value, style| write(value, style).map_err(|text| fault(&text, content, 0));
    if head.kind.ends_with("List") {
        let items = value.path(["items"]);
        for item in items.as_ref().and_then(Value::as_list).into_iter().flat_map(|items| items.iter()) {
            parse(&written(item, Style::RawAsWritten)?, parsing, into)?;
        }
        return Ok(());
    }
    let hook = head.annotations.get("helm.sh/hook").map_or("", String::as_str);
    if !parsing.include_tests && TESTS.contains(&hook) {
        return Ok(());
    }
    let normal = parsing.normalize.then(|| written(&value, Style::Raw)).transpose()?;
    let content = String::from_utf8_lossy(normal.as_deref().unwrap_or(content)).into_owned();
    let keep = head.annotations.get("helm.sh/resource-policy").is_some_and(|policy| policy == "keep");
    into.push(Document { key: head.key(parsing.namespace), kind: head.kind, content, keep });
    Ok(())
}

/// Where the document says that it comes from, for messages.
fn fault(text: &str, content: &[u8], offset: usize) -> Error {
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let file = first.strip_prefix(b"# Source: ").map_or("manifest".into(), String::from_utf8_lossy);
    Error::new(Kind::Manifest, format!("YAML unmarshal error: {text}")).at(Place::in_text(file, content, offset))
}

impl Head {
    /// Gives the field at fault and its place where a field is no text.
    fn read(value: &Value, source: &SourceFile) -> Result<Head, (&'static str, usize)> {
        let mut head = Head::default();
        let Some(map) = entries(value, "document", source)? else { return Ok(head) };
        let text = |map: &Map, field| map.get(field).map_or(Ok(String::new()), |value| text(&value, field, source));
        head.api_version = text(&map, "apiVersion")?;
        head.kind = text(&map, "kind")?;
        let Some(metadata) = map.get("metadata") else { return Ok(head) };
        let Some(metadata) = entries(&metadata, "metadata", source)? else { return Ok(head) };
        head.namespace = text(&metadata, "namespace")?;
        head.name = text(&metadata, "name")?;
        let Some(annotations) = metadata.get("annotations") else { return Ok(head) };
        let Some(annotations) = entries(&annotations, "annotations", source)? else { return Ok(head) };
        for (key, value) in annotations.read().iter() {
            let value = self::text(value, "an annotation", source)?;
            head.annotations.insert(key.to_text().into_owned(), value);
        }
        Ok(head)
    }

    fn key(&self, namespace: &str) -> String {
        let group = self.api_version.rsplit_once('/').map_or(self.api_version.as_str(), |(group, _)| group);
        let name = self.annotations.get("helm-diff/base-name").unwrap_or(&self.name);
        let namespace = if self.namespace.is_empty() { namespace } else { &self.namespace };
        format!("{namespace}, {name}, {} ({group})", self.kind)
    }
}

fn entries(value: &Value, field: &'static str, source: &SourceFile) -> Result<Option<Map>, (&'static str, usize)> {
    match &value.kind {
        Is::Map(map) => Ok(Some(map.clone())),
        Is::Nil => Ok(None),
        _ => Err((field, value.origin.offset_in(source).unwrap_or_default())),
    }
}

/// A scalar as text: go-yaml v2 gives numbers and booleans as they are written.
fn text(value: &Value, field: &'static str, source: &SourceFile) -> Result<String, (&'static str, usize)> {
    let at = value.origin.offset_in(source).unwrap_or_default();
    match &value.kind {
        Is::Nil => Ok(String::new()),
        Is::String(text) => Ok(text.to_text().into_owned()),
        Is::Bool(_) | Is::Int(..) | Is::Uint(..) | Is::Float(_) => {
            let written = source.text.get(at..).unwrap_or_default();
            let end = written.iter().position(|byte| byte.is_ascii_whitespace() || b",]}".contains(byte)).unwrap_or(written.len());
            Ok(String::from_utf8_lossy(&written[..end]).into_owned())
        }
        _ => Err((field, at)),
    }
}
