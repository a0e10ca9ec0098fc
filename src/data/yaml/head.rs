//! The few fields that decide where a manifest goes.

use std::collections::BTreeMap;

use super::decode::{decode, first_infinite};
use super::input::Input;
use super::read::{Duplicates, Reading, Resolver, go_text};
use super::resolve::{Scalar, plain};
use super::token::{ScalarStyle, Version};
use super::tree::{Composer, NodeKind, Tree};
use crate::data::number::{format_g, format_g32};
use crate::data::{Kind, Map, Origin, SourceFile, Str, Value};

/// What `helm` reads of a manifest before it sorts it (`util.SimpleHead`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: Str,
    /// `kind`
    pub kind: Str,
    /// `metadata`, where it is there and not null.
    pub metadata: Option<HeadMetadata>,
}

/// `metadata` of a [`Head`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadMetadata {
    /// `metadata.name`
    pub name: Str,
    /// `metadata.annotations`; numbers and booleans as text.
    pub annotations: BTreeMap<Str, Str>,
}

const TYPED: Reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::LastWins };

/// Reads the head of a manifest's first document. The whole document is checked, no value is built but the head's.
/// `go_type` is the Go type that errors name: `util.SimpleHead` in helm 4, `releaseutil.SimpleHead` in helm 3.
///
/// # Errors
/// The text of sigs.k8s.io/yaml: `error converting YAML to JSON: yaml: line 2: …`.
pub fn read_head(manifest: &[u8], go_type: &str) -> Result<Head, String> {
    let converting = |message: &str| match message {
        message if message.starts_with("error unmarshaling JSON: ") => message.to_owned(),
        message => format!("error converting YAML to JSON: {message}"),
    };
    let input = Input::new(manifest);
    let mut composer = Composer::new(&input, Version::V2);
    let root = match composer.next() {
        Ok(Some(root)) => root,
        Ok(None) => return Ok(Head::default()),
        Err(error) => return Err(converting(&error.message)),
    };
    let tree = composer.tree();
    let source = SourceFile { name: Str::default(), base: Origin::NONE, text: Str::default() };
    let read = |node: u32| {
        let document = decode(tree, node, &source, TYPED).map_err(|errors| converting(&go_text(&errors)))?;
        Ok::<Value, String>(document.value)
    };
    let value = if composer.deepest() < 10_000 && is_simple(tree, root) {
        // keys are plain text here, and nothing in the rest can fail
        let head = Map::new();
        let mut children = tree.children(root);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let key = tree.text(tree.node(key));
            if Field::of(key, &HEAD).is_some() {
                head.insert(key, read(value)?);
            }
        }
        head.into()
    } else {
        read(root)?
    };
    HeadReader { go_type, first_error: None }.head(&value)
}

/// Whether a document is a mapping without aliases, merges and tags whose scalars all have a form in JSON, and whose own
/// keys are text: then it reads without errors whatever else is in it.
fn is_simple(tree: Tree<'_>, root: u32) -> bool {
    if tree.node(root).kind != NodeKind::Mapping {
        return false;
    }
    let plain_value = |index: u32| {
        let node = tree.node(index);
        let text = tree.text(node);
        (node.style == ScalarStyle::Plain).then(|| plain(text, Version::V2))
    };
    let text_key = |index: u32| tree.node(index).kind == NodeKind::Scalar && tree.text(tree.node(index)) != b"<<";
    (root..tree.node(root).end).all(|index| {
        let node = tree.node(index);
        if !tree.tag(node).is_empty() {
            return false;
        }
        match node.kind {
            NodeKind::Alias(_) => false,
            NodeKind::Sequence => true,
            NodeKind::Scalar => {
                let may_be_infinite = matches!(tree.text(node).first(), Some(b'.' | b'+' | b'-'));
                let infinite = |found| matches!(found, Scalar::Float(number) if !f64::is_finite(number));
                !may_be_infinite || !plain_value(index).is_some_and(infinite)
            }
            NodeKind::Mapping => tree.children(index).step_by(2).all(|key| {
                let fits = |found: Option<Scalar<'_>>| match found {
                    None | Some(Scalar::Text(_)) => true,
                    Some(Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_)) => index != root,
                    Some(Scalar::Null | Scalar::Uint(_) | Scalar::Time(_)) => false,
                };
                text_key(key) && fits(plain_value(key))
            }),
        }
    })
}

/// A field of a Go struct.
struct Field {
    name: &'static str,
}

