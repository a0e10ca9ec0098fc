//! Rendered documents back to what made them: `document + byte → template place, values`.
//!
//! Made by [`render`](super::render) where [`Request::trace`](super::Request::trace) asks for it. What values a chart's
//! templates read is in it, too.

use std::collections::BTreeMap;
use std::ops::Range;

use super::output::Manifest;
use crate::charts::{NodeId, Tree};
use crate::data::yaml::{Style, scalar_extent};
use crate::data::{Kind as Is, Map, Origin, Sources, Str};
use crate::diag::Place;
use crate::gotmpl::{Carry, Handling, Recorder, Span, Taking, place};

/// What Helm's functions do with origins.
const FUNCTIONS: &[(&str, Handling)] = &[
    ("include", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("tpl", Handling { carry: Carry::Ran, taking: Taking::Held }),
    ("required", Handling { carry: Carry::Given, taking: Taking::Tested }),
    ("toYaml", Handling { carry: Carry::Yaml(Style::Helm), taking: Taking::Whole }),
    ("mustToYaml", Handling { carry: Carry::Yaml(Style::Helm), taking: Taking::Whole }),
    ("toYamlPretty", Handling { carry: Carry::Yaml(Style::Pretty), taking: Taking::Whole }),
    ("fromYaml", Handling { carry: Carry::Given, taking: Taking::Whole }),
    ("fromYamlArray", Handling { carry: Carry::Given, taking: Taking::Whole }),
    ("fromJson", Handling { carry: Carry::Given, taking: Taking::Whole }),
    ("fromJsonArray", Handling { carry: Carry::Given, taking: Taking::Whole }),
];

/// What made the documents of one rendering.
#[derive(Debug)]
pub struct Trace {
    recorder: Recorder,
    /// The spans of each rendered file.
    files: BTreeMap<Str, Vec<Span>>,
}

/// What made a byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The place in a template that wrote it, after those that called it, the outermost first.
    pub places: Vec<Place>,
    /// Where the values in it were written; none for a template's own text.
    pub origins: Vec<Origin>,
    /// The function that made something else of them, where one did.
    pub via: Option<&'static str>,
}

/// Where a scalar comes from, as a finding tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Where the value was written, if it is made from exactly one; otherwise the place in the template.
    pub place: Place,
    /// That value, or none.
    pub origin: Origin,
    /// What else took part, each with a few words.
    pub related: Vec<(Place, String)>,
}

impl Trace {
    /// An empty one that knows where the values of a tree of charts stand.
    pub(super) fn new(tree: &Tree, values: &Map) -> Self {
        let mut recorder = Recorder::new(FUNCTIONS);
        know(&mut recorder, tree, tree.root(), values, &[]);
        Trace { recorder, files: BTreeMap::new() }
    }
    pub(super) fn recorder_mut(&mut self) -> &mut Recorder {
        &mut self.recorder
    }
    /// Takes what was recorded of a file, of which some ranges are left out.
    pub(super) fn keep(&mut self, file: &Str, cut: &[Range<usize>]) {
        let spans = self.recorder.take_output();
        self.files.insert(file.clone(), Span::cut_out(spans, cut));
    }

    /// What the templates of this rendering read.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// What made the byte of a document's content.
    pub fn at(&self, manifest: &Manifest, offset: usize, sources: &Sources) -> Option<Made> {
        let (start, span) = self.spans(manifest, offset..offset.saturating_add(1)).next()?;
        let feed = self.recorder.feed(span);
        let passed = manifest.start.saturating_add(offset).saturating_sub(start);
        Some(Made { places: self.places(span, passed, sources), origins: feed.origins.clone(), via: feed.via })
    }

