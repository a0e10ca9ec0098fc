//! Where values come from: one number for every byte of every text of a load.
//!
//! Every source (a layer file, a chart's values, a `--set` argument) is given a range of one common
//! position space as long as its text; an origin is a position in that space. So an origin is a `u32`
//! without a table entry of its own, and file, line and column are found when somebody asks.
//!
//! The last quarter of the space is for texts that templates make while a run of theirs is recorded: positions that only
//! the recorder of that run understands.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Str;
use super::yaml::scalar_extent;
use crate::diag::Place;

/// Where a value was written; [`Origin::NONE`] for values that nobody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin(u32);

/// Where the positions of texts begin that templates made.
const MADE: u32 = 0xC000_0000;

impl Origin {
    /// Not written anywhere: made by the program or by a template.
    pub const NONE: Origin = Origin(0);

    /// A position among the texts that a recorded run has made; none where its room of 1 GiB is used up.
    pub fn made(at: usize) -> Origin {
        let at = u32::try_from(at).ok().and_then(|at| MADE.checked_add(at)).filter(|at| *at < u32::MAX);
        at.map_or(Origin::NONE, Origin)
    }

    /// The position that [`Origin::made`] was given; `None` for what was written in a source.
    pub fn made_at(self) -> Option<usize> {
        self.0.checked_sub(MADE).map(|at| at as usize)
    }

    /// Whether it names a place.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// This origin, or `other` if this one is none.
    pub fn or(self, other: Origin) -> Origin {
        if self.is_some() { self } else { other }
    }

    /// How far into that source it is, if it lies in it.
    pub fn offset_in(self, source: &SourceFile) -> Option<usize> {
        let offset = self.0.checked_sub(source.base.0)? as usize;
        (source.base.is_some() && offset <= source.text.len()).then_some(offset)
    }

    /// The origin `bytes` further in the same source. None stays none.
    pub fn plus(self, bytes: usize) -> Origin {
        if self.is_some() { Origin(self.0.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX))) } else { self }
    }
}

/// One text that values were read from.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path as the user would type it, or a name such as `--set a=b`.
    pub name: Str,
    /// The origin of its first byte.
    pub base: Origin,
    /// Its text.
    pub text: Str,
}

/// All sources of one load. Shared between threads; only grows.
#[derive(Debug, Clone, Default)]
pub struct Sources(Arc<RwLock<Table>>);

#[derive(Debug, Default)]
struct Table {
    files: Vec<SourceFile>,
    /// By the base of a rendered text: what it was rendered from.
    renderings: HashMap<u32, Rendering>,
}

#[derive(Debug)]
struct Rendering {
    template: Origin,
    lines: Vec<u32>,
    pieces: Vec<Piece>,
}

/// What is known about a piece of a rendered text, when its rendering was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Behind its last byte; it begins where the one before ends.
    pub end: usize,
    /// The byte of the template that wrote it.
    pub at: Option<usize>,
    /// Whether it is the template's own text, byte for byte.
    pub own: bool,
    /// Where the values in it were written.
    pub origins: Vec<Origin>,
}

