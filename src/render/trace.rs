//! Rendered documents back to what made them: `document + byte → template place, values`.
//!
//! Made by [`render`](super::render) where [`Request::trace`](super::Request::trace) asks for it. What values a chart's
//! templates read is in it, too.

use std::collections::BTreeMap;
use std::ops::Range;

use super::output::Manifest;
use crate::charts::{NodeId, Tree};
use crate::data::yaml::{Style, key_before, scalar_extent};
use crate::data::{Kind as Is, Map, Origin, Sources, Str, Value};
use crate::diag::{Error, Place};
use crate::gotmpl::{Carry, Frame, Handling, Recorder, Site, Span, Taking, place};

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
    /// The charts, for the names of their files.
    tree: Tree,
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

/// What of a document's content is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Aim<'a> {
    /// The byte at which the scalar or key begins.
    pub offset: usize,
    /// The name, where it is a key: of a value that was printed with all that is in it the key's line is wanted.
    pub key: Option<&'a str>,
}

/// Where a scalar comes from, as a finding tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Where the value was set, if it is made from exactly one; otherwise the place in the template that wrote it.
    pub place: Place,
    /// That value, or none.
    pub origin: Origin,
    /// Whether what the document says can be read at that place as it is; so it is with keys.
    pub plain: bool,
    /// What else took part, each with a few words.
    pub related: Vec<(Place, String)>,
}

impl Cause {
    /// The error at this place, with what else took part; with the rendered text where nobody sees from those places what came
    /// out. Of a secret no line is shown.
    pub fn blame(self, error: Error, rendered: Place, secret: bool) -> Error {
        let shown = |place: Place| Place { excerpt: place.excerpt.filter(|_| !secret), ..place };
        let rendered = Some((rendered, "rendered here".to_owned())).filter(|_| !self.plain);
        let related = self.related.into_iter().chain(rendered);
        related.fold(error.at(shown(self.place)), |error, (place, words)| error.related(shown(place), words))
    }
}

/// Places that a cause names beside its own, of each sort.
const MAX_RELATED: usize = 4;

impl Trace {
    /// An empty one that knows where the values of a tree of charts stand.
    pub(super) fn new(tree: &Tree, values: &Map) -> Self {
        let mut recorder = Recorder::new(FUNCTIONS);
        know(&mut recorder, tree, tree.root(), values, &[]);
        Trace { recorder, tree: tree.clone(), files: BTreeMap::new() }
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
        let (passed, span) = self.byte(manifest, offset)?;
        let feed = self.recorder.feed(span);
        let places = self.recorder.chain(span).into_iter();
        let places = places.filter_map(|site| self.place(site, passed.filter(|_| site == span.site), sources)).collect();
        Some(Made { places, origins: feed.origins.clone(), via: feed.via })
    }

    /// Where the scalar or key comes from that begins at a byte of a document's content.
    pub fn cause(&self, manifest: &Manifest, aim: Aim<'_>, sources: &Sources) -> Option<Cause> {
        let extent = scalar_extent(&manifest.content, aim.offset);
        if extent.is_empty() {
            return self.cause_of_nothing(manifest, aim.offset, sources);
        }
        let spans: Vec<&Span> = self.spans(manifest, extent.clone()).map(|(_, span)| span).collect();
        let fed = |span: &Span| !self.recorder.feed(span).origins.is_empty();
        let shown = spans.iter().position(|span| fed(span)).unwrap_or(0);
        let start = if shown == 0 { aim.offset } else { self.start_in(manifest, extent.clone(), shown) };
        let (passed, span) = self.byte(manifest, start)?;
        let chain = self.recorder.chain(span);
        let level = self.level(manifest, &extent, &chain);
        let place = |site: Site| self.place(site, passed.filter(|_| site == span.site), sources);
        let writer = chain.get(level).and_then(|site| place(*site));
        let inner = chain.last().filter(|_| level.saturating_add(1) < chain.len()).and_then(|site| place(*site));
        let callers = chain.get(..level).unwrap_or_default().iter().rev().filter_map(|site| place(*site));

        let mut feeds: Vec<(Origin, Option<&'static str>)> = Vec::new();
        for feed in spans.iter().map(|span| self.recorder.feed(span)) {
            for origin in &feed.origins {
                if !feeds.iter().any(|(known, _)| known == origin) {
                    feeds.push((*origin, feed.via));
                }
            }
        }
        let mut related = Vec::new();
        let found = match feeds.as_slice() {
            [(origin, via)] => decided(sources, *origin, aim.key).map(|decided| (decided, *via)),
            _ => None,
        };
        let (place, origin, plain) = match found {
            Some((Decided { place, origin, passed_on }, via)) => {
                related.extend(passed_on.into_iter().map(|place| (place, "passed on here".to_owned())));
                let words = via.map_or_else(|| "printed here".to_owned(), |function| format!("printed here, after `{function}`"));
                related.extend(writer.map(|place| (place, words)));
                // What a variable or a copy passed through on its way says nothing.
                let inner = inner.filter(|_| span.printed == Site::NONE);
                related.extend(inner.map(|place| (place, "in the template that is called there".to_owned())));
                (place, origin, via.is_none() && self.is_as_set(manifest, &extent))
            }
            None => {
                let written = |via: Option<&'static str>| match via {
                    Some(function) => format!("a value that `{function}` is given is set here"),
                    None => "a part of it is set here".to_owned(),
                };
                related.extend(inner.map(|place| (place, "written here".to_owned())));
                let parts = feeds.iter().filter_map(|(origin, via)| Some((decided(sources, *origin, None)?.place, written(*via))));
                related.extend(parts.take(MAX_RELATED));
                (writer?, Origin::NONE, feeds.is_empty() && span.skip.is_some())
            }
        };
        related.extend(callers.take(MAX_RELATED).map(|place| (place, "called from here".to_owned())));
        for below in sources.causes(origin).into_iter().take(MAX_RELATED) {
            related.extend(sources.place(below).map(|place| (place, "computed from the value set here".to_owned())));
        }
        related.retain({
            let mut seen = vec![place.to_string()];
            move |(place, _)| {
                let new = !seen.contains(&place.to_string());
                seen.push(place.to_string());
                new
            }
        });
        Some(Cause { place, origin, plain: plain || aim.key.is_some(), related })
    }