    /// Where the scalar comes from that begins at a byte of a document's content.
    pub fn cause(&self, manifest: &Manifest, offset: usize, sources: &Sources) -> Option<Cause> {
        let extent = scalar_extent(&manifest.content, offset);
        let extent = extent.start..extent.end.max(extent.start.saturating_add(1));
        let spans: Vec<(usize, &Span)> = self.spans(manifest, extent).collect();
        let fed = |span: &Span| !self.recorder.feed(span).origins.is_empty();
        let (start, shown) = *spans.iter().find(|(_, span)| fed(span)).or(spans.first())?;
        let first = manifest.start.saturating_add(offset);
        let mut places = self.places(shown, first.saturating_sub(start), sources);
        let mut feeds: Vec<(Origin, Option<&'static str>)> = Vec::new();
        for feed in spans.iter().map(|(_, span)| self.recorder.feed(span)) {
            for origin in &feed.origins {
                if !feeds.iter().any(|(known, _)| known == origin) {
                    feeds.push((*origin, feed.via));
                }
            }
        }
        let written = |via: Option<&'static str>| match via {
            Some(function) => format!("a value that `{function}` is given is set here"),
            None => "a part of it is set here".to_owned(),
        };
        let callers = |places: Vec<Place>| places.into_iter().rev().map(|place| (place, "called from here".to_owned()));
        let mut related = Vec::new();
        let (place, origin) = match feeds.as_slice() {
            [(origin, via)] if let Some(place) = sources.place(*origin) => {
                if let Some(template) = places.pop() {
                    let words = via.map_or_else(|| "printed here".to_owned(), |function| format!("printed here, after `{function}`"));
                    related.push((template, words));
                }
                (place, *origin)
            }
            several => {
                related.extend(several.iter().filter_map(|(origin, via)| Some((sources.place(*origin)?, written(*via)))));
                (places.pop()?, Origin::NONE)
            }
        };
        related.extend(callers(places));
        for below in feeds.iter().flat_map(|(origin, _)| sources.causes(*origin)) {
            related.extend(sources.place(below).map(|place| (place, "computed from the value set here".to_owned())));
        }
        Some(Cause { place, origin, related })
    }

    /// The spans of a range of a document's content, each with the byte of the file at which it begins.
    fn spans(&self, manifest: &Manifest, range: Range<usize>) -> impl Iterator<Item = (usize, &Span)> {
        let spans = self.files.get(&manifest.path).map(Vec::as_slice).unwrap_or_default();
        let (from, to) = (manifest.start.saturating_add(range.start), manifest.start.saturating_add(range.end));
        let first = spans.partition_point(|span| span.end <= from);
        let start = first.checked_sub(1).and_then(|before| spans.get(before)).map_or(0, |span| span.end);
        let starts = std::iter::once(start).chain(spans.iter().skip(first).map(|span| span.end));
        starts.zip(spans.iter().skip(first)).take_while(move |(start, _)| *start < to)
    }

    /// The template places of a span, `passed` bytes after its start.
    fn places(&self, span: &Span, passed: usize, sources: &Sources) -> Vec<Place> {
        let skip = span.skip.map(|skip| skip.saturating_add(passed));
        self.recorder.chain(span.site, skip).iter().map(|frame| place(frame, sources)).collect()
    }
}

/// Tells where the values of a chart and those below it stand, and which of them its conditions and tags read.
fn know(recorder: &mut Recorder, tree: &Tree, node: NodeId, values: &Map, path: &[&str]) {
    recorder.know(values, path);
    for dependency in tree.chart(node).metadata.dependencies.iter().flatten() {
        for condition in dependency.condition.split(',') {
            let keys: Vec<&str> = condition.trim().split('.').collect();
            if let Some(value) = crate::data::Value::from(values.clone()).path(keys) {
                recorder.note_read(&value);
            }
        }
    }
    if let Some(tags) = values.get("tags") {
        recorder.note_read(&tags);
    }
    for child in tree.children(node) {
        let name = tree.name(*child);
        if let Some(Is::Map(table)) = values.get(name).map(|value| value.kind) {
            if let Some(Is::Map(global)) = table.get("global").map(|value| value.kind) {
                recorder.know(&global, &["global"]);
            }
            know(recorder, tree, *child, &table, &[path, &[name]].concat());
        }
    }
}
