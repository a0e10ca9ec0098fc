//! Where values come from: one number for every byte of every text of a load.
//!
//! Every source (a layer file, a chart's values, a `--set` argument) is given a range of one common
//! position space as long as its text; an origin is a position in that space. So an origin is a `u32`
//! without a table entry of its own, and file, line and column are found when somebody asks.

use std::sync::{Arc, PoisonError, RwLock};

use super::Str;
use crate::diag::Place;

/// Where a value was written; [`Origin::NONE`] for values that nobody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin(u32);

impl Origin {
    /// Not written anywhere: made by the program or by a template.
    pub const NONE: Origin = Origin(0);

    /// Whether it names a place.
    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// This origin, or `other` if this one is none.
    pub fn or(self, other: Origin) -> Origin {
        if self.is_some() { self } else { other }
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
pub struct Sources(Arc<RwLock<Vec<SourceFile>>>);

impl Sources {
    /// No sources yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a text and gives the origin of its first byte. Where the position space of 4 GiB is
    /// used up, [`Origin::NONE`]: such values have no provenance, nothing else changes.
    pub fn add(&self, name: impl Into<Str>, text: impl Into<Str>) -> SourceFile {
        let (name, text) = (name.into(), text.into());
        let mut files = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let start = files.last().map_or(1u64, |file| u64::from(file.base.0) + file.text.len() as u64 + 1);
        let end = start + text.len() as u64;
        let base = if end < u64::from(u32::MAX) { Origin(start as u32) } else { Origin::NONE };
        let file = SourceFile { name, base, text };
        if base.is_some() {
            files.push(file.clone());
        }
        file
    }

    /// The source that holds an origin.
    pub fn file(&self, origin: Origin) -> Option<SourceFile> {
        if !origin.is_some() {
            return None;
        }
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let after = files.partition_point(|file| file.base.0 <= origin.0);
        files.get(after.checked_sub(1)?).cloned()
    }

    /// File, line and column of an origin, with the line as excerpt.
    pub fn place(&self, origin: Origin) -> Option<Place> {
        let file = self.file(origin)?;
        Some(Place::in_text(file.name.to_text(), &file.text, (origin.0 - file.base.0) as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Sources};

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
}
