//! How two sets of manifests differ: `old documents + new documents → entries in helm-diff's order`, and how two objects
//! differ field by field ([`fields()`]).
//!
//! What helm-diff would find, with its choices between equally short differences, its marks for the values of Secrets
//! and its oddities (helm-diff diff/diff.go, manifest/parse.go). Which documents are compared is the caller's business: stored
//! and rendered ones, or for a three-way merge live ones and what the server would make of them.

mod document;
mod fields;
mod lines;
mod live;
mod masked;
mod secrets;
mod structured;

use std::borrow::Cow;
use std::collections::HashMap;

pub use document::{Document, Documents, Parsing, documents};
pub use fields::{FieldChange, Step, fields};
pub use lines::{Delta, Line};
pub use live::{live, live_manifest};
pub use masked::{Masked, Salt, masked};
pub use secrets::Secrets;
pub use structured::{Field, FieldDelta, KeyParts, Structured};

use crate::golang::regexp::Regexp;

/// What counts as a difference and what is told of it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How the values of Secrets are shown.
    pub secrets: Secrets,
    /// Kinds of which nothing is shown but that they differ (`--suppress`; `--suppress-secrets` is `Secret`).
    pub suppressed_kinds: Vec<String>,
    /// Lines that are left out (`--suppress-output-line-regex`).
    pub suppressed_lines: Vec<Regexp>,
    /// Up to which share of changed lines an object that went and one that came are taken for one; not at all where it
    /// is zero (`--find-renames`).
    pub find_renames: f32,
    /// Whether a carriage return at a line's end counts for nothing (`--strip-trailing-cr`).
    pub strip_trailing_cr: bool,
    /// Whether entries get their fields and not their lines, and count as changed only if a field is (`--output structured`).
    pub structured: bool,
}

/// An object that another release owned, or nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    /// The document's key.
    pub key: String,
    /// `namespace/release`, as far as the live object names them.
    pub old: String,
    /// `namespace/release`
    pub new: String,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the new side has it.
    Added,
    /// Only the old side has it.
    Removed,
    /// Both have it.
    Changed,
    /// Both have it, and all lines that differ are suppressed.
    Suppressed,
    /// It comes to this release.
    Ownership,
}

/// One object that differs.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The document's key; the old one's where it was renamed.
    pub key: String,
    /// What happens to it.
    pub change: Change,
    /// Where nothing of its content may be shown: its kind.
    pub hidden_kind: Option<String>,
    /// Its lines; none in a structured comparison.
    pub lines: Vec<Line>,
    /// Its fields, in a structured comparison where they could be read.
    pub structured: Option<Structured>,
}

/// All that differs: ownership first, then objects of both sides, then removed ones, then added ones, each by key.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The objects that differ.
    pub entries: Vec<Entry>,
}

impl Comparison {
    /// Whether anything differs: what is suppressed counts too.
    pub fn differs(&self) -> bool {
        !self.entries.is_empty()
    }
}

/// A document with what is shown of it.
struct Side<'d> {
    document: &'d Document,
    content: Cow<'d, str>,
}

impl<'d> Side<'d> {
    fn all(documents: &'d [Document]) -> Vec<Self> {
        documents.iter().map(|document| Side { document, content: Cow::Borrowed(&document.content) }).collect()
    }
}

/// Compares two sides, each in the order of keys and no key twice, as [`documents`] gives them.
pub fn compare(old: &[Document], new: &[Document], ownership: &[Ownership], options: &Options) -> Comparison {
    let mut comparing = Comparing { old: Side::all(old), new: Side::all(new), options, entries: Vec::new() };
    for owner in ownership {
        let lines = lines::diff(&owner.old, &owner.new, true);
        comparing.push(&owner.key, "", Change::Ownership, lines, None);
    }
    let new_keys: HashMap<&str, usize> = new.iter().enumerate().map(|(at, document)| (document.key.as_str(), at)).collect();
    let mut stays = vec![false; new.len()];
    let mut removed = Vec::new();
    for (at, document) in old.iter().enumerate() {
        match new_keys.get(document.key.as_str()) {
            Some(other) => {
                stays[*other] = true;
                comparing.pair(Some(at), Some(*other));
            }
            None => removed.push(at),
        }
    }
    let mut added: Vec<usize> = (0..new.len()).filter(|at| !stays[*at]).collect();
    if options.find_renames > 0.0 {
        removed.retain(|at| !comparing.find_rename(*at, &mut added));
    }
    for at in removed {
        if !old[at].keep {
            comparing.pair(Some(at), None);
        }
    }
    for at in added {
        comparing.pair(None, Some(at));
    }
    comparing.suppress_lines();
    Comparison { entries: comparing.entries }
}