    /// Whether all of a scalar but its quotes is of values.
    fn is_as_set(&self, manifest: &Manifest, scalar: &Range<usize>) -> bool {
        let end = manifest.start.saturating_add(scalar.end);
        let own: usize = self
            .spans(manifest, scalar.clone())
            .filter(|(_, span)| self.recorder.feed(span).origins.is_empty())
            .map(|(start, span)| span.end.min(end).saturating_sub(start.max(manifest.start.saturating_add(scalar.start))))
            .sum();
        let quoted = manifest.content.get(scalar.start).is_some_and(|byte| matches!(byte, b'"' | b'\''));
        own == 0 || (quoted && own == 2)
    }

    /// Where nothing was written: behind what stands before it.
    fn cause_of_nothing(&self, manifest: &Manifest, offset: usize, sources: &Sources) -> Option<Cause> {
        let (passed, span) = self.byte(manifest, offset.saturating_sub(1))?;
        let place = self.place(span.site, passed.map(|passed| passed.saturating_add(usize::from(offset > 0))), sources)?;
        Some(Cause { place, origin: Origin::NONE, plain: false, related: Vec::new() })
    }

    /// How many calls the scalar shares with what stands beside it: the template that those lead to wrote its line.
    fn level(&self, manifest: &Manifest, extent: &Range<usize>, chain: &[Site]) -> usize {
        let before = manifest.content.get(..extent.start).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let beside = if line.trim_ascii().is_empty() { Some(extent.end) } else { extent.start.checked_sub(1) };
        let Some((_, neighbour)) = beside.and_then(|at| self.byte(manifest, at)) else { return 0 };
        let other = self.recorder.chain(neighbour);
        let most = chain.len().min(other.len()).saturating_sub(1);
        chain.iter().zip(&other).take(most).take_while(|(one, other)| one == other).count()
    }

    /// The byte of the content at which a span of a range begins.
    fn start_in(&self, manifest: &Manifest, range: Range<usize>, number: usize) -> usize {
        let start = self.spans(manifest, range).nth(number).map_or(0, |(start, _)| start);
        start.saturating_sub(manifest.start)
    }

    /// The span of a byte of a document's content; how far into it the byte is, where it is a template's own text.
    fn byte(&self, manifest: &Manifest, offset: usize) -> Option<(Option<usize>, &Span)> {
        let (start, span) = self.spans(manifest, offset..offset.saturating_add(1)).next()?;
        let passed = manifest.start.saturating_add(offset).saturating_sub(start);
        Some((span.skip.map(|skip| skip.saturating_add(passed)), span))
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

    /// Where a site is: in a file of the charts as a user would type it, or in the value whose text was run.
    fn place(&self, site: Site, skip: Option<usize>, sources: &Sources) -> Option<Place> {
        let frame = self.recorder.frame(site, skip)?;
        let file = self.tree.file(&frame.file.to_text()).map_or(frame.file.clone(), Str::from);
        Some(place(&Frame { file, ..frame }, sources))
    }
}

/// The value that decides another.
struct Decided {
    place: Place,
    origin: Origin,
    /// The layers that passed it on, the last one first.
    passed_on: Vec<Place>,
}

/// From a value, or the key of that name before it, to where it was set by hand.
fn decided(sources: &Sources, origin: Origin, key: Option<&str>) -> Option<Decided> {
    let step = |sources: &Sources, origin: Origin| {
        let found = key.zip(sources.file(origin)).and_then(|(key, file)| {
            let offset = origin.offset_in(&file)?;
            Some(file.base.plus(key_before(&file.text, offset, key)?))
        });
        found.unwrap_or(origin)
    };
    let way = sources.deciding(origin, step);
    let mut places = way.iter().rev().filter_map(|origin| Some((sources.place(*origin)?, *origin)));
    let (place, origin) = places.next()?;
    let passed_on: Vec<Place> = places.map(|(place, _)| place).collect();
    Some(Decided { place, origin, passed_on: passed_on.into_iter().rev().collect() })
}

/// Tells where the values of a chart and those below it stand, and which of them its conditions and tags read.
fn know(recorder: &mut Recorder, tree: &Tree, node: NodeId, values: &Map, path: &[&str]) {
    recorder.know(values, path);
    for dependency in tree.chart(node).metadata.dependencies.iter().flatten() {
        for condition in dependency.condition.split(',') {
            let keys: Vec<&str> = condition.trim().split('.').collect();
            if let Some(value) = Value::from(values.clone()).path(keys) {
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
