//! Keys that are set and that nothing reads: `layers + what templates read and name → findings`.
//!
//! What a rendering has read is not all that could be: a host is not read as long as its ingress is off. So a key counts as
//! unused only if, besides, no template of the charts (or, for the environment, no layer or state) has its name, and nothing takes
//! what it stands in as a whole. Only what all releases agree on is said.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::codes::UNUSED_KEY;
use crate::charts::{Chart, NodeId, Tree};
use crate::data::yaml::key_before;
use crate::data::{Kind, Map, Origin, Sources, Str, Value};
use crate::diag::{Error, Errors, Place, nearest};
use crate::render::Rendered;

/// How deep values are looked at.
const MAX_DEPTH: usize = 50;

/// Names that actions of templates have.
#[derive(Debug, Default)]
pub struct Names {
    /// All words.
    all: HashSet<Vec<u8>>,
    /// Those that are somewhere not followed by a field: what they stand for may be used as a whole.
    whole: HashSet<Vec<u8>>,
}

impl Names {
    /// Adds the words in the actions of a text.
    pub fn add_template(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(start) = memchr::memmem::find(rest, b"{{") {
            let inside = rest.get(start..).unwrap_or_default();
            let end = memchr::memmem::find(inside, b"}}").unwrap_or(inside.len());
            self.add_words(inside.get(..end).unwrap_or_default());
            rest = inside.get(end..).unwrap_or_default();
        }
    }
    /// Adds all words of a text.
    pub fn add_words(&mut self, text: &[u8]) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
        let mut rest = text;
        while let Some(start) = rest.iter().position(is_word) {
            let inside = rest.get(start..).unwrap_or_default();
            let end = inside.iter().position(|byte| !is_word(byte)).unwrap_or(inside.len());
            let (word, behind) = inside.split_at_checked(end).unwrap_or((inside, &[]));
            let leads_on = behind.first() == Some(&b'.') && behind.get(1).is_some_and(is_word);
            // A dash may be a sign between words, or trim white space.
            self.add(word, leads_on);
            if word.contains(&b'-') {
                word.split(|byte| *byte == b'-').for_each(|part| self.add(part, leads_on));
            }
            rest = behind;
        }
    }
    fn add(&mut self, word: &[u8], leads_on: bool) {
        if !self.all.contains(word) {
            self.all.insert(word.to_vec());
        }
        if !leads_on && !self.whole.contains(word) {
            self.whole.insert(word.to_vec());
        }
    }
    /// The templates, conditions, schemas and files of a chart and of those below it.
    fn add_chart(&mut self, chart: &Chart) {
        chart.templates.iter().chain(&chart.files).for_each(|file| self.add_template(&file.data));
        chart
            .raw
            .iter()
            .filter(|file| matches!(&*file.name, b"Chart.yaml" | b"requirements.yaml"))
            .for_each(|file| self.add_words(&file.data));
        chart.schema.iter().for_each(|schema| self.add_words(schema));
        chart.dependencies.iter().for_each(|below| self.add_chart(below));
    }
    /// The templates in texts of values.
    fn add_values(&mut self, value: &Value, depth: usize) {
        match &value.kind {
            Kind::String(text) => self.add_template(text),
            Kind::Map(map) if depth > 0 => map.read().values().for_each(|value| self.add_values(value, depth.saturating_sub(1))),
            Kind::List(list) if depth > 0 => list.iter().for_each(|value| self.add_values(value, depth.saturating_sub(1))),
            _ => {}
        }
    }
}

/// A key that nothing reads.
struct Unused {
    place: Place,
    path: Vec<Str>,
    subject: String,
    near: Option<String>,
}

/// The keys of a map at a path, and where their values were written.
type Known<'a> = dyn Fn(&[Str]) -> Vec<(Str, Origin)> + 'a;

/// Who reads values.
struct Readers<'a> {
    sources: &'a Sources,
    names: [&'a Names; 2],
    /// Whether a template has read or looked at what was written there.
    read: &'a dyn Fn(Origin) -> bool,
    /// Names beside which a key may be misspelt.
    known: &'a Known<'a>,
    subject: &'a str,
    /// Whether only misspelt keys are told.
    only_near: bool,
}

