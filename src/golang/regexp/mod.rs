//! Go's `regexp`: RE2 syntax with Go's error texts, leftmost-first, linear in the text.
//!
//! The syntax is read here ([`parse`]) and handed to regex-automata as its own tree; the rules about empty
//! matches, expansion and splitting are Go's.

mod class;
mod escape;
mod parse;
mod replace;

use regex_automata::meta;
use regex_automata::nfa::thompson;
use regex_automata::util::captures::Captures;
use regex_automata::{Input, util::syntax};
use regex_syntax::hir::Hir;

use super::{bytes, utf8};

/// Why a pattern gives no [`Regexp`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Go's text: ``error parsing regexp: missing closing ]: `[a` ``.
    Syntax(String),
    /// The automaton would be larger than the limit; Go's own is on the pattern alone. In Go's words.
    TooLarge(String),
}

/// What a character of a pattern comes to in the automaton, at least.
const BYTES_OF_CHARACTER: usize = 32;
/// What a state of the automaton takes, at least.
const BYTES_OF_STATE: usize = 24;
/// How much more than the automaton a search may take.
const SEARCH_FACTOR: usize = 8;

/// Whether a search that keeps the places of all groups for all states, which is what the last resort does, takes too much
/// memory. The cheap bound first: nearly all patterns end there.
fn searches_too_large(program: &meta::Regex, tree: &Hir, limit: usize) -> bool {
    let (slots, most) = (program.captures_len().saturating_mul(2), limit.saturating_mul(SEARCH_FACTOR));
    // two tables of words: the states that are tried now and those of the next byte
    let table = |states: usize| states.saturating_mul(slots).saturating_mul(16);
    if table(program.memory_usage() / BYTES_OF_STATE) <= most {
        return false;
    }
    let config = thompson::Config::new().nfa_size_limit(Some(limit));
    thompson::Compiler::new().configure(config).build_from_hir(tree).is_ok_and(|nfa| table(nfa.states().len()) > most)
}

/// A compiled regular expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Regexp {
    program: meta::Regex,
    /// Names of the groups, from group 1; empty where a group has none.
    names: Vec<String>,
    /// Whether the pattern is the empty text.
    empty: bool,
}

/// A match: start and end of the whole, then of each group; `None` where a group took no part.
pub type Submatches = Vec<Option<(usize, usize)>>;

impl Regexp {
    /// `regexp.Compile`, with at most so many bytes for the automaton.
    ///
    /// # Errors
    /// A faulty pattern, or one that is too large.
    pub fn new(pattern: &[u8], limit: usize) -> Result<Regexp, Fault> {
        let too_large = || Fault::TooLarge(parse::describe("expression too large", pattern));
        if pattern.len().saturating_mul(BYTES_OF_CHARACTER) > limit {
            return Err(too_large());
        }
        let parsed = parse::parse(pattern).map_err(Fault::Syntax)?;
        let config = meta::Config::new().nfa_size_limit(Some(limit)).onepass_size_limit(Some(1 << 20));
        let program =
            meta::Builder::new().configure(config).syntax(syntax::Config::new()).build_from_hir(&parsed.tree).map_err(|_| too_large())?;
        if searches_too_large(&program, &parsed.tree, limit) {
            return Err(too_large());
        }
        Ok(Regexp { program, names: parsed.names, empty: pattern.is_empty() })
    }

    /// Bytes of the automaton, roughly.
    pub fn size(&self) -> usize {
        self.program.memory_usage()
    }

