//! One Kubernetes object of a manifest.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::data::yaml::{Duplicates, Reading, Resolver, go_text, read_value};
use crate::data::{Origin, SourceFile, Str, json};
use crate::diag::{Error, Kind, Place, Result};

/// Which object it is, whatever version of its API describes it: group, kind, namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Id {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty for objects that have none.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl fmt::Display for Id {
    /// `Deployment/bk/web`, `ClusterRole/web`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{}/{}", self.kind, self.name),
            namespace => write!(f, "{}/{namespace}/{}", self.kind, self.name),
        }
    }
}

/// An object as a manifest describes it.
#[derive(Debug, Clone)]
pub struct Object {
    /// All of it, as JSON.
    pub body: Json,
    /// `chart/templates/x.yaml`; empty where nobody knows.
    pub source: String,
}

impl Object {
    /// An object from its JSON.
    pub fn new(body: Json, source: impl Into<String>) -> Self {
        Self { body, source: source.into() }
    }

    /// `apiVersion`
    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"])
    }
    /// `kind`
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }
    /// `metadata.name`
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }
    /// `metadata.namespace` as written; empty where it is not.
    pub fn namespace(&self) -> &str {
        self.text(&["metadata", "namespace"])
    }
    /// An annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.body.get("metadata")?.get("annotations")?.get(name)?.as_str()
    }
    /// The API group: what stands before the slash of `apiVersion`.
    pub fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }
    /// Which object it is; `namespace` is what counts where the manifest names none.
    pub fn id(&self, namespace: &str) -> Id {
        let own = self.namespace();
        Id {
            group: self.group().to_owned(),
            kind: self.kind().to_owned(),
            namespace: if own.is_empty() { namespace } else { own }.to_owned(),
            name: self.name().to_owned(),
        }
    }

    fn text(&self, path: &[&str]) -> &str {
        path.iter().try_fold(&self.body, |at, key| at.get(key)).and_then(Json::as_str).unwrap_or_default()
    }
}

/// The objects of one document of a manifest: one, or the items of a list; none where the document is empty.
///
/// # Errors
/// Text that is no YAML, or no object: with the line of `source`.
pub fn objects(source: &str, document: &[u8]) -> Result<Vec<Object>> {
    let fault = |text: String, offset: usize| Error::new(Kind::Manifest, text).at(Place::in_text(source, document, offset));
    let file = SourceFile { name: source.into(), base: Origin::NONE, text: Str::from(document) };
    let reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::LastWins };
    let value = read_value(&file, reading).map_err(|errors| fault(go_text(&errors), errors.first().map_or(0, |error| error.offset)))?;
    if value.is_nil() {
        return Ok(Vec::new());
    }
    let text = json::write(&value, false, "").map_err(|message| fault(message, 0))?;
    let body: Json = serde_json::from_slice(&text).map_err(|error| fault(error.to_string(), 0))?;
    if !body.is_object() {
        return Err(fault("a manifest's document is a mapping with apiVersion and kind".to_owned(), 0));
    }
    let is_list = body.get("kind").and_then(Json::as_str).is_some_and(|kind| kind.ends_with("List"));
    match body.get("items").and_then(Json::as_array).filter(|_| is_list) {
        Some(items) => Ok(items.iter().map(|item| Object::new(item.clone(), source)).collect()),
        None => Ok(vec![Object::new(body, source)]),
    }
}

/// The objects of a stored manifest (`---`, `# Source: path`, document, and so on), in its order.
///
/// # Errors
/// As [`objects`], with the path that the document's `# Source:` names.
pub fn manifest(text: &[u8]) -> Result<Vec<Object>> {
    stream("", text)
}

/// The objects of a text of several documents; `name` is its file, for those that name no `# Source:`.
///
/// # Errors
/// As [`objects`].
pub fn stream(name: &str, text: &[u8]) -> Result<Vec<Object>> {
    let mut all = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at <= text.len() {
        let line = text.get(at..).unwrap_or_default();
        let next = line.iter().position(|byte| *byte == b'\n').map(|end| at + end + 1);
        if line.starts_with(b"---") || next.is_none() {
            let end = if line.starts_with(b"---") { at } else { text.len() };
            let document = text.get(start..end).unwrap_or_default();
            let own = source(document);
            all.extend(objects(if own.is_empty() { name } else { &own }, document)?);
            start = next.unwrap_or(text.len());
        }
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(all)
}

/// The path in a document's `# Source:` comment.
fn source(document: &[u8]) -> String {
    let mut lines = document.split(|byte| *byte == b'\n').take(3);
    let path = lines.find_map(|line| line.strip_prefix(b"# Source: "));
    path.map(|path| String::from_utf8_lossy(path).trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{manifest, objects};

    #[test]
    fn a_manifest_is_cut_at_its_separators() {
        let text = b"---\n# Source: t/a.yaml\nkind: A\nmetadata: {name: a}\n---\n# Source: t/b.yaml\nkind: B\ndata: \"---\"\n---\n# only a comment";
        let all = manifest(text).unwrap();
        let seen: Vec<_> = all.iter().map(|object| (object.kind(), object.source.as_str())).collect();
        assert_eq!(seen, [("A", "t/a.yaml"), ("B", "t/b.yaml")]);
        assert!(manifest(b"").unwrap().is_empty());
    }

    #[test]
    fn a_document_is_one_object_or_the_items_of_a_list() {
        let one = objects(
            "a.yaml",
            b"# x\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: bk}\nspec: {replicas: 12345678901}\n",
        )
        .unwrap();
        assert_eq!(one[0].id("other").to_string(), "Deployment/bk/web");
        assert_eq!(one[0].group(), "apps");
        assert_eq!(one[0].body["spec"]["replicas"], 12_345_678_901_i64);
        let list = objects("a.yaml", b"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: a}}]").unwrap();
        assert_eq!(list[0].id("bk").to_string(), "Secret/bk/a");
        assert!(objects("a.yaml", b"# nothing\n").unwrap().is_empty());
        assert_eq!(objects("a.yaml", b"x: 1\n- y\n").unwrap_err().place().unwrap().line, 2);
        assert!(objects("a.yaml", b"[1]").is_err());
    }
}