impl Readers<'_> {
    fn has(&self, key: &[u8]) -> bool {
        self.names.iter().any(|names| names.all.contains(key))
    }
    fn has_whole(&self, key: &[u8]) -> bool {
        self.names.iter().any(|names| names.whole.contains(key))
    }
    /// What a key may be misspelt for: one beside it that is read, and that the same file does not set as well.
    fn near(&self, key: &Str, holder: &[Str], file: &Str) -> Option<String> {
        let elsewhere = |origin: Origin| self.sources.file(origin).is_none_or(|other| other.name != *file);
        let known = (self.known)(holder).into_iter().filter(|(name, origin)| self.has(name) && elsewhere(*origin));
        let known: Vec<String> = known.map(|(name, _)| name.to_text().into_owned()).collect();
        let key = key.to_text();
        // `registry2` is another one.
        let bare = |name: &str| name.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
        nearest(&key, known.iter().map(String::as_str)).filter(|near| bare(near) != bare(&key)).map(str::to_owned)
    }
}

/// The unused keys of a run.
#[derive(Default)]
pub struct Keys {
    /// By place: the key, and by how many it was found unused.
    unused: BTreeMap<String, (Unused, usize)>,
    /// All values that were looked at.
    all: Vec<(Map, Sources)>,
    /// By chart.
    names: HashMap<usize, Arc<Names>>,
}

impl Keys {
    /// Looks at a release's merged values, as they were given, and what its charts made of them.
    pub fn release(&mut self, release: &str, values: &Map, rendered: &Rendered, sources: &Sources) {
        let Some(trace) = rendered.trace.as_ref().filter(|trace| !trace.recorder().is_incomplete()) else { return };
        let (tree, recorder) = (&rendered.tree, trace.recorder());
        let chart = tree.chart(tree.root());
        let names = self.names.entry(Arc::as_ptr(chart).addr()).or_insert_with(|| {
            let mut names = Names::default();
            names.add_chart(chart);
            Arc::new(names)
        });
        let (names, mut own) = (names.clone(), Names::default());
        own.add_values(&values.clone().into(), MAX_DEPTH);
        let read = |origin: Origin| recorder.was_read(origin) || recorder.was_tested(origin);
        let known = |path: &[Str]| siblings(&rendered.values, path);
        let readers = Readers {
            sources,
            names: [&names, &own],
            read: &read,
            known: &known,
            subject: &format!("release {release}"),
            only_near: false,
        };
        self.chart(&readers, tree, tree.root(), values, &mut Vec::new());
        self.all.push((values.clone(), sources.clone()));
    }

    /// Looks at an environment's values. `names` has those of all layers and states, `read` says what their templates have read.
    /// Other states may read what this one does not: only keys that look misspelt are told.
    pub fn environment(&mut self, environment: &str, values: &Map, (names, read): (&Names, &dyn Fn(Origin) -> bool), sources: &Sources) {
        let known = |path: &[Str]| siblings(values, path);
        let subject = format!("environment {environment}");
        let readers = Readers { sources, names: [names; 2], read, known: &known, subject: &subject, only_near: true };
        self.map(&readers, values, &mut Vec::new());
        self.all.push((values.clone(), sources.clone()));
    }

    fn chart(&mut self, readers: &Readers<'_>, tree: &Tree, node: NodeId, values: &Map, path: &mut Vec<Str>) {
        let below = |name: &Str| tree.children(node).iter().find(|child| *name == *tree.name(**child)).copied();
        let names_chart = |name: &Str| {
            let listed = tree.chart(node).metadata.dependencies.iter().flatten();
            let mut listed = listed.flat_map(|one| [one.name.clone(), one.alias.clone()]);
            listed.any(|one| *name == *one) || tree.chart(node).dependencies.iter().any(|chart| *name == *chart.name())
        };
        for (key, value) in values.snapshot() {
            path.push(key.clone());
            match (below(&key), &value.kind) {
                (Some(child), Kind::Map(map)) if path.len() < MAX_DEPTH => self.chart(readers, tree, child, map, path),
                (None, _) if names_chart(&key) || key == "tags" => {}
                (None, Kind::Map(map)) if key == "global" => self.map(readers, map, path),
                _ => self.key(readers, &value, path),
            }
            path.pop();
        }
    }