/// Documents under the names of the templates that made them, as `diff release` compares two releases: the second object
/// of a template gets ` 2` behind its name, and so on.
pub fn by_template(documents: Vec<Document>) -> Vec<Document> {
    let mut count: HashMap<String, usize> = HashMap::new();
    let mut renamed: HashMap<String, Document> = HashMap::new();
    for mut document in documents {
        let mut name = document.content.split('\n').next().unwrap_or_default().replacen("# Source: ", "", 1);
        let number = count.entry(name.clone()).or_default();
        *number += 1;
        if renamed.contains_key(&name) {
            name = format!("{name} {number}");
        }
        document.key.clone_from(&name);
        renamed.insert(name, document);
    }
    let mut documents: Vec<Document> = renamed.into_values().collect();
    documents.sort_by(|one, other| one.key.cmp(&other.key));
    documents
}

struct Comparing<'c> {
    old: Vec<Side<'c>>,
    new: Vec<Side<'c>>,
    options: &'c Options,
    entries: Vec<Entry>,
}

impl Comparing<'_> {
    /// Adds what differs between two documents, or what one side alone has.
    fn pair(&mut self, old: Option<usize>, new: Option<usize>) {
        let mut old = old.and_then(|at| self.old.get_mut(at));
        let mut new = new.and_then(|at| self.new.get_mut(at));
        let equal = matches!((&old, &new), (Some(old), Some(new)) if old.content == new.content);
        let Some(document) = old.as_ref().or(new.as_ref()).map(|side| side.document) else { return };
        if equal {
            return;
        }
        secrets::show(old.as_deref_mut(), new.as_deref_mut(), self.options.secrets);
        let change = match (&old, &new) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        let (old, new) = (old.map(|side| &*side.content), new.map(|side| &*side.content));
        let (mut lines, mut found) = (Vec::new(), None);
        if self.options.structured {
            let hidden = self.options.suppressed_kinds.contains(&document.kind);
            found = structured::structured(&document.key, old, new, hidden).ok();
            if found.as_ref().is_some_and(|found| change == Change::Changed && !hidden && found.fields.is_empty()) {
                return;
            }
        } else {
            lines = lines::diff(old.unwrap_or_default(), new.unwrap_or_default(), self.options.strip_trailing_cr);
            if change == Change::Changed && changed(&lines) == 0 {
                return;
            }
        }
        self.push(&document.key, &document.kind, change, lines, found);
    }

    fn push(&mut self, key: &str, kind: &str, change: Change, lines: Vec<Line>, structured: Option<Structured>) {
        let hidden_kind = self.options.suppressed_kinds.iter().find(|hidden| *hidden == kind).cloned();
        self.entries.push(Entry { key: key.to_owned(), change, hidden_kind, lines, structured });
    }

    /// Pairs a removed document with the added one that is most like it, if any is like enough.
    fn find_rename(&mut self, removed: usize, added: &mut Vec<usize>) -> bool {
        let mut best: Option<(f32, usize)> = None;
        for (place, candidate) in added.iter().enumerate() {
            let (old, new) = (&mut self.old[removed], &mut self.new[*candidate]);
            if !comparable(old, new) {
                continue;
            }
            secrets::show(Some(old), Some(new), self.options.secrets);
            let lines = lines::diff(&old.content, &new.content, self.options.strip_trailing_cr);
            let share = changed(&lines) as f32 / lines.len() as f32;
            if share > 0.0 && best.is_none_or(|(least, _)| share < least) {
                best = Some((share, place));
            }
        }
        let Some((share, place)) = best else { return false };
        if share >= self.options.find_renames {
            return false;
        }
        let new = added.remove(place);
        self.pair(Some(removed), Some(new));
        true
    }

    fn suppress_lines(&mut self) {
        let hidden = |line: &Line| self.options.suppressed_lines.iter().any(|pattern| pattern.is_match(line.text.as_bytes()));
        if self.options.suppressed_lines.is_empty() {
            return;
        }
        for entry in &mut self.entries {
            entry.lines.retain(|line| !hidden(line));
            if changed(&entry.lines) > 0 {
                continue;
            }
            entry.lines.clear();
            if entry.change == Change::Changed {
                entry.change = Change::Suppressed;
            }
        }
    }
}

/// Whether it makes sense to look for a rename: one kind, and texts of much the same length.
// parity: lengths of Secrets say nothing, since they are shown otherwise than they are written.
fn comparable(old: &Side<'_>, new: &Side<'_>) -> bool {
    if old.document.kind != new.document.kind || old.content.is_empty() || new.content.is_empty() {
        return false;
    }
    let ratio = old.content.len() as f32 / new.content.len() as f32;
    old.document.kind == "Secret" || (0.1..=10.0).contains(&ratio)
}

fn changed(lines: &[Line]) -> usize {
    lines.iter().filter(|line| line.delta != Delta::Common).count()
}