const HEAD: [Field; 3] = [Field { name: "apiVersion" }, Field { name: "kind" }, Field { name: "metadata" }];
const METADATA: [Field; 2] = [Field { name: "name" }, Field { name: "annotations" }];
const METADATA_TYPE: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl Field {
    /// The field that encoding/json stores a key in: exact, or whatever the case of its letters.
    fn of(key: &[u8], fields: &[Field]) -> Option<&'static str> {
        // two letters beyond ASCII fold to ones in it
        let folded = String::from_utf8_lossy(key).replace('\u{212A}', "k").replace('\u{17F}', "s");
        fields.iter().map(|field| field.name).find(|name| name.eq_ignore_ascii_case(&folded))
    }
}

struct HeadReader<'t> {
    go_type: &'t str,
    /// encoding/json goes on behind a value of the wrong type and tells of the first one.
    first_error: Option<String>,
}

impl HeadReader<'_> {
    fn head(mut self, value: &Value) -> Result<Head, String> {
        let value = as_json(value, &HEAD);
        if let Some(number) = first_infinite(&value) {
            return Err(format!("error converting YAML to JSON: json: unsupported value: {}", format_g(number)));
        }
        let name = self.go_type.rsplit('.').next().unwrap_or(self.go_type);
        let mut head = Head::default();
        match &value.kind {
            Kind::Nil => {}
            Kind::Map(map) => {
                for (key, value) in map.read().iter() {
                    match Field::of(key, &HEAD) {
                        Some(field @ "apiVersion") => self.text(value, &mut head.api_version, name, field),
                        Some(field @ "kind") => self.text(value, &mut head.kind, name, field),
                        Some(field) => self.metadata(value, &mut head.metadata, name, field),
                        None => {}
                    }
                }
            }
            _ => {
                let found = super::json_kind(&value);
                self.wrong(format!("{found} into Go value of type {}", self.go_type));
            }
        }
        self.first_error.map_or(Ok(head), Err)
    }

    fn wrong(&mut self, what: String) {
        let message = || format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what}");
        self.first_error.get_or_insert_with(message);
    }

    fn wrong_field(&mut self, value: &Value, of: &str, field: &str, go_type: &str) {
        self.wrong(format!("{} into Go struct field {of}.{field} of type {go_type}", super::json_kind(value)));
    }

    fn text(&mut self, value: &Value, into: &mut Str, of: &str, field: &str) {
        match &value.kind {
            Kind::Nil => {}
            Kind::String(text) => *into = text.clone(),
            _ => self.wrong_field(value, of, field, "string"),
        }
    }

    fn metadata(&mut self, value: &Value, into: &mut Option<HeadMetadata>, of: &str, field: &str) {
        let map = match &value.kind {
            Kind::Nil => {
                *into = None;
                return;
            }
            Kind::Map(map) => map,
            _ => {
                into.get_or_insert_default();
                self.wrong_field(value, of, field, METADATA_TYPE);
                return;
            }
        };
        let metadata = into.get_or_insert_default();
        for (key, value) in map.read().iter() {
            match Field::of(key, &METADATA) {
                Some("name") => self.text(value, &mut metadata.name, "", "metadata.name"),
                Some(_) => self.annotations(value, &mut metadata.annotations),
                None => {}
            }
        }
    }

    fn annotations(&mut self, value: &Value, into: &mut BTreeMap<Str, Str>) {
        match &value.kind {
            Kind::Nil => into.clear(),
            Kind::Map(map) => {
                for (key, value) in map.read().iter() {
                    let mut text = Str::default();
                    self.text(value, &mut text, "", "metadata.annotations");
                    into.insert(key.clone(), text);
                }
            }
            _ => self.wrong_field(value, "", "metadata.annotations", "map[string]string"),
        }
    }
}

/// What sigs.k8s.io/yaml hands on to encoding/json: numbers and booleans as text where the field takes text.
fn as_json(value: &Value, fields: &[Field]) -> Value {
    let Kind::Map(map) = &value.kind else { return value.clone() };
    let entries = map.read();
    let converted = entries.iter().map(|(key, value)| {
        let value = match (Field::of(key, fields), &value.kind) {
            (Some("metadata"), _) => as_json(value, &METADATA),
            (Some("annotations"), Kind::Map(map)) => {
                map.read().iter().map(|(key, value)| (key.clone(), as_text(value))).collect::<Map>().into()
            }
            (Some("annotations") | None, _) => value.clone(),
            (Some(_), _) => as_text(value),
        };
        (key.clone(), value)
    });
    converted.collect::<Map>().into()
}

fn as_text(value: &Value) -> Value {
    match value.kind {
        Kind::Bool(truth) => truth.to_string().into(),
        Kind::Int(number, _) => number.to_string().into(),
        Kind::Uint(number, _) => number.to_string().into(),
        Kind::Float(number) => format_g32(number).into(),
        _ => value.clone(),
    }
}
