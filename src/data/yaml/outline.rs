//! What is written in a text, before anybody says what it means: keys and scalars with their places.

use super::input::Input;
use super::read::{Resolver, SyntaxError};
use super::resolve::{self, Scalar};
use super::token::ScalarStyle;
use super::tree::{Composer, Node, NodeKind, Tree};
use crate::data::{GoKind, Kind, SourceFile, Str, Value};

/// A key or a scalar as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its text, without quotes.
    pub text: Str,
    /// Whether it has neither quotes nor a tag, so that its text alone says what it means.
    pub plain: bool,
    /// Byte offset in the text.
    pub offset: usize,
}

/// An entry of a mapping, or an element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Keys and `[0]` for elements, from the top, this one's last.
    pub path: Vec<Str>,
    /// The key; `None` for an element.
    pub key: Option<Word>,
    /// The value where it is a scalar.
    pub value: Option<Word>,
}

/// All entries of all documents of a text, in its order. What aliases and merges bring stands where it was written.
///
/// # Errors
/// Text that is no YAML.
pub fn outline(source: &SourceFile, resolver: Resolver) -> Result<Vec<Entry>, SyntaxError> {
    let input = Input::new(&source.text);
    if u32::try_from(input.text.len()).is_err() {
        return Err(SyntaxError::new("yaml: input is too long".to_owned(), 0));
    }
    let mut composer = Composer::new(&input, resolver.version());
    let mut roots = Vec::new();
    while let Some(root) = composer.next()? {
        roots.push(root);
    }
    let tree = composer.tree();
    let mut entries = Vec::new();
    // Collections that are still to be looked through, the next one last: deep texts need no deep stack.
    let mut open: Vec<(u32, Vec<Str>)> = roots.into_iter().rev().map(|root| (root, Vec::new())).collect();
    while let Some((index, path)) = open.pop() {
        let mut inside = Vec::new();
        let mut children = tree.children(index);
        let list = tree.node(index).kind == NodeKind::Sequence;
        let mut number = 0usize;
        while let Some(first) = children.next() {
            let (key, value) = if list { (None, first) } else { (Some(first), children.next().unwrap_or(first)) };
            let step = match key {
                Some(key) => tree.text(tree.node(key)).into(),
                None => Str::from(format!("[{number}]")),
            };
            number = number.saturating_add(1);
            let path: Vec<Str> = path.iter().cloned().chain([step]).collect();
            let node = tree.node(value);
            if matches!(node.kind, NodeKind::Sequence | NodeKind::Mapping) && path.len() < MAX_DEPTH {
                inside.push((value, path.clone()));
            }
            let value = (node.kind == NodeKind::Scalar).then(|| word(tree, node));
            entries.push(Entry { path, key: key.map(|key| word(tree, tree.node(key))), value });
        }
        open.extend(inside.into_iter().rev());
    }
    entries.sort_by_key(|entry| entry.key.as_ref().or(entry.value.as_ref()).map_or(0, |word| word.offset));
    Ok(entries)
}

/// Paths of deeper entries are not told.
const MAX_DEPTH: usize = 100;

fn word(tree: Tree<'_>, node: &Node) -> Word {
    let plain = node.kind == NodeKind::Scalar && node.style == ScalarStyle::Plain && tree.tag(node).is_empty();
    Word { text: tree.text(node).into(), plain, offset: tree.place(node) }
}

/// What a scalar without quotes and tag means to a reader. [`Resolver::Charts`] has integers as floats, as JSON does.
pub fn meaning(text: &[u8], resolver: Resolver) -> Value {
    let kind = match resolve::plain(text, resolver.version()) {
        Scalar::Null => Kind::Nil,
        Scalar::Bool(truth) => Kind::Bool(truth),
        Scalar::Int(number) if resolver == Resolver::Charts => Kind::Float(number as f64),
        Scalar::Uint(number) if resolver == Resolver::Charts => Kind::Float(number as f64),
        Scalar::Int(number) => Kind::Int(number, GoKind::Int),
        Scalar::Uint(number) => Kind::Uint(number, GoKind::Uint64),
        Scalar::Float(number) => Kind::Float(number),
        Scalar::Text(text) => Kind::String(text.as_ref().into()),
        Scalar::Time(time) => Value::object(time).kind,
    };
    kind.into()
}

#[cfg(test)]
mod tests {
    use super::{meaning, outline};
    use crate::data::yaml::Resolver;
    use crate::data::{Kind, Sources};

    #[test]
    fn keys_and_scalars_have_their_places() {
        let source = Sources::new().add("a.yaml", "a:\n  b: no\n  'c': [x, \"y\"]\n---\non: {d: &e 1, f: *e}\n");
        let shown: Vec<String> = outline(&source, Resolver::Charts)
            .unwrap()
            .into_iter()
            .map(|entry| {
                let path: Vec<String> = entry.path.iter().map(|step| step.to_string()).collect();
                let word = |word: Option<super::Word>| {
                    word.map_or("-".to_owned(), |word| format!("{}{}@{}", word.text, if word.plain { "" } else { "!" }, word.offset))
                };
                format!("{} {} {}", path.join("."), word(entry.key), word(entry.value))
            })
            .collect();
        // A value with an anchor begins at its anchor.
        assert_eq!(
            shown,
            ["a a@0 -", "a.b b@5 no@8", "a.c c!@13 -", "a.c.[0] - x@19", "a.c.[1] - y!@22", "on on@31 -", "on.d d@36 1@39", "on.f f@45 -"]
        );
        assert!(outline(&Sources::new().add("a.yaml", "a: ["), Resolver::Charts).is_err());
    }

    #[test]
    fn the_two_readers_differ() {
        assert!(matches!(meaning(b"no", Resolver::Charts).kind, Kind::Bool(false)));
        assert!(matches!(meaning(b"no", Resolver::Helmfile).kind, Kind::String(_)));
        assert!(matches!(meaning(b"010", Resolver::Charts).kind, Kind::Float(number) if number == 8.0));
        assert!(matches!(meaning(b"2024-01-01", Resolver::Helmfile).kind, Kind::Object(_)));
    }
}
