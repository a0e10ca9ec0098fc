//! Go's `regexp`: RE2 syntax, leftmost-first, on bytes.

use std::sync::Arc;

/// A compiled regular expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Regexp;

/// A match: start and end of the whole, then of each group; `None` where a group took no part.
pub type Submatches = Vec<Option<(usize, usize)>>;

impl Regexp {
    /// `regexp.Compile`.
    ///
    /// # Errors
    /// Go's text: ``error parsing regexp: missing closing ]: `[a` ``.
    pub fn new(_pattern: &[u8]) -> Result<Regexp, String> {
        unimplemented!()
    }
    /// `MatchString`
    pub fn is_match(&self, _text: &[u8]) -> bool {
        unimplemented!()
    }
    /// `FindStringIndex`: the leftmost match.
    pub fn find(&self, _text: &[u8]) -> Option<(usize, usize)> {
        unimplemented!()
    }
    /// `FindAllStringIndex`: at most `limit` matches; all where it is negative. Empty: Go's nil.
    pub fn find_all(&self, _text: &[u8], _limit: i64) -> Vec<(usize, usize)> {
        unimplemented!()
    }
    /// `FindStringSubmatchIndex`
    pub fn find_submatch(&self, _text: &[u8]) -> Option<Submatches> {
        unimplemented!()
    }
    /// `FindAllStringSubmatchIndex`
    pub fn find_all_submatch(&self, _text: &[u8], _limit: i64) -> Vec<Submatches> {
        unimplemented!()
    }
    /// `ReplaceAllString`: `$1`, `${name}` in `template` are expanded, `$1x` is the group `1x`.
    ///
    /// # Errors
    /// Where the result would be longer than `limit` bytes.
    pub fn replace_all(&self, _text: &[u8], _template: &[u8], _limit: usize) -> Result<Vec<u8>, String> {
        unimplemented!()
    }
    /// `ReplaceAllLiteralString`
    ///
    /// # Errors
    /// Where the result would be longer than `limit` bytes.
    pub fn replace_all_literal(&self, _text: &[u8], _replacement: &[u8], _limit: usize) -> Result<Vec<u8>, String> {
        unimplemented!()
    }
    /// `Split`: the ranges between matches, at most `limit` of them (negative: all, 0: none).
    pub fn split(&self, _text: &[u8], _limit: i64) -> Vec<(usize, usize)> {
        unimplemented!()
    }
    /// Number of groups.
    pub fn group_count(&self) -> usize {
        unimplemented!()
    }
}

/// `regexp.QuoteMeta`
pub fn quote_meta(_text: &[u8]) -> Vec<u8> {
    unimplemented!()
}

/// Compiled patterns by their text, bounded; for an engine that is shared between threads.
#[derive(Debug, Default)]
pub struct Cache;

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self
    }
    /// The compiled pattern, compiled now or before.
    ///
    /// # Errors
    /// As [`Regexp::new`].
    pub fn get(&self, _pattern: &[u8]) -> Result<Arc<Regexp>, String> {
        unimplemented!()
    }
}