/// Values that one can be computed from.
const MAX_CAUSES: usize = 64;

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a text and gives the origin of its first byte. Where the position space of 3 GiB is
    /// used up, [`Origin::NONE`]: such values have no provenance, nothing else changes.
    pub fn add(&self, name: impl Into<Str>, text: impl Into<Str>) -> SourceFile {
        let (name, text) = (name.into(), text.into());
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let start = table.files.last().map_or(1u64, |file| u64::from(file.base.0).saturating_add(file.text.len() as u64).saturating_add(1));
        let end = start.saturating_add(text.len() as u64);
        let base = if end < u64::from(MADE) { Origin(start as u32) } else { Origin::NONE };
        let file = SourceFile { name, base, text };
        if base.is_some() {
            table.files.push(file.clone());
        }
        file
    }

    /// Registers a text that was rendered from a template: origins in it are shown as places in the template.
    /// `template` is the origin of the template's first byte and `lines` says, for each line of the text, on which
    /// line of the template (from 1, counted from there) it was written.
    pub fn add_rendered(&self, name: impl Into<Str>, text: impl Into<Str>, template: Origin, lines: Vec<u32>) -> SourceFile {
        self.add_rendering(self.add(name, text), Rendering { template, lines, pieces: Vec::new() })
    }

    /// The same of a text whose rendering was recorded: its places are exact, and [`Sources::causes`] knows what is in it.
    pub fn add_recorded(&self, name: impl Into<Str>, text: impl Into<Str>, template: Origin, pieces: Vec<Piece>) -> SourceFile {
        self.add_rendering(self.add(name, text), Rendering { template, lines: Vec::new(), pieces })
    }

    fn add_rendering(&self, file: SourceFile, rendering: Rendering) -> SourceFile {
        if file.base.is_some() && rendering.template.is_some() {
            let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
            table.renderings.insert(file.base.0, rendering);
        }
        file
    }

    /// All texts that were read, rendered ones left out.
    pub fn files(&self) -> Vec<SourceFile> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.files.iter().filter(|file| !table.renderings.contains_key(&file.base.0)).cloned().collect()
    }

    /// The values that the scalar at an origin was computed from, where it stands in a text whose rendering was recorded.
    pub fn causes(&self, origin: Origin) -> Vec<Origin> {
        let Some(file) = self.file(origin) else { return Vec::new() };
        let Some(offset) = origin.offset_in(&file) else { return Vec::new() };
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(rendering) = table.renderings.get(&file.base.0) else { return Vec::new() };
        let extent = scalar_extent(&file.text, offset);
        let first = rendering.pieces.partition_point(|piece| piece.end <= offset);
        let mut causes = Vec::new();
        let mut start = offset;
        for piece in rendering.pieces.iter().skip(first).take(MAX_CAUSES) {
            if start >= extent.end.max(offset.saturating_add(1)) {
                break;
            }
            for cause in &piece.origins {
                if !causes.contains(cause) && causes.len() < MAX_CAUSES {
                    causes.push(*cause);
                }
            }
            start = piece.end;
        }
        causes
    }

    /// From a value to the one that decides it: each the only one that the one before was computed from. `step` may move
    /// from each to what matters there, from a value to its key for example.
    pub fn deciding(&self, origin: Origin, step: impl Fn(&Self, Origin) -> Origin) -> Vec<Origin> {
        let mut way = vec![step(self, origin)];
        while let Some(last) = way.last()
            && let [cause] = self.causes(*last).as_slice()
            && way.len() < MAX_CAUSES
        {
            way.push(step(self, *cause));
        }
        way
    }

    /// The source that holds an origin.
    pub fn file(&self, origin: Origin) -> Option<SourceFile> {
        if !origin.is_some() || origin.0 >= MADE {
            return None;
        }
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let after = table.files.partition_point(|file| file.base.0 <= origin.0);
        table.files.get(after.checked_sub(1)?).cloned()
    }

    /// File, line and column of an origin, with the line as excerpt.
    pub fn place(&self, origin: Origin) -> Option<Place> {
        let file = self.file(origin)?;
        let offset = origin.0.saturating_sub(file.base.0) as usize;
        let place = Place::in_text(file.name.to_text(), &file.text, offset);
        Some(self.place_in_template(&file, &place, offset).unwrap_or(place))
    }

    /// The place in the template that a place in a rendered text comes from: its line; its column too, where the line
    /// reads the same up to there, else that of the line's first action.
    fn place_in_template(&self, file: &SourceFile, place: &Place, offset: usize) -> Option<Place> {
        let (template, line) = {
            let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let rendering = table.renderings.get(&file.base.0)?;
            if !rendering.pieces.is_empty() {
                let at = recorded(&rendering.pieces, offset)?;
                let template = rendering.template.plus(at);
                drop(table);
                return self.place(template);
            }
            (rendering.template, *rendering.lines.get(place.line.checked_sub(1)? as usize)?)
        };
        let source = self.file(template)?;
        let from = template.0.saturating_sub(source.base.0) as usize;
        let start = source
            .text
            .get(from..)?
            .split_inclusive(|byte| *byte == b'\n')
            .take(line.checked_sub(1)? as usize)
            .map(<[u8]>::len)
            .sum::<usize>();
        let mut found = Place::in_text(source.name.to_text(), &source.text, from.saturating_add(start));
        let (wrote, reads) = (found.excerpt.as_deref().unwrap_or(""), place.excerpt.as_deref().unwrap_or(""));
        let same = wrote.chars().zip(reads.chars()).take_while(|(one, other)| one == other).count() as u32;
        let action = wrote.split_once("{{").map(|(before, _)| (before.chars().count() as u32).saturating_add(1));
        found.column = if same.saturating_add(1) >= place.column { place.column } else { action.unwrap_or(found.column) };
        Some(found)
    }
}