    fn map(&mut self, readers: &Readers<'_>, map: &Map, path: &mut Vec<Str>) {
        for (key, value) in map.snapshot() {
            path.push(key);
            self.key(readers, &value, path);
            path.pop();
        }
    }

    fn key(&mut self, readers: &Readers<'_>, value: &Value, path: &mut Vec<Str>) {
        let Some(key) = path.last().cloned() else { return };
        if !readers.has(&key) {
            if !is_read(value, readers.read, MAX_DEPTH) {
                self.add(readers, value, path, &key);
            }
        } else if let (Kind::Map(map), false, true) = (&value.kind, readers.has_whole(&key), path.len() < MAX_DEPTH) {
            self.map(readers, map, path);
        }
    }

    fn add(&mut self, readers: &Readers<'_>, value: &Value, path: &[Str], key: &Str) {
        let Some(file) = readers.sources.file(value.origin) else { return };
        let Some(offset) = value.origin.offset_in(&file) else { return };
        let offset = key_before(&file.text, offset, &key.to_text()).unwrap_or(offset);
        let Some(place) = readers.sources.place(file.base.plus(offset)) else { return };
        let near = readers.near(key, path.get(..path.len().saturating_sub(1)).unwrap_or_default(), &file.name);
        // Globals are set for whoever may want them.
        if near.is_none() && (readers.only_near || path.first().is_some_and(|first| *first == "global")) {
            return;
        }
        let unused = Unused { path: path.to_vec(), subject: readers.subject.to_owned(), near, place };
        let (_, count) = self.unused.entry(unused.place.to_string()).or_insert((unused, 0));
        *count = count.saturating_add(1);
    }

    /// What nothing reads, of all that has it.
    pub fn findings(self) -> Errors {
        let all = &self.all;
        let found = self.unused.into_values().filter(|(unused, count)| {
            let has = |(values, sources): &&(Map, Sources)| {
                let value = Value::from(values.clone()).path(unused.path.iter().map(|key| key.as_utf8().unwrap_or_default()));
                let place = value.and_then(|value| sources.place(value.origin));
                // The same file: of a key that one release reads nothing is said.
                place.is_some_and(|place| place.file == unused.place.file)
            };
            all.iter().filter(has).count() <= *count
        });
        found.map(|(unused, _)| unused.finding()).collect()
    }
}

impl Unused {
    fn finding(self) -> Error {
        let path: Vec<_> = self.path.iter().map(Str::to_text).collect();
        let words = format!("{} is set, but no template reads it", path.join("."));
        let finding = Error::finding(&UNUSED_KEY, words).subject(self.subject).at(self.place);
        match self.near {
            Some(near) => finding.hint(format!("did you mean {near}?")),
            None => finding,
        }
    }
}

/// The keys of the map at a path, and where their values were written.
fn siblings(values: &Map, path: &[Str]) -> Vec<(Str, Origin)> {
    let holder = Value::from(values.clone()).path(path.iter().map(|key| key.as_utf8().unwrap_or_default()));
    let entries = holder.and_then(|holder| Some(holder.as_map()?.snapshot())).unwrap_or_default();
    entries.into_iter().map(|(key, value)| (key, value.origin)).collect()
}

/// Whether a value or anything in it was read.
fn is_read(value: &Value, read: &dyn Fn(Origin) -> bool, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let inside = match &value.kind {
        Kind::Map(map) => map.read().values().any(|value| is_read(value, read, depth)),
        Kind::List(list) => list.iter().any(|value| is_read(value, read, depth)),
        _ => false,
    };
    inside || (value.origin.is_some() && read(value.origin))
}