    /// `MatchString`
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.program.is_match(Haystack::new(text).bytes())
    }

    /// `FindStringIndex`: the leftmost match.
    pub fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        let haystack = Haystack::new(text);
        let found = self.program.find(haystack.bytes())?;
        Some(haystack.written((found.start(), found.end())))
    }

    /// `FindAllStringIndex`: at most `limit` matches; all where it is negative. Empty: Go's nil.
    /// Asks `go_on` at every match; ends where it says no.
    pub fn find_all(&self, text: &[u8], limit: i64, go_on: &mut dyn FnMut() -> bool) -> Vec<(usize, usize)> {
        let haystack = Haystack::new(text);
        let mut found = Vec::new();
        let search = |from| {
            let input = Input::new(haystack.bytes()).range(from..);
            self.program.search(&input).map(|found| (found.start(), found.end()))
        };
        let accept = |span| {
            found.push(haystack.written(span));
            go_on()
        };
        each_match(&haystack, limit, search, |span| *span, accept);
        found
    }

    /// `FindStringSubmatchIndex`
    pub fn find_submatch(&self, text: &[u8]) -> Option<Submatches> {
        let haystack = Haystack::new(text);
        let mut captures = self.program.create_captures();
        let groups = self.captures(&haystack, 0, &mut captures)?;
        Some(haystack.all_written(&groups))
    }

    /// `FindAllStringSubmatchIndex`
    pub fn find_all_submatch(&self, text: &[u8], limit: i64) -> Vec<Submatches> {
        let haystack = Haystack::new(text);
        let mut captures = self.program.create_captures();
        let mut found = Vec::new();
        let search = |from| self.captures(&haystack, from, &mut captures);
        let accept = |groups: Submatches| {
            found.push(haystack.all_written(&groups));
            true
        };
        each_match(&haystack, limit, search, whole, accept);
        found
    }

    /// `Split`: the ranges between matches, at most `limit` of them (negative: all, 0: none).
    /// As [`Regexp::find_all`] asks.
    pub fn split(&self, text: &[u8], limit: i64, go_on: &mut dyn FnMut() -> bool) -> Vec<(usize, usize)> {
        if limit == 0 {
            return Vec::new();
        }
        if text.is_empty() && !self.empty {
            return vec![(0, 0)];
        }
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (start, stop) in self.find_all(text, limit, go_on) {
            if limit > 0 && parts.len() as i64 >= limit.saturating_sub(1) {
                break;
            }
            end = start;
            if stop != 0 {
                parts.push((begin, end));
            }
            begin = stop;
        }
        if end != text.len() {
            parts.push((begin, text.len()));
        }
        parts
    }

    /// `NumSubexp`: the number of groups.
    pub fn group_count(&self) -> usize {
        self.names.len()
    }

    /// The groups of the first match at or after a position, in the haystack's own positions.
    fn captures(&self, haystack: &Haystack<'_>, from: usize, captures: &mut Captures) -> Option<Submatches> {
        self.program.search_captures(&Input::new(haystack.bytes()).range(from..), captures);
        if !captures.is_match() {
            return None;
        }
        // A group that can't take part at all, such as `(a){0}`, is unknown to the program.
        Some((0..=self.names.len()).map(|group| captures.get_group(group).map(|span| (span.start, span.end))).collect())
    }
}

fn whole(groups: &Submatches) -> (usize, usize) {
    groups.first().copied().flatten().unwrap_or_default()
}

/// Where the character at a position ends; always further on.
fn after_character(text: &[u8], at: usize) -> usize {
    at.saturating_add(utf8::decode(bytes::skip(text, at)).1.max(1))
}

/// Walks over all matches: an empty match right after a match does not count.
fn each_match<M>(
    haystack: &Haystack<'_>,
    limit: i64,
    mut search: impl FnMut(usize) -> Option<M>,
    span: impl Fn(&M) -> (usize, usize),
    mut accept: impl FnMut(M) -> bool,
) {
    let text = haystack.bytes();
    let mut left = if limit < 0 { u64::MAX } else { limit.unsigned_abs() };
    let mut at = 0;
    let mut last_end = None;
    while left > 0 && at <= text.len() {
        let Some(found) = search(at) else { break };
        let (start, end) = span(&found);
        let counts = end != at || last_end != Some(start);
        at = if end == at { after_character(text, end) } else { end };
        last_end = Some(end);
        if counts {
            if !accept(found) {
                break;
            }
            left = left.saturating_sub(1);
        }
    }
}

/// The text to search. Go reads an invalid byte as U+FFFD, so such a text is searched with these in place.
struct Haystack<'a> {
    text: &'a [u8],
    repaired: Option<Repaired>,
}

/// A text with U+FFFD for its invalid bytes.
struct Repaired {
    text: Vec<u8>,
    /// After each U+FFFD: the position here and in the text as it was given.
    after: Vec<(usize, usize)>,
}

impl<'a> Haystack<'a> {
    fn new(text: &'a [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { text, repaired: None };
        }
        let mut valid = Vec::with_capacity(text.len().saturating_add(16));
        let mut after = Vec::new();
        for (at, rune) in utf8::runes(text) {
            utf8::append(&mut valid, rune);
            if rune == utf8::RUNE_ERROR {
                after.push((valid.len(), after_character(text, at)));
            }
        }
        Self { text, repaired: Some(Repaired { text: valid, after }) }
    }

    fn bytes(&self) -> &[u8] {
        self.repaired.as_ref().map_or(self.text, |repaired| &repaired.text)
    }

    /// A span of [`Haystack::bytes`] in the text as it was given.
    fn written(&self, (start, end): (usize, usize)) -> (usize, usize) {
        (self.written_at(start), self.written_at(end))
    }

    fn written_at(&self, position: usize) -> usize {
        let Some(Repaired { after, .. }) = &self.repaired else { return position };
        let known = after.partition_point(|(here, _)| *here <= position);
        match known.checked_sub(1).and_then(|at| after.get(at)) {
            Some((here, there)) => position.saturating_sub(*here).saturating_add(*there),
            None => position,
        }
    }

    fn all_written(&self, groups: &Submatches) -> Submatches {
        groups.iter().map(|group| group.map(|span| self.written(span))).collect()
    }
}

/// `regexp.QuoteMeta`
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests;