/// The byte of the template that wrote a byte of a recorded text.
fn recorded(pieces: &[Piece], offset: usize) -> Option<usize> {
    let number = pieces.partition_point(|piece| piece.end <= offset);
    let piece = pieces.get(number)?;
    let start = number.checked_sub(1).and_then(|before| pieces.get(before)).map_or(0, |piece| piece.end);
    Some(if piece.own { piece.at?.saturating_add(offset.saturating_sub(start)) } else { piece.at? })
}

#[cfg(test)]
mod tests {
    use super::{Origin, Piece, Sources};

    #[test]
    fn an_origin_finds_its_file_line_and_column() {
        let sources = Sources::new();
        let first = sources.add("a.yaml", "x: 1\n");
        let second = sources.add("b.yaml", "名: 1\ny: 2\n");
        assert_eq!(sources.place(first.base.plus(3)).unwrap().to_string(), "a.yaml:1:4");
        assert_eq!(sources.place(second.base.plus(7)).unwrap().to_string(), "b.yaml:2:1");
        assert_eq!(sources.place(second.base.plus(5)).unwrap().to_string(), "b.yaml:1:4");
        assert_eq!(sources.place(Origin::NONE), None);
    }

    #[test]
    fn an_origin_in_a_rendered_text_finds_the_line_of_the_template() {
        let sources = Sources::new();
        let template = sources.add("a.gotmpl", "head\n---\na: 1\n{{ range . }}\nb: {{ . }}\n{{ end }}\n");
        let rendered = sources.add_rendered("a.gotmpl (rendered)", "a: 1\n\nb: 1\n\nb: 2\n", template.base.plus(9), vec![1, 2, 3, 4, 3]);
        assert_eq!(sources.place(rendered.base.plus(3)).unwrap().to_string(), "a.gotmpl:3:4");
        assert_eq!(sources.place(rendered.base.plus(15)).unwrap().to_string(), "a.gotmpl:5:4");
    }

    #[test]
    fn a_recorded_rendering_knows_its_places_and_what_it_was_computed_from() {
        let sources = Sources::new();
        let layer = sources.add("a.yaml", "x: 1\ny: 2\n");
        let template = sources.add("b.gotmpl", "p: 1\nq: {{ .x }}-{{ .y }}\n");
        let piece = |end, at, own, origins: &[Origin]| Piece { end, at: Some(at), own, origins: origins.to_vec() };
        let (x, y) = (layer.base.plus(3), layer.base.plus(8));
        let pieces = vec![piece(8, 0, true, &[]), piece(9, 8, false, &[x]), piece(10, 16, true, &[]), piece(11, 17, false, &[y])];
        let rendered = sources.add_recorded("b.gotmpl (rendered)", "p: 1\nq: 1-2\n", template.base, pieces);
        assert_eq!(sources.place(rendered.base.plus(3)).unwrap().to_string(), "b.gotmpl:1:4");
        assert_eq!(sources.place(rendered.base.plus(8)).unwrap().to_string(), "b.gotmpl:2:4");
        assert_eq!(sources.causes(rendered.base.plus(8)), [x, y]);
        assert_eq!(sources.causes(rendered.base.plus(3)), []);
        assert_eq!(Origin::made(7).made_at(), Some(7));
        assert_eq!((Origin::made(7).is_some(), sources.place(Origin::made(7)), x.made_at()), (true, None, None));
    }
}
